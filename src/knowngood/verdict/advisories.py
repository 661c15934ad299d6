"""Apply advisories to outcomes, and warn of those that end or match nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from ..environment import Advisory, as_declared, is_of
from ..safety import plural
from .fault_keys import culprits
from .outcome import Outcome
from .run_results import RunResults

_SOON: Final = 7  # days before its last in which an advisory announces its end


def accepting(outcome: Outcome, results: RunResults) -> str:
    """Return why an outcome decides nothing, and until when; empty if it decides."""
    cases = {*outcome.values.values(), "-".join(outcome.values.values())}
    places = [as_declared(url, results.environment.origins) for url in culprits(outcome)]
    for advisory in _in_force(outcome.check, results):
        of_case = not advisory.case or any(fnmatchcase(case, advisory.case) for case in cases)
        of_url = not advisory.url or (
            bool(places) and all(fnmatchcase(place, advisory.url) for place in places)
        )
        if of_case and of_url:
            return _words(advisory)
    return ""


def accepting_group(group: str, results: RunResults) -> str:
    """Return why too many retries of a group of requests decide nothing, and until when; empty if
    any check that makes them decides.
    """
    words = [
        next(
            (
                _words(advisory)
                for advisory in _in_force(check, results)
                if not advisory.case and fnmatchcase(group, advisory.url or "*")
            ),
            "",
        )
        for check in results.asked_by.get(group, ())
    ]
    return words[0] if words and all(words) else ""


def warnings(results: RunResults) -> Iterator[str]:
    """Yield a line for each advisory that ends soon, has ended, or matches no check."""
    cut_short = results.interrupted or results.overdue or results.lost_workers
    collected = not (results.narrowed or results.unreadable or cut_short)
    for advisory in results.accepted:
        days_left = (advisory.until - results.today).days
        if days_left < 0:
            yield (
                f"the advisory on {advisory.check} ended on {advisory.until}, so that its failures "
                f"decide again: remove it or move its date ({advisory.reason})"
            )
        elif days_left <= _SOON:
            when = f"in {plural(days_left, 'day')}" if days_left else "today"
            yield (
                f"the advisory on {advisory.check} ends on {advisory.until}, {when}; then its "
                f"failures decide again: fix what is wrong or move its date ({advisory.reason})"
            )
        if collected and not any(is_of(check, advisory.check) for check in results.checks):
            yield (
                f"{results.environment.path}: advisory: no check matches {advisory.check!r}; "
                "expected a check, such as test_config.py::test_debug_is_off, or a pattern"
            )


def _in_force(check: str, results: RunResults) -> Iterator[Advisory]:
    for advisory in results.accepted:
        if advisory.holds_on(results.today) and is_of(check, advisory.check):
            yield advisory


def _words(advisory: Advisory) -> str:
    return f"until {advisory.until}: {advisory.reason}"
