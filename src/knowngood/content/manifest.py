"""A manifest: the digest of every file of a build, by which the bits that are served can be told
from others.

One line a file, in the format of sha256sum, so that ``sha256sum -c`` checks it by hand, inside the
folder. :mod:`knowngood.cli.manifest` makes it, and what it makes can be read here.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..safety.errors import UsageError
from ..safety.sanitize import one_line

LARGEST: Final = 64 << 20
"""Bytes of a manifest: half a million files with paths of sixty characters."""

LONGEST: Final = 4096
"""Bytes of a path: Linux's PATH_MAX."""

_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)", re.S)
_ODD: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")


class BadManifest(UsageError):
    """A file that is no manifest, or a folder that none can be made of; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``files`` has the SHA-256 (64 hexadecimal digits) of each file by its path below the folder,
    with slashes; ``digest`` is that of the manifest's text.
    """

    files: Mapping[str, str]
    digest: str


def parse(text: str) -> Manifest:
    """The manifest that ``text`` is.

    Raises BadManifest, which names the line, for anything but lines of 64 lower-case hexadecimal
    digits, two spaces and a path below the folder, each path once.
    """
    if not text:
        raise BadManifest("is empty; expected a line for each file")
    files: dict[str, str] = {}
    for number, line in enumerate(_lines(text), 1):
        digest, path = _parsed(line, number)
        if path in files:
            raise BadManifest(f"line {number}: {one_line(path)!r} is listed twice")
        files[path] = sys.intern(digest)  # of a hundred links to one file, one
    return Manifest(MappingProxyType(files), digest_of(text))


def _lines(text: str) -> Iterator[str]:
    """Each line without its end, one at a time: a hostile file may have millions."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            raise BadManifest(
                f"the last line, {one_line(text[start:], 100)!r}, has no end: cut short"
            )
        yield text[start:end]
        start = end + 1


def _parsed(line: str, number: int) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadManifest(
            f"line {number}: found {one_line(line, 100)!r}; expected 64 lower-case hexadecimal "
            "digits, two spaces and a path"
        )
    trouble = path_trouble(found[2])
    if trouble:
        raise BadManifest(f"line {number}: the path {one_line(found[2], 100)!r} {trouble}")
    return found[1], found[2]


def path_trouble(path: str) -> str:
    """Why ``path`` cannot stand in a manifest; empty when it can."""
    odd = _ODD.search(path)
    if odd is not None:
        return "holds a backslash, a control character or what is not UTF-8; rename the file"
    if len(path.encode()) > LONGEST:
        return f"has more than {LONGEST} bytes"
    if not {"", ".", ".."}.isdisjoint(path.split("/")):
        return "is absolute or holds `.`, `..` or `//`; expected one below the folder"
    return ""


def read(path: Path) -> Manifest:
    """The manifest in a file. Raises BadManifest, which names the file and the line."""
    try:
        return parse(_content(path).decode("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        why = f"line {line}: is not UTF-8"
    except BadManifest as error:
        why = str(error)
    raise BadManifest(f"{path}: {why}")


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise BadManifest("there is no such file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadManifest(f"has more than {LARGEST} bytes")
    return content


def digest_of(text: str) -> str:
    """The SHA-256 of a manifest's text."""
    return hashlib.sha256(text.encode()).hexdigest()
