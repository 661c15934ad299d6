"""The submission side as an ASGI application: bagheera's rules over a store in memory."""

import asyncio
import zlib
from collections import Counter
from dataclasses import dataclass, replace

from fhr_standin import bagheera
from fhr_standin.asgi import Receive, Response, Scope, Send, answer, asked, header
from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults import Armed, SubmissionFault
from fhr_standin.protocol import drop

# Only a fault takes bodies over bagheera's limit; past this one nothing is kept or waited for.
_MOST_READ = 16 * bagheera.MAX_BODY
_OBSOLETE = b"x-obsolete-document"


@dataclass(frozen=True, slots=True)
class Document:
    """What was stored under an id: raw bytes as sent, never parsed."""

    namespace: str
    method: str
    body: bytes


class Submissions:
    """Takes documents, under faults; `documents` is the store, `requests` what was asked."""

    def __init__(self, faults: list[Armed]) -> None:
        """Take the faults to act on the replies."""
        self.documents: dict[str, Document] = {}
        self.requests: Counter[str] = Counter()
        self.arm(faults)

    def arm(self, faults: list[Armed]) -> None:
        """Take other faults in place of those there are."""
        self._faults = [armed for armed in faults if isinstance(armed.fault, SubmissionFault)]
        rules = (armed.fault for armed in self._faults)
        self._skips = frozenset(
            rule.skips for rule in rules if isinstance(rule, SubmissionFault) and rule.skips
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and close its connection, as bagheera does."""
        self.requests[asked(scope)] += 1
        body, size = await _read(receive)
        ask = submission_ask(scope, body, size)
        reply = self.reply(ask)
        self._apply(ask, reply, body)
        if reply.delay and await _gone_within(receive, reply.delay):
            return
        if reply.drop:
            drop(scope)
            return
        await answer(send, *response(reply))

    def reply(self, ask: Submission) -> Reply:
        """Return the reply to a request under the faults, for which it counts; store nothing."""
        reply = bagheera.judge(ask, self._skips)
        for armed in self._faults:
            reply = armed.submission(ask, reply)
        return reply

    def reset(self) -> None:
        """Forget documents and requests, also those that faults have seen."""
        self.documents.clear()
        self.requests.clear()
        for armed in self._faults:
            armed.counts.clear()

    def _apply(self, ask: Submission, reply: Reply, body: bytes) -> None:
        if not reply.effect:
            return
        for old in (*ask.obsolete, reply.id):
            self.documents.pop(old, None)
        if reply.effect == "store":
            self.documents[reply.id] = Document(ask.namespace, ask.method, body)


def submission_ask(scope: Scope, body: bytes, size: int) -> Submission:
    """Return a request of which `size` bytes were sent, as rules and faults see it."""
    lines = tuple(value.decode("latin-1") for name, value in scope["headers"] if name == _OBSOLETE)
    names = ",".join(lines).split(",")
    ask = bagheera.submission(
        scope["method"],
        scope["path"],
        size,
        header(scope, b"content-type").decode("latin-1").lower(),
        tuple(name.strip() for name in names if name.strip()),
        _inflated(body),
    )
    agent = header(scope, b"user-agent").decode("latin-1")
    return replace(ask, agent=agent, obsolete_lines=lines)


def _inflated(body: bytes) -> bytes:
    """Return what a body holds, as far as it is kept; all bodies of Firefox begin with 0x78."""
    if not body.startswith(b"\x78"):
        return body
    try:
        return zlib.decompressobj().decompress(body, _MOST_READ)
    except zlib.error:
        return body


async def _read(receive: Receive) -> tuple[bytes, int]:
    """Return the body and how many bytes were sent."""
    parts, size = [], 0
    more = True
    while more and size <= _MOST_READ:
        event = await receive()
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        more = event.get("more_body", False)
    return b"".join(parts), size


async def _gone_within(receive: Receive, seconds: float) -> bool:
    """Wait, and return at once with True if the client hangs up."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def response(reply: Reply) -> Response:
    """Return a reply as it goes out over HTTP."""
    values = [("content-length", str(len(reply.body))), ("connection", "close"), *reply.headers]
    if reply.media:
        values.append(("content-type", reply.media))
    headers = [(name.encode(), value.encode()) for name, value in values]
    return Response(reply.status, headers, reply.body)
