"""Keep what an answer says from looking like a line of pytest's report."""

from __future__ import annotations

from typing import Any

from ..safety import indented_lines, one_line


def make_plain(report: Any) -> None:
    """Indent captured output and reasons: they may quote an answer that forges a line of the
    report.
    """
    report.sections = [(title, indented_lines(content)) for title, content in report.sections]
    report.user_properties = [(one_line(k), _plain_value(v)) for k, v in report.user_properties]
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, one_line(reason, 300))
    if getattr(report, "wasxfail", None):
        report.wasxfail = one_line(report.wasxfail, 300)


def _plain_value(value: object) -> object:
    return one_line(value, 1000) if isinstance(value, str) else value
