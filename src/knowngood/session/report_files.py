"""Write the reports and the record that the options ask for, at the end of a run.

One run for each report file: a second one would overwrite the verdict of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ..environment import Environment
from ..report import Report, github
from ..run_options import REPORTS
from ..safety import UsageError, lock
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


@contextmanager
def locked(reports: Mapping[str, Path], command: Sequence[str]) -> Iterator[None]:
    """Hold the locks of ``reports``, paths by their options, while inside.

    A second process is told the ``command``. Raises LockUnavailable, and UsageError if two
    options name one file.
    """
    with ExitStack() as locks:
        for path, option in written_alone(reports).items():
            busy = f"{option} {path} is being written"
            locks.enter_context(lock.held(lock.path_for("report", str(path)), busy, command))
        yield


def written_alone(reports: Mapping[str, Path]) -> dict[Path, str]:
    """Return the files that only one run may write, with the option of each.

    A device or a pipe is nobody's, and to GitHub's summary every run of a step adds its own.
    Raises UsageError.
    """
    options: dict[Path, str] = {}
    for option, path in reports.items():
        target = path.resolve()
        if path == github.summary_file() or (target.exists() and not target.is_file()):
            continue
        if target in options:
            raise UsageError(f"{options[target]} and {option} both name {path}; give each its own")
        options[target] = option
    return options
