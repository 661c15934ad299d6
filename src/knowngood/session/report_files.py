"""Writes the reports and the record that the options ask for, at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..environment import Environment
from .options import Options


def write_reports(
    options: Options, environment: Environment, document: Mapping[str, Any]
) -> list[str]:
    """Write what ``options`` ask for of a verdict document.

    Returns lines to print: why a report was not written, which leaves the verdict as it is, and
    what became of the record.
    """
    from ..report import html_page, json_file  # only where reports are asked for

    reports = (
        ("--verdict-file", options.verdict_file, json_file.write),
        ("--html-file", options.html_file, html_page.write),
    )
    lines = []
    for option, path, write in reports:
        try:
            if path is not None:
                write(path, document)
        except Exception as error:  # noqa: BLE001 - no trouble with a report changes the verdict
            reason = getattr(error, "strerror", None) or error
            lines.append(f"{option} {path}: not written: {reason}")
    if options.record:
        from ..release import record_from_verdict

        lines += record_from_verdict.report(environment, document, options.push).splitlines()
    return lines
