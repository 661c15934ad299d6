"""Registers in pytest what runs the checks; plugin.py imports this once ``--env`` is given."""

from __future__ import annotations

import pytest

from .controller import Controller
from .log_file import LogFile
from .pytest_options import is_worker, options_of, usage_errors
from .redaction_hooks import RedactionHooks
from .worker import Worker


def start(config: pytest.Config) -> Worker:
    """Register the hooks of a run and return those of this process.

    Raises pytest.UsageError for options that do not fit.
    """
    with usage_errors():
        options = options_of(config)
        worker = Worker(config, options.environment)
        register = config.pluginmanager.register
        register(worker, "knowngood-session")
        register(LogFile(config), "knowngood-log-file")
        if worker.environment.secrets:
            register(RedactionHooks(config, worker.environment), "knowngood-secrecy")
        if not is_worker(config):
            register(Controller(config, worker, options), "knowngood-controller")
    return worker
