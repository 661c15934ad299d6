"""Keep secrets out of pytest's ids, reports and log files.

Registered in every process of a run whose environment has secrets. :mod:`..safety.redaction` covers
stdout and stderr. These hooks cover other files, what is sent to another process, and what pytest
cuts short before it is written.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final

import pytest

from ..environment import Environment
from ..safety import hide_secrets, redact, redact_data
from . import pytest_options

_NOT_REDACTED: Final = {"result", "knowngood", "nodeid", "location"}
"""Fields of a report that stay: the collected nodes; what was redacted when it was made; and the
ids of an item, which are redacted already."""


class RedactionHooks:
    """pytest's hooks that redact, registered before all others."""

    def __init__(self, config: pytest.Config, environment: Environment) -> None:
        self._config = config
        self._renamed: Counter[str] = Counter()
        hide_secrets(environment.secret_variables)
        pytest_options.refuse_options_that_show_secrets(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Redact what ``--log-file`` gets: by now its handler exists, and is the only one."""
        for handler in logging.getLogger().handlers:
            _redact_records(handler)

    @pytest.hookimpl(tryfirst=True)
    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Rename a case whose id holds a secret, before anything else sees the id."""
        name, bracket, case = item.name.partition("[")
        redacted = redact(case)
        if redacted == case:
            return
        new_id = f"{item.nodeid.removesuffix(item.name)}{name}{bracket}{redacted}"
        self._renamed[new_id] += 1
        if self._renamed[new_id] > 1:
            redacted = f"{redacted.removesuffix(']')}-{self._renamed[new_id]}]"
        _rename(item, f"{name}{bracket}{redacted}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        """Redact the report on a file of checks that cannot be read: it shows values."""
        return _redacted_report((yield))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        """Redact the report on a check, with what was captured, logged and recorded."""
        return _redacted_report((yield))

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(
        self, config: pytest.Config, op: str, left: object, right: object
    ) -> Any:
        """Redact both sides before pytest shortens and aligns them; then call the hook again."""
        redacted = redact_data((left, right))
        if redacted == (left, right):
            return None
        explanations = config.hook.pytest_assertrepr_compare(
            config=config, op=op, left=redacted[0], right=redacted[1]
        )
        return next(filter(None, explanations), None)


def masked_names(environment: Environment, checks: Iterable[str]) -> Iterator[str]:
    """Yield a warning for each secret that masks a part of a check's name.

    It is a weak secret, or none, such as the account ``smoke`` in ``smoketests/``.
    """
    checks = sorted(checks)
    for name, value in environment.secrets.items():
        secret = value.casefold()
        masked = next((check for check in checks if secret in check.casefold()), None)
        if masked is not None:
            yield (
                f"{environment.path}: secrets.{name}: its value is a part of {masked}, "
                "which reports mask, too; the name of an account is no secret: keep it in [params]"
            )


def _redacted_report(report: Any) -> Any:
    """Redact every field of ``report``; a failure's representation becomes a text for it."""
    for name, value in vars(report).items():
        if name not in _NOT_REDACTED:
            setattr(report, name, redact_data(value))
    failure = report.longrepr
    if failure is not None and not isinstance(failure, tuple):
        text = str(failure)
        redacted = redact(text)
        report.longrepr = redacted if redacted != text else failure
    return report


def _rename(item: pytest.Item, name: str) -> None:
    """Give ``item`` another name and node id.

    pytest has no public way to do so. Before 9.1 a node id was a text.
    """
    new_id = item.nodeid.removesuffix(item.name) + name
    item.name = name
    item_id = getattr(item, "_id", None)
    attribute, value = ("_nodeid", new_id) if item_id is None else ("_id", item_id.parse(new_id))
    setattr(item, attribute, value)


def _redact_records(handler: logging.Handler) -> None:
    """Redact what ``handler`` makes of a record, with its traceback."""
    format_record = handler.format
    handler.format = lambda record: redact(format_record(record))  # type: ignore[method-assign]
