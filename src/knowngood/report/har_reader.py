"""Read a HAR file of a run back as exchanges."""

from __future__ import annotations

import binascii
import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ..fetch import Answer, Attempt, AttemptError, Exchange, Probe
from ..safety import UsageError, one_line

_PACKED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}
"""How a body is packed again that HAR shows unpacked."""

_LARGEST: Final = 16 << 20  # bytes of a request's body


@dataclass(frozen=True, slots=True)
class HarRecording:
    """What a HAR file holds.

    Attributes:
        run: the id of the run that wrote it; empty for a file of another program.
        verdict: what that run ended in; empty as well.
        origins: the URLs of that run's origins, by name.
        exchanges: the exchanges, one for each request, in the order of the file. Their probes have
            the declaration as template and all headers that were sent.
    """

    run: str
    verdict: str
    origins: Mapping[str, str]
    exchanges: Sequence[Exchange]


def read(path: Path, option: str) -> HarRecording:
    """Return what the file at ``path`` holds; ``option`` is what named it.

    Raises UsageError for a file that cannot be read or is no HAR.
    """
    try:
        log = json.loads(path.read_text("utf-8-sig"))["log"]
        ours = log.get("_knowngood", {})
        origins = {str(name): str(url) for name, url in ours.get("origins", {}).items()}
        exchanges = [_exchange(entry, origins) for entry in log["entries"]]
        run, verdict = str(ours.get("run", "")), str(ours.get("verdict", ""))
        return HarRecording(run, verdict, origins, exchanges)
    except OSError as error:
        raise UsageError(f"{option} {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{type(error).__name__}: {one_line(str(error), 200)}"
        raise UsageError(
            f"{option} {path}: is no HAR file ({what}); `pytest --har-file=FILE` writes one"
        ) from None


def _exchange(entry: Mapping[str, Any], origins: Mapping[str, str]) -> Exchange:
    request, response = entry["request"], entry["response"]
    url = request["url"]
    origin = next((name for name, base in origins.items() if url.startswith(f"{base}/")), "")
    probe = Probe(
        origin=origin,
        url=url,
        method=request["method"],
        address=entry.get("_edge", ""),
        template=entry.get("pageref", ""),
        item=entry.get("_item", ""),
        headers=_headers(request),
        body=_sent_body(request),
    )
    began = datetime.fromisoformat(entry["startedDateTime"].replace("Z", "+00:00")).timestamp()
    status, seconds = int(response["status"]), float(entry["time"]) / 1000
    if not status:
        error = _error(response.get("_error", ""))
        return Exchange(probe, (Attempt(began, seconds, error=error),))
    attempt = Attempt(began, seconds, status)
    return Exchange(probe, (attempt,), _answer(url, status, response))


def _sent_body(request: Mapping[str, Any]) -> bytes | None:
    """Return the body of a request, of which a large one may be cut off: blanks bring it to its
    size, by which requests to one URL are told apart.
    """
    data = request.get("postData")
    if data is None:
        return None
    text = data.get("text") or ""
    armoured = data.get("comment", "").startswith("base64")
    body = _unarmoured(text) if armoured else text.encode()
    return body.ljust(min(int(request.get("bodySize", 0)), _LARGEST))


def _answer(url: str, status: int, response: Mapping[str, Any]) -> Answer:
    headers, content = _headers(response), response["content"]
    text = content.get("text") or ""
    body = _unarmoured(text) if content.get("encoding") == "base64" else text.encode()
    encoding = next((v.lower() for n, v in headers if n.lower() == "content-encoding"), "")
    packed = _PACKED[encoding](body) if body and encoding in _PACKED else body
    left = [pair for pair in headers if pair[0].lower() != "content-encoding" or packed is not body]
    pairs = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in left)
    return Answer(status, url, pairs, packed, decoded=len(body) if packed is not body else 0)


def _unarmoured(text: str) -> bytes:
    try:
        return b64decode(text)
    except binascii.Error as error:
        raise ValueError(f"a body is no base64: {error}") from None


def _headers(message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(pair["name"]), str(pair["value"])) for pair in message["headers"])


def _error(text: str) -> AttemptError:
    """Return the error that the file names, as far as it is one of ours."""
    known = [error for error in AttemptError if text.startswith(str(error))]
    return max(known, key=len, default=AttemptError.RUNNER)
