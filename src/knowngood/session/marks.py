"""What checks declare: marks turned into probes.

    @pytest.mark.get("content:/{locale}/js/config.json?{nonce}", samples=3)

A URL is ``ORIGIN:/path``. Fields in braces are the environment's params: ``{locale}`` makes one
case for each value, ``{*page}`` asks for all values within one case. Beside them there are
``alias`` and ``target`` (one case for each entry of [aliases]), ``nonce`` (new for every run and
sample) and ``release`` (a whole URL: where [release] says the version document is).

Where an origin has [edges], each case is made once for each of them.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from ..environment import BUILT_IN, PAIRED, Environment
from ..fetch import PlannedProbe, Probe
from ..safety import UsageError

if TYPE_CHECKING:
    from _pytest.mark import Mark

READS: Final = ("get", "head")
"""The marks that declare a probe."""

_OPTIONS: Final = {"samples", "follow", "resources", "varies", "headers", "within"}

_NAMESPACE: Final = "secrets."
"""How a field begins that stands for a secret, in the value of a header."""


class BadMark(UsageError):
    """A mark that cannot be turned into probes; the message says why."""


@dataclass(frozen=True, slots=True)
class ProbeTemplate:
    """One URL of a ``get`` or ``head`` mark, not yet filled in.

    Attributes:
        template: ``ORIGIN:/path`` with fields in braces.
        method: ``GET`` or ``HEAD``.
        samples: how many times to ask.
        follow: whether to follow redirects.
        resources: whether to ask for what the page needs, too.
        varies: whether the body may differ from answer to answer.
        headers: what is sent beside the usual headers; values may hold fields, too, and
            ``{secrets.NAME}``.
        within: seconds that the answer may take to come right.
    """

    template: str
    method: str
    samples: int = 1
    follow: bool = False
    resources: bool = False
    varies: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    within: float = 0.0

    @property
    def fields(self) -> tuple[str, ...]:
        """The names in braces, in order; those that ask for all values begin with ``*``."""
        return tuple(name for name in self._names if not name.startswith(_NAMESPACE))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that its headers hold."""
        return tuple(
            name.removeprefix(_NAMESPACE) for name in self._names if name.startswith(_NAMESPACE)
        )

    @property
    def _names(self) -> Iterator[str]:
        for text in (self.template, *(value for _, value in self.headers)):
            yield from (name for _, name, _, _ in string.Formatter().parse(text) if name)


@dataclass(frozen=True, slots=True)
class Case:
    """One way to fill in a check's fields.

    Attributes:
        values: the value of each field.
        edges: the edge to connect to, for each origin.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        if name not in self.values:
            fields = ", ".join(self.values) or "none"
            raise BadMark(f"the case has no field {name!r}; the marks of the check have: {fields}")
        return self.values[name]

    @property
    def id(self) -> str:
        """How the case shows in a node id: ``fr``."""
        return "-".join((*self.values.values(), *self.edges.values()))


def templates_of(marks: Iterable[Mark]) -> tuple[ProbeTemplate, ...]:
    """Return the URLs that these marks declare. Raises BadMark for a mark that is no use."""
    templates = []
    for mark in marks:
        if mark.name not in READS:
            continue
        unknown = set(mark.kwargs) - _OPTIONS
        if unknown:
            raise BadMark(
                f"mark {mark.name}: unknown option {', '.join(sorted(unknown))}; "
                f"allowed: {', '.join(sorted(_OPTIONS))}"
            )
        samples = mark.kwargs.get("samples", 1)
        if not mark.args or not all(isinstance(url, str) for url in mark.args):
            raise BadMark(f'mark {mark.name}: expected URLs such as "content:/robots.txt"')
        if not isinstance(samples, int) or not 1 <= samples <= 100:
            raise BadMark(f"mark {mark.name}: samples={samples!r}; expected 1 to 100")
        options = {**mark.kwargs, "headers": _headers(mark), "within": _within(mark)}
        for text in (*mark.args, *(value for _, value in options["headers"])):
            _refuse_bad_template(text)
        templates += [ProbeTemplate(url, mark.name.upper(), **options) for url in mark.args]
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


def reason_and_end(mark: Mark) -> tuple[str, date]:
    """Return what an ``advisory`` mark says: why, and the last day. Raises BadMark."""
    expected = 'expected reason="…", until="2026-12-31"'
    if mark.args or set(mark.kwargs) != {"reason", "until"}:
        given = [*map(repr, mark.args), *mark.kwargs]
        raise BadMark(f"mark advisory: found {', '.join(given) or 'nothing'}; {expected}")
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


def inapplicable(asks: Sequence[ProbeTemplate], environment: Environment) -> str | None:
    """Return why ``environment`` has nothing that these ask for; None where it has.

    Raises BadMark for a field or URL that no environment could fill in.
    """
    for ask in asks:
        _refuse_unknown_fields(ask, environment)
        if "release" in ask.fields and environment.release is None:
            return "the environment has no [release]"
        if PAIRED & set(ask.fields) and not environment.aliases:
            return "the environment has no [aliases]"
        origin = origin_of(ask, environment)
        if origin not in environment.origins:
            return f"the environment has no origin called {origin}"
    return None


def _refuse_unknown_fields(ask: ProbeTemplate, environment: Environment) -> None:
    for name in ask.fields:
        if name not in BUILT_IN and name.removeprefix("*") not in environment.params:
            known = sorted({*environment.params, *BUILT_IN})
            raise BadMark(
                f"{ask.template!r}: unknown field {{{name}}}; "
                f"{environment.path.name} and the engine have: {', '.join(known)}"
            )
    for name in ask.secrets:
        if name not in environment.secrets:
            known = sorted(environment.secrets)
            raise BadMark(
                f"{ask.template!r}: unknown secret {{{_NAMESPACE}{name}}}; "
                f"[secrets] of {environment.path.name} has: {', '.join(known) or 'none'}"
            )


def origin_of(ask: ProbeTemplate, environment: Environment) -> str:
    """Return the name of the origin that ``ask`` goes to. Raises BadMark."""
    return _filled(ask, {}, environment, "").partition(":")[0]


def cases(
    asks: Sequence[ProbeTemplate], environment: Environment, walks: Sequence[str] = ()
) -> list[Case]:
    """Return every way to fill in the fields of ``asks``, at every edge that their origins and
    those in ``walks`` have.
    """
    names = list(dict.fromkeys(name for ask in asks for name in ask.fields))
    axes: list[list[dict[str, str]]] = [
        [{name: value} for value in environment.params[name]]
        for name in names
        if name not in BUILT_IN and not name.startswith("*")
    ]
    if PAIRED & set(names):
        axes.append([{"alias": a, "target": t} for a, t in environment.aliases.items()])
    origins = dict.fromkeys((*(origin_of(ask, environment) for ask in asks), *walks))
    return [
        Case({key: value for part in parts for key, value in part.items()}, edges)
        for edges in _edges(origins, environment)
        for parts in itertools.product(*axes)
    ]


def _edges(origins: Iterable[str], environment: Environment) -> list[dict[str, str]]:
    """Return every choice of an edge for each of these origins."""
    names = [name for name in origins if name in environment.edges]
    choices = itertools.product(*(environment.edges[name] for name in names))
    return [dict(zip(names, choice, strict=True)) for choice in choices]


def plan(
    asks: Sequence[ProbeTemplate], case: Case, environment: Environment, run_id: str
) -> tuple[PlannedProbe, ...]:
    """Return the probes of one case as declared, the samples of each URL together."""
    return tuple(
        _planned(ask, sample, {**case.values, **values}, case.edges, environment, run_id)
        for ask in asks
        for values in _all_values(ask, environment)
        for sample in range(1, ask.samples + 1)
    )


def _all_values(ask: ProbeTemplate, environment: Environment) -> Iterator[dict[str, str]]:
    """Yield every way to fill in the fields that ask for all values within a case."""
    starred = [name for name in ask.fields if name.startswith("*")]
    axes = [environment.params[name.removeprefix("*")] for name in starred]
    for values in itertools.product(*axes):
        yield dict(zip(starred, values, strict=True))


def _planned(
    ask: ProbeTemplate,
    sample: int,
    values: Mapping[str, str],
    edges: Mapping[str, str],
    environment: Environment,
    run_id: str,
) -> PlannedProbe:
    filled = _filled(ask, values, environment, f"{run_id}-{sample}")
    origin, _, path = filled.partition(":")
    probe = Probe(
        origin=origin,
        url=environment.origins[origin] + path,
        method=ask.method,
        sample=sample,
        follow=ask.follow,
        template=ask.template.partition("?")[0],
        address=edges.get(origin, ""),
        fresh="release" in ask.fields,
        varies=ask.varies,
        headers=_filled_headers(ask, {**values, "nonce": f"{run_id}-{sample}"}, environment),
    )
    return PlannedProbe(probe, ask.resources, ask.within)


def _filled_headers(
    ask: ProbeTemplate, values: Mapping[str, str], environment: Environment
) -> tuple[tuple[str, str], ...]:
    known = {**values, "secrets": SimpleNamespace(**environment.secrets)}
    return tuple((name, value.format_map(known)) for name, value in ask.headers)


def _filled(
    ask: ProbeTemplate, values: Mapping[str, str], environment: Environment, nonce: str
) -> str:
    release = environment.release.url if environment.release else ""
    known = {name: name for name in ask.fields} | {"nonce": nonce, "release": release}
    url = ask.template.format_map({**known, **values})
    origin, colon, path = url.partition(":")
    if not colon or not origin or not path.startswith("/"):
        raise BadMark(f'{ask.template!r}: expected "ORIGIN:/path"')
    return url
