"""Write every request of a run as HAR 1.2, which browsers open in their network panel.

The format: http://www.softwareishard.com/blog/har-12-spec/. As in Chromium's exports, a request
without an answer has the status 0, and ``_error`` says why. The format allows names of our own if
they begin with an underscore.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from .. import __version__
from ..fetch import Recording
from ..safety import write_atomically
from .report import Report

_UNKNOWN: Final = -1
"""What HAR writes for a size or a time that is not known or does not apply."""


def write(path: Path, report: Report) -> None:
    """Write the exchanges of a run to ``path`` whole or not at all. Raises OSError."""
    assert report.exchanges is not None
    write_atomically(path, _pieces(report.document, report.exchanges))


def _pieces(document: Mapping[str, Any], recording: Recording) -> Iterator[str]:
    """Yield the text of the file in pieces, an entry at a time: the whole may be large."""
    creator = {"name": "knowngood", "version": __version__}
    run = {name: document[name] for name in ("run", "environment", "origins", "verdict")}
    yield f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)},\n'
    yield f'"_knowngood": {json.dumps(run)},\n"entries": ['
    pages: dict[str, dict[str, Any]] = {}
    cut = 0
    for number, record in enumerate(recording):
        pages.setdefault(record["declaration"], _page(record))
        cut += any(record[body]["comment"] for body in ("body", "request_body"))
        yield f"{',' if number else ''}\n{json.dumps(_entry(record))}"
    comment = _comment(document, cut, recording.unfinished)
    yield f'],\n"pages": {json.dumps(list(pages.values()))},\n'
    yield f'"comment": {json.dumps(comment)}}}}}\n'


def _comment(document: Mapping[str, Any], cut: int, unfinished: int) -> str:
    """Return what was verified, with what verdict, and what the file lacks."""
    sentences = [f"{document['environment']}, run {document['run']}: {document['verdict']}"]
    if cut:
        sentences.append(f"{cut} of the bodies are not whole, as their comments say")
    if unfinished:
        sentences.append("a process of the run was cut off, so requests may be missing")
    return "; ".join(sentences)


def _page(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a HAR page for one declaration: checks that declare the same share its requests."""
    declaration = record["declaration"]
    return {
        "startedDateTime": _time(record["began"]),
        "id": declaration,
        "title": declaration,
        "pageTimings": {},
    }


def _entry(record: Mapping[str, Any]) -> dict[str, Any]:
    timings = _timings(record["timings"])
    spent = sum(time for phase, time in timings.items() if time > 0 and phase != "ssl")
    entry = {
        "pageref": record["declaration"],
        "startedDateTime": _time(record["began"]),
        "time": round(spent, 3),
        "request": _request(record),
        "response": _response(record),
        "cache": {},
        "timings": timings,
    }
    if record["address"]:
        entry |= {"serverIPAddress": record["address"], "connection": str(record["port"])}
    own_fields = {"_edge": record["edge"], "_item": record["item"]}
    entry |= {name: value for name, value in own_fields.items() if value}
    return entry


def _request(record: Mapping[str, Any]) -> dict[str, Any]:
    query = parse_qsl(urlsplit(record["url"]).query, keep_blank_values=True)
    headers, body = record["request_headers"], record["request_body"]
    request = {
        "method": record["method"],
        "url": record["url"],
        "httpVersion": record["version"] or "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _pairs(query),
        "headersSize": _UNKNOWN,
        "bodySize": body["bytes"],
    }
    if body["bytes"]:
        request["postData"] = {
            "mimeType": _header(headers, "content-type") or "application/octet-stream",
            "text": body["text"],
            "comment": body["comment"],
        }
        if body["base64"]:
            request["postData"]["_encoding"] = "base64"
    return request


def _response(record: Mapping[str, Any]) -> dict[str, Any]:
    headers = record["headers"]
    response = {
        "status": record["status"],
        "statusText": record["reason"],
        "httpVersion": record["version"],
        "cookies": [],
        "headers": _pairs(headers),
        "content": _content(record),
        "redirectURL": _header(headers, "location"),
        "headersSize": _UNKNOWN,
        "bodySize": record["bytes"] if record["status"] else _UNKNOWN,
    }
    if record["error"]:
        response["_error"] = record["error"]
    return response


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    body = record["body"]
    content = {
        "size": body["bytes"],
        "compression": body["bytes"] - record["bytes"],
        "mimeType": _header(record["headers"], "content-type") or "x-unknown",
        "text": body["text"],
    }
    if body["base64"]:
        content["encoding"] = "base64"
    if body["comment"]:
        content["comment"] = body["comment"]
    return content


def _timings(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return the phases in milliseconds. HAR's ``connect`` includes the time of TLS."""
    phases = {phase: round(spent * 1000, 3) for phase, spent in seconds.items()}
    connect = phases.get("connect", _UNKNOWN)
    return {
        "blocked": phases.get("blocked", _UNKNOWN),
        "dns": phases.get("dns", _UNKNOWN),
        "connect": connect + phases.get("tls", 0) if "connect" in phases else connect,
        "ssl": phases.get("tls", _UNKNOWN),
        "send": phases.get("send", 0),
        "wait": phases.get("wait", 0),
        "receive": phases.get("receive", 0),
    }


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(headers: Any, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
