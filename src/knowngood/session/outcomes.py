"""Make the outcome of an item of pytest's report and what the item read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest

from ..environment import Environment
from ..fetch import Exchange, describe
from ..safety import encodable, one_line, redact, redact_data
from ..verdict.outcome import INCONCLUSIVE, PASSED, SKIPPED, Outcome, classify, sharpened
from . import declarations
from .running_item import RunningItem

if TYPE_CHECKING:
    from .failure import Failure


class Outcomes:
    """Makes the outcomes of the items that run in this process."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._described: WeakKeyDictionary[Exchange, dict[str, Any]] = WeakKeyDictionary()
        self._screenshots: Counter[str] = Counter()

    def outcome(
        self,
        item: pytest.Item,
        report: pytest.TestReport,
        error: BaseException | None,
        running: RunningItem,
    ) -> Outcome:
        """Return the outcome of ``item``, given what it reads; ``error`` is what ended it."""
        file, line, _ = item.location
        fields: dict[str, Any] = {
            "nodeid": item.nodeid,
            "check": declarations.check_name(item),
            "claim": declarations.claim_of(item),
            "values": declarations.values_of(item),
            "asked": running.groups(),
            "result": PASSED if report.passed else SKIPPED,
            "place": f"{file}:{(line or 0) + 1}",
            "again": report.when == "teardown",
        }
        if report.failed and error is not None:
            failure = running.failure(error, in_check=report.when == "call")
            fields |= self._of_failure(failure, error)
            fields["browser"] = self._browser(fields["check"], running)
        # a check may be required by its name, so that stays as it is
        return Outcome(**{**redact_data(fields), "check": fields["check"]})

    def _of_failure(self, failure: Failure, error: BaseException) -> dict[str, Any]:
        """Return the fields that say what went wrong, and in which exchange."""
        classified = classify(error, about_answer=failure.about_answer)
        words = failure.words
        message = words.text or classified.message
        fields: dict[str, Any] = {
            "result": classified.result,
            "kind": sharpened(classified.kind, failure.about_status, failure.exchanges),
            "message": encodable(redact(message)[:4000]),
            "expected": encodable(redact(words.expected)),
            "got": encodable(redact(words.got)),
            "aspect": str(words.aspect),
            "exchanges": [self._description(e, failure) for e in failure.exchanges],
            "further": [self._description(e, failure) for e in failure.further],
            "reads": [one_line(url, 500) for url in failure.reads],
        }
        for exchange in failure.exchanges[:1]:
            last = exchange.attempts[-1]
            fields |= {"began": last.began, "phase": last.phase, "origin": exchange.probe.origin}
        return fields

    def _browser(self, check: str, running: RunningItem) -> dict[str, Any]:
        """Return what the browser shows of the item's page; nothing without one."""
        if running.page is None:
            return {}
        from ..browser import SCREENSHOTS

        self._screenshots[check] += 1
        return running.page.evidence(with_screenshot=self._screenshots[check] <= SCREENSHOTS)

    def _description(self, exchange: Exchange, failure: Failure) -> dict[str, Any]:
        """Return the description of an exchange, made once, and what refers to it."""
        if exchange not in self._described:
            self._described[exchange] = describe(exchange, self._environment)
        found_in = one_line(failure.found_in.get(exchange, ""), 500)
        return {**self._described[exchange], **({"found_in": found_in} if found_in else {})}


def lost_outcome(report: pytest.TestReport) -> Outcome:
    """Return the outcome of an item whose worker died, or for which pytest broke: trouble of the
    runner.
    """
    when: str = report.when  # xdist puts "???" for what was running when a worker died
    return Outcome(
        nodeid=report.nodeid,
        check=declarations.check_in(report.nodeid),
        claim="",
        result=INCONCLUSIVE,
        kind="runner",
        message="the worker died while this ran" if when == "???" else f"broke in {when}",
    )
