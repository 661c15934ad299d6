"""Record every request of a run for a report that shows them all.

Each process appends to a file of its own in one folder: memory stays flat, and the requests of a
killed process are there as well. Secrets are redacted before they are written.
"""

from __future__ import annotations

import codecs
import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Final

import pycurl

from ..safety import redact_data, redacted_beginning
from .attempt_error import BEFORE_SENDING
from .decompression import BadEncoding, decoded, decoded_size
from .probe import Answer, Attempt, Probe
from .received import Received

LARGEST: Final = 512 * 1024
"""Bytes of one body that are kept in any case: most pages are smaller."""

_SHARE: Final = 4
"""A larger body is kept whole, for a drill, where it takes at most this part of the room that is
left: what comes later needs room, too."""

_BODIES: Final = 32 << 20
"""Bytes of all bodies that one run keeps: browsers open a file of that size without delay."""

_NO_ROOM: Final = f"left out: the bodies before it have {_BODIES >> 20} MB together"

_UNFINISHED: Final = ".unfinished"

_PHASES: Final = (
    ("dns", pycurl.NAMELOOKUP_TIME_T, "connect"),
    ("connect", pycurl.CONNECT_TIME_T, "tls"),
    ("tls", pycurl.APPCONNECT_TIME_T, "wait"),
    ("blocked", pycurl.PRETRANSFER_TIME_T, "wait"),
    ("send", pycurl.POSTTRANSFER_TIME_T, "wait"),
    ("wait", pycurl.STARTTRANSFER_TIME_T, "receive"),
)
"""The phases of a transfer, libcurl's time of the end of each, and which phase comes next."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What the processes of a run have sent and received, oldest first.

    Attributes:
        folder: where their files are.
        processes: how many share the room for bodies.
    """

    folder: Path
    processes: int = 1

    def recorder(self) -> Recorder | None:
        """Return a recorder that adds to this; None if the disk takes no file."""
        try:
            return Recorder(self.folder, _BODIES // self.processes)
        except OSError:
            return None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield one record for each request, by when it began. Raises OSError."""
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("rb")) for path in self.folder.iterdir()]
            places = [(*place, file) for file in files for place in _places(file)]
            for _, offset, file in sorted(places, key=itemgetter(0)):
                file.seek(offset)
                yield json.loads(file.readline().partition(b" ")[2])

    @property
    def unfinished(self) -> int:
        """How many processes were cut off, so that requests may be missing."""
        return sum(path.suffix == _UNFINISHED for path in self.folder.iterdir())


def _places(file: IO[bytes]) -> Iterator[tuple[float, int]]:
    """Yield when each whole record in a file began, and its offset."""
    offset = 0
    for line in file:
        if line.endswith(b"\n"):
            yield float(line.partition(b" ")[0]), offset
        offset += len(line)


class Recorder:
    """Records what one transport sends and receives. Trouble, such as a full disk, ends the
    recording and not the run.
    """

    def __init__(self, folder: Path, room: int) -> None:
        descriptor, name = tempfile.mkstemp(_UNFINISHED, dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._room = room  # bytes of bodies
        self._broken = False

    def watch(self, handle: pycurl.Curl, received: Received) -> None:
        """Have libcurl tell ``received`` what it sends."""
        handle.setopt(pycurl.VERBOSE, 1)
        handle.setopt(pycurl.DEBUGFUNCTION, received.on_debug)

    def note(self, probe: Probe, attempt: Attempt, handle: pycurl.Curl, received: Received) -> None:
        """Record one attempt, with what came of an answer."""
        if self._broken:
            return
        try:
            record = self._record(probe, attempt, handle, received)
            self._file.write(f"{attempt.began:.6f} {json.dumps(record)}\n".encode())
            self._file.flush()
        except Exception:  # noqa: BLE001 - no trouble with a report changes the verdict
            self._broken = True

    def _record(
        self, probe: Probe, attempt: Attempt, handle: pycurl.Curl, received: Received
    ) -> dict[str, Any]:
        facts = _facts(probe, attempt, handle, received)
        record = {name: redact_data(fact) for name, fact in facts.items()}
        record["timings"] = _timings(handle, sent=bool(received.sent))
        answer = Answer(0, "", tuple(received.headers), bytes(received.body))
        record["body"] = self._within_room(*_plain_answer(answer, received.limits.body))
        record["request_body"] = self._within_room(probe.body or b"")
        return record

    def _within_room(self, content: bytes, comment: str = "") -> dict[str, Any]:
        body = _plain_body(content, max(LARGEST, self._room // _SHARE), comment)
        if len(body["text"]) > self._room:
            return {**body, "text": "", "comment": _NO_ROOM}
        self._room -= len(body["text"])
        return body

    def close(self) -> None:
        """Close the file. One that is not whole keeps its mark."""
        with suppress(OSError):
            self._file.close()
            if not self._broken:
                self._path.rename(self._path.with_suffix(""))


def _facts(
    probe: Probe, attempt: Attempt, handle: pycurl.Curl, received: Received
) -> dict[str, Any]:
    """Return what there is to say of one attempt, except for its bodies and times."""
    version, _, status_and_reason = received.status_line.partition(b" ")
    return {
        "began": attempt.began,
        "declaration": probe.template or probe.origin,
        "method": probe.method,
        "url": handle.getinfo(pycurl.EFFECTIVE_URL),
        "edge": probe.connect_to,
        "item": probe.item,
        "request_headers": _headers(received.sent.splitlines()[1:]),
        "request_bytes": len(probe.body or b""),
        "status": attempt.status or 0,
        "version": _text(version),
        "reason": _text(status_and_reason.partition(b" ")[2].strip()),
        "headers": [[_text(name), _text(value)] for name, value in received.headers],
        "bytes": len(received.body),
        "error": f"{attempt.error}: {attempt.detail}" if attempt.error else "",
        "address": attempt.address,
        "port": handle.getinfo(pycurl.LOCAL_PORT),
    }


def _plain_answer(answer: Answer, limit: int) -> tuple[bytes, str]:
    """Return the body of ``answer`` with its Content-Encoding undone if it decodes to at most
    ``limit`` bytes, and why it is not.
    """
    encoding = answer.header("content-encoding")
    if encoding is None or not answer.body:
        return answer.body, ""
    try:
        decoded_size(answer.body, encoding, limit)
    except BadEncoding as error:
        return answer.body, f"as it was sent: {error}"
    return decoded(answer), ""


def _plain_body(body: bytes, most: int, comment: str) -> dict[str, Any]:
    """Return at most ``most`` bytes of ``body`` as plain data.

    It has its size in ``bytes``, its beginning in ``text``, whether that is base64, and a
    ``comment`` that says why it is not whole.
    """
    if len(body) > most:
        comment = f"the first {most} of {len(body)} bytes"
    beginning = redacted_beginning(body, most)
    try:
        text, base64 = codecs.getincrementaldecoder("utf-8")().decode(beginning), False
    except UnicodeDecodeError:
        text, base64 = b64encode(beginning).decode(), True
    return {"bytes": len(body), "text": text, "base64": base64, "comment": comment}


def _timings(handle: pycurl.Curl, *, sent: bool) -> dict[str, float]:
    """Return the seconds of each phase that a transfer came to.

    A kept connection has no dns, connect and tls. The time of a transfer that failed counts, from
    its last sign on, for the phase in which it was. Where no request was sent, libcurl has times of
    the later phases, too: they mean nothing.
    """
    timings: dict[str, float] = {}
    before, phase = 0, "dns"
    for name, info, following in _PHASES:
        ended = handle.getinfo(info)
        if ended and (sent or name in BEFORE_SENDING):
            timings[name] = max(0, ended - before) / 1e6
            before, phase = max(before, ended), following
    timings[phase] = max(0, handle.getinfo(pycurl.TOTAL_TIME_T) - before) / 1e6
    return timings


def _headers(lines: list[bytes]) -> list[list[str]]:
    pairs = (_text(line).partition(":") for line in lines if b":" in line)
    return [[name, value.strip()] for name, _, value in pairs]


def _text(data: bytes) -> str:
    return data.decode("latin-1")
