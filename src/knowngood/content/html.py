"""HTML as browsers parse it, within bounds.

A page of 7 KB can stand for 100 MB of elements: what is left open in one paragraph (``<b>``,
``<font>``) is opened again in each of the next, by the book. Nesting and attributes take time that
grows with their square. How much a page takes is known only once it has been parsed; so what is
not small is parsed in a process of its own first, with bounds on its memory and time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from ..safety import process_group
from ..safety.limits import ContentTooLarge, cached_by_content
from .html_sandbox import TOO_MUCH

LARGEST: Final = 2 << 20
"""Characters of a page that is parsed. The heaviest pages of the web have a megabyte."""

SMALL: Final = 64 * 1024
"""Characters up to which the worst run of attributes takes a second."""

ELEMENTS: Final = 20_000
"""Elements that a page can come to, at most, to be parsed without a trial: 8 MB of them."""

DOM: Final = 24 << 20
"""Bytes that a page may take once parsed. One of a megabyte with 24,000 elements takes 15 MB."""

_one_at_a_time: Final = threading.Lock()
_WITHIN: Final = 60.0  # seconds for a trial, which is ended sooner by its processor time
_TAG: Final = re.compile("<[a-z]|</[bp]", re.I)  # "</p>" and "</br>" make elements, too
_OPENED_AGAIN: Final = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]", re.I
)


def parse(text: str) -> LexborHTMLParser:
    """The document. Raises Unjudgeable for one that is too large or too deep.

    The latest few are kept, for checks that read the same pages one after the other.
    """
    return _parsed_after_trial(text) if needs_a_trial(text) else _parsed(text)


def parse_once(text: str) -> LexborHTMLParser:
    """The same for a page that is looked into only once."""
    if needs_a_trial(text):
        try_out(text)
    return LexborHTMLParser(text)


def needs_a_trial(text: str) -> bool:
    """Whether the text leaves open that parsing it takes much memory or time. Raises Unjudgeable
    for a text that is too large in any case.
    """
    if len(text) > LARGEST:
        raise ContentTooLarge(
            f"a page of {len(text)} characters: too large to be judged (most: {LARGEST})"
        )
    if len(text) > SMALL:
        return True
    return _elements(text) > ELEMENTS


@lru_cache(maxsize=8)
def _elements(text: str) -> int:
    """The most elements that a page can come to: whatever is opened again, is so in each tag."""
    return len(_TAG.findall(text)) * (1 + len(_OPENED_AGAIN.findall(text)))


def try_out(text: str) -> None:
    """Raises Unjudgeable for a page that takes too much once parsed."""
    with _one_at_a_time:
        why = _tried(text.encode("utf-8", "replace"))
    if why:
        raise ContentTooLarge(f"the page {why} once parsed: too deep to be judged")


@cached_by_content
def _tried(page: bytes) -> str:
    """What is wrong with parsing ``page``: found out in a process that may end by it."""
    command = [sys.executable, str(Path(__file__).with_name("html_sandbox.py")), str(DOM)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = process_group.run(command, _WITHIN, given=page, env=environ)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"a page could not be tried out within {_WITHIN:g} s") from None
    if done.returncode == TOO_MUCH:
        return f"takes more than {DOM >> 20} MB"
    if done.returncode < 0:  # by a signal: SIGXCPU, or what comes of memory that is not to be had
        return "takes too much memory or time"
    if done.returncode:
        raise RuntimeError(f"a page could not be tried out: {done.stderr[-500:]!r}")
    return ""


@lru_cache(maxsize=4)
def _parsed(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text)


@lru_cache(maxsize=1)
def _parsed_after_trial(text: str) -> LexborHTMLParser:
    try_out(text)
    return LexborHTMLParser(text)
