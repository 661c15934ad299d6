"""The process that forks one for each run of a drill, after it has collected the suite once.

:mod:`.forked_runs` starts it. What every run imports is in memory then. Its input is a line of
JSON: the ``socket`` to listen on, and the ``arguments`` by which pytest collects. It answers with
a line once it listens. Each connection brings a line of JSON: the ``arguments`` of pytest, the
``variables`` of its environment, and the file that its ``output`` goes to. It gets pytest's exit
code as a line. A run ends early when the connection does, and this process when its input does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

import pytest

from ..run_options import PARENT


def main() -> None:
    """Collect, then fork for each connection, until there is no more input."""
    target = os.fdopen(os.dup(1), "w")
    order = json.loads(sys.stdin.readline())
    _redirect(os.devnull)
    pytest.main(order["arguments"])
    sys.stdout.flush()  # a run would write what is left in the buffer once more
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(order["socket"])
        listener.listen()
        target.write("\n")
        target.close()
        while sys.stdin not in select.select([sys.stdin, listener], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listener.close()
                    _run(connection)


def _run(connection: socket.socket) -> NoReturn:
    """Run pytest as the connection asks, tell it the exit code, and end this process."""
    code = 1
    try:
        order = json.loads(connection.makefile().readline())
        _redirect(order["output"])
        os.environ |= {**order["variables"], PARENT: str(connection.fileno())}
        code = int(pytest.main(order["arguments"]))
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(f"{code}\n".encode())
    finally:
        os._exit(code)  # threads that a check has left, and what this process has for its own end


def _redirect(path: str) -> None:
    """Send all output to a file."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _reap(*_: object) -> None:
    """Let go of the runs that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
