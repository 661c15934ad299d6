"""Writes the reports and the record that the options ask for, at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..environment import Environment
from .options import Options


def write_all(options: Options, environment: Environment, document: Mapping[str, Any]) -> list[str]:
    """Write what ``options`` ask for of a verdict document.

    Returns lines to print: what went wrong, which leaves the verdict as it is, and what became of
    the record.
    """
    reports = {
        "--verdict-file": (options.verdict_file, _write_json),
        "--html-file": (options.html_file, _write_html),
    }
    lines = []
    for option, (path, write) in reports.items():
        try:
            if path is not None:
                write(path, document)
        except Exception as error:  # noqa: BLE001 - no trouble with a report changes the verdict
            why = getattr(error, "strerror", None) or error
            lines.append(f"{option} {path}: not written: {why}")
    if options.record:
        lines += _record(environment, document, push=options.push)
    return lines


# Each writer is imported only where it is asked for.


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    from ..report import json_file

    json_file.write(path, document)


def _write_html(path: Path, document: Mapping[str, Any]) -> None:
    from ..report import html_page

    html_page.write(path, document)


def _record(environment: Environment, document: Mapping[str, Any], *, push: bool) -> list[str]:
    from ..release import record_from_verdict

    return record_from_verdict.report(environment, document, push).splitlines()
