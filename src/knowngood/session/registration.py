"""Prepare pytest for a run and register its hooks, once ``--env`` is given."""

from __future__ import annotations

import pytest

from ..safety import lose_what_cannot_be_written, open_streams
from .controller import Controller
from .log_file import LogFile
from .pytest_options import hide_secrets, is_worker, options_of, usage_errors
from .quiet_terminal import QuietTerminal
from .redaction_hooks import RedactionHooks
from .worker import Worker


def prepare(config: pytest.Config) -> None:
    """Make stdout and stderr safe, before pytest captures them and any file of checks runs."""
    open_streams()
    lose_what_cannot_be_written()
    hide_secrets(config)


def start(config: pytest.Config) -> Worker:
    """Register the hooks of a run; return the worker. Raises pytest.UsageError for bad options."""
    config.addinivalue_line("filterwarnings", "error::pytest.PytestReturnNotNoneWarning")
    with usage_errors():
        options = options_of(config)
        worker = Worker(config, options.environment, options.level)
        register = config.pluginmanager.register
        register(worker, "knowngood-worker")
        log_file = LogFile(config)
        register(log_file, "knowngood-log-file")
        if worker.environment.secrets:
            register(RedactionHooks(config, worker.environment), "knowngood-secrecy")
        if not is_worker(config):
            register(Controller(config, worker, options, log_file), "knowngood-controller")
            register(QuietTerminal(config), "knowngood-terminal")
    return worker
