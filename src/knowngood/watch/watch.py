"""``knowngood watch``: verify once, and report what has changed for certain."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .. import notify
from ..environment import env_option
from ..report import Report, prometheus
from ..safety import Say
from ..session import Options
from ..supervisor import run_once
from ..verdict import EXIT_CODES, USAGE_ERROR, VerdictKind
from . import machine, monitoring_plugin, news_text, store
from .run import WatchedRun
from .state import News, Status, WatchState

_CHUNKS: Final = 64
"""Pieces of the run's output that are kept, of 64 KB at most, for a usage error."""


@dataclass(slots=True)
class Watch:
    """A watch on one environment.

    Attributes:
        options: what to verify, and which reports to write.
        arguments: options for pytest alone.
        path: the file with state and history.
        say: prints a line of news.
        complain: prints a line about trouble of the watch itself.
        state: the state after the last run; None before the first.
        run: the last run.
        document: its verdict document.
        unstored: whether it was reported already that the file cannot be used.
    """

    options: Options
    arguments: Sequence[str]
    path: Path
    say: Say
    complain: Say
    state: WatchState | None = field(default=None, init=False)
    run: WatchedRun | None = field(default=None, init=False)
    document: Mapping[str, Any] = field(default_factory=dict, init=False)
    unstored: bool = field(default=False, init=False)

    def verify(self) -> int:
        """Verify, and again at once while that can make a change certain; return an exit code.

        The exit code is 0 without news, else that of the state; 4 after a usage error of the run, 2
        after an interruption. Raises UsageError if an address of ``[[notify]]`` is unusable.
        """
        environment = self.options.environment
        if environment.notify:
            notify.refuse_bad_addresses(environment)
        is_news = can_judge = False
        for _ in range(environment.watch.confirm):
            run = self._verified()
            if run is None:
                return USAGE_ERROR
            state, news = self._remember(run)
            is_news |= bool(news)
            can_judge |= run.is_judged
            if run.verdict is VerdictKind.INTERRUPTED:
                return EXIT_CODES[VerdictKind.INTERRUPTED]
            if not machine.needs_confirmation(state, environment.watch):
                break
        trouble = notify.ping(environment) if can_judge else ""
        if trouble:
            self.complain(trouble)
        return _exit_code(state) if is_news else 0

    def plugin_result(self, code: int) -> tuple[int, str]:
        """Return exit code and line of a monitoring plugin, after ``verify`` returned ``code``."""
        if code == USAGE_ERROR or self.state is None or self.run is None:
            return monitoring_plugin.no_result("usage error: what was run says more on stderr")
        return monitoring_plugin.result(self.options.environment.name, self.state, self.run)

    def _verified(self) -> WatchedRun | None:
        """Run once like ``knowngood verify``, and return the run; None after a usage error."""
        output: deque[bytes] = deque(maxlen=_CHUNKS)
        command = ["knowngood", "watch", *self.options.to_arguments(), *self.arguments]
        verified = run_once(self.options, self.arguments, command, output.append)
        for note in verified.notes:
            self.complain(note)
        if verified.document is None:
            for line in b"".join(output).decode("utf-8", "replace").splitlines():
                self.complain(line)
            return None
        self.document = verified.document
        return WatchedRun.of(verified.document)

    def _remember(self, run: WatchedRun) -> tuple[WatchState, tuple[News, ...]]:
        """Report the news that ``run`` brings, and store the state after it; return state and news.

        News is reported before it is stored: a process that is killed in between repeats it, and
        does not lose it. News that reaches nobody is stored as not delivered.
        """
        settings = self.options.environment.watch
        with ExitStack() as stack:
            file, before = self._open_state(stack)
            state, news = machine.step(before, run, settings)
            self.state, self.run = state, run
            stored = state if self._tell(news) else state.undelivered()
            if file is not None:
                try:
                    file.write(run, stored, settings.keep)
                except store.StateUnusable as error:
                    self._say_unstored(error)
        return state, news

    def _tell(self, news: Sequence[News]) -> bool:
        """Print ``news``, and send it to the addresses of ``[[notify]]``; return whether each piece
        reached one.
        """
        environment = self.options.environment
        roll_back = _roll_back(self.options)
        deliveries = []
        for piece in news:
            for line in news_text.lines(piece, environment.name, roll_back):
                self.say(line)
            event = news_text.event(piece, environment.name, roll_back)
            if event is not None:
                delivery = notify.tell(environment, event)
                deliveries.append(delivery)
                for trouble in delivery.troubles:
                    self.complain(trouble)
        if deliveries:
            self._count(deliveries)
        return all(delivery.delivered or not delivery.troubles for delivery in deliveries)

    def _count(self, deliveries: Sequence[notify.Delivery]) -> None:
        """Write the metrics of the run again, with how many messages arrived."""
        path = self.options.reports.get("--prometheus-file")
        if path is None:
            return
        counted = notify.Delivery(
            sum(delivery.delivered for delivery in deliveries),
            tuple(trouble for delivery in deliveries for trouble in delivery.troubles),
        )
        document = {**self.document, "notifications": counted.to_json()}
        try:
            prometheus.write(path, Report(document))
        except OSError as error:
            self.complain(f"--prometheus-file {path}: not written: {error.strerror}")

    def _open_state(self, stack: ExitStack) -> tuple[store.Store | None, WatchState]:
        """Return the open file and its state; if it cannot be written, None and the last known
        state.
        """
        name = self.options.environment.name
        try:
            file = stack.enter_context(store.writing(self.path, name))
            return file, file.state()
        except store.StateUnusable as error:
            self._say_unstored(error)
        with suppress(store.StateUnusable):
            if self.state is None:
                return None, stack.enter_context(store.reading(self.path, name)).state()
        return None, self.state or WatchState()

    def _say_unstored(self, error: store.StateUnusable) -> None:
        if not self.unstored:
            self.complain(f"nothing is remembered, and news may be told again: {error}")
        self.unstored = True


def _roll_back(options: Options) -> str:
    """Return the command that puts the last known good release back; empty if there is none."""
    environment = options.environment
    if environment.deploy is None or environment.release is None:
        return ""
    if not environment.release.repository:
        return ""
    return f"knowngood rollback {env_option(environment.path)}"


def _exit_code(state: WatchState) -> int:
    """Return the exit code of a state: that of the certain verdict, 75 without one."""
    if state.told_blindness or state.status is None:
        return EXIT_CODES[VerdictKind.INCONCLUSIVE]
    sound = state.status is Status.PASSED
    return EXIT_CODES[VerdictKind.PASSED if sound else VerdictKind.FAILED]
