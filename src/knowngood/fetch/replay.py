"""Answer probes from a tape in place of the network, with some of the answers changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ..safety import redact
from .attempt_error import RETRIED_STATUSES, AttemptError
from .decompression import decoded, with_plain_body
from .made_up import differing_words, is_made_up, translated
from .probe import SAFE_METHODS, Answer, Attempt, Exchange, Probe
from .received import MayGrow
from .redirects import redirects
from .tape import Tape

_ATTEMPTS: Final = 3


@dataclass(slots=True)
class Replay:
    """Answers from a tape, in place of :class:`.Attempts`. It opens no connection.

    Attributes:
        tape: what was recorded.
        changed: what is given in place of an exchange of the tape.
        affected: the probes that got a changed answer.
        unknown: the probes that the tape has no answer to.
    """

    tape: Tape
    changed: Mapping[Exchange, Exchange] = field(default_factory=dict)
    affected: list[Probe] = field(default_factory=list)
    unknown: list[Probe] = field(default_factory=list)
    _walk: Walk = field(default_factory=lambda: Walk(()))

    def begin(self, nodeid: str) -> None:
        """Make ready for one item: its clients begin anew."""
        others = (walk for other, walk in self.tape.walks.items() if other != nodeid)
        spare = [exchange for walk in others for exchange in walk]
        self._walk = Walk(self.tape.walks.get(nodeid, ()), spare, self._walk.words)

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    async def until_answered(self, probe: Probe, _: MayGrow) -> Exchange:
        """Return the recorded exchange, or the one in its place."""
        return self._walked(probe) if probe.in_walk else self._shared(probe)

    async def once(self, probe: Probe, *, fresh: bool) -> Exchange:
        """Return what ``until_answered`` does; ``fresh`` makes no difference."""
        return await self.until_answered(probe, None)

    def _shared(self, probe: Probe) -> Exchange:
        recorded = self.tape.find(probe)
        if recorded is None:
            return self._not_recorded(probe)
        exchange = self._after_change(recorded, probe)
        return exchange if exchange.probe == probe else replace(exchange, probe=probe)

    def _walked(self, probe: Probe) -> Exchange:
        """Return the exchange of a client's step; for a step that was not recorded, that of a
        declared probe with the same request.
        """
        recorded = self._walk.next(probe)
        if recorded is None:
            return self._shared(probe)
        return self._walk.translated(self._after_change(recorded, probe), probe)

    def _after_change(self, recorded: Exchange, probe: Probe) -> Exchange:
        changed = self.changed.get(recorded)
        if changed is None:
            return recorded
        self.affected.append(probe)
        return changed

    def _not_recorded(self, probe: Probe) -> Exchange:
        self.unknown.append(probe)
        detail = "the recording has no answer to it"
        return Exchange(probe, (Attempt(0.0, 0.0, error=AttemptError.RUNNER, detail=detail),))


class Walk:
    """The recorded requests of an item's clients, which the item repeats with other made-up names.

    ``spare`` are those of other items: a shared client logs in once, in whichever item comes first.
    ``earlier`` are the names that items before this one made up.
    """

    def __init__(
        self,
        recorded: Sequence[Exchange],
        spare: Sequence[Exchange] = (),
        earlier: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._earlier = earlier
        self._recorded = list(recorded)
        self._spare = list(spare)
        self._taken: list[Exchange] = []
        self._words: dict[str, str] = {}

    @property
    def words(self) -> dict[str, str]:
        """Which made-up word stands for which recorded one, here and in the items before."""
        return {**self._earlier, **self._words}

    def next(self, probe: Probe) -> Exchange | None:
        """Return the recorded exchange whose place ``probe`` takes; None without one.

        A request that changes nothing may come more often than it was recorded. One with fewer
        headers takes the place only if no other has them all.
        """
        repeatable = self._taken[::-1] if probe.method in SAFE_METHODS else []
        likest: list[Exchange] = []
        for exchanges in (self._recorded, self._spare, repeatable):
            fitting = [e for e in exchanges if self._words_of(e.probe, probe) is not None]
            if fitting:
                likest.append(max(fitting, key=lambda other: _likeness(other.probe, probe)))
                if not _lacking(likest[-1].probe, probe):
                    break
        if not likest:
            return None
        exchange = min(likest, key=lambda other: _lacking(other.probe, probe))
        self._words |= self._words_of(exchange.probe, probe) or {}
        self._words |= _words_of_bodies(exchange.probe, probe)
        self._take(exchange)
        return exchange

    def _take(self, exchange: Exchange) -> None:
        """Note that an exchange was given; what its item sent before does not come any more."""
        if exchange in self._recorded:
            del self._recorded[: self._recorded.index(exchange) + 1]
        elif exchange in self._spare:
            self._spare.remove(exchange)
        self._taken.append(exchange)

    def translated(self, exchange: Exchange, probe: Probe) -> Exchange:
        """Return ``exchange`` as the answer to ``probe``, with the names that this makes up."""
        answer = exchange.answer
        if answer is not None and self.words:
            answer = _in_other_words(answer, self.words)
        return replace(exchange, probe=probe, answer=answer)

    def _words_of(self, recorded: Probe, probe: Probe) -> dict[str, str] | None:
        """Return which made-up words of the URL stand for which; None if the requests differ
        otherwise.
        """
        if recorded.method != probe.method or recorded.origin != probe.origin:
            return None
        if _is_conditional(recorded) != _is_conditional(probe):
            return None
        words = differing_words(recorded.url, probe.url)
        if words is None or not all(self._stand_for(*pair) for pair in words.items()):
            return None
        return words

    def _stand_for(self, old: str, new: str) -> bool:
        return self._words.get(old, new) == new and (
            old in self._words or (is_made_up(old) and is_made_up(new))
        )


def _is_conditional(probe: Probe) -> bool:
    """Return whether a request asks for a file only if it is another one (RFC 9110, 13.1)."""
    return any(name.startswith("if-") for name in probe.header_names)


def _likeness(recorded: Probe, probe: Probe) -> tuple[int, int, int, int]:
    """Return how alike two requests of the same method and URL are, what counts most first: how few
    of the headers of ``probe`` the ``recorded`` one lacks; how close the sizes of their bodies are;
    how few other headers it has; how many headers have the same value, since that of a credential
    may be made up.
    """
    sent = {name.lower(): value for name, value in recorded.headers}
    equal = sum(sent.get(name.lower()) == redact(value) for name, value in probe.headers)
    sizes = abs(len(recorded.body or b"") - len(probe.body or b""))
    return -_lacking(recorded, probe), -sizes, -len(sent), equal


def _lacking(recorded: Probe, probe: Probe) -> int:
    """Return how many of the headers of ``probe`` the ``recorded`` one lacks."""
    return len(probe.header_names - recorded.header_names)


def exchange_with(recorded: Exchange, answer: Answer, slowdown: float = 1.0) -> Exchange:
    """Return ``recorded`` with ``answer`` in place of its own, so many times as slow.

    A status that is retried was retried in vain; a redirect that the probe follows led out of the
    environment.
    """
    probe, last = recorded.probe, recorded.attempts[-1]
    attempt = replace(last, status=answer.status, seconds=last.seconds * slowdown, error=None)
    if probe.follow and redirects(answer):
        detail = f"redirected to {answer.header('location')}, outside the environment's origins"
        attempt = replace(attempt, error=AttemptError.REDIRECT, detail=detail)
        return Exchange(probe, (attempt,))
    again = answer.status in RETRIED_STATUSES and answer.status != probe.expect
    return Exchange(probe, (attempt,) * (_ATTEMPTS if again else 1), answer)


def _in_other_words(answer: Answer, words: dict[str, str]) -> Answer:
    body = decoded(answer)
    headers = tuple((name, _translated(value, words)) for name, value in answer.headers)
    answer = replace(answer, url=translated(answer.url, words), headers=headers)
    plain = _translated(body, words)
    return answer if plain == body else with_plain_body(answer, plain)


def _translated(text: bytes, words: dict[str, str]) -> bytes:
    return translated(text.decode("latin-1"), words).encode("latin-1", "replace")


def _words_of_bodies(recorded: Probe, probe: Probe) -> dict[str, str]:
    if recorded.body == probe.body:
        return {}
    return differing_words(_text(recorded.body), _text(probe.body)) or {}


def _text(body: bytes | None) -> str:
    """Return the text of a body; none for what is no text, such as what is compressed."""
    try:
        (body or b"").decode()
    except UnicodeDecodeError:
        return ""
    return (body or b"").decode("latin-1")
