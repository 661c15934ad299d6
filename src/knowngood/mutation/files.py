"""Spoil scripts, stylesheets, images and fonts."""

from __future__ import annotations

from typing import Final

from ..fetch import Answer
from .answers import body_of, is_media, is_source, with_body
from .bodies import ERROR_PAGE
from .changes import the_change
from .model import Mutation, Recorded
from .remedies import FILE_REMEDY

_SYNTAX_REMEDY: Final = "assert checks.syntax_problems(resource) == []"


def _source_of(answer: Answer) -> bytes:
    """Return the source of a script or stylesheet; empty for anything else."""
    return body_of(answer) if is_source(answer) else b""


def _without_end(recorded: Recorded) -> Answer | None:
    """Cut off a file before its last brace, so that a block stays open."""
    source, brace, _ = _source_of(recorded.answer).rpartition(b"}")
    return with_body(recorded.answer, source) if brace and source else None


def _stray_brace(recorded: Recorded) -> Answer | None:
    """Put a brace before a file: it spoils a script, or the first rule of a stylesheet."""
    source = _source_of(recorded.answer)
    return with_body(recorded.answer, b"}\n" + source) if source.strip() else None


def _page_in_place(recorded: Recorded) -> Answer | None:
    if not is_media(recorded.answer) or not body_of(recorded.answer):
        return None
    return with_body(recorded.answer, ERROR_PAGE)


FILES: Final = (
    Mutation(
        "code-end-gone",
        "a bundle was copied while it was still being written",
        the_change("ends within a block", _SYNTAX_REMEDY, _without_end),
    ),
    Mutation(
        "code-stray-brace",
        "files were joined, or a conflict was resolved, without a look at the result",
        the_change("begins with a stray brace", _SYNTAX_REMEDY, _stray_brace),
    ),
    Mutation(
        "media-is-html",
        "a lost file is answered with a page, under the media type of its name",
        the_change("is an HTML page in place of the file", FILE_REMEDY, _page_in_place),
    ),
)
