"""The process: its one line, how it ends, and what it says to mistakes."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forked_standins import RUNNING

import fhr_standin
from fhr_standin.__main__ import main
from fhr_standin.faults import FAULTS

COMMAND = [sys.executable, "-m", "fhr_standin", "--locales", "4"]
START = RUNNING._start
SOURCE = str(Path(fhr_standin.__file__).parents[1])
ENV = {**os.environ, "PYTHONPATH": SOURCE}


def start(*options: str, **more: Any) -> subprocess.Popen[str]:
    """Start the process with pipes to all its streams."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([*COMMAND, *options], text=True, env=ENV, **{**pipes, **more})


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`fhr_standin.running` starts processes, as elsewhere it does not for tests."""
    monkeypatch.setattr(RUNNING, "_start", START)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the process to its end."""
    return subprocess.run(
        [*COMMAND, *options], text=True, capture_output=True, env=ENV, timeout=400
    )


def test_one_line_says_where_everything_is() -> None:
    """Stdout holds one line of JSON and nothing else, stderr nothing without a terminal."""
    with start("--port", "0") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        out, err = process.communicate()
    assert set(said) == {"origins", "inspect", "control"}
    assert set(said["origins"]) == {"content", "submission"}
    (control,) = said["control"]
    urls = [*said["origins"].values(), said["inspect"], control["url"]]
    assert len(set(urls)) == 4
    assert all(url.startswith("http://127.0.0.1:") for url in urls)
    assert (out, err) == ("", "")


@pytest.mark.parametrize("fault", [[], ["config-missing"]])
def test_the_control_is_sound_whatever_the_fault(
    fault: list[str], fetch: Callable[..., Any]
) -> None:
    """Its one page answers as announced; it has no other."""
    with fhr_standin.running(locales=4, faults=fault) as standin:
        (control,) = standin.control
        answer = fetch(control["url"])
        assert (answer.status, answer.body.decode()) == (200, control["body"])
        assert fetch(control["url"], "HEAD").body == b""
        assert fetch(f"{control['url']}/more").status == 404
        assert (standin.ca, standin.edges) == ("", {})


def test_the_end_of_a_piped_stdin_ends_it() -> None:
    """A stand-in does not outlive whoever holds the other end of its stdin."""
    with start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_soon(number: signal.Signals) -> None:
    """Connections that idle, and an answer that comes in a minute, do not hold it up."""
    with start("--fault", "submit-slow") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        port = int(said["origins"]["submission"].rpartition(":")[2])
        path = "/submit/metrics/0b3dd3ae-6c9e-4d2f-8a51-8f6f0f4a2d11"
        with socket.create_connection(("127.0.0.1", port)) as waiting:
            waiting.sendall(f"PUT {path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            process.send_signal(number)
            assert process.wait(40) == 0


def test_stdin_that_is_no_pipe_does_not_end_it() -> None:
    """Under a service manager stdin is /dev/null, which is at its end from the start."""
    with start(stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["inspect"].rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port)).close()
        assert process.poll() is None
        process.terminate()
        assert process.wait(60) == 0


def test_a_person_is_told_what_to_open() -> None:
    """On a terminal stderr names a page and the documents, stdout stays one line."""
    terminal, end = os.openpty()
    with start(stderr=end) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        told = os.read(terminal, 4096).decode()
        process.communicate()
    os.close(terminal)
    os.close(end)
    assert f"{said['origins']['content']}/ar/" in told


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--port", "x"], "argument --port: found 'x', allowed are 0 to 65535"),
        (["--submission-port", "65536"], "argument --submission-port: found '65536'"),
        (["--locales", "0"], "locales: found 0, allowed are 1 to 9999"),
        (["--locales", "/nowhere"], "argument --locales: found '/nowhere', allowed are a number"),
        (["--commit", "abc"], "argument --commit: found 'abc', allowed are 40 digits"),
        (["--fault", "typo"], "--fault: there is no 'typo'; to list all: "),
        (["--fault", "config-missing@xx"], "allowed locales are: ar, en-US, fr, he"),
        (["--fault", "robots-missing@fr"], "robots-missing is not about one locale"),
        (["--fault", "submit-401@fr"], "submit-401 is not about one locale"),
        (["--fault", "page-wrong-dir@fr"], "page-wrong-dir needs a right-to-left locale"),
        (["--fault", "alias-differs@fr"], "alias-differs needs a locale that is an alias"),
        (["--fault", "date-format-entry-missing@he"], "an alias has no entry of its own"),
        (["--locales", "1", "--fault", "page-empty"], "write page-empty@LOCALE"),
        (["--tls-cert", __file__], "--tls-key: not given"),
        (["--tls-cert", "/nowhere"], "argument --tls-cert: found '/nowhere', which is not a file"),
        (["--json"], "--json: goes with --list-faults"),
        (["--write", "x", "--fault", "config-null"], "--write: writes the sound site"),
        (["--write", __file__], "is not empty"),
        (["--write", "/proc/none/x"], "/proc/none"),
        (["--host", "192.0.2.1"], "--port: cannot listen on 192.0.2.1 port 0"),
        (
            ["--root", "x", "--fault", "config-null"],
            "--root: serves what is there, but found --fault",
        ),
        (["--root", "x", "--write", "y"], "--root: serves what is there, but found --write y"),
        (["--whatever"], "unrecognized arguments: --whatever"),
    ],
)
def test_a_mistake_is_explained(
    options: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message names the option, what was found and what is allowed; the exit code is 2."""
    monkeypatch.setattr(sys, "argv", ["fhr_standin", *COMMAND[3:], *options])
    with pytest.raises(SystemExit) as end:
        sys.exit(main())
    printed = capsys.readouterr()
    assert (end.value.code, printed.out) == (2, "")
    assert message in printed.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fault", "typo"], "--fault: there is no 'typo'; to list all: "),
        (["--tls-cert", __file__, "--tls-key", __file__], "not a PEM certificate"),
    ],
)
def test_a_mistake_ends_the_process(options: list[str], message: str) -> None:
    """With 2 and a message, where it is found early as where it is found late."""
    ended = run(*options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_explained() -> None:
    """The message names the option and the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 2
    assert f"--port: cannot listen on 127.0.0.1 port {port}: Address already in use" in ended.stderr


def test_faults_are_listed() -> None:
    """A line each with its verdict, or the same as JSON."""
    lines = run("--list-faults").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [[f.name, f.verdict] for f in FAULTS.values()]
    rows = json.loads(run("--list-faults", "--json").stdout)
    assert [row["name"] for row in rows] == list(FAULTS)
    assert rows[0] == {
        "name": "config-missing",
        "verdict": "FAILED",
        "doc": "config.json is 404 everywhere",
        "touches": ["content:/{locale}/js/config.json", "content:/{locale}/v4/js/config.json"],
        "status": 404,
    }
    silent = next(row for row in rows if row["name"] == "submission-silent")
    assert (silent["touches"], silent["error"]) == (["submission:/*"], "timeout")
    assert "status" not in silent


def test_write_ends_after_writing(tmp_path: Path) -> None:
    """The directory holds the site of the named release; stdout stays empty."""
    ended = run("--write", str(tmp_path / "www"), "--release", "v7", "--commit", "b" * 40)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    version = json.loads((tmp_path / "www" / "__version__").read_text())
    assert (version["version"], version["commit"]) == ("v7", "b" * 40)


def test_running_says_why_it_did_not_start() -> None:
    """A mistake comes out as an error with the process's own words."""
    with (
        pytest.raises(fhr_standin.StartError, match="there is no 'typo'"),
        fhr_standin.running(locales=1, faults=["typo"]),
    ):
        pass


def test_running_leaves_no_process_behind() -> None:
    """After the with the process is gone, also when the body raises."""
    with pytest.raises(ZeroDivisionError), fhr_standin.running(locales=["fr", "de"]) as standin:
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(standin.pid, 0)


def test_running_works_in_threads() -> None:
    """Several stand-ins start side by side on ports of their own."""
    origins: list[str] = []

    def one() -> None:
        with fhr_standin.running(locales=1) as standin:
            origins.append(standin.origins["content"])

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(origins)) == 2
