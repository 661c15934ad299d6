"""The parts of a benchmark: each measures one thing and puts it into the results."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from typing import Final

from . import floor, full_runs, ledger, ours, schemas, start_up, tables, transport
from .delayed import delayed
from .deployment import ROOT, deployed
from .errors import BenchmarkError
from .full_runs import served
from .process import Usage, measure, require
from .results import CONCURRENCY, Results, Series
from .scale import Say, Scale


def proxy(scale: Scale, results: Results, say: Say) -> None:
    """What nginx and the delaying proxy can do, so that neither is what is measured."""
    with (
        served(scale, results) as deployment,
        delayed(deployment.nginx.origin, 0) as undelayed,
    ):
        ways = {"nginx": deployment.nginx.origin, "through the proxy, no delay": undelayed.origin}
        slow = deployment.links[scale.rtts[-1]]
        bound = f"{CONCURRENCY} at a time allow {1000 * CONCURRENCY / slow.rtt:,.0f}"
        ways[f"through the proxy, {slow.rtt} ms ({bound})"] = slow.content
        for number in range(scale.repeat):
            say(f"server and proxy {number + 1} of {scale.repeat}")
            for name, origin in ways.items():
                urls = [f"{origin}/robots.txt"] * scale.burst
                wall = floor.fetch(urls, deployment.folder).wall
                results.ceilings.setdefault(name, []).append(scale.burst / wall)


def scaling(scale: Scale, results: Results, say: Say) -> None:
    """Time and peak memory of our run by the number of locales, at RTT 0."""
    for locales in scale.ladder:
        with deployed(locales) as deployment:
            for number in range(scale.repeat):
                say(f"{locales} locales {number + 1} of {scale.repeat}")
                run = ours.run(deployment, deployment.links[0].environments[CONCURRENCY])
                series = results.scaling.setdefault(locales, Series())
                series.add(run.usage, f"{run.requests} requests")


def transports(scale: Scale, results: Results, say: Say) -> None:
    """Fetching the same small files over each transport, at each round-trip time."""
    with served(scale, results) as deployment:
        link = deployment.links[scale.rtts[0]]
        asked = ours.run(deployment, link.environments[CONCURRENCY]).asked
        paths = dict.fromkeys(request.path for request in asked if request.status == 200)
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
        measured = json.loads(usage.output)
    except ValueError:
        raise BenchmarkError(f"{name}: said {usage.output[-500:]!r}") from None
    note = (
        f"{count} files"
        + (", once" if name in transport.ONCE else "")
        + (f", {measured['wrong']} not answered" if measured["wrong"] else "")
    )
    series = results.transports.setdefault((name, rtt), Series())
    series.add(replace(usage, wall=measured["wall"], cpu=measured["cpu"]), note)


def validators(scale: Scale, results: Results, say: Say) -> None:
    """The reference validator and, where installed, the faster one."""
    samples = schemas.documents(scale.documents)
    judges = schemas.judges()
    if "jsonschema-rs" not in judges:
        say("jsonschema-rs: left out, it is not installed")
    for name, judge in judges.items():
        say(f"{name} {scale.repeat} times")
        for _ in range(scale.repeat):
            series = results.schemas.setdefault(name, Series())
            series.add(Usage(schemas.validate(judge, samples)), f"{len(samples)} documents")


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
                    series.add(usage, f"{count:,} records")


SECTIONS: Final = {
    "proxy": (proxy, tables.ceilings),
    "full": (full_runs.measure, tables.runs),
    "scaling": (scaling, tables.scaling),
    "transports": (transports, tables.transports),
    "schemas": (validators, tables.schemas),
    "records": (records, tables.records),
    "start-up": (start_up.measure, tables.starts),
}
"""By name: what measures, and what shows it."""
