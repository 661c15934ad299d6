"""Which recorded answers one change hits together, and of which kind of URL they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..fetch import Exchange, Probe, Tape, is_made_up

Values = Mapping[str, Mapping[str, str]]
"""The values of each item's case, by node id."""


@dataclass(frozen=True, slots=True)
class Target:
    """Recorded answers that change together.

    Attributes:
        kind: the kind of URL: its declaration, or its path with what a case fills in named.
        url: the URL without its query.
        exchanges: all exchanges with it, whatever their query, sample, edge and method; or the
            one exchange of a walk.
        readers: the node ids of the items that read one of them.
    """

    kind: str
    url: str
    exchanges: tuple[Exchange, ...]
    readers: frozenset[str]


def targets_of(tape: Tape, values: Values) -> list[Target]:
    """Return what can be changed of ``tape``: all that an item reads."""
    return [*_shared(tape, values), *_walked(tape)]


def _shared(tape: Tape, values: Values) -> Iterator[Target]:
    readers: defaultdict[Probe, set[str]] = defaultdict(set)
    for nodeid, probes in tape.readers.items():
        for probe in probes:
            readers[probe].add(nodeid)
    by_url: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for probe, exchange in tape.shared.items():
        if probe in readers and exchange.answer is not None:
            by_url[probe.origin, _without_query(probe.url)].append(exchange)
    for (_, url), exchanges in by_url.items():
        reading = frozenset().union(*(readers[exchange.probe] for exchange in exchanges))
        yield Target(_kind(exchanges, reading, values), url, tuple(exchanges), reading)


def _kind(exchanges: Sequence[Exchange], reading: Iterable[str], values: Values) -> str:
    """Return the declaration that asks for it; of what only pages need, its path."""
    probe = exchanges[0].probe
    declared = [e.probe.template for e in exchanges if ":" in e.probe.template]
    declared = [template for template in declared if not template.endswith("→")]
    if declared:
        return min(declared, key=len).replace("{*", "{")
    cases = [values.get(nodeid, {}) for nodeid in reading]
    segments = urlsplit(probe.url).path.split("/")
    return f"{probe.origin}:{'/'.join(_segment(segment, cases) for segment in segments)}"


def _segment(segment: str, cases: Sequence[Mapping[str, str]]) -> str:
    """Name the segment by the value that every case which reads it fills in."""
    names = (name for name, value in cases[0].items() if value == segment) if cases else iter(())
    for name in names:
        if all(case.get(name) == segment for case in cases):
            return f"{{{name}}}"
    return segment


def _walked(tape: Tape) -> Iterator[Target]:
    for nodeid, walk in tape.walks.items():
        seen: Counter[str] = Counter()
        for exchange in walk:
            probe = exchange.probe
            path = "/".join(
                "{id}" if is_made_up(segment) else segment
                for segment in urlsplit(probe.url).path.split("/")
            )
            kind = f"{probe.method} {probe.origin}:{path}"
            seen[kind] += 1
            number = f" ({seen[kind]})" if seen[kind] > 1 else ""
            if exchange.answer is not None:
                url = _without_query(probe.url)
                yield Target(kind + number, url, (exchange,), frozenset({nodeid}))


def _without_query(url: str) -> str:
    return url.partition("?")[0]
