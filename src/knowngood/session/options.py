"""What the options of a run mean."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ..content.manifest import BadManifest, Manifest
from ..environment.loader import FOLDER, chosen, listing, secrets_of
from ..environment.model import BadEnvironment, Environment
from ..report import json_file
from ..safety import redact
from ..verdict import build_match


def suite_root(config: pytest.Config) -> Path:
    """The folder of the suite's pytest configuration: environments/ lies there."""
    return config.inipath.parent if config.inipath else config.rootpath


def environment_of(config: pytest.Config) -> Environment:
    """The environment that ``--env`` and ``--origin`` mean; a mistake is a usage error."""
    name = config.getoption("--env")
    try:
        origins, drill = config.getoption("--origin"), config.getoption("--drill")
        found = chosen(name, suite_root(config), origins, drill)
    except BadEnvironment as error:
        raise pytest.UsageError(str(error)) from None
    if config.getoption("--record") and (origins or drill is not None):
        raise pytest.UsageError("--record: what --origin or --drill verify is not the environment")
    for report in ("--verdict-file", "--html-file"):
        target = config.getoption(report)
        if target is not None and not (config.invocation_params.dir / target).parent.is_dir():
            raise pytest.UsageError(f"{report} {target}: there is no folder {target.parent}")
    args = config.invocation_params.args
    if "--env" in args and Path(name).exists():
        # Before pytest knows our options it takes a path that follows one after a space for a
        # test to run, and looks for its configuration there.
        raise pytest.UsageError(f"write --env={name} with an equals sign")
    return found


def release_of(config: pytest.Config, environment: Environment) -> str | None:
    """The release that ``--release`` names; a usage error where nothing could say it is there."""
    expected: str | None = config.getoption("--release")
    if expected is None:
        return None
    if not expected.strip():
        raise pytest.UsageError("--release: found nothing; expected a tag or a commit")
    if environment.release is None:
        raise pytest.UsageError(
            f"--release {expected}: {environment.path} has no [release], which says where the "
            "deployment names its release"
        )
    return expected.strip()


def baseline_of(config: pytest.Config, environment: Environment) -> frozenset[str] | None:
    """The failures that the verdict file of ``--baseline`` has; a mistake is a usage error."""
    path = config.getoption("--baseline")
    if path is None:
        return None
    try:
        return json_file.failures(config.invocation_params.dir / path, environment.name)
    except (OSError, ValueError, TypeError) as error:
        raise pytest.UsageError(f"--baseline {path}: {error}") from None


def manifest_of(config: pytest.Config, environment: Environment) -> Manifest | None:
    """The manifest that ``--manifest`` names; a mistake is a usage error."""
    path = config.getoption("--manifest")
    if path is None:
        return None
    try:
        return build_match.manifest_for(environment, config.invocation_params.dir / path)
    except BadManifest as error:
        raise pytest.UsageError(f"--manifest {error}") from None


def hide_secrets(config: pytest.Config) -> None:
    """Hide the environment's secrets before any file of checks runs. What is wrong with the
    environment is told later.
    """
    with suppress(BadEnvironment):
        redact.hide_secrets(secrets_of(config.known_args_namespace.env, suite_root(config)))


def refuse_what_tells_all(config: pytest.Config) -> None:
    """Options by which pytest writes what it is given past every hook are usage errors where
    there is something to hide.
    """
    told = {
        "--debug": config.option.debug,
        "--pastebin": getattr(config.option, "pastebin", None),
        "PYTEST_DEBUG": os.environ.get("PYTEST_DEBUG"),
    }
    used = [name for name, value in told.items() if value]
    if used and redact.has_secrets():
        raise pytest.UsageError(
            f"{', '.join(used)}: would write out secrets of [secrets]; run without"
        )


def without_environment(config: pytest.Config) -> str:
    """What to say to somebody who runs checks without ``--env``."""
    folder = suite_root(config) / FOLDER
    return f"these checks need --env NAME; environments in {FOLDER}/:\n{listing(folder)}"


_NARROWING = {
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "lf": "--last-failed",
    "stepwise": "--stepwise",
}
"""Options of pytest's that may leave out checks without a word."""


_NARROWING_INI = {
    "addopts",
    "norecursedirs",
    "python_classes",
    "python_files",
    "python_functions",
    "testpaths",
}
"""The same, of the settings that ``-o`` overrides."""


def narrowed_by(config: pytest.Config) -> str:
    """The arguments that leave part of the suite out; empty when they leave out nothing."""
    options = [flag for name, flag in _NARROWING.items() if getattr(config.option, name, None)]
    overridden = getattr(config.option, "override_ini", None) or ()
    options += [f"-o {each}" for each in overridden if each.partition("=")[0] in _NARROWING_INI]
    if options:
        return " ".join(options)
    roots = [suite_root(config) / each for each in config.getini("testpaths")]
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return ""
    given = [config.invocation_params.dir / arg.partition("::")[0] for arg in config.args]
    whole = all(any(_covers(arg, root) for arg in given) for root in roots)
    if whole and not any("::" in arg for arg in config.args):
        return ""
    return " ".join(config.args)


def _covers(given: Path, root: Path) -> bool:
    return root.resolve().is_relative_to(given.resolve())
