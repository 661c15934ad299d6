"""Report trouble with pytest's ``--log-file``, such as a full disk, without ending the run.

pytest closes the file when everything is done. An error that it raises then ends the process with
1, as a failed deployment does.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..safety import one_line


class LogFile:
    """Closes the file before pytest does.

    Attributes:
        trouble: why the file is incomplete; empty if it is complete, or none was asked for.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Write out what the handler still holds, in time to report an error."""
        try:
            for handler in self._handlers():
                handler.flush()
        except OSError as error:
            name = one_line(str(self._config.getoption("log_file") or "of log_file"), 150)
            self.trouble = f"--log-file {name}: incomplete: {error.strerror or error}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Close the handler, which flushes once more; pytest's own closing then does nothing."""
        try:
            for handler in self._handlers():
                handler.close()
        except OSError:
            return  # pytest_sessionfinish has reported it

    def _handlers(self) -> list[Any]:
        """Return the file handler of pytest's logging plugin; none if that is switched off."""
        plugin = self._config.pluginmanager.get_plugin("logging-plugin")
        return [] if plugin is None else [plugin.log_file_handler]
