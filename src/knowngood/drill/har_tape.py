"""A tape that was read from a HAR file: its probes lack what HAR does not say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ..fetch import (
    REDIRECTS,
    RETRIED_STATUSES,
    Answer,
    Exchange,
    Probe,
    Tape,
    leads_to,
    redirects,
    walk_group,
)
from ..report.har_reader import HarRecording
from ..safety import redact


class HarTape(Tape):
    """Finds the answer to a probe by method, URL, edge, and the headers that the probe sets.

    Where one request was sent several times, the samples of a probe get the answers in their order.
    """

    def __init__(self, recording: HarRecording) -> None:
        super().__init__()
        self._by_request: defaultdict[tuple[str, str, str], list[Exchange]] = defaultdict(list)
        walks = {walk_group(name) for name in recording.origins}
        exchanges = _settled(recording.exchanges)
        for exchange in exchanges:
            probe = exchange.probe
            self._by_request[probe.method, probe.url, probe.address].append(exchange)
        by_item: defaultdict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            if exchange.probe.template in walks:
                by_item[exchange.probe.item].append(exchange)
        self.walks = {item: tuple(walk) for item, walk in by_item.items()}

    def find(self, probe: Probe) -> Exchange | None:
        """Return the recorded exchange of a declared probe; None without one."""
        exchange = self._find(probe)
        for _ in range(REDIRECTS):
            answer = exchange.answer if exchange is not None and probe.follow else None
            target = leads_to(answer) if answer is not None else ""
            ended = self._find(replace(probe, url=target, address="")) if target else None
            if answer is None or (ended is None and not redirects(answer)):
                break
            exchange = ended
        return replace(exchange, probe=probe) if exchange is not None else None

    def _find(self, probe: Probe) -> Exchange | None:
        recorded = self._by_request.get((probe.method, redact(probe.url), probe.connect_to), [])
        fitting = [exchange for exchange in recorded if _sends(exchange.probe, probe)]
        if not fitting:
            return None
        plainest = min(len(exchange.probe.headers) for exchange in fitting)  # without a login, say
        alike = [exchange for exchange in fitting if len(exchange.probe.headers) == plainest]
        return alike[min(probe.first_look.sample, len(alike)) - 1]


def _settled(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the exchanges, in their order, without attempts that did not settle the request, and
    behind which another did: a file has an entry for each attempt.
    """
    settled: list[Exchange] = []
    answered = set()
    for exchange in reversed(exchanges):
        probe = exchange.probe
        request = probe.method, probe.url, probe.address, probe.item, probe.headers
        if exchange.answer is not None and exchange.status not in RETRIED_STATUSES:
            answered.add(request)
        elif request in answered:
            continue
        settled.append(exchange)
    return settled[::-1]


def _sends(recorded: Probe, probe: Probe) -> bool:
    """Return whether the recorded request has all headers that ``probe`` sets."""
    sent = {(name.lower(), value) for name, value in recorded.headers}
    return all((name.lower(), redact(value)) in sent for name, value in probe.headers)


def answers_by_path(recording: HarRecording) -> dict[str, Answer]:
    """Return the last answer with 200 to a GET of each path, whatever its host, if it is whole."""
    return {
        urlsplit(exchange.probe.url).path: exchange.answer
        for exchange in recording.exchanges
        if exchange.answer is not None
        and exchange not in recording.cut
        and exchange.answer.status == 200
        and exchange.probe.method == "GET"
    }
