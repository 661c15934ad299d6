"""Read pytest's configuration: our options, and pytest's own that change what a run proves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from .. import safety
from ..environment import FOLDER, BadEnvironment, secrets_of
from ..run_options import RUN_OPTIONS
from ..safety import UsageError
from .options import Options, environments_to_choose_from

_OF_WORKERS: Final = {"env", "origin", "level", "drill"}
"""Options that an xdist worker needs."""

_CHECKING_NOTHING: Final = {
    "collectonly": ("--collect-only", "--collectonly", "--co"),
    "setuponly": ("--setup-only", "--setuponly"),
    "setupplan": ("--setup-plan", "--setupplan"),
    "showfixtures": ("--fixtures", "--funcargs"),
    "show_fixtures_per_test": ("--fixtures-per-test",),
    "markers": ("--markers",),
    "cacheshow": ("--cache-show",),
    "help": ("--help", "-h"),
    "version": ("--version", "-V"),
}
"""Options with which pytest runs no check and mostly ends with 0: their spellings, by their names
in its configuration."""

_NARROWING: Final = {
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "lf": "--last-failed",
    "stepwise": "--stepwise",
}
"""Options of pytest that may leave out checks without saying so."""

_NARROWING_INI: Final = frozenset(
    ("addopts", "norecursedirs", "python_classes", "python_files", "python_functions", "testpaths")
)
"""Settings that may leave out checks when ``-o`` overrides them."""


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a UsageError into pytest's, which ends the process with 4."""
    try:
        yield
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


USAGE: Final = "knowngood-usage"
"""The key of xdist's ``workeroutput`` for what a person did wrong."""

NUMBER: Final = "knowngood-number"
"""The key of xdist's ``workerinput`` for a worker's number, from 0."""


def worker_number(config: pytest.Config) -> int | None:
    """Return which of xdist's workers this process is; None for any other process."""
    number: int | None = getattr(config, "workerinput", {}).get(NUMBER)
    return number


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process is an xdist worker."""
    return hasattr(config, "workerinput")


def suite_root(config: pytest.Config) -> Path:
    """Return the folder of the suite's pytest configuration: environments/ lies there."""
    return config.inipath.parent if config.inipath else config.rootpath


def options_of(config: pytest.Config) -> Options:
    """Return the options of the run. Raises UsageError.

    An xdist worker reads only those of the environment.
    """
    values: dict[str, Any] = {
        option.name: config.getoption(option.flag)
        for option in RUN_OPTIONS
        if option.name in _OF_WORKERS or not is_worker(config)
    }
    _refuse_taken_for_tests(config)
    return Options.from_values(root=suite_root(config), cwd=config.invocation_params.dir, **values)


def _refuse_taken_for_tests(config: pytest.Config) -> None:
    """Raise UsageError for an option with a blank before its path, if pytest took that for a test.

    It does so before it knows our options, and then looks for its configuration at that path.
    """
    arguments, root = config.invocation_params.args, suite_root(config)
    for option, value in pairwise(arguments):
        is_ours = any(option == known.flag for known in RUN_OPTIONS)
        is_elsewhere = option == "--env" or not (root / FOLDER).is_dir()
        if is_ours and is_elsewhere and (config.invocation_params.dir / value).exists():
            raise UsageError(
                f"write {option}={value} with an equals sign: after a blank, pytest takes the path "
                "for a test and looks for the suite there"
            )


def hide_secrets(config: pytest.Config) -> None:
    """Hide the environment's secrets before any file of checks runs.

    Ignores a bad environment: ``options_of`` reports it.
    """
    with suppress(BadEnvironment):
        safety.hide_secrets(secrets_of(config.known_args_namespace.env, suite_root(config)))


def refuse_options_that_show_secrets(config: pytest.Config) -> None:
    """Raise UsageError for options with which pytest would write out secrets, past every hook."""
    values = {
        "--debug": config.option.debug,
        "--pastebin": getattr(config.option, "pastebin", None),
        "PYTEST_DEBUG": os.environ.get("PYTEST_DEBUG"),
    }
    options = [name for name, value in values.items() if value]
    if options and safety.has_secrets():
        raise UsageError(f"{', '.join(options)}: would write out secrets of [secrets]; run without")


def refuse_to_check_nothing(config: pytest.Config) -> None:
    """Raise pytest.UsageError for an option with which pytest runs no check, unless a person typed
    it: a gate that reads its exit code would take 0 for a pass.
    """
    typed = {word.partition("=")[0] for word in config.invocation_params.args}
    for name, spellings in _CHECKING_NOTHING.items():
        if getattr(config.option, name, None) and typed.isdisjoint(spellings):
            raise pytest.UsageError(
                f"{spellings[0]} comes from {_source(spellings, config)}, and with it no check "
                "runs, although --env asks for a verdict; take it out, or write it on the command "
                "line"
            )


def _source(spellings: Iterable[str], config: pytest.Config) -> str:
    """Return where an option comes from that is not on the command line."""
    variable = os.environ.get("PYTEST_ADDOPTS", "")
    if any(word.partition("=")[0] in spellings for word in variable.split()):
        return "PYTEST_ADDOPTS"
    return f"addopts in {config.inipath}"


def without_environment(config: pytest.Config) -> str:
    """Return the message for somebody who runs checks without ``--env``."""
    return f"a run of these checks {environments_to_choose_from(suite_root(config))}"


def narrowed_by(config: pytest.Config) -> str:
    """Return the arguments that leave part of the suite out; empty without such arguments."""
    options = [flag for name, flag in _NARROWING.items() if getattr(config.option, name, None)]
    overridden = getattr(config.option, "override_ini", None) or ()
    options += [f"-o {ini}" for ini in overridden if ini.partition("=")[0] in _NARROWING_INI]
    if options:
        return " ".join(options)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        return ""
    started_in, root = config.invocation_params.dir, suite_root(config)
    paths = [started_in / arg.partition("::")[0] for arg in config.args]
    folders = [path.resolve() for path in paths]
    parts = [part.resolve() for part in _parts(config, paths)]
    whole = all(any(part.is_relative_to(folder) for folder in folders) for part in parts)
    if whole and not any("::" in arg for arg in config.args):
        return ""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return " ".join(config.args)
    folder = os.path.relpath(started_in.resolve(), root.resolve())
    return f"{folder}, where pytest was started; start it in {root}"


def _parts(config: pytest.Config, paths: Iterable[Path]) -> list[Path]:
    """Return the folders and files that the suite is made of.

    If the configuration does not name them, it is ``smoketests``. If there is no such folder, they
    are those of ``paths`` that are folders, and for each file among ``paths`` all files of checks
    in its folder.
    """
    root = suite_root(config)
    named = [root / path for path in config.getini("testpaths")]
    usual = root / "smoketests"
    if named or usual.is_dir():
        return named or [usual]
    patterns = config.getini("python_files")
    parts: list[Path] = []
    for path in paths:
        beside = (file for pattern in patterns for file in path.parent.glob(pattern))
        parts += [path] if path.is_dir() else beside
    return parts
