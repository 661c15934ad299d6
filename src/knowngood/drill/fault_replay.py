"""Replay faults that do nothing but change answers, in one process and without a deployment.

:mod:`.replay_process` is that process: the suite runs there once, on the sound deployment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ..environment import BadEnvironment, Environment
from ..supervisor import Conclusion
from ..verdict import EXIT_CODES, VerdictKind
from .module_process import ModuleProcess, running_module

_MODULE: Final = "knowngood.drill.replay_process"


class FaultReplay:
    """A process that replays one fault after the other.

    Attributes:
        faults: the names of the faults that it can replay; none if the suite does not pass on
            the sound deployment.

    Raises BadEnvironment if ``serve.drill.answers`` does not work.
    """

    def __init__(self, process: ModuleProcess, order: Mapping[str, Any]) -> None:
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

    def _ask(self, content: Mapping[str, Any]) -> Any:
        """Write a line and return the answer to it; None if the process has ended."""
        try:
            self._process.tell(content)
        except BrokenPipeError:
            return None
        answer = self._process.source.readline()
        return json.loads(answer) if answer.endswith(b"\n") else None


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
    with running_module(_MODULE, variables or {}) as process:
        yield FaultReplay(process, order)
