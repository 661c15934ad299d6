"""Make whole runs of the suite, each in a process that is forked from one that has collected it.

:mod:`.forking_process` is that process. A forked run imports nothing and compiles no check, which
is a third of the CPU that a run on a small deployment takes.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..environment import Environment
from ..run_options import RUN_ID
from ..session.options import Options
from ..supervisor import ChildExit, Conclusion, conclude, time_limit
from .module_process import ModuleProcess, running_module

_MODULE: Final = "knowngood.drill.forking_process"
_COLLECT: Final = ("--collect-only", "-q", "-p", "no:cacheprovider")


@dataclass(slots=True)
class ForkedRuns:
    """Makes runs, several at a time if several threads ask for them.

    Attributes:
        process: the process that forks.
        folder: where its socket is, and the files of runs.
    """

    process: ModuleProcess
    folder: Path
    _ready: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def socket(self) -> Path:
        """Where the process listens."""
        return self.folder / "socket"

    def run(
        self, options: Options, arguments: Sequence[str], run_id: str
    ) -> tuple[Conclusion, bytes]:
        """Return what a run is worth, and its output. ``arguments`` are for pytest alone."""
        self._wait_until_ready()
        verdict, output = self.folder / f"{run_id}.json", self.folder / f"{run_id}.txt"
        order = {
            "arguments": [f"--verdict-file={verdict}", *options.to_arguments(), *arguments],
            "variables": {RUN_ID: run_id},
            "output": str(output),
        }
        seconds = time_limit(options)
        code, killed = self._exit_code(order, seconds)
        document = verdict.read_bytes() if verdict.exists() else b""
        ended = conclude(ChildExit(code, document, killed), run_id, options.release)
        return ended, output.read_bytes() if output.exists() else b""

    def _exit_code(self, order: Mapping[str, object], seconds: float) -> tuple[int, str]:
        """Return the exit code of a run, and why it was ended; empty if it ended by itself."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            try:
                connection.connect(str(self.socket))
                connection.sendall(f"{json.dumps(order)}\n".encode())
                answer = connection.makefile().readline()
            except TimeoutError:
                return 1, f"the run took more than {seconds:.0f} s and was ended"
            except OSError as error:
                return 1, f"the run could not be started: {error}"
        return (int(answer), "") if answer else (1, "the run ended without an exit code")

    def _wait_until_ready(self) -> None:
        with self._lock:
            self._ready = self._ready or bool(self.process.source.readline())


@contextmanager
def forking(
    environment: Environment, folder: Path, variables: Mapping[str, str]
) -> Iterator[ForkedRuns]:
    """Start the process that forks, and end it with all its runs.

    ``folder`` is for its files; ``variables`` are added to its environment.
    """
    with running_module(_MODULE, variables, environment.root) as process:
        runs = ForkedRuns(process, folder)
        arguments = [f"--env={environment.path}", "--drill=none", *_COLLECT]
        process.tell({"socket": str(runs.socket), "arguments": arguments})
        yield runs
