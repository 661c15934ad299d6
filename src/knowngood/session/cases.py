"""Fill in what a check's marks declare: its cases, and the probes of each.

An origin with [edges] gets each case once for each edge.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace

from ..environment import BUILT_IN, PAIRED, Environment, known_origins
from ..fetch import PlannedProbe, Probe
from .marks import NAMESPACE, BadMark, ProbeTemplate


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


def lacking(
    templates: Sequence[ProbeTemplate], environment: Environment, origins: Sequence[str] = ()
) -> str:
    """Return what ``environment`` lacks that these templates and ``origins`` need; empty if it has
    all.

    Raises BadMark for a field, URL or origin that no environment has.
    """
    for template in templates:
        _refuse_unknown_fields(template, environment)
    reasons = [_lacking(template, environment) for template in templates]
    reasons += [_without_origin(origin, environment) for origin in origins]
    return next(filter(None, reasons), "")


def _lacking(template: ProbeTemplate, environment: Environment) -> str:
    if "release" in template.fields and environment.release is None:
        return "the environment has no [release]"
    if PAIRED & set(template.fields) and not environment.aliases:
        return "the environment has no [aliases]"
    for name in (name.removeprefix("*") for name in template.fields if name not in BUILT_IN):
        if not environment.params[name]:
            return f"the environment's list {name} is empty"
    return _without_origin(_origin(template, environment), environment)


def _without_origin(origin: str, environment: Environment) -> str:
    """Return that there is no such origin; empty if there is. Raises BadMark where no environment
    has it: the check would run nowhere.
    """
    if origin in environment.origins:
        return ""
    known = known_origins(environment)
    if origin not in known:
        raise BadMark(
            f"no environment file declares an origin called {origin!r}, so the check would run "
            f"nowhere; declared are: {', '.join(sorted(known))}"
        )
    return f"the environment has no origin called {origin}"


def _refuse_unknown_fields(template: ProbeTemplate, environment: Environment) -> None:
    for name in template.fields:
        if name not in BUILT_IN and name.removeprefix("*") not in environment.params:
            known = sorted({*environment.params, *BUILT_IN})
            raise BadMark(
                f"{template.url!r}: unknown field {{{name}}}; "
                f"{environment.path.name} and the engine have: {', '.join(known)}"
            )
    for name in template.secrets:
        if name not in environment.secrets:
            known = sorted(environment.secrets)
            raise BadMark(
                f"{template.url!r}: unknown secret {{{NAMESPACE}{name}}}; "
                f"[secrets] of {environment.path.name} has: {', '.join(known) or 'none'}"
            )


def _origin(template: ProbeTemplate, environment: Environment) -> str:
    """Return the name of the origin of a template. Raises BadMark."""
    return _filled(template, {}, environment, "").partition(":")[0]


def all_cases(
    templates: Sequence[ProbeTemplate],
    environment: Environment,
    client_origins: Sequence[str] = (),
    seed: str = "",
) -> list[Case]:
    """Return every way to fill in the fields of ``templates``, at every edge of their origins and
    of ``client_origins``. If a mark wants a sample, draw it by ``seed``.
    """
    names = list(dict.fromkeys(name for template in templates for name in template.fields))
    axes: list[list[dict[str, str]]] = [
        [{name: value} for value in environment.params[name]]
        for name in names
        if name not in BUILT_IN and not name.startswith("*")
    ]
    if PAIRED & set(names):
        axes.append([{"alias": a, "target": t} for a, t in environment.aliases.items()])
    declared = [_origin(template, environment) for template in templates]
    origins = dict.fromkeys((*declared, *client_origins))
    filled_in = [
        Case({key: value for part in parts for key, value in part.items()}, edges)
        for edges in _edges(origins, environment)
        for parts in itertools.product(*axes)
    ]
    sample = max((template.sample for template in templates), default=0)
    return _drawn(filled_in, sample, seed) if 0 < sample < len(filled_in) else filled_in


def _drawn(cases: Sequence[Case], sample: int, seed: str) -> list[Case]:
    """Return ``sample`` of the cases in their order, the same in every process of a run.

    Draw the case whose values were drawn least often: a few of many locales then have each kind of
    page.
    """
    chance = Random(seed)  # noqa: S311 - no secret
    unordered = chance.sample(range(len(cases)), len(cases))
    counts: Counter[tuple[str, str]] = Counter()
    drawn: list[int] = []
    for _ in range(sample):
        rarest = min(
            unordered, key=lambda number: sum(counts[pair] for pair in _pairs(cases[number]))
        )
        unordered.remove(rarest)
        drawn.append(rarest)
        counts.update(_pairs(cases[rarest]))
    return [cases[number] for number in sorted(drawn)]


def _pairs(case: Case) -> tuple[tuple[str, str], ...]:
    return (*case.values.items(), *case.edges.items())


def _edges(origins: Iterable[str], environment: Environment) -> list[dict[str, str]]:
    """Return every choice of an edge for each of these origins."""
    names = [name for name in origins if name in environment.edges]
    choices = itertools.product(*(environment.edges[name] for name in names))
    return [dict(zip(names, choice, strict=True)) for choice in choices]


def plan(
    templates: Sequence[ProbeTemplate], case: Case, environment: Environment, run_id: str
) -> tuple[PlannedProbe, ...]:
    """Return the probes of one case as declared, the samples of each URL together."""
    return tuple(
        _planned(template, sample, {**case.values, **values}, case.edges, environment, run_id)
        for template in templates
        for values in _all_values(template, environment)
        for sample in range(1, template.samples + 1)
    )


def _all_values(template: ProbeTemplate, environment: Environment) -> Iterator[dict[str, str]]:
    """Yield every way to fill in the fields that take all values within one case."""
    starred = [name for name in template.fields if name.startswith("*")]
    axes = [environment.params[name.removeprefix("*")] for name in starred]
    for values in itertools.product(*axes):
        yield dict(zip(starred, values, strict=True))


def _planned(
    template: ProbeTemplate,
    sample: int,
    values: Mapping[str, str],
    edges: Mapping[str, str],
    environment: Environment,
    run_id: str,
) -> PlannedProbe:
    filled = _filled(template, values, environment, f"{run_id}-{sample}")
    origin, _, path = filled.partition(":")
    probe = Probe(
        origin=origin,
        url=environment.origins[origin] + path,
        method=template.method,
        sample=sample,
        follow=template.follow,
        template=template.url.partition("?")[0],
        address=edges.get(origin, ""),
        fresh="release" in template.fields,
        varies=template.varies,
        unpublished=template.unpublished,
        headers=_filled_headers(template, {**values, "nonce": f"{run_id}-{sample}"}, environment),
    )
    return PlannedProbe(probe, template.resources, template.within)


def _filled_headers(
    template: ProbeTemplate, values: Mapping[str, str], environment: Environment
) -> tuple[tuple[str, str], ...]:
    known = {**values, "secrets": SimpleNamespace(**environment.secrets)}
    return tuple((name, value.format_map(known)) for name, value in template.headers)


def _filled(
    template: ProbeTemplate, values: Mapping[str, str], environment: Environment, nonce: str
) -> str:
    release = environment.release.url if environment.release else ""
    known = {name: name for name in template.fields} | {"nonce": nonce, "release": release}
    url = template.url.format_map({**known, **values})
    origin, colon, path = url.partition(":")
    if not colon or not origin or not path.startswith("/"):
        raise BadMark(f'{template.url!r}: expected "ORIGIN:/path"')
    return url
