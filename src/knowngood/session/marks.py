"""Read marks into templates of probes.

    @pytest.mark.get("content:/{locale}/js/config.json?{nonce}", samples=3)

A URL is ``ORIGIN:/path``. Fields in braces are the environment's params: ``{locale}`` makes one
case for each value, ``{*page}`` asks for all values within one case. Beside them there are
``alias`` and ``target`` (one case for each entry of [aliases]), ``nonce`` (new for every run and
sample) and ``release`` (a whole URL: where [release] says the version document is).

:mod:`.cases` fills the fields in.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ..safety import UsageError

if TYPE_CHECKING:
    from _pytest.mark import Mark

READS: Final = ("get", "head", "browser")
"""The marks that declare a probe."""

BROWSER: Final = "browser"
"""The mark of a page that a browser opens."""

_OPTIONS: Final = {"samples", "follow", "resources", "varies", "headers", "within", "unpublished"}
_OF_BROWSER: Final = {"sample", "headers"}

NAMESPACE: Final = "secrets."
"""How a field begins that stands for a secret, in the value of a header."""


class BadMark(UsageError):
    """A mark that cannot be turned into probes; the message says why."""


@dataclass(frozen=True, slots=True)
class ProbeTemplate:
    """One URL of a ``get`` or ``head`` mark, not yet filled in.

    Attributes:
        url: ``ORIGIN:/path`` with fields in braces.
        method: ``GET`` or ``HEAD``.
        samples: how many times to ask.
        follow: whether to follow redirects.
        resources: whether to ask for what the page needs, too.
        varies: whether the body may differ from answer to answer.
        unpublished: whether nobody may fetch it.
        headers: what is sent beside the usual headers; values may hold fields, too, and
            ``{secrets.NAME}``.
        within: seconds within which the answer must be right.
        sample: how many of the cases are drawn; 0 for all.
    """

    url: str
    method: str
    samples: int = 1
    follow: bool = False
    resources: bool = False
    varies: bool = False
    unpublished: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    within: float = 0.0
    sample: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """The names in braces, in order; those that ask for all values begin with ``*``."""
        return tuple(name for name in self._names if not name.startswith(NAMESPACE))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that its headers hold."""
        return tuple(
            name.removeprefix(NAMESPACE) for name in self._names if name.startswith(NAMESPACE)
        )

    @property
    def _names(self) -> tuple[str, ...]:
        texts = (self.url, *(value for _, value in self.headers))
        return tuple(name for text in texts for name in _names_in(text))


@lru_cache(1024)  # each case of a check asks
def _names_in(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name)


def templates_in(marks: Iterable[Mark]) -> tuple[ProbeTemplate, ...]:
    """Return the probes that these marks declare, in the order of the source: pytest gives the last
    mark of a function first. Raises BadMark.
    """
    templates = []
    for mark in reversed(list(marks)):
        if mark.name not in READS:
            continue
        allowed = _OF_BROWSER if mark.name == BROWSER else _OPTIONS
        unknown = set(mark.kwargs) - allowed
        if unknown:
            raise BadMark(
                f"mark {mark.name}: unknown option {', '.join(sorted(unknown))}; "
                f"allowed: {', '.join(sorted(allowed))}"
            )
        samples = mark.kwargs.get("samples", 1)
        if not mark.args or not all(isinstance(url, str) for url in mark.args):
            raise BadMark(f'mark {mark.name}: expected URLs such as "content:/robots.txt"')
        if not isinstance(samples, int) or not 1 <= samples <= 100:
            raise BadMark(f"mark {mark.name}: samples={samples!r}; expected 1 to 100")
        options = {**mark.kwargs, "headers": _headers(mark), "within": _within(mark)}
        if mark.name == BROWSER:
            options |= {"sample": _sample(mark), "follow": True, "resources": True}
        for text in (*mark.args, *(value for _, value in options["headers"])):
            _refuse_bad_template(text)
        method = "HEAD" if mark.name == "head" else "GET"
        templates += [ProbeTemplate(url, method, **options) for url in mark.args]
    return tuple(templates)


def _headers(mark: Mark) -> tuple[tuple[str, str], ...]:
    headers = mark.kwargs.get("headers", {})
    if not isinstance(headers, Mapping) or not all(map(_is_header, headers.items())):
        raise BadMark(
            f"mark {mark.name}: headers={headers!r}; expected a dict such as "
            '{"Authorization": "Bearer {secrets.token}"}, in printable ASCII'
        )
    return tuple(headers.items())


def _is_header(pair: tuple[object, object]) -> bool:
    return all(isinstance(text, str) and text.isascii() and text.isprintable() for text in pair)


def _within(mark: Mark) -> float:
    within = mark.kwargs.get("within", 0.0)
    if isinstance(within, bool) or not isinstance(within, int | float) or not 0 <= within <= 3600:
        raise BadMark(f"mark {mark.name}: within={within!r}; expected seconds, from 0 to 3600")
    return float(within)


def _sample(mark: Mark) -> int:
    sample = mark.kwargs.get("sample", 0)
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 0 or len(mark.args) != 1:
        raise BadMark(
            f"mark {mark.name}: expected one URL, and sample=N for N of its cases; "
            f"found {', '.join([*map(repr, mark.args), f'sample={sample!r}'])}"
        )
    return sample


def reason_and_end(mark: Mark) -> tuple[str, date]:
    """Return what an ``advisory`` mark says: why, and the last day. Raises BadMark."""
    expected = 'expected reason="…", until="2026-12-31"'
    if mark.args or set(mark.kwargs) != {"reason", "until"}:
        arguments = [*map(repr, mark.args), *mark.kwargs]
        raise BadMark(f"mark advisory: found {', '.join(arguments) or 'nothing'}; {expected}")
    reason, until = mark.kwargs["reason"], mark.kwargs["until"]
    try:
        day = until if type(until) is date else date.fromisoformat(until)
    except (TypeError, ValueError):
        raise BadMark(f"mark advisory: found until={until!r}; {expected}") from None
    if not isinstance(reason, str) or not reason.strip():
        raise BadMark(f"mark advisory: found reason={reason!r}; {expected}")
    return reason, day


def _refuse_bad_template(url: str) -> None:
    try:
        fields = [part for part in string.Formatter().parse(url) if part[1] is not None]
    except ValueError as error:
        raise BadMark(f"{url!r}: {error}; a brace of the URL's own is written twice") from None
    if any(not name or spec or conversion for _, name, spec, conversion in fields):
        raise BadMark(f"{url!r}: expected fields such as {{locale}} or {{*page}}")
