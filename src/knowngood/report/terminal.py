"""What a person sees at the end of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..safety.sanitize import first_lines, one_line
from ..verdict.decide import Verdict
from ..verdict.evidence import plural
from ..verdict.exit_codes import VerdictKind, advice
from ..verdict.grouping import FailureGroup, group_failures
from ..verdict.outcome import Outcome
from ..verdict.run_results import RunResults
from .curl_command import curl_line
from .wording import attempt_words, name_of

_CASES_SHOWN = 12
_BLOCKS_SHOWN = 20
_WIDEST = 1000  # characters of one line; URLs are cut to half of that before
_TOLD_EVERY = 15.0  # seconds between lines of progress in a log
_EXPIRES_SOON = 14 * 86400  # Let's Encrypt renews at 30 days; half of that is late


def write(
    reporter: Any, verdict: Verdict, ledger: RunResults, seconds: float, trouble: Sequence[str]
) -> None:
    """Write all of it to pytest's terminal reporter; the claims only unless ``-q`` is given.

    ``seconds`` is how long the run took, ``trouble`` what went wrong with other reports.
    """
    if reporter.config.get_verbosity() >= 0:
        reporter.section(f"{ledger.environment.name}: claims", sep="-")
        for held, line in claims(verdict, ledger):
            reporter.write_line(line, red=not held)
    blocks = [*_unreadable(ledger), *failures(verdict)]
    if blocks:
        reporter.section("failures", sep="-")
    for block in blocks:
        reporter.write_line("\n".join(block) + "\n")
    reporter.section("verdict", sep="-")
    *others, last = summary(verdict, ledger, seconds)
    for line in others:
        reporter.write_line(line)
    for line in trouble:
        reporter.write_line(one_line(line, 300), red=True)
    colour = {VerdictKind.PASSED: "green", VerdictKind.FAILED: "red"}.get(verdict.kind, "yellow")
    reporter.write_line(last, bold=True, **{colour: True})


def teller(config: Any) -> Callable[[str], None]:
    """What to tell of progress with: one line that changes on a terminal, and in a log a line now
    and then.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    told = 0.0

    def tell(text: str) -> None:
        nonlocal told
        if reporter is None or config.get_verbosity() < 0:
            return
        if reporter.isatty:
            reporter.rewrite(f"waiting: {one_line(text)}", erase=True)
        elif time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            reporter.write_line(f"waiting: {one_line(text)}")

    return tell


def claims(verdict: Verdict, ledger: RunResults) -> Iterator[tuple[bool, str]]:
    """A line for each check: whether it held, and how many of its cases did."""
    for check, claim in ledger.claims.items():
        unsteady = claim.asked & set(verdict.unsteady)
        held = claim.ran - claim.bad - claim.skipped
        counted = f"{claim.ran}" if held == claim.ran else f"{held}/{claim.ran}"
        word = "FAIL" if claim.bad or unsteady else "skip" if claim.skipped else "ok"
        note = " (unsteady: too many retries)" if unsteady else ""
        yield word != "FAIL", f"{word:<4} {counted:>7}  {name_of(check)}{note}"
    for check, why in ledger.inapplicable.items():
        yield True, f"n/a           {name_of(check)}: {why}"


def failures(verdict: Verdict) -> Iterator[list[str]]:
    """A block of lines for each group of failures that are alike, confirmed ones first."""
    blocks = [
        *group_failures(verdict.failures),
        *(
            replace(each, note=" (so in the baseline, too)")
            for each in group_failures(verdict.known)
        ),
        *group_failures(verdict.unsettled),
    ]
    for folded in blocks[:_BLOCKS_SHOWN]:
        yield list(_block(folded))
    if len(blocks) > _BLOCKS_SHOWN:
        yield [f"… {len(blocks) - _BLOCKS_SHOWN} more kinds of failure; --verdict-file has all"]


def _unreadable(ledger: RunResults) -> Iterator[list[str]]:
    """A block for each file of checks that could not be read: its name and the error's end."""
    for name, text in ledger.unreadable[:_BLOCKS_SHOWN]:
        told = [line for line in text.splitlines() if line.strip()][-8:]
        yield [f"UNREADABLE {one_line(name)}", *(f"    {one_line(line)}" for line in told)]


def summary(verdict: Verdict, ledger: RunResults, seconds: float) -> Iterator[str]:
    """Counts, retries, the slowest, warnings, and last the verdict with what to do."""
    counts = verdict.counts
    yield (
        f"{plural(counts['ran'], 'case')} of {counts['expected']} ran: {counts['passed']} passed, "
        f"{counts['failed']} failed, {counts['inconclusive']} inconclusive, "
        f"{counts['skipped']} skipped, {counts['deselected']} deselected"
    )
    yield (
        f"{plural(ledger.requests, 'request')}, {ledger.attempts - ledger.requests} retries, "
        f"{counts['flaky']} flaky, {ledger.received / 1e6:.1f} MB, {seconds:.1f} s"
    )
    if ledger.manifest is not None:
        digest, compared = ledger.manifest.digest, ledger.compared
        differ = len({each.served.url for each in compared.differing})
        yield (
            f"manifest {digest[:16]}…: {plural(compared.compared, 'URL')} compared, "
            f"{differ} other than built, {len(compared.unlisted)} not built"
        )
    if ledger.slowest:
        shown = ", ".join(f"{took:.2f} s {one_line(what, 90)}" for took, what in ledger.slowest[:2])
        yield f"slowest: {shown}"
    for retried in ledger.retried[:3]:
        tries = " → ".join(attempt_words(each) for each in retried["attempts"])
        yield f"retried: {retried['method']} {retried['url']}: {tries}"
    yield from _warnings(ledger)
    for doubt in verdict.doubts:
        if doubt != verdict.reason:  # which stands in the last line
            yield f"doubt: {one_line(doubt, 300)}"
    yield ""
    yield (
        f"{verdict.kind} (exit {verdict.exit_code}): {one_line(verdict.reason, 300)}"
        f" — {advice(verdict.kind)}"
    )


def block_text(outcome: Outcome) -> str:
    """The block of one outcome, for JUnit and for ``-v``."""
    return "\n".join(_block(FailureGroup(outcome, ())))


def _block(folded: FailureGroup) -> Iterator[str]:
    """Whatever a part of it holds, no line of it can begin another or drive the terminal."""
    return (one_line(line, _WIDEST) for line in _block_lines(folded))


def _block_lines(folded: FailureGroup) -> Iterator[str]:
    outcome = folded.first
    yield f"{outcome.result.upper()} {name_of(outcome.check)}: {outcome.claim}{folded.note}"
    yield from (f"    {line}" for line in first_lines(outcome.message))
    if outcome.exchange is not None:
        yield from (f"    {line}" for line in _exchange(outcome))
    place = f"check {outcome.place}  " if outcome.place else ""
    yield f"    {place}({outcome.kind})"
    if len(folded.cases) > 1:
        shown = ", ".join(folded.cases[:_CASES_SHOWN])
        more = len(folded.cases) - _CASES_SHOWN
        rest = f" and {more} more" if more > 0 else ""
        yield f"    in    {len(folded.cases)} cases alike: {shown}{rest}"


def _exchange(outcome: Outcome) -> Iterator[str]:
    told = outcome.exchange or {}
    tries = told["attempts"]
    yield f"asked {told['method']} {told['url']}"
    if "status" in told:
        where = f" → {told['location']}" if told.get("location") else ""
        yield (
            f"got   {told['status']}{where}, {told['media_type'] or 'no media type'}, "
            f"{told['bytes']} bytes from {told['address'] or 'unknown'}, "
            f"{plural(len(tries), 'attempt')} in {told['seconds']:.2f} s"
        )
    else:
        yield f"got   no usable answer, {plural(len(tries), 'attempt')} in {told['seconds']:.2f} s"
    if len(tries) > 1:
        yield "tried " + " → ".join(attempt_words(each) for each in tries)
    yield f"again {curl_line(told['method'], told['url'], told.get('connect_to', ''))}"


def _warnings(ledger: RunResults) -> Iterator[str]:
    for origin, when in sorted(ledger.certificates.items()):
        left = when - time.time()
        if left < _EXPIRES_SOON:
            yield f"warning: the certificate of {origin} expires in {left / 86400:.1f} days"
    for warning in ledger.warnings:
        yield f"warning: {one_line(warning, 300)}"
    for url in ledger.left_behind:
        yield f"warning: left behind, could not be deleted: {one_line(url, 200)}"
