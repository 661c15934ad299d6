"""pytest's ``--log-file`` on a disk that is full: told, and no end of the run.

pytest closes the file when everything is done. What it raises there ends the process with 1, as
a failed deployment does.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..safety.sanitize import one_line


class LogFile:
    """Closes the file before pytest does. ``trouble`` says why it is not whole."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """By now what can be written is."""
        try:
            for handler in self._handlers():
                handler.flush()
        except OSError as error:
            name = one_line(str(self._config.getoption("log_file") or "of log_file"), 150)
            self.trouble = f"--log-file {name}: not whole: {error.strerror or error}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Closing flushes once more; a handler that is closed can be closed again."""
        try:
            for handler in self._handlers():
                handler.close()
        except OSError:
            return  # told above

    def _handlers(self) -> list[Any]:
        """The one of the logging plugin, which is registered later than this; none without."""
        plugin = self._config.pluginmanager.get_plugin("logging-plugin")
        return [] if plugin is None else [plugin.log_file_handler]
