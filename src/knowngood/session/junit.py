"""Write pytest's JUnit file with the verdict, atomically and without secrets.

Trouble with the file never changes how a run ends.
"""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from _pytest.junitxml import xml_key

from ..safety import has_secrets, one_line, redact, write_atomically


class Junit:
    """Takes the place of pytest's writer where that would write to disk.

    Attributes:
        document: the verdict document; None as long as there is none.
        trouble: why the file was not written; empty if nothing went wrong.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._writer: Any = None
        self.document: Mapping[str, Any] | None = None
        self.trouble = ""

    @property
    def path(self) -> Path | None:
        """The path of the file; None if none is asked for."""
        writer: Any = self._config.stash.get(xml_key, None)
        return Path(writer.logfile) if writer is not None else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Replace two hooks of the writer with ours. pytest has bound the writer's own already, so
        register the writer again.
        """
        writer: Any = self._config.stash.get(xml_key, None)
        if writer is None:
            return
        self._writer = writer
        self._config.pluginmanager.unregister(writer)
        writer.pytest_sessionfinish = self._finish
        writer.pytest_terminal_summary = self._summarize
        self._config.pluginmanager.register(writer)

    @pytest.hookimpl(trylast=True)
    def _finish(self) -> None:
        """Write the file once there is a verdict."""
        target = Path(self._writer.logfile)
        try:
            content = self._content()
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.trouble = f"--junitxml {one_line(str(target), 150)}: not written: {reason}"

    def _content(self) -> bytes:
        """Have pytest's writer write a temporary file; return its content with the verdict and
        without secrets.
        """
        from ..report import junit_causes  # only if there is a file

        if self.document is not None:
            for name, value in junit_causes.properties(self.document).items():
                self._writer.add_global_property(name, value)
        logfile = self._writer.logfile
        with tempfile.TemporaryDirectory() as folder:
            self._writer.logfile = str(Path(folder) / "junit.xml")
            try:
                type(self._writer).pytest_sessionfinish(self._writer)
                content = Path(self._writer.logfile).read_bytes()
            finally:
                self._writer.logfile = logfile
        if not has_secrets() and self.document is None:
            return content
        suites = ET.fromstring(content)  # noqa: S314 - pytest has just written it
        if self.document is not None:
            junit_causes.name_causes(suites, self.document)
        if has_secrets():
            _redact(suites)
        return cast("bytes", ET.tostring(suites, encoding="utf-8", xml_declaration=True))

    def _summarize(self, terminalreporter: Any, config: pytest.Config) -> None:
        if not self.trouble:
            summarize = type(self._writer).pytest_terminal_summary
            summarize(self._writer, terminalreporter=terminalreporter, config=config)


def _redact(suites: ET.Element) -> None:
    """Redact texts and attributes, but no tags: a poor secret may be ``test``, a part of
    ``testcase``.
    """
    for element in suites.iter():
        element.text = redact(element.text or "") or None
        element.tail = redact(element.tail or "") or None
        for name, value in element.attrib.items():
            element.set(name, redact(value))
