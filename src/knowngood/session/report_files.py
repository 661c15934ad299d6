"""Writes the reports and the record that the options ask for, at the end of a run."""

from __future__ import annotations

from ..environment import Environment
from ..report import Report
from .options import Options


def write_reports(options: Options, environment: Environment, report: Report) -> list[str]:
    """Write what ``options`` ask for of a run.

    Returns lines to print: why a report was not written, which leaves the verdict as it is, and
    what became of the record.
    """
    from ..report import html_page, json_file  # only where reports are asked for

    writers = (
        ("--verdict-file", options.verdict_file, json_file.write),
        ("--html-file", options.html_file, html_page.write),
    )
    lines = []
    for option, path, write in writers:
        try:
            if path is not None:
                write(path, report)
        except Exception as error:  # noqa: BLE001 - no trouble with a report changes the verdict
            reason = getattr(error, "strerror", None) or error
            lines.append(f"{option} {path}: not written: {reason}")
    if options.record:
        from ..release import record_from_verdict

        lines += record_from_verdict.report(environment, report.document, options.push).splitlines()
    return lines
