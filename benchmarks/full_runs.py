"""Our full run beside curl, hurl and the naive suites, all of which ask for the same URLs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from . import floor, hurl, ours
from .deployment import Deployment, deployed
from .naive import Naive
from .nginx import Asked
from .process import Usage
from .results import CONCURRENCY, FLOOR, HURL, NAIVE, NAIVE8, OURS, OURS2, Results, at_once
from .scale import Say, Scale


@contextmanager
def served(scale: Scale, results: Results) -> Iterator[Deployment]:
    """Serve a deployment of this scale, and note the round-trip times that were measured."""
    with deployed(scale.locales, scale.rtts, scale.at_once) as deployment:
        results.measured_rtt.update({r: link.measured for r, link in deployment.links.items()})
        yield deployment


def measure(scale: Scale, results: Results, say: Say) -> None:
    """Our run, the same URLs by curl and hurl, and the naive suites, at each round-trip time."""
    if not hurl.is_installed():
        say("hurl: left out, it is not on PATH")
    with served(scale, results) as deployment:
        for number in range(scale.repeat):
            for rtt in scale.rtts:
                say(f"full run {number + 1} of {scale.repeat} at RTT {rtt} ms")
                asked = _beside_the_floor(deployment, rtt, CONCURRENCY, results)
                if hurl.is_installed():
                    _hurl(deployment, rtt, _cases(deployment, rtt, asked), results)
                say(f"full run {number + 1} of {scale.repeat} over TLS at RTT {rtt} ms")
                _over_tls(deployment, rtt, results)
            for count in scale.at_once:
                if count != CONCURRENCY:
                    say(f"full run {number + 1} of {scale.repeat}, {count} at a time")
                    _beside_the_floor(deployment, scale.rtts[-1], count, results)
            say(f"full run {number + 1} of {scale.repeat} in two processes")
            _in_two_processes(deployment, scale.rtts[0], results)
        for rtt in scale.rtts:
            _naive(deployment, rtt, _cases(deployment, rtt, asked), scale, results, say)


def _beside_the_floor(
    deployment: Deployment, rtt: int, count: int, results: Results
) -> tuple[Asked, ...]:
    """Measure our run with ``count`` requests at once, and curl; return what nginx was asked."""
    link = deployment.links[rtt]
    link.in_flight()
    run = ours.run(deployment, link.environments[count])
    results.requests, results.claims = run.requests, run.claims
    note = f"{run.requests} requests"
    series = results.series(at_once(OURS, count), rtt)
    series.add(run.usage, note, link.in_flight())
    urls = [link.content + request.path for request in run.asked if request.method == "GET"]
    usage = floor.fetch(urls, deployment.folder, count)
    note = f"curl --parallel, {len(urls)} URLs"
    series = results.series(at_once(FLOOR, count), rtt)
    series.add(usage, note, link.in_flight())
    return run.asked


def _over_tls(deployment: Deployment, rtt: int, results: Results) -> None:
    """Measure our run over TLS by each version of HTTP, and curl."""
    link, trusted = deployment.links[rtt], str(deployment.nginx.ca)
    for http, environment in link.secure_environments.items():
        run = ours.run(deployment, environment)
        series = results.series(f"{OURS}, TLS, HTTP/{http}", rtt)
        note = f"{run.requests} requests"
        series.add(run.usage, note)
        urls = [link.secure + request.path for request in run.asked if request.method == "GET"]
        usage = floor.fetch(urls, deployment.folder, http=http, ca=trusted)
        series = results.series(f"{FLOOR}, TLS, HTTP/{http}", rtt)
        series.add(usage, f"curl --parallel, {len(urls)} URLs")


def _in_two_processes(deployment: Deployment, rtt: int, results: Results) -> None:
    """Measure our run with ``-n 2``."""
    environment = deployment.links[rtt].environments[CONCURRENCY]
    run = ours.run(deployment, environment, workers=2)
    note = f"-n 2, {run.requests} requests"
    results.series(OURS2, rtt).add(run.usage, note)


def _cases(deployment: Deployment, rtt: int, asked: Sequence[Asked]) -> list[tuple[int, str]]:
    """Return status and URL of what our run asked for. What was not modified for us is asked for
    plainly by others, and so is 200.
    """
    origin = deployment.links[rtt].content
    return [
        (200 if request.status == 304 else request.status, origin + request.path)
        for request in asked
        if request.method == "GET"
    ]


def _hurl(
    deployment: Deployment, rtt: int, cases: Sequence[tuple[int, str]], results: Results
) -> None:
    link = deployment.links[rtt]
    link.in_flight()
    usage = hurl.run(cases, deployment.folder)
    note = f"hurl --parallel, {len(cases)} URLs, status asserted"
    series = results.series(HURL, rtt)
    series.add(usage, note, link.in_flight())


def _naive(
    deployment: Deployment,
    rtt: int,
    cases: Sequence[tuple[int, str]],
    scale: Scale,
    results: Results,
    say: Say,
) -> None:
    suite = Naive(deployment.folder / f"naive{rtt}", cases)
    for name, workers, every in (
        (NAIVE8, scale.workers, scale.parallel),
        (NAIVE, 0, scale.alone),
    ):
        for number in range(scale.repeat):
            say(f"{name} {number + 1} of {scale.repeat} at RTT {rtt} ms")
            timed = suite.time(workers, every)
            note = f"-n {workers}, " if workers else ""
            note += f"{timed.cases} URLs"
            if timed.measured < timed.cases:
                note += f", extrapolated from {timed.measured}"
            results.series(name, rtt).add(Usage(timed.wall, peak=timed.peak), note)
