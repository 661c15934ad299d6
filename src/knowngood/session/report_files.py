"""Write the reports and the record that the options ask for, at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ..environment import Environment
from ..report import Report
from ..run_options import REPORTS
from ..safety import UsageError
from .options import Options

_WRITERS: Final = {option.flag: option.writer for option in REPORTS.values()}
"""The module of the room ``report`` that writes each report; loaded only for that report."""


def write_reports(options: Options, environment: Environment, report: Report) -> list[str]:
    """Write what ``options`` ask for.

    Returns lines to print: why a report was not written, and what became of the record. Neither
    changes the verdict.
    """
    lines = write_files(options.reports, report)
    if options.record:
        from ..release import record_from_verdict

        lines += record_from_verdict.report(environment, report.document, options.push).splitlines()
    return lines


def write_files(reports: Mapping[str, Path], report: Report) -> list[str]:
    """Write ``reports``, paths by their options; return a line for each that was not written."""
    lines = []
    for option, path in reports.items():
        try:
            import_module(f"knowngood.report.{_WRITERS[option]}").write(path, report)
        except Exception as error:  # noqa: BLE001 - no trouble with a report changes the verdict
            reason = getattr(error, "strerror", None) or error
            lines.append(f"{option} {path}: not written: {reason}")
    return lines


def recording_folder(options: Options) -> TemporaryDirectory[str] | None:
    """Make the folder in which the processes of a run record their requests; None if no report
    needs them. Raises UsageError.
    """
    if "--har-file" not in options.reports:
        return None
    try:
        return TemporaryDirectory(prefix="knowngood-", ignore_cleanup_errors=True)
    except OSError as error:
        raise UsageError(
            f"--har-file: no folder for what is recorded: {error}; set TMPDIR to a folder that can "
            "be written"
        ) from None
