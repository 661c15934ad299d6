"""A problem of an answer in a line, with its aspect.

Reports show the line. Which problems are one fault is decided by the aspect, never by the words.
"""

from __future__ import annotations

from enum import StrEnum


class Aspect(StrEnum):
    """What is wrong with the content of an answer."""

    MEDIA_TYPE = "media type"
    JSON = "JSON"  # it should be, and cannot be read as such
    SHAPE = "shape"  # it lacks what its check reads of it, or has another type there
    WEB_PAGE = "web page"  # one came where none belongs
    SERVER_PAGE = "server page"  # the server's own came in place of another
    ELSEWHERE = "elsewhere"  # what it loads is elsewhere or in clear: nobody reads that
    LINK = "link"  # where it leads: the page itself is sound
    BASE = "base"  # it is why what it names is not there
    DAMAGE = "damage"  # it is empty, cut short, or no file of its kind


class Problem(str):
    """A problem in a line that knows its aspect."""

    aspect: Aspect

    def __new__(cls, line: str, aspect: Aspect) -> Problem:
        """Return ``line`` with its aspect."""
        problem = super().__new__(cls, line)
        problem.aspect = aspect
        return problem
