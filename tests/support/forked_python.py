"""`python -m knowngood`, `python -m pytest` and its workers, without imports: most of their CPU.

While tests run, subprocess has these commands forked from a server: a process that has imported
what they need, and has one thread. It runs this file. Each message on the socket that is its stdin
brings the words, variables, folder and descriptors of one process, which is as a fresh one but that
its modules are there and its seed of hashes is the server's; `tests/test_forked_python.py` compares
the two. It is a child of whoever started it, too, since Linux gives orphans to the nearest ancestor
that asks for them. What Python reads at its start and nowhere else has a process start for real, as
have tests of imports: they use `real_start`. Processes that a process starts are real.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import fcntl
import importlib
import io
import itertools
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

COMMANDS = (
    ["-m", "knowngood"],
    ["-m", "pytest"],
    ["-c", "import sys;exec(eval(sys.stdin.readline()))"],  # as execnet starts a worker
)
READ_AT_START = ("GCONV", "LANG", "LC_", "LD_", "MALLOC_", "OPENSSL_", "PYTHON", "SSLKEYLOGFILE")
"""How variables begin that have to be as they were when the server started."""
MEANWHILE = "PYTHONFAULTHANDLER"
"""The variable among them that can be obeyed later."""
_MOST = 1 << 20  # bytes of a message
_TAKE_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of prctl
_REAL = getattr(subprocess, "_fork_exec", None)


class Server:
    """What stands in for the function by which subprocess starts a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._prctl = ctypes.CDLL(None).prctl
        self._process: subprocess.Popen[bytes] | None = None
        self._variables = dict(os.environ)
        self._inherited = _inherited(self._variables)

    def end(self) -> None:
        """Have the process end."""
        if self._process is not None:
            self._socket.close()
            self._process.wait()

    def fork_exec(self, *asked: Any) -> int:
        """Return the number of the new process."""
        words = [os.fsdecode(word) for word in asked[0]]
        if self._is_ours(words, asked):
            cwd = os.fsdecode(asked[4] or Path.cwd())
            variables = dict(os.environ)
            if asked[5] is not None:
                variables = dict(os.fsdecode(pair).split("=", 1) for pair in asked[5])
            if _inherited(variables) == self._inherited and Path(cwd).is_dir():
                ends = (asked[6], asked[9], asked[11])  # of pipes: to its stdin, stdout and stderr
                fds = {number: number for number in asked[3] if number != asked[13]}
                fds |= {n: end if end >= 0 else n for n, end in enumerate(ends)}
                session, group = asked[15:17]
                request = [words, variables, cwd, [*fds], session, group, _umask()]
                return self._forked(request, list(fds.values()))
        assert _REAL is not None
        return int(_REAL(*asked))

    def _is_ours(self, words: list[str], asked: Sequence[Any]) -> bool:
        return (
            words[0] == sys.executable == os.fsdecode(asked[1][0])
            and _split(words)[1][:2] in COMMANDS
            and bool(asked[2])  # other descriptors are closed
            and asked[17:22] == (None, None, None, -1, None)  # no other user, no function
        )

    def _forked(self, request: list[Any], fds: list[int]) -> int:
        with self._lock:
            if self._process is None:
                self._socket, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
                with theirs:
                    command = [sys.executable, __file__]
                    self._process = subprocess.Popen(command, stdin=theirs, env=self._variables)
            self._prctl(_TAKE_ORPHANS, 1, 0, 0, 0)
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], fds)
                return int(self._socket.recv(20))
            finally:
                self._prctl(_TAKE_ORPHANS, 0, 0, 0, 0)


def _split(words: list[str]) -> tuple[set[str], list[str]]:
    """Return the options of Python's that a fork can obey, and what follows them."""
    options = list(itertools.takewhile({"-P", "-u"}.__contains__, words[1:]))
    return set(options), words[1 + len(options) :]


def _inherited(variables: dict[str, str]) -> tuple[Any, ...]:
    """Return what has to be as it was when the server started."""
    names = [name for name in variables if name.startswith(READ_AT_START) and name != MEANWHILE]
    return (
        {name: variables[name] for name in names},
        [resource.getrlimit(number) for number in range(resource.RLIMIT_RTTIME + 1)],
        [signal.getsignal(number) == signal.SIG_IGN for number in signal.valid_signals()],
        signal.pthread_sigmask(signal.SIG_BLOCK, ()),
    )


def _umask() -> int:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("Umask:")[2].split()[0], 8)


@contextlib.contextmanager
def forked_python() -> Iterator[None]:
    """Have subprocess fork what it can."""
    if sys.platform != "linux" or _REAL is None:
        yield
        return
    server = Server()
    with mock.patch.object(subprocess, "_fork_exec", server.fork_exec):
        yield
    server.end()


@contextlib.contextmanager
def started_python() -> Iterator[None]:
    """Have subprocess fork nothing meanwhile."""
    if _REAL is None:
        yield
        return
    with mock.patch.object(subprocess, "_fork_exec", _REAL):
        yield


def serve() -> None:
    """Be the server; in each process that is forked, be what was asked for."""
    del sys.path[0]  # the folder of this file
    _import_all()
    assert len(os.listdir("/proc/self/task")) == 1, "only without threads is a fork as it should"  # noqa: PTH208
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with who started it
    options, words = _serve(os.dup(0))
    sys.argv = [words[0], *words[2:]]
    if "-P" not in options:
        sys.path.insert(0, str(Path.cwd()) if words[0] == "-m" else "")
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    if words[0] == "-m":
        runpy._run_module_as_main(words[1])  # type: ignore[attr-defined]
    else:
        exec(words[1], vars(main))  # noqa: S102 - as Python does


def _import_all() -> None:
    """Import the engine; packages of plugins as pytest does, which warns of any others."""
    from _pytest.assertion import install_importhook
    from _pytest.config import get_config

    finders = [*sys.meta_path]
    config = get_config()
    config._mark_plugins_for_rewrite(install_importhook(config), disable_autoload=False)
    import xdist  # noqa: F401

    import knowngood

    sys.meta_path[:] = finders
    for module in pkgutil.walk_packages(knowngood.__path__, "knowngood."):
        if module.name not in ("knowngood.__main__", "knowngood.plugin"):
            importlib.import_module(module.name)


def _serve(requests: int) -> tuple[set[str], list[str]]:
    """Fork for each message, until nobody can send one. Return in the new process what it is."""
    with socket.socket(fileno=requests) as connection:
        while True:
            message, fds, *_ = socket.recv_fds(connection, _MOST, 250)
            if not message:
                os._exit(0)
            ready, go = os.pipe()
            if (between := os.fork()) == 0:
                if os.fork():
                    os._exit(0)
                os.close(go)
                os.read(ready, 1)  # its end: now the parent is who asked
                return _prepare(connection, fds, *json.loads(message))
            os.waitpid(between, 0)
            for fd in (ready, go, *fds):
                os.close(fd)


def _prepare(
    connection: socket.socket,
    fds: list[int],
    words: list[str],
    variables: dict[str, str],
    cwd: str,
    numbers: list[int],
    session: bool,
    group: int,
    umask: int,
) -> tuple[set[str], list[str]]:
    """Give this process what it would have inherited, and nothing of the server's."""
    sys.orig_argv = words
    options, words = _split(words)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if session:
        os.setsid()
    if group >= 0:
        os.setpgid(0, group)
    connection.send(str(os.getpid()).encode())  # from now on it may be sent signals
    connection.detach()
    os.umask(umask)
    os.chdir(cwd)
    above = max(*numbers, *fds) + 1
    for number, fd in [
        (n, fcntl.fcntl(fd, fcntl.F_DUPFD, above)) for n, fd in zip(numbers, fds, strict=True)
    ]:
        os.dup2(fd, number)
    for fd in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208
        if fd not in numbers:
            with contextlib.suppress(OSError):  # that of the list itself
                os.close(fd)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        _reopen(number, name, "-u" in options)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    if variables.get(MEANWHILE):
        faulthandler.enable()
    return options, words


def _reopen(number: int, name: str, unbuffered: bool) -> None:
    """Make a standard stream as Python does at its start."""
    before = getattr(sys, name)
    unbuffered = unbuffered or before.write_through
    mode, buffering = ("rb", -1) if number == 0 else ("wb", 0 if unbuffered else -1)
    binary = open(number, mode, buffering, closefd=False)  # noqa: SIM115
    getattr(binary, "raw", binary).name = f"<{name}>"
    lines = not unbuffered and (number == 2 or os.isatty(number))
    stream = io.TextIOWrapper(
        binary, before.encoding, before.errors, "\n", line_buffering=lines, write_through=unbuffered
    )
    stream.mode = before.mode
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    serve()
