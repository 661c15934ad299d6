"""Which checks run: what an environment has no use for, what a selection leaves out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import pytest

from . import comparison, declaration, redact
from .declaration import Ask, BadDeclaration
from .environment import BadEnvironment, Environment
from .environment_file import FOLDER, chosen, known_origins, listing, secrets_of
from .release.manifest import BadManifest, Manifest
from .report import verdict_file
from .schema import SUFFIX, BadSchema, load


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
        return verdict_file.failures(config.invocation_params.dir / path, environment.name)
    except (OSError, ValueError, TypeError) as error:
        raise pytest.UsageError(f"--baseline {path}: {error}") from None


def manifest_of(config: pytest.Config, environment: Environment) -> Manifest | None:
    """The manifest that ``--manifest`` names; a mistake is a usage error."""
    path = config.getoption("--manifest")
    if path is None:
        return None
    try:
        return comparison.manifest_for(environment, config.invocation_params.dir / path)
    except BadManifest as error:
        raise pytest.UsageError(f"--manifest {error}") from None


def hide_secrets(config: pytest.Config) -> None:
    """Hide the environment's secrets before any file of checks runs. What is wrong with the
    environment is told later.
    """
    with suppress(BadEnvironment):
        redact.hide(secrets_of(config.known_args_namespace.env, suite_root(config)))


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
    if used and redact.hiding():
        raise pytest.UsageError(
            f"{', '.join(used)}: would write out secrets of [secrets]; run without"
        )


def check_name(item: pytest.Item) -> str:
    """``test_config.py::test_debug_is_off``: the check without folder and case."""
    return item.nodeid.partition("[")[0].rpartition("/")[2]


def claim_of(item: pytest.Item) -> str:
    """What the check claims: the first line of its docstring."""
    doc = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    return str(doc).strip().partition("\n")[0].strip()


def catches_of(item: pytest.Item) -> list[str]:
    """The faults that the ``catches`` marks of ``item`` name."""
    return [str(fault) for mark in item.iter_markers("catches") for fault in mark.args]


def asks_of(item: pytest.Item) -> tuple[Ask, ...]:
    """The URLs that the marks of ``item`` declare; a bad mark is a usage error."""
    try:
        return declaration.asks(item.iter_markers())
    except BadDeclaration as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None


def origin_of(item: pytest.Item) -> str:
    """The origin that the ``origin`` mark of ``item`` names; a usage error where none does."""
    mark = item.get_closest_marker("origin")
    if mark is None or len(mark.args) != 1:
        raise pytest.UsageError(
            f"{item.nodeid}: the client fixture needs @pytest.mark.origin(NAME), the origin of "
            "the environment that the check talks to"
        )
    return str(mark.args[0])


def walks_of(item: pytest.Item) -> tuple[str, ...]:
    """The origin that ``item`` walks through with the client fixture, if it does."""
    if "client" not in getattr(item, "fixturenames", ()):
        return ()
    mark = item.get_closest_marker("origin")
    return (str(mark.args[0]),) if mark is not None and mark.args else ()


def inapplicable(item: pytest.Item, environment: Environment) -> str | None:
    """Why ``item`` does not apply to ``environment``; None where it does.

    An origin that no environment has, but one of nearly that name, is a usage error.
    """
    asks = asks_of(item)
    try:
        why = declaration.inapplicable(asks, environment)
    except BadDeclaration as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    origins = [ask.template.partition(":")[0] for ask in asks if ":" in ask.template]
    mark = item.get_closest_marker("origin")
    origins += [origin_of(item)] if mark is not None else []
    for origin in origins:
        if origin not in environment.origins and "{" not in origin:
            _refuse_unknown_origin(item, origin, environment)
            return f"the environment has no origin called {origin}"
    if mark is not None and mark.kwargs.get("writes") and not environment.writes:
        return "the environment does not allow writes"
    return why


def _refuse_unknown_origin(item: pytest.Item, origin: str, environment: Environment) -> None:
    known = known_origins(environment)
    if origin not in known and get_close_matches(origin, known, cutoff=0.75):
        raise pytest.UsageError(
            f"{item.nodeid}: no environment has an origin called {origin!r}; "
            f"there are: {', '.join(sorted(known))}"
        )


def refuse_misuse(item: pytest.Item) -> None:
    """A check whose marks and fixtures do not fit each other is a usage error."""
    names = set(getattr(item, "fixturenames", ()))
    wanted = asks_of(item)
    if names & {"response", "responses", "references"} and not wanted:
        raise pytest.UsageError(
            f'{item.nodeid}: reads answers but asks for none; add @pytest.mark.get("ORIGIN:/path")'
        )
    if wanted and not names & {"response", "responses", "references"}:
        raise pytest.UsageError(
            f"{item.nodeid}: asks for URLs but takes none of response, responses, references"
        )
    function = getattr(item, "function", None)
    arguments = set(getattr(getattr(function, "__code__", None), "co_varnames", ()))
    if "response" in arguments & names and len(wanted) != 1:
        raise pytest.UsageError(
            f"{item.nodeid}: `response` is the answer to one URL; {len(wanted)} are asked for, "
            "so take `responses`"
        )
    if "references" in names and not any(ask.references for ask in wanted):
        raise pytest.UsageError(f"{item.nodeid}: `references` needs references=True in the mark")
    if "client" in names:
        origin_of(item)


def refuse_bad_schemas(items: Iterable[pytest.Item]) -> None:
    """A schema that cannot be relied on is a usage error, before the first request."""
    for folder in sorted({item.path.parent / "schemas" for item in items}):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            try:
                load(path)
            except BadSchema as error:
                raise pytest.UsageError(str(error)) from None


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
