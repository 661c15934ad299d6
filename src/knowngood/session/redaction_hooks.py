"""Keeps secrets out of what pytest itself makes of a run: ids, reports, log files.

Registered in every process of a run whose environment has secrets. stdout and stderr are covered
by :mod:`..safety.redact`; the hooks here see to what is written elsewhere or sent to another
process, and to what pytest would cut short first.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from ..environment.model import Environment
from ..safety import hide_secrets, redact, redact_data
from . import pytest_options

_KEPT = {"result", "knowngood", "nodeid", "location"}
"""Of a report: the nodes that were collected; what is redacted where it is made, but for the
check's name; and what a worker and the controller know an item by, which has its new name.
"""


class RedactionHooks:
    """pytest's hooks, in front of all others."""

    def __init__(self, config: pytest.Config, environment: Environment) -> None:
        self._config = config
        self._renamed: Counter[str] = Counter()
        hide_secrets(environment.secrets.values())
        pytest_options.refuse_options_that_show_secrets(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """``--log-file``: its handler is there by now, and is the only one for it."""
        for handler in logging.getLogger().handlers:
            _cover(handler)

    @pytest.hookimpl(tryfirst=True)
    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """A case named after a secret gets another name, before anybody has heard of it."""
        name, bracket, case = item.name.partition("[")
        hidden = redact(case)
        if hidden == case:
            return
        changed = f"{item.nodeid.removesuffix(item.name)}{name}{bracket}{hidden}"
        self._renamed[changed] += 1
        if self._renamed[changed] > 1:
            hidden = f"{hidden.removesuffix(']')}-{self._renamed[changed]}]"
        _rename(item, f"{name}{bracket}{hidden}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        """A file of checks that cannot be read is shown with its values."""
        return _without_secrets((yield))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        """What was captured, logged and recorded goes with it."""
        return _without_secrets((yield))

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(
        self, config: pytest.Config, op: str, left: object, right: object
    ) -> Any:
        """What is explained is cut short and aligned, after which no secret can be recognised."""
        hidden = redact_data((left, right))
        if hidden == (left, right):
            return None
        told = config.hook.pytest_assertrepr_compare(
            config=config, op=op, left=hidden[0], right=hidden[1]
        )
        return next(filter(None, told), None)


def _without_secrets(report: Any) -> Any:
    """The report with every text in it redacted; how it shows a failure becomes a text, too."""
    for name, value in vars(report).items():
        if name not in _KEPT:
            setattr(report, name, redact_data(value))
    told = report.longrepr
    if told is not None and not isinstance(told, tuple):
        text = str(told)
        hidden = redact(text)
        report.longrepr = hidden if hidden != text else told
    return report


def _rename(item: pytest.Item, name: str) -> None:
    """Give ``item`` another name and node id. pytest has no public way to do so; before 9.1 a
    node id was a text.
    """
    changed = item.nodeid.removesuffix(item.name) + name
    item.name = name
    item_id = getattr(item, "_id", None)
    attribute, value = ("_nodeid", changed) if item_id is None else ("_id", item_id.parse(changed))
    setattr(item, attribute, value)


def _cover(handler: logging.Handler) -> None:
    """Have what this handler writes redacted, tracebacks with it."""
    plain = handler.format
    handler.format = lambda record: redact(plain(record))  # type: ignore[method-assign]
