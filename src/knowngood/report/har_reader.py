"""Read a HAR file as exchanges."""

from __future__ import annotations

import binascii
import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any, Final

from ..fetch import Answer, Attempt, AttemptError, Exchange, Probe
from ..safety import UsageError, one_line

_COMPRESSORS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}
"""Compressors by Content-Encoding: HAR has bodies decompressed, an exchange has them as sent."""

_LARGEST: Final = 16 << 20  # bytes of a request's body


@dataclass(frozen=True, slots=True)
class HarRecording:
    """What a HAR file holds.

    Attributes:
        run: the id of the run that wrote it; empty for a file of another program.
        verdict: the verdict of that run; empty for a file of another program.
        origins: the URLs of that run's origins, by name.
        exchanges: one for each request, in the order of the file. A probe has the declaration as
            its template, and all headers that were sent.
        cut: those of them with an answer whose body is not there as it came.
    """

    run: str
    verdict: str
    origins: Mapping[str, str]
    exchanges: Sequence[Exchange]
    cut: frozenset[Exchange]


def read(path: Path, option: str) -> HarRecording:
    """Return what the file at ``path`` holds. ``option`` is the option that named it.

    Raises UsageError for a file that cannot be read or is no HAR.
    """
    try:
        log = json.loads(path.read_text("utf-8-sig"))["log"]
        source = log.get("_knowngood", {})
        origins = {str(name): str(url) for name, url in source.get("origins", {}).items()}
        entries = log["entries"]
        exchanges = [_exchange(entry, origins) for entry in entries]
        cut = frozenset(compress(exchanges, map(_is_cut, entries)))
        run, verdict = str(source.get("run", "")), str(source.get("verdict", ""))
        return HarRecording(run, verdict, origins, exchanges, cut)
    except OSError as error:
        raise UsageError(f"{option} {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {one_line(str(error), 200)}"
        raise UsageError(
            f"{option} {path}: is no HAR file ({reason}); `pytest --har-file=FILE` writes one"
        ) from None


def _is_cut(entry: Mapping[str, Any]) -> bool:
    """Return whether an answer lacks some of its body: its comment says so."""
    return bool(entry["response"].get("content", {}).get("comment"))


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
    """Return the body of a request; None without one.

    HAR may have cut a large body. Pad it to its size: requests to one URL are compared by size.
    """
    data = request.get("postData")
    if data is None:
        return None
    body = _bytes(data.get("text"), data.get("_encoding"))
    return body.ljust(min(int(request.get("bodySize", 0)), _LARGEST))


def _answer(url: str, status: int, response: Mapping[str, Any]) -> Answer:
    headers, content = _headers(response), response["content"]
    body = _bytes(content.get("text"), content.get("encoding"))
    encoding = next((v.lower() for n, v in headers if n.lower() == "content-encoding"), "")
    compress = _COMPRESSORS.get(encoding) if body else None
    pairs = tuple(
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in headers
        if compress or name.lower() != "content-encoding"
    )
    if compress is None:
        return Answer(status, url, pairs, body)
    return Answer(status, url, pairs, compress(body), decoded=len(body))


def _bytes(text: str | None, encoding: str | None) -> bytes:
    if encoding != "base64":
        return (text or "").encode()
    try:
        return b64decode(text or "")
    except binascii.Error as error:
        raise ValueError(f"a body is no base64: {error}") from None


def _headers(message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(pair["name"]), str(pair["value"])) for pair in message["headers"])


def _error(text: str) -> AttemptError:
    """Return the error that the file names; RUNNER for one of another program."""
    matching = [error for error in AttemptError if text.startswith(str(error))]
    return max(matching, key=len, default=AttemptError.RUNNER)
