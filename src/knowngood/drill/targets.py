"""Which recorded answers one change hits together, and of which kind of URL they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..fetch import SAFE_METHODS, Exchange, Probe, Tape, is_id, is_made_up, is_resource_group
from .url_kinds import step_kind

Params = Mapping[str, Sequence[str]]
"""The values of each param of the environment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Recorded answers that change together.

    Attributes:
        kind: the kind of URL: its declaration, or its path with what a case fills in named.
        url: the URL without its query.
        exchanges: all exchanges with it, whatever their query, sample, edge and method; or one
            step of a walk that writes there.
        readers: the node ids of the items that read one of them.
    """

    kind: str
    url: str
    exchanges: tuple[Exchange, ...]
    readers: frozenset[str]


@dataclass(slots=True)
class _Reading:
    """Who reads one URL, and what came."""

    exchanges: dict[Exchange, None] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)


def targets_of(tape: Tape, params: Params) -> list[Target]:
    """Return what can be changed of ``tape``: all that an item reads."""
    written = _written(tape)
    by_url: dict[str, _Reading] = defaultdict(_Reading)
    for nodeid, exchange in _read(tape, written):
        reading = by_url[without_query(exchange.probe.url)]
        reading.readers.add(nodeid)
        reading.exchanges.setdefault(exchange)
    shared = [
        Target(_kind(tuple(r.exchanges), params), url, tuple(r.exchanges), frozenset(r.readers))
        for url, r in by_url.items()
    ]
    return [*shared, *_steps(tape, written)]


def _read(tape: Tape, written: Container[str]) -> Iterator[tuple[str, Exchange]]:
    """Yield each answer that an item reads and that does not depend on what it wrote before."""
    for nodeid, probes in tape.readers.items():
        for exchange in (tape.shared.get(probe) for probe in probes):
            if exchange is not None and exchange.answer is not None:
                yield nodeid, exchange
        for exchange in tape.walks.get(nodeid, ()):
            read = exchange.answer is not None and exchange not in tape.swept
            if read and not _is_step(exchange, written):
                yield nodeid, exchange


def _steps(tape: Tape, written: Container[str]) -> Iterator[Target]:
    """Yield each answer of a walk that writes: what it gets depends on what it did before.

    Of the sweep, which nobody reads, only what it deleted.
    """
    folders = _folders_written_to(tape)
    for nodeid, walk in tape.walks.items():
        seen: Counter[tuple[str, str, str]] = Counter()
        for exchange in walk:
            if not _is_step(exchange, written):
                continue
            probe, place = exchange.probe, _place(exchange.probe, folders)
            seen[probe.method, place, probe.url] += 1
            if exchange.answer is not None:
                kind = step_kind(probe.method, place, seen[probe.method, place, probe.url])
                url = without_query(probe.url)
                yield Target(kind, url, (exchange,), frozenset({nodeid}))


def _folders_written_to(tape: Tape) -> set[str]:
    """Return the paths, with ids named, below which the walks put several documents by name: how
    one of these is called makes it no other kind.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for exchange in tape.sent:
        if exchange.probe.method == "PUT":
            folder, _, name = _path(exchange.probe).rpartition("/")
            names[folder].add(name)
    return {folder for folder in names if len(names[folder]) > 1}


def _written(tape: Tape) -> set[str]:
    """Return the URLs that a walk writes."""
    probes = (exchange.probe for exchange in tape.sent)
    return {without_query(probe.url) for probe in probes if probe.method not in SAFE_METHODS}


def _is_step(exchange: Exchange, written: Container[str]) -> bool:
    url = without_query(exchange.probe.url)
    return url in written or any(map(is_made_up, urlsplit(url).path.split("/")))


def _place(probe: Probe, folders: Container[str]) -> str:
    """Return the kind of URL of what a walk asks for."""
    path = _path(probe)
    folder = path.rpartition("/")[0]
    path = f"{folder}/{{id}}" if folder in folders else path
    return f"{probe.origin}:{path}"


def _path(probe: Probe) -> str:
    """Return the path of what a walk asks for, with ids named."""
    segments = urlsplit(probe.url).path.split("/")
    return "/".join("{id}" if is_id(segment) else segment for segment in segments)


def _kind(exchanges: Sequence[Exchange], params: Params) -> str:
    """Return the declaration that asks for it; of what none asks for by itself, its path."""
    templates = [exchange.probe.template for exchange in exchanges if not exchange.probe.in_walk]
    declared = [template for template in templates if not is_resource_group(template)]
    if declared:
        return min(declared, key=len).replace("{*", "{")
    probe = exchanges[0].probe
    segments = urlsplit(probe.url).path.split("/")
    return f"{probe.origin}:{'/'.join(_segment(segment, params) for segment in segments)}"


def _segment(segment: str, params: Params) -> str:
    """Return a segment of a path; of one that a param fills in, its name: of the largest param."""
    several = {name: values for name, values in params.items() if len(values) > 1}
    names = [name for name, values in several.items() if segment and segment in values]
    name = max(names, key=lambda name: len(params[name]), default="")
    return f"{{{name}}}" if name else segment


def without_query(url: str) -> str:
    """Return a URL up to its query."""
    return url.partition("?")[0]
