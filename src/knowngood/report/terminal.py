"""Write what a person reads at the end of a run, or of a fold of several places."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..safety import and_more, listed, one_line, plural
from ..verdict import EXIT_CODES, VerdictKind
from ..verdict.decide import Verdict
from ..verdict.run_results import RunResults
from . import cause_block
from .wording import UNSTEADY, attempts_words, certificate_warnings, result_word

_BLOCKS_SHOWN = 20
_DRAWN = 12  # cases of a sample that a line names


def write(
    reporter: Any, verdict: Verdict, results: RunResults, seconds: float, trouble: Iterable[str]
) -> None:
    """Write claims (not with ``-q``), causes and the verdict to pytest's terminal reporter.

    ``seconds`` is how long the run took, ``trouble`` what went wrong with other reports.
    """
    if reporter.config.get_verbosity() >= 0:
        reporter.section(f"{results.environment.name}: claims", sep="-")
        for held, line in claims(verdict, results):
            reporter.write_line(line, red=not held)
    blocks = [*_unreadable(results), *cause_blocks(verdict)]
    if blocks:
        reporter.section("causes", sep="-")
    for block in blocks:
        reporter.write_line("\n".join(block) + "\n")
    reporter.section(f"{results.environment.name}: verdict", sep="-")
    *others, last = summary(verdict, results, seconds)
    for line in others:
        reporter.write_line(line)
    for line in trouble:
        reporter.write_line(one_line(line, 300), red=True)
    colour = {VerdictKind.PASSED: "green", VerdictKind.FAILED: "red"}.get(verdict.kind, "yellow")
    reporter.write_line(last, bold=True, **{colour: True})


def claims(verdict: Verdict, results: RunResults) -> Iterator[tuple[bool, str]]:
    """Yield for each claim whether it holds, and a line with how many of its cases hold."""
    for check, claim in results.claims.items():
        unsteady = verdict.judged.has_unsteady(claim.asked)
        held = claim.ran - claim.bad - claim.skipped
        counted = f"{claim.ran}" if held == claim.ran else f"{held}/{claim.ran}"
        word = result_word(claim.bad, verdict.advisory_cases(check), unsteady=unsteady)
        word = "skip" if claim.skipped and word != "FAIL" else word
        note = UNSTEADY if unsteady else ""
        drawn = results.collected.drawn.get(check, [])
        note += f" (drawn: {listed(drawn, _DRAWN)})" if drawn else ""
        yield word != "FAIL", f"{word:<4} {counted:>7}  {claim.title or check}{note}"
    for check, why in results.collected.inapplicable.items():
        yield True, f"n/a           {check}: {why}"


def cause_blocks(verdict: Verdict) -> Iterator[list[str]]:
    """Yield a block of lines for each cause, confirmed ones first."""
    yield from _blocks_of([cause.to_json() for cause in verdict.causes])


def _blocks_of(causes: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield a block of lines for each of the first causes, and how many are left."""
    for cause in causes[:_BLOCKS_SHOWN]:
        yield cause_block.lines(cause)
    if more := and_more(len(causes) - _BLOCKS_SHOWN, "; --verdict-file has all"):
        yield more


def _unreadable(results: RunResults) -> Iterator[list[str]]:
    """Yield a block for each unreadable file of checks: its name and the error's last lines."""
    for name, text in results.unreadable[:_BLOCKS_SHOWN]:
        last_lines = [line for line in text.splitlines() if line.strip()][-8:]
        yield [f"UNREADABLE {one_line(name)}", *(f"    {one_line(line)}" for line in last_lines)]


def summary(verdict: Verdict, results: RunResults, seconds: float) -> Iterator[str]:
    """Yield counts, retries, the slowest requests and warnings, and last the verdict."""
    counts, requests = verdict.counts, results.requests
    advisory = f"{counts['advisory']} advisory, " if counts["advisory"] else ""
    yield (
        f"{plural(counts['ran'], 'case')} of {counts['expected']} ran: {counts['passed']} passed, "
        f"{counts['failed']} failed, {advisory}{counts['inconclusive']} inconclusive, "
        f"{counts['skipped']} skipped, {counts['deselected']} deselected"
    )
    yield (
        f"{plural(requests.sent, 'request')}, {requests.attempts - requests.sent} retries, "
        f"{counts['flaky']} flaky, {requests.received / 1e6:.1f} MB, {seconds:.1f} s"
    )
    if results.manifest_digest is not None:
        digest, compared = results.manifest_digest, results.compared
        differ = len({file.served.url for file in compared.differing})
        yield (
            f"manifest {digest[:16]}…: {plural(compared.compared, 'URL')} compared, "
            f"{differ} other than built, {len(compared.unlisted)} not built"
        )
    if requests.slowest:
        slowest = ", ".join(
            f"{took:.2f} s {one_line(request, 90)}" for took, request in requests.slowest[:2]
        )
        yield f"slowest: {slowest}"
    for retried in requests.retried[:3]:
        tries = attempts_words(retried["attempts"])
        yield f"retried: {retried['method']} {retried['url']}: {tries}"
    yield from _warnings(results)
    for doubt in verdict.doubts:
        if doubt != verdict.reason:  # the last line has the reason
            yield f"doubt: {one_line(doubt, 300)}"
    yield ""
    failed = sum(cause.state == "failed" for cause in verdict.causes)
    yield verdict_line(verdict.kind, verdict.reason, verdict.advice, failed)


def verdict_line(kind: VerdictKind, reason: str, advice: str, failed: int) -> str:
    """Return the last line of a run: its verdict, why and what to do.

    ``failed`` is how many causes make it FAILED.
    """
    more = f" (and {plural(failed - 1, 'more cause')})" if failed > 1 else ""
    return f"{kind} (exit {EXIT_CODES[kind]}): {one_line(reason, 300)}{more} — {advice}"


def lines_of_fold(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield each place with its verdict, then causes, warnings and doubts, and last the verdict."""
    places, causes = document["places"], document["causes"]
    yield f"{one_line(document['environment'], 100)} from {plural(len(places), 'place')}"
    width = max(map(len, places))
    for name, place in places.items():
        yield one_line(f"{name:<{width}}  {place['verdict']:<12}  {place['reason']}", 300)
    yield ""
    for block in _blocks_of(causes):
        yield from (*block, "")
    yield from (f"warning: {one_line(text, 300)}" for text in document["warnings"])
    doubts = (text for text in document["doubts"] if text not in document["reason"])
    yield from (f"doubt: {one_line(text, 300)}" for text in doubts)  # the last line has the reason
    failed = sum(cause["state"] == "failed" for cause in causes)
    kind = VerdictKind(document["verdict"])
    yield verdict_line(kind, document["reason"], document["advice"], failed)


def _warnings(results: RunResults) -> Iterator[str]:
    ends = sorted(results.requests.certificates.items())
    yield from (f"warning: {text}" for text in certificate_warnings(ends, time.time()))
    for warning in results.warnings:
        yield f"warning: {one_line(warning, 300)}"
    for url in results.requests.left_behind:
        yield f"warning: left behind, could not be deleted: {one_line(url, 200)}"
