"""The pytest plugin: hooks and fixtures only; the room ``session`` does the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .garbage_collection import collect_seldom
from .run_options import PARENT, RUN_OPTIONS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .content import json_schema
    from .environment import Environment
    from .fetch import Client, Resource, Response
    from .mutation import Mutation
    from .session.cases import Case
    from .session.worker import Worker

WORKER: pytest.StashKey[Worker] = pytest.StashKey()

_MARKS = (
    "get(*urls, samples=1, follow=False, resources=False, headers={}, varies=False, within=0): ask "
    "for these URLs with GET; fixtures response, responses, resources",
    "head(*urls, samples=1, follow=False, headers={}, varies=False, within=0): the same with HEAD",
    "browser(url, sample=0, headers={}): open this page in Chromium, with sample=N N of its cases; "
    "fixture page",
    "origin(name, writes=False): the origin that the client fixture talks to, and whether the "
    "check writes there",
    "catches(*faults): the faults that this check is known to catch",
    "level(name): the least level of a run, smoke or full, at which this check runs",
    "advisory(reason, until): up to this day the check warns and decides nothing",
)

_FIXTURES = {"response", "responses", "resources", "client", "shared_client"}
"""Fixtures that make a test a check of a deployment."""


def pytest_addoption(parser: pytest.Parser) -> None:
    if PARENT in os.environ:  # a person has called that command
        parser.prog = "knowngood verify"
    group = parser.getgroup("knowngood", "knowngood: smoke tests of a deployment")
    for option in RUN_OPTIONS:
        settings: dict[str, Any] = {"metavar": option.metavar}
        if not option.metavar:
            settings = {"action": "store_true"}
        elif option.repeatable:
            settings |= {"action": "append", "default": []}
        elif option.is_path:
            settings |= {"type": Path}
        group.addoption(option.flag, help=option.help, **settings)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Before pytest's capture takes the place of stdout and stderr."""
    if early_config.known_args_namespace.env:
        collect_seldom()
        if EngineFinder not in sys.meta_path:
            sys.meta_path.insert(0, EngineFinder)
        try:
            from .session import registration
        except ImportError as error:
            raise pytest.UsageError(
                f"the installation of knowngood is broken, so nothing can be checked: {error}; "
                "install it again"
            ) from error
        registration.prepare(early_config)
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, object]:
    from_worker = hasattr(config, "workerinput")  # xdist's
    if from_worker or not config.known_args_namespace.env:  # pytest reads no further than --help
        return (yield)
    from .session import process_end, pytest_options

    pytest_options.refuse_to_check_nothing(config)
    return (yield from process_end.bounded(config))


def pytest_configure(config: pytest.Config) -> None:
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    if config.getoption("--env"):
        from .session.registration import start

        config.stash[WORKER] = start(config)
    fixtures = CheckFixtures(config.stash.get(WORKER, None))
    config.pluginmanager.register(fixtures, "knowngood-fixtures")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    worker = metafunc.config.stash.get(WORKER, None)
    if worker is not None:
        worker.parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reads_help = config.option.showfixtures or config.option.show_fixtures_per_test
    if (
        WORKER not in config.stash
        and not reads_help
        and any(_FIXTURES.intersection(getattr(item, "fixturenames", ())) for item in items)
    ):
        from .session.pytest_options import without_environment

        raise pytest.UsageError(without_environment(config))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Call a check that takes ``response`` once for each sample, and one with ``within`` until it
    holds. Fail it for what a browser finds wrong with its page.
    """
    worker = pyfuncitem.config.stash.get(WORKER, None)
    if worker is None:
        return (yield)
    with worker.call(pyfuncitem):
        return (yield)


class EngineFinder:
    """Finds the engine's modules as Python does.

    pytest would rewrite the assertions in every module of the package, and a run would take a third
    longer to start; twice as long where Python writes no bytecode, as in many containers.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a module of the engine; None for all others."""
        return PathFinder.find_spec(name, path) if name.startswith(f"{__package__}.") else None


def _started(worker: Worker | None) -> Worker:
    if worker is None:
        raise pytest.UsageError("this fixture needs --env NAME")
    return worker


@pytest.fixture(scope="session")
def environment(pytestconfig: pytest.Config) -> Environment:
    """The environment under test: its params, aliases and expectations."""
    return _started(pytestconfig.stash.get(WORKER, None)).environment


@pytest.fixture(scope="session")
def shared_client(pytestconfig: pytest.Config) -> Iterator[Callable[[str], Client]]:
    """``shared_client("submission")`` is one client at that origin for the whole run: to log in
    once. What it writes is deleted at the end of the run.
    """
    fetcher = _started(pytestconfig.stash.get(WORKER, None)).fetcher
    yield fetcher.shared_client
    fetcher.sweep_shared()


@pytest.fixture(scope="session")
def mutations() -> Sequence[Mutation]:
    """The suite's own mutations for `knowngood drill`: a suite has this fixture to add some."""
    return ()


class CheckFixtures:
    """The fixtures of each item. As methods they know the run without the fixture ``request``, for
    which pytest inspects a function thousands of times a run.
    """

    def __init__(self, worker: Worker | None) -> None:
        self._of_run = worker

    @property
    def _worker(self) -> Worker:
        return _started(self._of_run)

    @pytest.fixture
    def case(self) -> Case:
        """The values that this case fills in: ``case["locale"]``."""
        return self._worker.case

    @pytest.fixture
    def responses(self, case: Case) -> Sequence[Response]:
        """The answers to all URLs of the check's marks, in their order."""
        return self._worker.answers()

    @pytest.fixture
    def response(self, responses: Sequence[Response]) -> Response:
        """The answer to the one URL of the check's mark; of several samples each in turn."""
        return responses[0]

    @pytest.fixture
    def resources(self, case: Case) -> Sequence[Resource]:
        """The files that the pages of the check's marks need, with ``resources=True``."""
        return self._worker.fetcher.item.resources()

    @pytest.fixture
    def page(self, case: Case) -> Iterator[Page]:
        """The page of the mark ``browser``, open in Chromium and loaded: Playwright's ``Page``."""
        with self._worker.fetcher.page() as opened:
            yield opened

    @pytest.fixture
    def client(self, case: Case, request: pytest.FixtureRequest) -> Iterator[Client]:
        """An ``httpx.Client`` at the origin that the check's ``origin`` mark names."""
        from .session import declarations

        origin = declarations.origin_of(request.node)
        with self._worker.fetcher.client(origin, case) as client:
            yield client

    @pytest.fixture
    def schema(self, request: pytest.FixtureRequest) -> Callable[[str], json_schema.Schema]:
        """``schema("config")`` is the schema in ``schemas/config.schema.json`` beside the check,
        ``schema("openapi.yaml#/components/schemas/User")`` a part of another file there.
        """
        from .content import json_schema

        folder = request.path.parent / "schemas"

        def find(name: str) -> json_schema.Schema:
            return json_schema.find(folder, name)

        return find
