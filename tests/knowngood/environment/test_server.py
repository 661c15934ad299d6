"""The deployment that a command serves: it comes up or says why not, and never outlives the run."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from wire import eventually, is_alive

from knowngood.environment.model import Environment
from knowngood.environment.serve_settings import ServeCommand
from knowngood.environment.server import Server, ServerNotStarted

READY = 'import sys; print(\'{"origins": {"content": "http://127.0.0.1:1"}}\', flush=True); '
WAIT_FOR_EOF = "sys.stdin.read()"

Deploy = Callable[..., Server]


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """Start a command, or a Python program; it ends with the test."""
    with ExitStack() as stack:

        def start(*command: str, origins: tuple[str, ...] = ("content",)) -> Server:
            words = command if len(command) > 1 else ("{python}", "-c", *command)
            environment = Environment(
                name="local",
                path=tmp_path / "environments" / "local.toml",
                description="",
                serve=ServeCommand(words, origins),
            )
            deployment = Server(environment)
            stack.callback(deployment.stop)
            return deployment

        yield start


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command has two seconds to announce its origins."""
    monkeypatch.setattr("knowngood.environment.server.READY_WITHIN", 2)


def test_it_says_where_it_is(deploy: Deploy) -> None:
    """The origins asked for, without a slash at the end; others are passed over."""
    program = (
        'import sys; print(\'{"origins": {"content": "http://127.0.0.1:1/", "x": 5}, "y": []}\', '
        "flush=True); " + WAIT_FOR_EOF
    )
    assert deploy(program).announced().origins == {"content": "http://127.0.0.1:1"}


def test_it_runs_where_the_project_is(deploy: Deploy, tmp_path: Path) -> None:
    """Commands of an environment file are relative to the directory above environments/."""
    (tmp_path / "here.py").write_text(READY + WAIT_FOR_EOF, "utf-8")
    assert deploy("{python}", "here.py").announced().origins == {"content": "http://127.0.0.1:1"}


def failed(deploy: Deploy, *command: str, **options: object) -> str:
    """Why a command did not come up."""
    with pytest.raises(ServerNotStarted) as caught:
        deploy(*command, **options).announced()
    return str(caught.value)


def test_an_environment_without_a_command() -> None:
    """There is nothing to start."""
    with pytest.raises(ServerNotStarted, match=r"stage\.toml: has no \[serve\]"):
        Server(Environment("stage", Path("stage.toml"), ""))


def test_a_command_that_is_not_found(deploy: Deploy) -> None:
    """The message names the file and the command."""
    why = failed(deploy, "no-such-command", "--port")
    assert "local.toml: serve.command: no-such-command" in why
    assert "No such file" in why


def test_a_command_that_cannot_be_run(deploy: Deploy, tmp_path: Path) -> None:
    """A directory, or a file that is no program."""
    assert "Permission denied" in failed(deploy, str(tmp_path), "--port")


def test_a_command_that_dies(deploy: Deploy) -> None:
    """Its exit code and the end of what it said, and no more than that."""
    program = "import sys; sys.stderr.write('x' * 5000 + '\\nport in use\\n'); sys.exit(3)"
    why = failed(deploy, program)
    assert "ended with exit code 3 before it was ready" in why
    assert why.endswith("xxx …\nport in use")
    assert len(why) < 2500
    assert "URLs for: content" in why


def test_a_command_that_lists_what_is_allowed(deploy: Deploy) -> None:
    """The mistake stands before the list, and is not cut off."""
    program = "import sys; sys.exit('error: no fault x, allowed are: ' + 'some-fault, ' * 1000)"
    message = failed(deploy, program)
    assert "error: no fault x, allowed are: some-fault," in message
    assert len(message) < 1000


@pytest.mark.usefixtures("impatient")
def test_a_command_that_says_nothing(deploy: Deploy) -> None:
    """It is ended, and what it said on stderr is told."""
    began = time.monotonic()
    why = failed(deploy, "sh", "-c", "echo starting >&2; exec sleep 60")
    assert "announced nothing within 2 s" in why
    assert why.endswith("starting")
    assert time.monotonic() - began < 40


@pytest.mark.usefixtures("impatient")
def test_a_command_that_says_half_a_line(deploy: Deploy) -> None:
    """Without its end a line says nothing."""
    program = "import time; print('{\"origins\":', end='', flush=True); time.sleep(60)"
    assert "announced nothing" in failed(deploy, program)


@pytest.mark.usefixtures("impatient")
def test_a_command_whose_child_holds_the_pipe(deploy: Deploy) -> None:
    """A shell's child that goes on does not hang the run."""
    began = time.monotonic()
    assert "announced nothing" in failed(deploy, "sh", "-c", "sleep 60 & wait")
    assert time.monotonic() - began < 40


@pytest.mark.parametrize(
    "line",
    [
        "Listening on http://127.0.0.1:8000",
        "null",
        "[]",
        "5",
        '{"origins": null}',
        '{"origins": []}',
        '{"origins": {}}',
        '{"origins": {"submission": "http://127.0.0.1:1"}}',
        '{"origins": {"content": 5}}',
        '{"origins": {"content": null}}',
        '{"origins": {"content": ["http://127.0.0.1:1"]}}',
        '{"origins": {"content": "127.0.0.1:1"}}',
        '{"origins": {"content": "ftp://127.0.0.1"}}',
        '{"origins": {"content": "http://127.0.0.1:1/path"}}',
        "",
        "\\xff\\xfe",
        "[" * 50_000,
    ],
    ids=lambda line: line[:30],
)
def test_a_command_that_says_something_else(deploy: Deploy, tmp_path: Path, line: str) -> None:
    """The line is quoted, in part when it is long, and the command is ended."""
    program = f"import os, sys; os.write(1, b{line!r} + b'\\n'); {WAIT_FOR_EOF}"
    (tmp_path / "program.py").write_text(program, "utf-8")
    why = failed(deploy, "{python}", "program.py")
    assert "announced b" in why
    assert len(why) < 400


def test_one_origin_of_two(deploy: Deploy) -> None:
    """What is missing is named with what is expected."""
    why = failed(deploy, READY + WAIT_FOR_EOF, origins=("content", "submission"))
    assert "URLs for: content, submission" in why


def test_output_without_end_is_not_kept(deploy: Deploy) -> None:
    """A line has a length at which it is no announcement."""
    program = "import os\ntry:\n    while True: os.write(1, b'x' * 65536)\nexcept OSError: pass"
    assert "announced b'xxx" in failed(deploy, program)


def test_a_command_that_talks_on_is_not_held_up(deploy: Deploy, tmp_path: Path) -> None:
    """An access log on stdout must not fill a pipe that nobody reads."""
    done = tmp_path / "done"
    program = (
        f"{READY} sys.stdout.write('x' * 1_000_000); sys.stdout.flush(); "
        f"open({str(done)!r}, 'w').close(); {WAIT_FOR_EOF}"
    )
    deploy(program).announced()
    assert eventually(done.exists)


def test_stopping_ends_it(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once when it goes by itself; twice does no harm."""
    monkeypatch.setattr("knowngood.environment.server.GRACE", 60)
    deployment = deploy(READY + WAIT_FOR_EOF)
    deployment.announced()
    process = deployment._process
    began = time.monotonic()
    deployment.stop()
    assert process.poll() is not None
    assert time.monotonic() - began < 40
    deployment.stop()


def test_stopping_ends_what_ignores_signals(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the end of its input nor SIGTERM: it is killed."""
    monkeypatch.setattr("knowngood.environment.server.GRACE", 0.3)
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"{READY} time.sleep(60)"
    )
    deployment = deploy(program)
    deployment.announced()
    began = time.monotonic()
    deployment.stop()
    assert deployment._process.returncode == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began < 30


def test_nothing_is_left_of_it(deploy: Deploy) -> None:
    """No thread and no open file."""
    before = threading.active_count()
    files = len([*Path("/dev/fd").iterdir()])
    for _ in range(3):
        deployment = deploy(READY + WAIT_FOR_EOF)
        deployment.announced()
        deployment.stop()
        failed(deploy, "import sys; sys.exit(1)")
        failed(deploy, "no-such-command", "--port")
    assert eventually(lambda: threading.active_count() == before)
    assert len([*Path("/dev/fd").iterdir()]) == files


RUN = """
import os, sys, time
from pathlib import Path
from knowngood.environment.model import Environment
from knowngood.environment.serve_settings import ServeCommand
from knowngood.environment.server import Server

program = sys.argv[1]
environment = Environment(
    "local", Path("environments/local.toml").absolute(), "",
    serve=ServeCommand(("{python}", "-c", program), ("content",)),
)
deployment = Server(environment)
deployment.announced()
print(deployment._process.pid, flush=True)
time.sleep(60)
"""


def test_it_does_not_outlive_the_run() -> None:
    """The run is killed; the end of its input tells the command."""
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, READY + WAIT_FOR_EOF], stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    with run.stdout:
        pid = int(run.stdout.readline())
    assert is_alive(pid)
    run.kill()
    run.wait()
    assert eventually(lambda: not is_alive(pid))
