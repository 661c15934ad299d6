"""pytest's JUnit file: there whole or as it was before, without secrets, and no trouble with it
ends the run.
"""

from __future__ import annotations

import os
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import xml_key

from ..safety.redact import has_secrets, redact
from ..safety.sanitize import one_line


class Junit:
    """Stands between pytest's writer and the disk. ``trouble`` says why there is no file."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._writer: Any = None
        self._target = Path()
        self.trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Put ours in the place of two of the writer's hooks. pytest has bound its own already,
        so the writer is registered anew.
        """
        writer: Any = self._config.stash.get(xml_key, None)
        if writer is None:
            return
        self._writer, self._target = writer, Path(writer.logfile)
        self._config.pluginmanager.unregister(writer)
        writer.pytest_sessionfinish = self._finish
        writer.pytest_terminal_summary = self._tell
        self._config.pluginmanager.register(writer)

    def _finish(self) -> None:
        """Have the file written aside, and put it in its place."""
        try:
            self._write(_beside(self._target))
        except (OSError, ValueError) as error:
            target = one_line(str(self._target), 150)
            why = getattr(error, "strerror", None) or error
            self.trouble = f"--junitxml {target}: not written: {why}"

    def _write(self, aside: Path) -> None:
        self._writer.logfile = str(aside)
        try:
            type(self._writer).pytest_sessionfinish(self._writer)
            _redact(aside)
            _move(aside, self._target)
        finally:
            self._writer.logfile = str(self._target)
            _remove(aside)

    def _tell(self, terminalreporter: Any, config: pytest.Config) -> None:
        if not self.trouble:
            tell = type(self._writer).pytest_terminal_summary
            tell(self._writer, terminalreporter=terminalreporter, config=config)


def _beside(target: Path) -> Path:
    """Where to write first: next to the file, or to what will be one; for what is no file, such
    as a pipe, where there is room.
    """
    folder = Path(tempfile.gettempdir()) if _is_special(target) else target.parent
    return folder / f".{target.name}.{os.getpid()}"


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _move(aside: Path, target: Path) -> None:
    if _is_special(target):
        target.write_bytes(aside.read_bytes())
    else:
        aside.replace(target)


def _remove(aside: Path) -> None:
    try:
        aside.unlink(missing_ok=True)
    except OSError:  # its folder is none, or is gone
        return


def _redact(path: Path) -> None:
    """What checks record for the whole suite goes past every report. Texts and attributes are
    redacted, and not the file, whose tags may hold a poor secret: "test" stands in ``testcase``.
    """
    if not has_secrets():
        return
    tree = ET.parse(path)  # noqa: S314 - pytest has just written it
    for element in tree.iter():
        element.text = redact(element.text or "") or None
        element.tail = redact(element.tail or "") or None
        for name, value in element.attrib.items():
            element.set(name, redact(value))
    tree.write(path, encoding="utf-8", xml_declaration=True)
