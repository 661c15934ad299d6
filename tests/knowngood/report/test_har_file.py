"""Every request of a run is in the HAR file, with its answer, and no secret is."""

import base64
import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from wire import Authority, Play, Serve, Talk, answer, by_path, in_turn, raw, redirect, refusing

from knowngood.environment.model import Environment
from knowngood.fetch import Fetcher, Probe, Recording
from knowngood.fetch.recording import LARGEST
from knowngood.report import Report, har_file
from knowngood.safety import Redactor, redaction

ORIGINS = {"content": "https://fhr.example.org"}
DOCUMENT = {
    "environment": "stage",
    "run": "0123456789ab",
    "verdict": "PASSED",
    "origins": ORIGINS,
}
SCHEMA = json.loads(Path(__file__).with_name("har-1.2.schema.json").read_text("utf-8"))
SECRET = "hunter22-and-more"  # noqa: S105 - none

pytestmark = pytest.mark.usefixtures("no_waits")


def written(folder: Path, target: Path) -> dict[str, Any]:
    """The log of the HAR file of what was recorded in a folder, which is as the format says."""
    har_file.write(target, Report(DOCUMENT, Recording(folder)))
    content = json.loads(target.read_text("ascii"))
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    return dict(content["log"])


@pytest.fixture
def log(serve: Serve, environment: Callable[..., Environment], tmp_path: Path) -> Callable:
    """Send requests to a server that plays something, and return the log of the HAR file."""

    def send(play: Play | str, *requests: dict[str, Any], processes: int = 1) -> dict[str, Any]:
        url = play if isinstance(play, str) else serve(play).url
        folder = tmp_path / "recorded"
        folder.mkdir()
        recording = Recording(folder, processes)
        place, end = environment({"content": url}, writes=True), time.time() + 60
        with Fetcher(place, "run-1", end, recording=recording) as fetcher:
            for request in requests:
                fetcher.send(Probe("content", url + request.pop("path", "/"), **request))
        return written(folder, tmp_path / "run.har")

    return send


def test_an_answer_and_its_request(log: Callable) -> None:
    """Headers are those that were sent, with libcurl's own; the times add up."""
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    body = gzip.compress(b"all is well " * 9)
    request = {"path": "/a?b=c%20d&e=", "headers": (("X-Own", "1"),), "template": "content:/a"}
    recorded = log(answer(body, 203, headers), request)
    [entry] = recorded["entries"]
    sent = {header["name"]: header["value"] for header in entry["request"]["headers"]}
    assert sent["X-Own"] == "1"
    assert sent["X-Knowngood-Run"] == "run-1"
    assert sent["Host"].startswith("127.0.0.1:")
    assert entry["request"]["queryString"] == [
        {"name": "b", "value": "c d"},
        {"name": "e", "value": ""},
    ]
    got = entry["response"]
    assert (got["status"], got["statusText"], got["httpVersion"]) == (203, "Reason", "HTTP/1.1")
    assert {"name": "Content-Encoding", "value": "gzip"} in got["headers"]
    assert got["content"] == {
        "size": 108,
        "compression": 108 - len(body),
        "mimeType": "text/plain",
        "text": "all is well " * 9,
    }
    assert got["bodySize"] == len(body)
    assert entry["serverIPAddress"] == "127.0.0.1"
    spent = [spent for phase, spent in entry["timings"].items() if spent > 0 and phase != "ssl"]
    assert entry["time"] == pytest.approx(sum(spent), abs=0.01)
    assert [page["id"] for page in recorded["pages"]] == [entry["pageref"]] == ["content:/a"]
    assert recorded["comment"] == "stage, run 0123456789ab: PASSED"


def test_each_attempt_is_an_entry(log: Callable) -> None:
    """Retried ones, too: with their answer, or with what ended them."""
    broken = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    recorded = log(in_turn(answer("not now", 503), broken, answer("fine")), {})
    first, second, last = recorded["entries"]
    assert (first["response"]["status"], first["response"]["content"]["text"]) == (503, "not now")
    assert second["response"]["content"]["text"] == "half"
    assert second["response"]["_error"].startswith("truncated: ")
    assert (last["response"]["status"], last["response"]["content"]["text"]) == (200, "fine")
    assert "_error" not in last["response"]
    assert first["startedDateTime"] <= second["startedDateTime"] <= last["startedDateTime"]


def test_no_answer(log: Callable) -> None:
    """The status is 0, the reason is there, and nothing is said that was not sent."""
    with refusing() as url:
        entry = log(url, {})["entries"][-1]
    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"].startswith("refused: ")
    assert entry["request"]["headers"] == []
    assert entry["timings"]["wait"] == entry["timings"]["receive"] == 0
    assert entry["timings"]["connect"] >= 0


def test_redirects_are_entries(log: Callable) -> None:
    """As in a browser: one for each URL that was asked."""
    recorded = log(by_path({"/": redirect("/new"), "/new": answer("here")}), {"follow": True})
    first, second = recorded["entries"]
    assert (first["response"]["status"], first["response"]["redirectURL"]) == (302, "/new")
    assert second["request"]["url"].endswith("/new")


def test_a_kept_connection(log: Callable) -> None:
    """Its second request has no time for a connection, and names the same one."""
    first, second = log(answer("x"), {}, {"path": "/again"})["entries"]
    assert first["connection"] == second["connection"]
    assert first["timings"]["connect"] >= 0
    assert second["timings"]["connect"] == second["timings"]["dns"] == -1


def test_tls_is_part_of_the_connection(
    serve: Serve, authority: Authority, environment: Callable[..., Environment], tmp_path: Path
) -> None:
    """``connect`` holds ``ssl``, as the format says; a certificate that is refused is an error."""
    url = serve(answer("x"), tls=authority.context()[0]).url
    for ca, folder in ((authority.pem, tmp_path / "trusted"), (None, tmp_path / "untrusted")):
        folder.mkdir()
        place = environment({"content": url}, ca=ca)
        end = time.time() + 60
        with Fetcher(place, "run-1", end, recording=Recording(folder)) as fetcher:
            fetcher.send(Probe("content", url))
    [entry] = written(tmp_path / "trusted", tmp_path / "run.har")["entries"]
    assert 0 < entry["timings"]["ssl"] <= entry["timings"]["connect"]
    [entry] = written(tmp_path / "untrusted", tmp_path / "run.har")["entries"]
    assert entry["response"]["_error"].startswith("tls: ")


def test_an_edge(serve: Serve, log: Callable) -> None:
    """The address that was asked in place of the URL's host."""
    address = serve(answer("edge")).url.removeprefix("http://")
    [entry] = log(answer("origin"), {"address": address})["entries"]
    assert entry["_edge"] == f"::{address}"
    assert entry["response"]["content"]["text"] == "edge"


def test_a_body_that_is_sent(log: Callable) -> None:
    """As text, or as base64 where it is none."""
    headers = (("Content-Type", "application/json"),)
    text, binary = log(
        answer("x"),
        {"method": "PUT", "body": b'{"a": 1}', "headers": headers},
        {"method": "PUT", "body": b"\xff\x00"},
    )["entries"]
    assert text["request"]["postData"] == {
        "mimeType": "application/json",
        "text": '{"a": 1}',
        "comment": "",
    }
    assert text["request"]["bodySize"] == 8
    assert base64.b64decode(binary["request"]["postData"]["text"]) == b"\xff\x00"
    assert binary["request"]["postData"]["_encoding"] == "base64"


def test_a_binary_body(log: Callable) -> None:
    """It is base64, and browsers show it."""
    picture = b"\x89PNG\r\n\x1a\n\xff"
    [entry] = log(answer(picture, headers={"Content-Type": "image/png"}), {})["entries"]
    content = entry["response"]["content"]
    assert content["encoding"] == "base64"
    assert base64.b64decode(content["text"]) == picture


def test_a_body_that_is_not_what_it_says(log: Callable) -> None:
    """It is there as it was sent, and the comment says why."""
    recorded = log(answer("plain", headers={"Content-Encoding": "gzip"}), {})
    content = recorded["entries"][0]["response"]["content"]
    assert content["text"] == "plain"
    assert "as it was sent: not gzip" in content["comment"]


def test_large_body_is_whole_where_there_is_room(log: Callable) -> None:
    """A script of some megabytes can be judged again, by a drill."""
    recorded = log(answer("é" * LARGEST), {})
    content = recorded["entries"][0]["response"]["content"]
    assert content["text"] == "é" * LARGEST
    assert "comment" not in content


def test_large_bodies_are_cut(log: Callable) -> None:
    """Each shows its beginning, so that there is room for others; the log's comment counts."""
    half = LARGEST // 2
    long = "é" * LARGEST
    plays = {"/long": answer(long), "/half": answer("x" * half), "/": answer("y" * half)}
    paths = [{"path": path} for path in ("/long", "/half", "/")]
    recorded = log(by_path(plays), *paths, processes=(32 << 20) // (3 * LARGEST))
    first, second, third = (entry["response"]["content"] for entry in recorded["entries"])
    assert first["text"] == "é" * half
    assert first["comment"] == f"the first {LARGEST} of {2 * LARGEST} bytes"
    assert second["text"] == "x" * half
    assert (third["text"], third["size"]) == ("y" * half, half)
    assert recorded["comment"].endswith("1 of the bodies are not whole, as their comments say")


def test_no_room_for_a_body(log: Callable) -> None:
    """What comes when all bodies together are large enough is left out, and says so."""
    recorded = log(answer("z" * 40), {}, {}, processes=(32 << 20) // 50)
    first, second = (entry["response"]["content"] for entry in recorded["entries"])
    assert first["text"] == "z" * 40
    assert (second["text"], second["size"]) == ("", 40)
    assert second["comment"] == "left out: the bodies before it have 32 MB together"


def test_no_secret_is_written(
    log: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a URL, a header or a body; not in what is base64, or cut in the midst of it."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor([SECRET]))

    def play(talk: Talk) -> None:
        said = talk.request.headers["x-token"].encode()
        cut = b"a b " * (LARGEST // 4 - 3) + b"token = "
        bodies = {"/binary": b"\xff" + said, "/cut": cut + said + b" " * 99}
        body = bodies.get(talk.request.target, said)
        answer(body, headers={"X-Token": said.decode(), "Location": f"/{said.decode()}"})(talk)

    headers = (("X-Token", SECRET),)
    paths = ("/", "/binary", "/cut", f"/?token={SECRET}")
    requests = [{"path": path, "headers": headers} for path in paths]
    put = {"method": "PUT", "headers": headers, "body": SECRET.encode()}
    recorded = log(play, *requests, put, processes=(32 << 20) // (4 * LARGEST))
    assert len(recorded["entries"]) == 5
    recorded_files = [path.read_text() for path in (tmp_path / "recorded").iterdir()]
    for text in (*recorded_files, (tmp_path / "run.har").read_text()):
        assert SECRET[:6] not in text
        assert SECRET[-6:] not in text
        assert base64.b64encode(b"\xff" + SECRET.encode()).decode()[2:20] not in text
    first, binary, cut, asked, _ = recorded["entries"]
    assert first["response"]["content"]["text"] == "***"
    assert base64.b64decode(binary["response"]["content"]["text"]) == b"\xff***"
    assert cut["response"]["content"]["text"].endswith("token = ")
    assert asked["request"]["queryString"] == [{"name": "token", "value": "***"}]


def test_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch, log: Callable) -> None:
    """The requests go on, and the file says that it is not whole."""

    def full(descriptor: int, mode: str) -> Any:
        os.close(descriptor)
        return Path("/dev/full").open(mode)

    monkeypatch.setattr("knowngood.fetch.recording.os.fdopen", full)
    recorded = log(answer("x"), {}, {})
    assert recorded["entries"] == []
    assert "requests may be missing" in recorded["comment"]
