"""Replay faults that do nothing but change answers, in one process and without a deployment.

:mod:`.replay_process` is that process: the suite runs there once, on the sound deployment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from ..environment import BadEnvironment, Environment
from ..safety import process_group
from ..supervisor import Conclusion
from ..verdict import EXIT_CODES, VerdictKind

_MODULE: Final = "knowngood.drill.replay_process"


class FaultReplay:
    """A process that replays one fault after the other.

    Attributes:
        faults: the names of the faults that it can replay; none if the suite does not pass on
            the sound deployment.

    Raises BadEnvironment if ``serve.drill.answers`` does not work.
    """

    def __init__(self, process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
        self._process = process
        able = self._ask(order) or []
        if isinstance(able, dict):
            raise BadEnvironment(able["error"])
        self.faults = frozenset(able)

    def conclusion(self, *faults: str, checks: Iterable[str] = ()) -> Conclusion | None:
        """Return what a run with ``faults`` ends in; None if only a deployment can tell.

        ``checks`` are the names of those that run again, of those that read a changed answer: one
        case of each, and all cases if one check holds then. Without ``checks`` all cases of all
        run.
        """
        document = self._ask({"faults": faults, "checks": list(checks)})
        if document is None:
            return None
        return Conclusion(EXIT_CODES[VerdictKind(document["verdict"])], document)

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended, so that it can replay nothing more."""
        return self._process.poll() is not None

    def _ask(self, content: Mapping[str, Any]) -> Any:
        """Write a line and return the answer to it; None if the process ends without one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # without a buffer, which would break once more at the end
            os.write(self._process.stdin.fileno(), f"{json.dumps(content)}\n".encode())
        answer = self._process.stdout.readline()
        if answer.endswith(b"\n"):
            return json.loads(answer)
        self._process.wait()
        return None


@contextmanager
def replaying(
    environment: Environment,
    faults: Sequence[str],
    release: str | None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[FaultReplay]:
    """Start the process that replays ``faults``, and end it.

    ``release`` is what the deployment serves; ``variables`` are added to its environment.
    """
    order = {
        "environment": str(environment.path),
        "root": str(environment.root),
        "release": release,
        "faults": list(faults),
    }
    with process_group.start(
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(variables or {})},
    ) as process:
        try:
            yield FaultReplay(process, order)
        finally:
            process_group.end(process)
