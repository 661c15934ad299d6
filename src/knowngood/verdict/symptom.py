"""Read an outcome for folding: what is wrong, where, without what differs from run to run; and
group what is one fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from ..content import file_signatures
from ..content.media_types import WEB_PAGE
from ..content.problem import Aspect
from .outcome import EDGE_OF, Outcome

ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id that a check made."""

_NONCE: Final = re.compile(r"\b[0-9a-f]{12}-\d+\b")
"""``{nonce}``: the run's id and the number of the sample."""

_FLEETING: Final = re.compile(r"\b0x[0-9a-f]{6,}\b|\b\d+(?:\.\d+)? m?s\b")
"""Addresses of objects and durations, which are others in each run."""

_PAGE: Final = re.compile(rf"(?:<!--.*?--> ?)*{WEB_PAGE.pattern}", re.I)
_TITLE: Final = re.compile(r"<title\b[^<>]*> ?([^<]*?[^< ]) ?<", re.I)
_PART: Final = "206"
_BEGINNING: Final = 60  # characters of a page without a title that tell it from others

_NO_PAGES: Final = frozenset(
    ["css", "gif", "ico", "jpeg", "jpg", "js", "json", "png", "svg", "txt", "woff", "woff2", "xml"]
)
"""Endings of names that no web page has."""
_OTHER_TYPE: Final = re.compile(r"[\"'](?!text/html)[a-z]+/[\w.+-]+[\"']")

ABOUT_CONTENT: Final = {"content", "schema", "release"}
"""Kinds of outcomes whose answer can be read: a URL may have several such faults."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """An outcome as folding sees it.

    Attributes:
        outcome: the outcome.
        url: the URL that it is about, without the nonce; empty if there is none.
        place: that URL with the values of the case replaced by their names.
        words: its message without what differs in each case or run.
        trouble: the wrong status, or why there is no answer to judge; empty if only the content is
            wrong.
        others: the URLs of the other answers that its statement reads.
    """

    outcome: Outcome
    url: str
    place: str
    words: str
    trouble: str
    others: frozenset[str]

    @classmethod
    def of(cls, outcome: Outcome) -> Symptom:
        """Read ``outcome``."""
        url = lasting(str(outcome.exchange.get("url", "")))
        return cls(
            outcome=outcome,
            url=url,
            place=_place(url, outcome),
            words=_FLEETING.sub("…", neutral(lasting(outcome.message), outcome.values)),
            trouble=_trouble(outcome),
            others=frozenset(map(lasting, outcome.reads)) - {url},
        )

    @classmethod
    def all_of(cls, outcome: Outcome) -> Iterator[Symptom]:
        """Yield a symptom for ``outcome`` and for each further exchange: a check that fails in a
        loop does not see the answers after that.
        """
        yield cls.of(outcome)
        compares_status = outcome.got != "" and str(outcome.exchange.get("status")) == outcome.got
        for exchange in outcome.further:
            compared = compares_status and "status" in exchange
            yield cls.of(
                replace(
                    outcome,
                    kind=_kind(exchange),
                    exchanges=(exchange,),
                    phase=exchange["attempts"][-1]["phase"],
                    expected=outcome.expected if compared else "",
                    got=str(exchange["status"]) if compared else "",
                )
            )

    @property
    def exchange(self) -> Mapping[str, Any]:
        """The exchange that it is about, as plain data; empty if there is none."""
        return self.outcome.exchange

    @property
    def has_succeeded(self) -> bool:
        """Whether its answer is a success."""
        return str(self.exchange.get("status", "")).startswith("2")

    @property
    def is_useless(self) -> bool:
        """Whether the answer is of no use, so that nothing else is worth saying of it. The content
        of an unexpected success can still be judged, but not a part of it that nobody asked for.
        """
        return bool(self.trouble) and (self.trouble[0] != "2" or self.trouble == _PART)

    @property
    def refusal(self) -> str:
        """The status of a refusal or redirect, such as 404; empty for others. 502 and 503 change
        from one request to the next and say no more than silence does.
        """
        return self.trouble if self.trouble[:1] in {"3", "4"} else ""

    @property
    def is_page(self) -> bool:
        """Whether it is about a page, and not about a file that a page needs."""
        return self.exchange.get("media_type") == "text/html"

    @property
    def page(self) -> str:
        """The title, or else the beginning, of the web page that came with a success; empty if none
        did.
        """
        excerpt = str(self.exchange.get("excerpt", ""))
        if not self.has_succeeded or not _PAGE.match(excerpt):
            return ""
        title = _TITLE.search(excerpt)
        return title[1] if title else excerpt[:_BEGINNING]

    @property
    def method(self) -> str:
        """The method of its request; GET where there is none."""
        return str(self.exchange.get("method", "GET"))

    @property
    def first_words(self) -> str:
        """The first line of its words."""
        return self.words.partition("\n")[0]

    @property
    def wants_no_page(self) -> bool:
        """Whether no web page belongs there: by the name of the file, or since its check wanted
        JSON, another media type, or nothing.
        """
        return (
            self.ending in _NO_PAGES
            or self.is_unwanted_success
            or _OTHER_TYPE.fullmatch(self.outcome.expected) is not None
            or self.outcome.aspect in {Aspect.JSON, Aspect.WEB_PAGE}
            or self.sent_as == "text/html"
        )

    @property
    def is_unwanted_success(self) -> bool:
        """Whether a success came where its check wanted none: 200 in place of 404, but not 203 in
        place of 200.
        """
        return self.trouble.startswith("2") and not self.outcome.expected.startswith("2")

    @property
    def has_other_shape(self) -> bool:
        """Whether the document that came is not what its check reads it as."""
        return self.outcome.kind == "schema" or self.outcome.aspect == Aspect.SHAPE

    @property
    def ending(self) -> str:
        """The ending of the name of the file that it is about; empty for none."""
        return file_signatures.ending(urlsplit(self.url).path)

    @property
    def sent_as(self) -> str:
        """The wrong media type that its file came under; empty if that is not what is wrong."""
        is_wrong = self.outcome.aspect == Aspect.MEDIA_TYPE and self.has_succeeded
        return str(self.exchange.get("media_type", "")) if is_wrong else ""

    @property
    def has_query(self) -> bool:
        """Whether its URL was asked for with nothing in its query but a nonce."""
        return "?" in str(self.exchange.get("url", "")) and "?" not in self.url

    @property
    def tells_what_came(self) -> bool:
        """Whether it says that something else came in place of the answer, or a damaged one: all
        else that is wrong with it follows from that.
        """
        is_other = self.outcome.aspect in {Aspect.SERVER_PAGE, Aspect.DAMAGE}
        return is_other or self.sent_as == "text/html"

    @property
    def found_in(self) -> str:
        """The URL of the answer that refers to the file that it is about; empty for none."""
        return lasting(str(self.exchange.get("found_in", "")))

    @property
    def edges(self) -> tuple[str, ...]:
        """The edges that its case connects to."""
        return tuple(v for name, v in self.outcome.values.items() if name.startswith(EDGE_OF))


class Replacement(StrEnum):
    """What came in place of several answers."""

    PAGE = "page"
    """One web page, such as a maintenance page or a login."""
    DOCUMENT = "document"
    """One JSON document, such as an error with 200."""
    MEDIA_TYPE = "media type"
    """Files of several kinds under one media type."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The symptoms of one fault.

    Attributes:
        core: those that show it themselves.
        attached: those of claims that read an answer which the core finds wrong.
        replacement: what came in place of all that the core is about; None for nothing.
        came: the same in words: the page's title, how the document begins, the media type.
    """

    core: list[Symptom]
    attached: list[Symptom] = field(default_factory=list)
    replacement: Replacement | None = None
    came: str = ""

    @property
    def symptoms(self) -> list[Symptom]:
        """All symptoms."""
        return [*self.core, *self.attached]


def lasting(text: str) -> str:
    """Return ``text`` with an ellipsis for each nonce of a run; without a query that is nothing
    else.
    """
    return re.sub(r"[?&]…?(?=$|[\s#])", "", _NONCE.sub("…", text))


def neutral(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with the case's values replaced by their names, and made-up ids by {id}."""
    text = ID.sub("{id}", text)
    for name, value in values.items():
        if value:
            text = re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", f"{{{name}}}", text)
    return text


def _place(url: str, outcome: Outcome) -> str:
    """Return ``url`` with the case's values replaced by their names, but for edges: each edge is
    asked for the URL of the origin, whose host may be one of them. The place of an empty value
    shows only in the declaration.
    """
    if "" in outcome.values.values():
        parts = urlsplit(url)
        for template in outcome.asked:
            path = filled = template.partition(":")[2]
            for name, value in outcome.values.items():
                filled = filled.replace(f"{{{name}}}", value)
            if filled == parts.path and path != filled:
                return urlunsplit(parts._replace(path=path))
    values = {name: v for name, v in outcome.values.items() if not name.startswith(EDGE_OF)}
    return neutral(url, values)


def _kind(exchange: Mapping[str, Any]) -> str:
    if "status" not in exchange:
        return str(exchange["attempts"][-1]["error"])
    return "redirect" if 300 <= exchange["status"] < 400 else "status"


def _trouble(outcome: Outcome) -> str:
    """Return the status of an answer that a check did not want, or why there is none to judge."""
    if outcome.kind in ABOUT_CONTENT or not outcome.exchanges:
        return ""
    return str(outcome.exchange["status"]) if has_wrong_status(outcome) else outcome.kind


def has_wrong_status(outcome: Outcome) -> bool:
    """Return whether there is an answer whose status is what is wrong."""
    return outcome.kind in {"status", "redirect"} and "status" in outcome.exchange
