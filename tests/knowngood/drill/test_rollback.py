"""The rollback drill, over a suite and a site of another team: all is as expected where gate,
rollback and records work; otherwise it names the step.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, cast
from unittest import mock

import pytest
from announced_server import ANNOUNCED
from command_run import run_command
from suite_run import PYPROJECT

from knowngood.cli import main as cli
from knowngood.drill import drill_rollback, killed_push, rollback_steps
from knowngood.drill.rollback_steps import EXPECTED, RollbackDrill, Step, difference, not_at_origin
from knowngood.drill.sandbox import Sandbox
from knowngood.drill.sandbox_deploy import PAUSE
from knowngood.environment.model import BadEnvironment
from knowngood.environment.serve_settings import ServerAnnouncement
from knowngood.release.git import Repository
from knowngood.safety import UsageError, process_group

SERVER = (
    '''
"""Makes a site, or serves one."""
import http.server, json, pathlib, sys, threading

folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "make":
    (folder / "about").mkdir(parents=True)
    (folder / "about" / "page.html").write_text("page")
    raise SystemExit

class Page(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        return str(folder.resolve() / path.lstrip("/"))

    def log_message(self, *_):
        pass
'''
    + ANNOUNCED
)
CHECK = '''
import pytest

@pytest.mark.get("site:/about/page.html")
def test_page_is_there(response):
    """The page is there."""
    assert response.status_code == 200
'''
WAITING = '''
import os, pathlib, threading

def test_that_waits():
    """It waits until it is interrupted, once prod has been reached."""
    pathlib.Path(os.environ["REACHED"]).write_text("")
    threading.Event().wait(60)
'''
ENVIRONMENT = """
description = "one page"
[serve]
command = ["{python}", "server.py", "serve", "site"]
origins = ["site"]
[serve.drill]
faults = ["false"]
command = ["false"]
budget = { converge = 20 }
[serve.drill.rollback]
build = ["{python}", "server.py", "make", "{folder}"]
command = ["{python}", "server.py", "serve", "{folder}"]
lost = "about/page.html"
[release]
url = "site:/revision"
shape = "text"
[budget]
probe = 10
run = 120
"""

GIT = """
[commit]
gpgSign = true
[tag]
gpgSign = true
[gpg]
program = false
[core]
excludesFile = /dev/null
hooksPath = /nowhere
[user]
useConfigOnly = true
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A team's own suite, environment, site and server."""
    path = tmp_path / "project"
    for folder in ("environments", "checks"):
        (path / folder).mkdir(parents=True)
    (path / "pyproject.toml").write_text(PYPROJECT)
    (path / "environments" / "ours.toml").write_text(ENVIRONMENT)
    (path / "checks" / "test_page.py").write_text(CHECK)
    (path / "server.py").write_text(SERVER)
    return path


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """Return ours, and a temporary folder by which every process of a drill is recognized."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    own = {k: v for k, v in os.environ.items() if "PYTEST" not in k}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(GIT)
    return {
        **own,
        "TMPDIR": str(tmp_path / "tmp"),
        "REACHED": str(tmp_path / "reached"),
        "HOME": str(tmp_path / "home"),
        "GIT_DIR": "/nowhere",
    }


COMMAND = [sys.executable, "-m", "knowngood", "drill", "--env=ours", "--rollback"]
Ended = tuple[int, str]
Run = Callable[..., Ended]


def running(folder: Path) -> Iterator[int]:
    """The processes that have this temporary folder among their variables."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(folder / "tmp") in (process / "environ").read_bytes():
                yield int(process.name)
        except OSError:
            continue


@pytest.fixture
def run(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that drills in this process: its exit code, and what it printed. Nothing
    is left behind, whatever comes of it.
    """
    (tmp_path / "tmp").mkdir(exist_ok=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(project)
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)

    def run(path: Path | None = None) -> tuple[int, str]:
        lines: list[str] = []
        try:
            return drill_rollback("ours", path, say=lines.append), "\n".join(lines)
        finally:
            assert list((tmp_path / "tmp").iterdir()) == []

    return run


AS_EXPECTED = [
    "the branch release moves to v1",
    "v1 is pushed to stage",
    "the branch release moves to v1",
    "v1 is pushed to prod",
    "v2 is pushed to stage",
    "the branch release moves to v2",
    "may v2 go to prod?",
    "a push of v2 to prod is killed while it deploys",
    "what is so on prod?",
    "v2 is pushed to prod",
    "v3, which lacks about/page.html, is pushed to stage",
    "v3 is pushed to prod",
    "v3 is forced on prod",
    "the branch release moves to v3",
    "the tag v2 is deleted",
    "v4 is put on prod by hand",
    "prod is rolled back",
    "what was last known good on prod?",
    "the records of prod are read back",
]


def all_is_as_expected(path: Path, lines: Sequence[str]) -> None:
    """Every step, as a line and as JSON."""
    document = json.loads(path.read_text())
    assert document["schema"] == 1
    steps = [(step["done"], step["right"]) for step in document["steps"]]
    assert steps == [(done, True) for done in AS_EXPECTED]
    assert len(lines) == 23
    assert lines[0].startswith("stage: site http://127.0.0.1:")
    assert all(line.startswith("ok  ") for line in lines[3:-1])
    assert "refused: v3 has not PASSED on stage → exit 1, prod serves v2" in lines[14]
    assert "v3 is forced on prod → FAILED, and rolled back → exit 1, prod serves v2" in lines[15]
    assert "20 of this drill → 20, here and at the origin" in lines[21]
    assert lines[22].startswith("as expected in ")


@pytest.fixture
def commands_here(in_one_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of a drill run in this process, with the variables of theirs."""

    def run(sandbox: Sandbox, *words: str) -> tuple[int, str]:
        variables = sandbox._variables()
        with (
            mock.patch.dict(os.environ, variables, clear=True),
            mock.patch.object(tempfile, "tempdir", variables["TMPDIR"]),
        ):
            done = run_command(sandbox.suite, *words)
        return done.code, done.output

    monkeypatch.setattr(Sandbox, "run", run)


@pytest.mark.usefixtures("commands_here")
def test_all_as_expected(
    run: Run, tmp_path: Path, variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good releases go through, bad ones are caught and leave. The user's own git settings have no
    say.
    """
    monkeypatch.setenv("HOME", variables["HOME"])
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    code, output = run(tmp_path / "r.json")
    assert code == 0, output
    all_is_as_expected(tmp_path / "r.json", output.splitlines())


@pytest.mark.slow
def test_all_as_expected_of_processes(
    project: Path, variables: Mapping[str, str], tmp_path: Path
) -> None:
    """The command itself, in whose place the test above calls functions; it leaves nothing."""
    ended = subprocess.run(
        [*COMMAND, "--json=r.json"],
        cwd=project,
        env=variables,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(running(tmp_path)) == []
    all_is_as_expected(project / "r.json", ended.stdout.splitlines())


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[Ended]:
    """What the commands of a drill end with, in their order, in place of running them. After a
    push comes the answer of ``live``. The server's hook does as is expected, a deploy command ends
    with the push that is killed, and nobody serves, since nobody asks.
    """
    ends: list[Ended] = []
    right = Step("a ref is pushed", "as expected", "as expected", right=True)
    monkeypatch.setattr(RollbackDrill, "_git_push", lambda *_: right)
    monkeypatch.setattr(rollback_steps, "kill_in_deploy", lambda *_: ("", ""))
    monkeypatch.setattr(Sandbox, "run", lambda *_: ends.pop(0))
    monkeypatch.setattr(Sandbox, "served", not_served)
    return ends


@contextmanager
def not_served(sandbox: Sandbox, place: str) -> Iterator[ServerAnnouncement]:
    """Make the folder of a place."""
    (sandbox.folder / place).mkdir()
    yield ServerAnnouncement({"site": "http://127.0.0.1:9"})


def pushed(code: int, output: str, live: str) -> list[Ended]:
    """Return the ends of a push and of ``live`` after it."""
    return [(code, output), (0, f"{live}\n")]


DRIFT = "live on prod is v4, but by the records it is v2; to go back: knowngood rollback --env=prod"
SOUND = [
    *pushed(0, "v1 is on stage, and verified", "v1"),
    *pushed(0, "v1 is on prod, and verified", "v1"),
    *pushed(0, "v2 is on stage, and verified", "v2"),
    (0, "yes"),
    (0, "v1"),
    (1, "the push of v2 by Ann did not end: it may be there; live on prod is v1"),
    *pushed(0, "v2 is on prod, and verified", "v2"),
    *pushed(1, "stage is back on v2, and verified", "v2"),
    *pushed(1, "v3 has not PASSED on stage", "v2"),
]


def test_a_deployment_that_cannot_go_back(run: Run, commands: list[Ended]) -> None:
    """The step at which prod stays bad is named, with what the push printed; no more are taken."""
    trouble = "the rollback of prod to v2 is NOT known to work: look there"
    commands += [*SOUND, *pushed(1, trouble, "v3")]
    code, output = run()
    assert code == 1
    last = output.splitlines()[-3:]
    assert last[0].startswith("MISS")
    assert "v3 is forced on prod → FAILED, and rolled back → exit 1, prod serves v3" in last[0]
    assert last[0].endswith('and it did not print "prod is back on v2, and verified"')
    assert "no further step was taken" in last[1]
    assert last[2] == f"    {trouble}"


def test_checks_that_catch_nothing(run: Run, commands: list[Ended]) -> None:
    """A release that lacks a file and PASSES is not as expected."""
    commands += [*SOUND[:11], *pushed(0, "v3 is on stage, and verified", "v3")]
    code, output = run()
    assert code == 1
    assert "is pushed to stage → FAILED, and rolled back → exit 0, stage serves v3" in output


@pytest.mark.parametrize(
    ("place", "end", "message"),
    [
        (6, (1, "no: v2 is not reviewed"), "yes → exit 1: no: v2 is not reviewed"),
        (10, (1, "nothing answers"), "prod serves nothing"),
        (7, (0, "v2"), "its command ended, prod serves v2"),
        (
            8,
            (0, "nothing to see"),
            "the push of v2 by … did not end … live on prod is v1 → exit 0, it did not print "
            '"the push of v2 by"',
        ),
        (14, (0, "v3"), "exit 1, prod serves v3"),
    ],
)
def test_a_command_that_ends_otherwise(
    run: Run, commands: list[Ended], place: int, end: Ended, message: str
) -> None:
    """Each makes its step a miss: the gate says no, nothing is live, or what was refused is."""
    commands += [*SOUND[:place], end]
    code, output = run()
    assert code == 1
    assert message in output


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ([(0, "prod: v2")], 'exit 0, it did not print "live on prod is v4, but'),
        ([(1, DRIFT), (0, "v2")], "told, prod serves v2"),
        (
            [(1, DRIFT), (0, "v4"), (1, "no other release is known good"), (0, "v4")],
            'exit 1, prod serves v4, and it did not print "prod is back on v2, and verified"',
        ),
    ],
)
def test_a_release_that_is_on_no_record(
    run: Run, commands: list[Ended], ends: list[Ended], message: str
) -> None:
    """It must be told, be there, and go away by a rollback."""
    forced = pushed(1, "prod is back on v2, and verified", "v2")
    commands += [*SOUND, *forced, *ends, *pushed(0, "", "")]
    code, output = run()
    assert code == 1
    [missed] = [line for line in output.splitlines() if line.startswith("MISS")]
    assert message in missed


def starting(folder: Path, script: str) -> Sandbox:
    """Return a sandbox where every command is this one."""
    (folder / "prod").mkdir()
    command = ["sh", "-c", script.format(pause=folder / "prod" / PAUSE)]

    def start(*_: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        return process_group.start(command, stdout=output)

    return cast("Sandbox", SimpleNamespace(folder=folder, start=start))


def test_a_deploy_command_that_runs_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and ended. What the push printed is shown."""
    monkeypatch.setattr(killed_push, "_ENDED", 0.2)
    sandbox = starting(tmp_path, "sleep 100 & echo deploying; echo $! > {pause}; wait")
    trouble = killed_push.kill_in_deploy(sandbox, "prod", "v2")
    assert trouble == ("its deploy command runs on", "deploying\n")
    assert list((tmp_path / "prod").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("echo refused; exit 1", "it ended with 1 before it deployed"),
        ("echo refused; sleep 100", "it did not deploy in 0.5 s"),
    ],
)
def test_a_push_that_does_not_deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, trouble: str
) -> None:
    """Nothing was killed, so that nothing is shown."""
    monkeypatch.setattr(killed_push, "_BEGUN", 0.5)
    sandbox = starting(tmp_path, script)
    assert killed_push.kill_in_deploy(sandbox, "prod", "v2") == (trouble, "refused\n")


def test_interrupted(project: Path, variables: Mapping[str, str], tmp_path: Path) -> None:
    """In the middle of a check: no process is left, and no folder."""
    (project / "checks" / "test_page.py").write_text(WAITING)
    process = subprocess.Popen(
        COMMAND, cwd=project, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    never = threading.Event()
    while not (tmp_path / "reached").exists():
        assert process.poll() is None
        never.wait(0.02)
    assert len(list(running(tmp_path))) >= 5  # the drill, two servers, the push and its run
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 2
    assert b"knowngood drill: interrupted" in output
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(running(tmp_path)) == []


def test_records_that_are_others() -> None:
    """One that differs, one too many and one too few are each told by number."""
    assert difference(EXPECTED) == ""
    first, *others = EXPECTED
    assert difference(others).startswith("record 1 is pushed v1 STARTED, and not overridden v1")
    assert difference([*EXPECTED, first]) == "record 21 is overridden v1 OVERRIDDEN, and not none"
    assert difference([first, *others[:-1]]) == "record 20 is none, and not verified v2 PASSED"
    assert difference([]).startswith("record 1 is none")


def test_records_that_nobody_else_has(tmp_path: Path) -> None:
    """A tag that is here alone, or another one there; an origin that is gone."""
    for name in ("origin", "site"):
        subprocess.run(["git", "init", "--quiet", str(tmp_path / name)], check=True)
    site = Repository(tmp_path / "site", {"GIT_CONFIG_GLOBAL": os.devnull})
    for word in (
        ["user.name", "Ann"],
        ["user.email", "a@x.org"],
        ["remote.origin.url", "../origin"],
    ):
        site.run("config", *word)
    site.run("commit", "--quiet", "--allow-empty", "--message=x")
    site.run("tag", "--annotate", "--message=one", "v1")
    assert not_at_origin(site) == "not all of them are at the origin"
    site.run("push", "--quiet", "origin", "v1")
    assert not_at_origin(site) == ""
    site.run("tag", "--force", "--annotate", "--message=another", "v1")
    assert not_at_origin(site) == "not all of them are at the origin"
    site.run("config", "remote.origin.url", "../gone")
    assert not_at_origin(site).startswith("git ls-remote --tags --refs: ")


def test_nowhere_to_write_to(run: Run) -> None:
    """Told before anything is done."""
    with pytest.raises(UsageError, match=r"--json none/r\.json: there is no folder none"):
        run(Path("none/r.json"))


def replaced(old: str, new: str) -> str:
    assert old in ENVIRONMENT
    return ENVIRONMENT.replace(old, new)


ROLLBACK = ENVIRONMENT[ENVIRONMENT.index("[serve.drill.rollback]") : ENVIRONMENT.index("[rele")]
KEY = "serve.drill.rollback"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (replaced(ROLLBACK, ""), "--rollback needs [release], and [serve.drill.rollback] with"),
        (ENVIRONMENT[: ENVIRONMENT.index("[serve.drill]")], "has no [serve.drill]"),
        (replaced("[release]\n", "[headers]\n").partition("[headers]")[0], "needs [release]"),
        (replaced('lost = "about/page.html"\n', ""), f"{KEY}: needs the key lost"),
        (replaced('"about/page.html"', '"/etc/passwd"'), f"{KEY}.lost: found '/etc/passwd'"),
        (replaced('"about/page.html"', '"../x"'), f"{KEY}.lost: found '../x'"),
        (replaced('"about/page.html"', '"about"'), "build has made has no file 'about'"),
        (
            replaced('"make", "{folder}"', '"make"'),
            f"{KEY}.build: found ['{{python}}', 'server.py', 'make']",
        ),
        (
            replaced('"serve", "{folder}"', '"serve"'),
            f"{KEY}.command: found ['{{python}}', 'server.py', 'serve']",
        ),
        (replaced('"make", "{folder}"', '"mkae", "{folder}"'), f"{KEY}.lost: the site"),
        (replaced('build = ["{python}"', 'build = ["/no/such"'), f"{KEY}.build: [Errno 2]"),
        (replaced('"server.py", "make"', '"none.py", "make"'), "it printed: "),
        (replaced('"serve", "{folder}"', '"make", "{folder}"'), f"({KEY}.command)"),
        (replaced("[release]", '[origins]\nother = "http://h.test"\n[release]'), "origins.other: "),
    ],
)
def test_a_mistake_is_explained(run: Run, project: Path, text: str, message: str) -> None:
    """A usage error, which names file and key, what was found and what to do."""
    (project / "environments" / "ours.toml").write_text(text)
    (project / "site").mkdir()  # for a command that was given no folder
    with pytest.raises(BadEnvironment) as error:
        run()
    assert str(error.value).startswith(f"{project / 'environments' / 'ours.toml'}: ")
    assert message in str(error.value)


@pytest.mark.parametrize("option", ["--fault=gone", "--pairs=0", "--seed=3"])
def test_options_that_do_not_go_together(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Faults belong to the other drill."""
    assert cli.run(["drill", "--rollback", option]) == 4
    assert f"takes no {option.partition('=')[0]}" in capsys.readouterr().err
