"""The parts of a benchmark: each measures one thing and puts it into the results."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from . import floor, ledger, ours, schemas, tables, transport
from .deployment import CONCURRENCY, ROOT, Deployment, delayed, deployed
from .errors import BenchmarkError
from .naive import Naive
from .nginx import Asked
from .process import measure, require
from .results import FLOOR, NAIVE, NAIVE8, OURS, Results, Series


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. Of ``alone`` and ``parallel`` URLs a naive suite runs one;
    ``workers`` is what the parallel one divides them among.
    """

    repeat: int
    locales: int
    rtts: tuple[int, ...]
    ladder: tuple[int, ...]
    workers: int
    alone: int
    parallel: int
    files: int
    documents: int
    burst: int
    records: tuple[int, ...]


FULL: Final = Scale(
    repeat=3,
    locales=100,
    rtts=(0, 50),
    ladder=(25, 50, 100, 200, 400),
    workers=8,
    alone=40,
    parallel=10,
    files=2940,
    documents=98,
    burst=5000,
    records=(100, 1000, 10_000, 50_000),
)
QUICK: Final = Scale(
    repeat=1,
    locales=3,
    rtts=(5,),
    ladder=(3, 4, 5),
    workers=2,
    alone=10,
    parallel=10,
    files=100,
    documents=3,
    burst=200,
    records=(50, 100),
)

Say = Callable[[str], None]


@contextmanager
def _served(locales: int, rtts: tuple[int, ...], results: Results) -> Iterator[Deployment]:
    with deployed(locales, rtts) as deployment:
        results.measured_rtt.update({r: link.measured for r, link in deployment.links.items()})
        yield deployment


def proxy(scale: Scale, results: Results, say: Say) -> None:
    """What nginx and the delaying proxy can do, so that neither is what is measured."""
    with (
        _served(scale.locales, scale.rtts, results) as deployment,
        delayed(deployment.nginx.origin, 0) as undelayed,
    ):
        ways = {"nginx": deployment.nginx.origin, "through the proxy, no delay": undelayed}
        slow = deployment.links[scale.rtts[-1]]
        bound = f"{CONCURRENCY} at a time allow {1000 * CONCURRENCY / slow.rtt:,.0f}"
        ways[f"through the proxy, {slow.rtt} ms ({bound})"] = slow.content
        for number in range(scale.repeat):
            say(f"server and proxy {number + 1} of {scale.repeat}")
            for name, origin in ways.items():
                urls = [f"{origin}/robots.txt"] * scale.burst
                wall = floor.fetch(urls, deployment.folder).wall
                results.ceilings.setdefault(name, []).append(scale.burst / wall)


def full(scale: Scale, results: Results, say: Say) -> None:
    """Our run, the same URLs by curl, and the naive suites, at each round-trip time."""
    with _served(scale.locales, scale.rtts, results) as deployment:
        for number in range(scale.repeat):
            for rtt in scale.rtts:
                say(f"full run {number + 1} of {scale.repeat} at RTT {rtt} ms")
                asked = _ours(deployment, rtt, results)
                origin = deployment.links[rtt].content
                urls = [origin + each.path for each in asked if each.method == "GET"]
                usage = floor.fetch(urls, deployment.folder)
                _series(results, FLOOR, rtt).add(
                    usage.wall, usage.cpu, usage.peak, f"curl --parallel, {len(urls)} URLs"
                )
        for rtt in scale.rtts:
            _naive(deployment, rtt, asked, scale, results, say)


def _ours(deployment: Deployment, rtt: int, results: Results) -> tuple[Asked, ...]:
    run = ours.run(deployment, rtt)
    results.requests, results.claims = run.requests, run.claims
    note = f"{run.requests} requests"
    _series(results, OURS, rtt).add(run.usage.wall, run.usage.cpu, run.usage.peak, note)
    return run.asked


def _naive(
    deployment: Deployment,
    rtt: int,
    asked: tuple[Asked, ...],
    scale: Scale,
    results: Results,
    say: Say,
) -> None:
    origin = deployment.links[rtt].content
    # What was not modified for us is asked for plainly here, and so is 200.
    cases = [(200 if a.status == 304 else a.status, origin + a.path) for a in asked]
    suite = Naive(deployment.folder / f"naive{rtt}", cases)
    for name, workers, every in (
        (NAIVE8, scale.workers, scale.parallel),
        (NAIVE, 0, scale.alone),
    ):
        for number in range(scale.repeat):
            say(f"{name} {number + 1} of {scale.repeat} at RTT {rtt} ms")
            timed = suite.time(workers, every)
            shown = f"-n {workers}, " if workers else ""
            shown += f"{timed.cases} URLs"
            if timed.measured < timed.cases:
                shown += f", extrapolated from {timed.measured}"
            _series(results, name, rtt).add(timed.wall, 0.0, timed.peak, shown)


def scaling(scale: Scale, results: Results, say: Say) -> None:
    """Time and peak memory of our run by the number of locales, at RTT 0."""
    for locales in scale.ladder:
        with deployed(locales) as deployment:
            for number in range(scale.repeat):
                say(f"{locales} locales {number + 1} of {scale.repeat}")
                run = ours.run(deployment, 0)
                series = results.scaling.setdefault(locales, Series())
                usage = run.usage
                series.add(usage.wall, usage.cpu, usage.peak, f"{run.requests} requests")


def transports(scale: Scale, results: Results, say: Say) -> None:
    """Fetching the same small files over each transport, at each round-trip time."""
    with _served(scale.locales, scale.rtts, results) as deployment:
        asked = ours.run(deployment, scale.rtts[0]).asked
        paths = dict.fromkeys(each.path for each in asked if each.status == 200)
        chosen = list(paths)[: scale.files]
        for rtt in scale.rtts:
            urls = deployment.folder / f"urls{rtt}"
            origin = deployment.links[rtt].content
            urls.write_text("".join(f"{origin}{path}\n" for path in chosen), "utf-8")
            for name in transport.TRANSPORTS:
                needed = transport.NEEDED.get(name)
                if needed and importlib.util.find_spec(needed) is None:
                    say(f"{name}: left out, {needed} is not installed")
                    continue
                repeat = 1 if name in transport.ONCE else scale.repeat
                for number in range(repeat):
                    say(f"{name} {number + 1} of {repeat} at RTT {rtt} ms")
                    _transport(name, str(urls), len(chosen), rtt, results)


def _transport(name: str, urls: str, count: int, rtt: int, results: Results) -> None:
    command = [sys.executable, "-m", "benchmarks.transport", name, urls]
    usage = require(measure(command, ROOT, 300), name)
    try:
        found = json.loads(usage.output)
    except ValueError:
        raise BenchmarkError(f"{name}: said {usage.output[-500:]!r}") from None
    note = (
        f"{count} files"
        + (", once" if name in transport.ONCE else "")
        + (f", {found['wrong']} not answered" if found["wrong"] else "")
    )
    series = results.transports.setdefault((name, rtt), Series())
    series.add(found["wall"], found["cpu"], usage.peak, note)


def validators(scale: Scale, results: Results, say: Say) -> None:
    """The reference validator and, where installed, the faster one."""
    wanted = schemas.documents(scale.documents)
    judges = schemas.judges()
    if "jsonschema-rs" not in judges:
        say("jsonschema-rs: left out, it is not installed")
    for name, judge in judges.items():
        say(f"{name} {scale.repeat} times")
        for _ in range(scale.repeat):
            series = results.schemas.setdefault(name, Series())
            series.add(schemas.validate(judge, wanted), note=f"{len(wanted)} documents")


def records(scale: Scale, results: Results, say: Say) -> None:
    """What asks the records, with a few and with many of them, after the fetch."""
    for count in scale.records:
        say(f"writing {count:,} records")
        with ledger.written(count) as written:
            written.compile()
            for number in range(scale.repeat):
                say(f"asking them {number + 1} of {scale.repeat}")
                for name in ledger.COMMANDS:
                    usage = written.ask(name)
                    series = results.records.setdefault((name, count), Series())
                    series.add(usage.wall, usage.cpu, usage.peak, f"{count:,} records")


def _series(results: Results, name: str, rtt: int) -> Series:
    return results.runs.setdefault((name, rtt), Series())


SECTIONS: Final = {
    "proxy": (proxy, tables.ceilings),
    "full": (full, tables.runs),
    "scaling": (scaling, tables.scaling),
    "transports": (transports, tables.transports),
    "schemas": (validators, tables.schemas),
    "records": (records, tables.records),
}
"""By name: what measures, and what shows it."""
