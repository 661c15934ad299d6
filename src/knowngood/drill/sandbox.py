"""The sandbox of a rollback drill: one temporary folder with all that the drill needs.

::

    site/         the repository that releases v1 to v4 are made from; v3 and v4 lack a file
    origin.git/   the origin of that repository: records are pushed there
    suite/        links to the checks, and environments/stage.toml and prod.toml
    stage/ prod/  releases/NAME, and the link `live` to the one that is served
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

import tomli_w

from ..environment import (
    FOLDER,
    BadEnvironment,
    Environment,
    Release,
    RollbackDrillConfig,
    ServeCommand,
    Server,
    ServerAnnouncement,
    ServerNotStarted,
    runnable,
)
from ..release import GitError, Repository, hook_scripts
from ..safety import process_group
from . import sandbox_deploy
from .fault_drill import bytecode_in
from .sandbox_deploy import LIVE, flip
from .sandbox_environment import copied

STAGE, PROD = "stage", "prod"
GOOD, BETTER, BAD, AROUND = "v1", "v2", "v3", "v4"
BRANCH: Final = "release"

_NOT_LINKED: Final = (".git", ".venv", ".tox", ".nox", ".pytest_cache", "__pycache__")
_BUILDING: Final = 120.0  # seconds that the site may take to be made
_COMMAND: Final = 300.0  # seconds that a command may take; a push with its rollback takes ten
_GRACE: Final = 15.0  # seconds; a run that gets SIGTERM needs eight at the most
_GIT: Final = """\
[user]
name = Rollback drill
email = drill@localhost
[init]
defaultBranch = release
[maintenance]
auto = false
[receive]
autogc = false
[core]
fsync = none
"""

_NOT_OURS: Final = ("GIT_", "GITHUB_")
"""Variables of the user's git, and of a CI job: its page must not show rehearsed failures."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The folder and what the drill is made of.

    Attributes:
        folder: holds everything.
        environment: whose checks are run.
        serve: its [serve].
        release: its [release].
        config: its [serve.drill.rollback].
    """

    folder: Path
    environment: Environment
    serve: ServeCommand
    release: Release
    config: RollbackDrillConfig

    @property
    def suite(self) -> Path:
        """The folder in which commands are run."""
        return self.folder / "suite"

    @property
    def site(self) -> Repository:
        """The repository that releases are made from."""
        return Repository(self.folder / "site", self._apart())

    def run(self, *words: str) -> tuple[int, str]:
        """Run ``knowngood WORDS`` in the suite; return its exit code and all that it printed.

        When this process is interrupted, the command is ended with all that it started.
        """
        try:
            done = process_group.run(
                _command(words),
                _COMMAND,
                grace=_GRACE,
                cwd=self.suite,
                env=self._variables(),
                stderr=subprocess.STDOUT,
            )
        except subprocess.TimeoutExpired:
            return -signal.SIGTERM, f"ended: it took more than {_COMMAND:g} s"
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def deploy_around(self, place: str, release: str) -> str:
        """Run the deploy command of a place as a person would who does not use knowngood; return
        what it printed. Raises BadEnvironment.
        """
        commit = self.site.commit_of(release) or ""
        filled = {"{release}": release, "{commit}": commit}
        command = [filled.get(word, word) for word in self._deploy(place)]
        variables = self._variables()
        done = process_group.run(
            command, _COMMAND, cwd=self.suite, env=variables, stderr=subprocess.STDOUT
        )
        return done.stdout.decode("utf-8", "replace")

    def start(self, *words: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start ``knowngood WORDS`` in the suite and return its process, which prints to a file."""
        return process_group.start(
            _command(words),
            cwd=self.suite,
            env=self._variables(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def _variables(self) -> dict[str, str]:
        """Return all variables of a command that is run in the suite."""
        inherited = {k: value for k, value in os.environ.items() if not k.startswith(_NOT_OURS)}
        return {**inherited, **self._apart()}

    def _apart(self) -> dict[str, str]:
        """Return variables that keep the user's git settings out, and caches in the folder."""
        own = str(self.folder / "own")
        return {
            **bytecode_in(own),
            "GIT_CONFIG_GLOBAL": f"{own}/gitconfig",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "XDG_CONFIG_HOME": own,
            "XDG_CACHE_HOME": own,
            "TMPDIR": own,
        }

    def make_site(self) -> None:
        """Make the repository and its four releases. Raises BadEnvironment and GitError."""
        (self.folder / "own").mkdir()
        (self.folder / "own" / "gitconfig").write_text(_GIT, "utf-8")
        self._build()
        lost = self.site.path / self.config.lost
        if not lost.is_file():
            raise BadEnvironment(
                f"{self.environment.path}: serve.drill.rollback.lost: the site that build has made "
                f"has no file {self.config.lost!r}"
            )
        self.site.run("init", "--quiet")
        self.site.run("init", "--quiet", "--bare", "../origin.git")
        self.site.run("remote", "add", "origin", "../origin.git")
        self.add_release(GOOD, "Make the site")
        (self.site.path / "change.txt").write_text("Something to see.\n", "utf-8")
        self.add_release(BETTER, "Change something")
        lost.unlink()
        self.add_release(BAD, f"Lose {self.config.lost}")
        (self.site.path / "change.txt").write_text("Something else to see.\n", "utf-8")
        self.add_release(AROUND, f"Change something without {self.config.lost}")
        self.site.run("push", "--quiet", "origin", GOOD, BETTER, BAD, AROUND)
        self._guard(self.folder / "origin.git")

    def _guard(self, origin: Path) -> None:
        """Install the server's hook, and there: a user's core.hooksPath would lead elsewhere."""
        Repository(origin).run("config", "core.hooksPath", str(origin / "hooks"))
        hook_scripts.install(origin, server=True, force=False)

    def _build(self) -> None:
        command = filled(self.config.build, self.site.path)
        try:
            process_group.run(
                command, _BUILDING, cwd=self.environment.root, stderr=subprocess.STDOUT
            ).check_returncode()
        except (OSError, subprocess.SubprocessError) as error:
            output = getattr(error, "output", None) or b""
            text = output.decode("utf-8", "replace")[-1000:].strip()
            raise BadEnvironment(
                f"{self.environment.path}: serve.drill.rollback.build: {error}"
                f"{f'; it printed: {text}' if text else ''}"
            ) from None

    def add_release(self, name: str, subject: str) -> None:
        """Commit the site as it is, and tag that as a release. Raises GitError."""
        self.site.run("add", "--all", "--force")
        self.site.run("commit", "--quiet", f"--message={subject} r=reviewer")
        self.site.run("tag", "--annotate", f"--message={name}", name)

    @contextmanager
    def served(self, place: str) -> Iterator[ServerAnnouncement]:
        """Serve the link `live` of a place; it leads to an empty folder. Raises BadEnvironment."""
        nothing = self.folder / place / "releases" / "nothing"
        nothing.mkdir(parents=True)
        flip(self.folder / place, nothing)
        command = tuple(filled(self.config.command, self.folder / place / LIVE))
        served = replace(self.environment, serve=replace(self.serve, command=command))
        try:
            deployment = Server(served)
            try:
                yield deployment.announced()
            finally:
                deployment.stop()
        except ServerNotStarted as error:
            raise BadEnvironment(f"{error} (serve.drill.rollback.command)") from None

    def make_suite(self, places: Mapping[str, ServerAnnouncement]) -> None:
        """Link the checks, and write an environment file for each place."""
        (self.suite / FOLDER).mkdir(parents=True)
        for path in sorted(self.environment.root.iterdir()):
            if path.name != FOLDER and not path.name.startswith(_NOT_LINKED):
                (self.suite / path.name).symlink_to(path)
        for place, announced in places.items():
            content = copied(self.environment, self.environment.served(announced))
            content["description"] = f"{place} of a rollback drill"
            content["release"]["repository"] = str(self.site.path)
            content["gate"] = {"branch": BRANCH, "no_change": []}
            content["deploy"] = {"command": self._deploy(place)}
            if place == PROD:
                content["promotes_from"] = STAGE
            text = tomli_w.dumps(content)
            (self.suite / FOLDER / f"{place}.toml").write_text(text, "utf-8")

    def _deploy(self, place: str) -> list[str]:
        if self.release.header:
            raise BadEnvironment(
                "[release] header: the exercise serves files, which name a release by [release] "
                "field alone"
            )
        document = self.release.path.partition("?")[0].lstrip("/")
        command = [sys.executable, "-P", sandbox_deploy.__file__]
        command += [str(self.folder / place), str(self.site.path), document]
        return [*command, self.release.shape, self.release.field, "{release}", "{commit}"]


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-P", "-m", "knowngood", *words]


def filled(command: tuple[str, ...], folder: Path) -> list[str]:
    """Return a command with ``{folder}`` filled in."""
    return [word.replace("{folder}", str(folder)) for word in runnable(command)]


@contextmanager
def sandbox(environment: Environment) -> Iterator[tuple[Sandbox, Mapping[str, ServerAnnouncement]]]:
    """Yield the sandbox and what its two deployments, stage and prod, announced.

    All of it is gone after the context. Raises BadEnvironment.
    """
    serve, release = environment.serve, environment.release
    config = environment.drill.rollback if environment.drill is not None else None
    if serve is None or release is None or config is None:
        raise BadEnvironment(
            f"{environment.path}: --rollback needs [release], and [serve.drill.rollback] with "
            "build, a command that makes a site in {folder}, command, which serves {folder}, and "
            "lost, the file that the bad release lacks"
        )
    if environment.origins:
        raise BadEnvironment(
            f"{environment.path}: origins.{next(iter(environment.origins))}: --rollback needs all "
            "origins announced, since stage and prod cannot share one: name it in serve.origins"
        )
    drilled = environment.drilled(())
    with tempfile.TemporaryDirectory(
        prefix="knowngood-drill-", ignore_cleanup_errors=True
    ) as folder:
        place = Sandbox(Path(folder).resolve(), drilled, serve, release, config)
        try:
            place.make_site()
        except GitError as error:
            raise BadEnvironment(f"--rollback: {error}") from None
        with place.served(STAGE) as stage, place.served(PROD) as prod:
            announced = {STAGE: stage, PROD: prod}
            place.make_suite(announced)
            yield place, announced
