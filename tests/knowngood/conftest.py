"""What the tests of the network modules share: servers that misbehave, and fetchers to meet them.

Nothing here acts by itself: other tests of this directory are not concerned.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from clones import Clone
from release_side import NOW, Note, commit, git, needed
from suite_run import run_here
from tenacity import wait_none
from wire import Authority, Fetchers, Play, Serve, Server

from knowngood.cli import main
from knowngood.environment.model import Budget, Environment
from knowngood.environment.release_settings import GateRules, Release
from knowngood.fetch.fetcher import Fetcher
from knowngood.readiness import look_at_release
from knowngood.release import deploy, live, record_store
from knowngood.release.git import Repository
from knowngood.release.live import NamedReleases
from knowngood.release.record import Record, RecordKind
from knowngood.run_options import RUN_ID
from knowngood.supervisor import child
from knowngood.supervisor.trust import ChildExit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUMS = ("chromium-headless-shell", "chromium", "google-chrome")
SMALL = {
    "run": 120.0,
    "probe": 30.0,
    "attempts": 4,
    "concurrency": 8,
    "body": 1 << 20,
    "settle": 0.0,
}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that play something; they end with the test."""
    with ExitStack() as stack:

        def start(play: Play, **options: Any) -> Server:
            server = Server(play, **options)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that environments of the tests trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def environment() -> Callable[..., Environment]:
    """Make an environment of origins (name → URL) with a small budget."""

    def make(
        origins: Mapping[str, str] | Server,
        *,
        writes: bool = False,
        ca: Path | None = None,
        edges: Mapping[str, tuple[str, ...]] | None = None,
        **budget: Any,
    ) -> Environment:
        return Environment(
            name="test",
            path=Path("environments/test.toml"),
            description="",
            writes=writes,
            ca=ca,
            origins={"content": origins.url} if isinstance(origins, Server) else origins,
            edges=edges or {},
            budget=Budget(**{**SMALL, **budget}),
        )

    return make


@pytest.fixture
def fetchers(environment: Callable[..., Environment]) -> Iterator[Fetchers]:
    """Start fetchers for origins or a server; they end with the test."""
    with ExitStack() as stack:

        def start(
            origins: Mapping[str, str] | Server,
            *,
            seconds: float = 120,
            share: int = 1,
            **options: Any,
        ) -> Fetcher:
            found = environment(origins, **options)
            fetcher = Fetcher(found, "run-1", time.time() + seconds, share)
            return stack.enter_context(fetcher)

        yield start


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once, unless an answer says when."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_none())


@pytest.fixture
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble that may have passed is looked at again soon."""
    monkeypatch.setattr("knowngood.fetch.second_look.PAUSE", 0.01)


def git_settings(home: Path, patch: pytest.MonkeyPatch) -> Path:
    """Give git settings of the test's own: no hook, key or name of this machine's user."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        patch.delenv(variable)
    home.mkdir()
    path = home / "gitconfig"
    path.write_text(
        "[user]\nname = Ann\nemail = ann@example.org\n[init]\ndefaultBranch = release\n"
        '[protocol "file"]\nallow = always\n'
        "[maintenance]\nauto = false\n[receive]\nautogc = false\n[core]\nfsync = none\n"
    )
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    patch.setenv("GIT_CONFIG_GLOBAL", str(path))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Git with settings of the test's own; their file."""
    return git_settings(tmp_path / "home", monkeypatch)


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, a clone, and that clone with a server, made once: a test copies what it needs, which
    takes no process.
    """
    folder = tmp_path_factory.mktemp("repositories")
    with pytest.MonkeyPatch.context() as patch:
        git_settings(folder / "home", patch)
        site, clone = folder / "site", Clone(folder / "clone")
        site.mkdir()
        git(site, "init", "--quiet")
        for name in ("v1", "v2", "v3"):
            commit(site, f"Make {name} r=bob")
            git(site, "tag", "-a", name, "-m", name)
        clone.path.mkdir()
        clone.git("init", "-q", "-b", "main")
        clone.commit("Bug 1 - Begin. r=alice")
        served = Clone(shutil.copytree(clone.path, folder / "served"))
        served.git("init", "-q", "--bare", "-b", "main", "../server.git")
        served.git("remote", "add", "origin", "../server.git")
        served.git("push", "-q", "origin", "main")
    return folder


@pytest.fixture
def site(tmp_path: Path, repositories: Path) -> Repository:
    """The repository of a site, with releases v1, v2 and v3 on the branch release."""
    return Repository(shutil.copytree(repositories / "site", tmp_path / "site"))


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Environment]:
    """Make stage, or prod, which promotes from it, in the suite of the current folder; ``gate`` are
    rules that differ.
    """
    monkeypatch.chdir(tmp_path)

    def make(name: str = "prod", **gate: Any) -> Environment:
        return Environment(
            name=name,
            path=tmp_path / "environments" / f"{name}.toml",
            description="",
            promotes_from="stage" if name == "prod" else None,
            origins={"content": "http://content.test"},
            release=Release("content:/v", repository="site"),
            gate=GateRules(**gate),
        )

    return make


@pytest.fixture
def note(site: Repository) -> Note:
    """Write a record ``days`` before now."""

    def write(
        release: str = "v2",
        environment: str = "stage",
        verdict: str = "PASSED",
        *,
        kind: RecordKind = RecordKind.VERIFIED,
        days: float = 1.0,
        **more: Any,
    ) -> Record:
        found = Record(
            kind=kind,
            environment=environment,
            release=release,
            commit=site.commit_of(release) or "",
            when=NOW - timedelta(days=days),
            verdict=verdict,
            **{"who": "Ann <ann@example.org>", "where": "host", **more},
        )
        record_store.write(Repository(site.path), found)  # settings of git may have changed
        return found

    return write


@pytest.fixture
def noted(site: Repository) -> Note:
    """Write a record so many days before the present, for commands that run as processes."""

    def write(
        release: str,
        place: str,
        verdict: str,
        days: float,
        kind: RecordKind = RecordKind.VERIFIED,
        **more: Any,
    ) -> Record:
        when = datetime.now(UTC) - timedelta(days=days)
        of = site.commit_of(release) or ""
        more = {"who": "Ann <ann@example.org>", **more}
        found = Record(kind, place, release, of, when, verdict, **more)
        record_store.write(Repository(site.path), found)
        return found

    return write


@pytest.fixture
def clone(
    settings: Path, tmp_path: Path, repositories: Path, monkeypatch: pytest.MonkeyPatch
) -> Clone:
    """A repository with one commit, on the branch main."""
    for variable in [name for name in os.environ if name.startswith("PRE_COMMIT")]:
        monkeypatch.delenv(variable)
    return Clone(shutil.copytree(repositories / "clone", tmp_path / "clone"))


@pytest.fixture
def server(tmp_path: Path, clone: Clone, repositories: Path) -> Clone:
    """A bare repository that has the clone's main, and is its origin; without hooks."""
    shutil.copytree(repositories / "served", clone.path, dirs_exist_ok=True)
    return Clone(shutil.copytree(repositories / "server.git", tmp_path / "server.git"))


@pytest.fixture
def keys(tmp_path: Path, settings: Path) -> Callable[[str], str]:
    """Make a key, have git sign with it from now on, and give its line of allowed signers."""

    def make(name: str) -> str:
        needed("ssh-keygen", "openssh-client")
        path = tmp_path / f"{name}.key"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
        subprocess.run(command, check=True, timeout=400)
        git(tmp_path, "config", "--global", "gpg.format", "ssh")
        git(tmp_path, "config", "--global", "user.signingKey", str(path))
        return f"{name}@example.org {path.with_suffix('.key.pub').read_text()}"

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window. Playwright takes a third of a second to import: not in each
    process that only collects.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        message = f"needs one of {', '.join(CHROMIUMS)}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, timeout=120_000)
        yield browser
        browser.close()


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file in the browser, without a network; options are Playwright's, for a context of its
    own.
    """
    contexts = []

    def start(path: Path, **options: Any) -> Page:
        contexts.append(browser.new_context(offline=True, **options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri(), timeout=120_000)
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command starts of knowngood runs in this process: a verification, its run of pytest,
    and the question which release is live. To start them takes a second of CPU, and most tests are
    about what comes before or after.
    """
    verdict_file = tmp_path / "child.json"

    def run_pytest(
        arguments: Sequence[str],
        run_id: str,
        _: float,
        show: Callable[[bytes], None],
        variables: Mapping[str, str],
    ) -> ChildExit:
        with mock.patch.dict(os.environ, {RUN_ID: run_id, **variables}):
            ended = run_here(verdict_file, *arguments, cwd=Path.cwd())
        show(ended.output.encode())
        show(b"")
        return ChildExit(ended.code, verdict_file.read_bytes() if ended.verdict else b"")

    monkeypatch.setattr(child, "run_pytest", run_pytest)
    monkeypatch.setattr(deploy, "_run", _command_here)
    monkeypatch.setattr(live, "ask_names", _named_here)


def _command_here(command: Sequence[str], folder: Path, _: int) -> int:
    """Run ``python … -m knowngood WORDS``."""
    with chdir(folder):
        return main.run(command[command.index("knowngood") + 1 :])


def _named_here(environment: Environment) -> NamedReleases:
    look = look_at_release(environment)
    return NamedReleases(look.names, look.trouble, look.silent)
