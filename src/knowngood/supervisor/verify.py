"""Verify an environment in a child process, write the reports, and return a safe exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..environment import READY_WITHIN, Environment, root_above
from ..report import Report, redacted
from ..report.github import Annotations
from ..run_options import RECORDED_IN, TERMINAL
from ..safety import LockUnavailable, Redactor, Say, lock, new_run_id, one_line
from ..session import (
    Options,
    locked,
    recording_folder,
    write_reports,
)
from ..verdict import KINDS, USAGE_ERROR, advice
from . import child, trust
from .trust import Conclusion

if TYPE_CHECKING:
    from ..fetch import Recording
    from ..notify import Delivery

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A run after its end, with its reports written.

    Attributes:
        code: the exit code to end with.
        document: the verdict document; None after a usage error.
        reason: why the run's own verdict does not count; empty if it does.
        notes: lines about messages that were not sent, reports that were not written, and the
            record.
    """

    code: int
    document: Mapping[str, Any] | None
    reason: str = ""
    notes: tuple[str, ...] = ()


def verify(
    options: Options,
    arguments: Sequence[str],
    say: Say,
    wait: float = 0.0,
    variables: Mapping[str, str] = _NO_VARIABLES,
) -> int:
    """Run once, print what the child could not print itself, and return the exit code.

    ``arguments`` are for pytest alone, ``say`` prints a line; ``wait`` and ``variables`` are as in
    :func:`run_once`.
    """
    root = root_above(Path.cwd())
    annotations = Annotations(say, root) if options.annotate else None
    command = ["knowngood", "verify", *options.to_arguments(), *arguments]
    variables = {**variables, **({TERMINAL: "1"} if sys.stdout.isatty() else {})}
    show = _printer(Redactor(options.environment.secrets.values()))
    run = run_once(options, [*_colour(), *arguments], command, show, variables, wait)
    if run.reason:
        _say_verdict(run.code, run.reason, say)
    for note in run.notes:
        _say(note, say)
    if annotations is not None:
        annotations.finish(run.document)
    return run.code


def run_once(
    options: Options,
    arguments: Sequence[str],
    command: Sequence[str],
    show: Callable[[bytes], None],
    variables: Mapping[str, str] = _NO_VARIABLES,
    wait: float = 0.0,
) -> VerifiedRun:
    """Run under a lock, conclude and write the reports.

    End with 75 if another run of this environment holds the lock for ``wait`` seconds more, or at
    once if one writes the same report. Other runs name ``command`` in that error. ``show`` and
    ``variables`` are as in :func:`watched`.
    """
    began = time.time()
    try:
        with (
            alone(options.environment, command, wait),
            locked(options.reports, command),
        ):
            return _run_once(options, arguments, show, variables)
    except LockUnavailable as error:
        redactor = Redactor(options.environment.secrets.values())
        conclusion = trust.inconclusive(redactor(str(error)))
        document = document_of(conclusion, options, new_run_id(), began)
        return VerifiedRun(conclusion.code, document, conclusion.reason)


def _run_once(
    options: Options,
    arguments: Sequence[str],
    show: Callable[[bytes], None],
    variables: Mapping[str, str],
) -> VerifiedRun:
    began = time.time()
    run_id = new_run_id()
    redactor = Redactor(options.environment.secrets.values())
    with recording_folder(options) or nullcontext("") as folder:
        variables = {**variables, RECORDED_IN: folder}
        conclusion = watched(options, arguments, run_id, show, variables)
        reason = redactor(conclusion.reason)
        if conclusion.code == USAGE_ERROR:
            return VerifiedRun(USAGE_ERROR, None, reason)
        document = redacted(document_of(conclusion, options, run_id, began), redactor.deep)
        delivery = _tell(options, document)
        if delivery is not None:
            document["notifications"] = delivery.to_json()
        report = Report(document, _recording(folder))
        notes = [f"--notify: {trouble}" for trouble in (delivery.troubles if delivery else ())]
        notes += write_reports(options, options.environment, report)
    return VerifiedRun(conclusion.code, document, reason, tuple(notes))


def _recording(folder: str) -> Recording | None:
    if not folder:
        return None
    from ..fetch import Recording

    return Recording(Path(folder))


def _tell(options: Options, document: Mapping[str, Any]) -> Delivery | None:
    """Send the verdict to ``[[notify]]``; return None without ``--notify``, or without news."""
    if not options.notify:
        return None
    from ..notify import event_of_verdict, tell

    event = event_of_verdict(options.environment, document)
    return tell(options.environment, event) if event is not None else None


def document_of(
    conclusion: Conclusion, options: Options, run_id: str, began: float
) -> dict[str, Any]:
    """Return the child's verdict document, or one that says why there is none."""
    if conclusion.document is not None:
        return dict(conclusion.document)
    from ..report import json_file  # imports all that makes a verdict

    reason = conclusion.reason or "pytest gave no verdict; its output says why"
    return json_file.empty(
        KINDS[conclusion.code],
        reason,
        options.environment.name,
        run_id=run_id,
        place=options.place,
        began=began,
        release=options.release,
        level=options.level,
    )


def watched(
    options: Options,
    arguments: Sequence[str],
    run_id: str,
    show: Callable[[bytes], None],
    variables: Mapping[str, str],
) -> Conclusion:
    """Run pytest in a watched process, and return what it proves.

    ``arguments`` are for pytest alone; ``show`` is called with its output as it comes;
    ``variables`` are added to its environment.
    """
    ended = child.run_pytest(
        [*options.to_arguments(), *arguments],
        run_id,
        time_limit(options),
        show,
        {"COLUMNS": str(shutil.get_terminal_size().columns), **variables},
    )
    manifest = options.manifest.digest if options.manifest is not None else None
    return trust.conclude(ended, run_id, options.release, manifest)


def time_limit(options: Options) -> float:
    """Return the seconds that a run may take: its budget, and the waits before and after it."""
    environment = options.environment
    seconds = environment.budget.run + child.AFTERWARDS
    if options.release is not None:
        seconds += environment.budget.converge
    if environment.serve is not None:
        seconds += READY_WITHIN
    return seconds


def _colour() -> list[str]:
    """Return pytest's option for colour: the child writes to a pipe and cannot see the terminal."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return ["--color=yes"] if colour else []


def _printer(redactor: Redactor) -> Callable[[bytes], None]:
    """Return a function that prints output without secrets. Broken pipes are ignored."""
    stream = redactor.stream()

    def show(chunk: bytes) -> None:
        text = stream.feed(chunk) if chunk else stream.flush()
        with suppress(OSError, ValueError):
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()

    return show


def _say(line: str, say: Say) -> None:
    say(f"knowngood verify: {one_line(line, 1000)}")


def _say_verdict(code: int, reason: str, say: Say) -> None:
    kind = KINDS[code]
    _say(f"{kind} (exit {code}): {reason} — {advice(kind)}", say)


def alone(
    environment: Environment, command: Sequence[str], wait: float = 0.0
) -> AbstractContextManager[None]:
    """Hold the lock of ``environment`` while inside: two runs at once would see each other's
    writes. Two checkouts share it, by name and origins.
    """
    place = sorted(environment.origins.items()) or str(environment.path.resolve())
    path = lock.path_for(environment.name, json.dumps([environment.name, place]))
    return lock.held(path, f"{environment.name} is being verified", command, wait)
