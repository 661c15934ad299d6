"""What `--answers` says that a fault changes is what a stand-in with that fault answers."""

import base64
import http.client
import io
import json
import os
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest

from fhr_standin import Standin
from fhr_standin.answers import Recording, answer_requests
from fhr_standin.asgi import Response
from fhr_standin.errors import UsageError
from fhr_standin.faults import FAULTS, arm
from fhr_standin.site import Site

LOCALES = 8
ORIGINS = {"content": "http://content.test", "submission": "http://submission.test"}
UUID = "0b3dd3ae-6c9e-4d2f-8a51-8f6f0f4a2d1"
SUBMIT = f"/1.0/submit/metrics/{UUID}1"
FIREFOX = {"User-Agent": "Mozilla/5.0 (rv:38.0) Firefox/38.0", "Accept-Encoding": "gzip, deflate"}
NEWER = {"User-Agent": "Mozilla/5.0 (rv:150.0) Firefox/150.0"}
ANDROID = {"User-Agent": "Mozilla/5.0 (Android; Mobile) Firefox/38"}
# What a browser in another language sends, what knows a file already, and what only looks.
ASKERS: list[tuple[str, dict[str, str]]] = [
    ("GET", FIREFOX | {"Accept": "text/html,*/*", "Accept-Language": "fr,en;q=0.5"}),
    ("GET", FIREFOX | {"Accept": "*/*", "Accept-Language": "de"}),
    ("GET", {"Accept-Encoding": "identity", "If-None-Match": "*"}),
    ("GET", ANDROID | {"Accept-Language": "en-US"}),
    ("GET", NEWER | {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}),
    ("GET", FIREFOX | {"Referer": "http://content.test/fr/"}),
    ("GET", FIREFOX | {"Accept": "text/html,*/*", "Upgrade-Insecure-Requests": "1"}),
    ("GET", FIREFOX | {"Accept": "text/javascript,*/*", "X-Requested-With": "XMLHttpRequest"}),
    ("GET", {"If-None-Match": '"another"'}),
    ("GET", {"If-None-Match": f'"{"0" * 32}"'}),
    ("GET", {"If-Modified-Since": "Wed, 31 Dec 1969 23:59:59 GMT"}),
    ("GET", {"If-Modified-Since": "Thu, 13 Jun 2013 18:00:00 GMT"}),
    ("HEAD", {"Accept-Encoding": "gzip;q=0"}),
]
ONE_DAY = b'"data": {"days": {"2013-06-14": {"places": {"pages": 1}}}}'
BESIDE = [
    *("/fr", "/xx-unknown/", "/fr/nothing.js", "/fr/v4/js/lib/graph.js", "/fr/v4/css/graph.css"),
    *("/.git/HEAD", "/.env", "/.svn/entries", "/.htpasswd", "/fr/js/", "/fr/js/config.json~"),
    *("/fr/js/config.json?1", "/"),
]
# No connection, certificate, edge or release tells these.
ONLY_ANSWERS = [name for name, fault in FAULTS.items() if fault.only_answers]
# They count requests, or make something up for each answer.
DEPENDING = {
    *("config-debug-on-one-in-three", "config-one-in-three", "config-503-every-second"),
    *("content-503-once", "etag-changes", "version-wavers", "sound-new-each-time"),
    *("submit-other-id", "submit-503-every-second", "submit-503-once", "get-stored-allowed"),
    *("sound-says-more", "sound-servers-named"),
    *("get-versionless-allowed", "head-stored-allowed", "documents-listed"),
    *("sound-deleted-again", "delete-again-500"),
}
# Its answers hold the time, so that it depends on more than the request if a second ends.
BY_THE_CLOCK = {"sound-expires"}
# The connection is the server's own business, and the date is the moment's.
NOT_COMPARED = {"date", "connection", "keep-alive", "transfer-encoding"}


def wanted(path: str, method: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
    """A request as the input of `--answers` has it, without its number."""
    origin = "submission" if method not in ("GET", "HEAD") or "submit" in path else "content"
    sent = base64.b64encode(body).decode() if body else None
    pairs = [list(pair) for pair in headers.items()]
    return {"method": method, "url": ORIGINS[origin] + path, "headers": pairs, "body": sent}


def content_requests(site: Site) -> Iterable[dict[str, Any]]:
    """Whatever there is in some locales, and what is not there, by each kind of who asks."""
    paths = [*site.top, *(path for path in site.paths() if path.startswith(("/fr/", "/de/")))]
    paths += [f"/{code}/{page}" for code in site.locales for page in ("", "v4/")]
    for path in dict.fromkeys([*paths, *BESIDE]):
        yield from (wanted(path, method, headers) for method, headers in ASKERS)


def submission_requests() -> Iterable[dict[str, Any]]:
    """A request for each rule of bagheera's and for each fault of them."""
    plain, packed = {"Content-Type": "application/json"}, {"Content-Type": "application/json+zlib"}
    document = b'{"version": 2}'
    for method in ("POST", "PUT"):
        yield wanted(SUBMIT, method, plain, document)
        yield wanted(SUBMIT, method, packed, zlib.compress(document))
        yield wanted(SUBMIT, method, plain | {"X-Obsolete-Document": f"{UUID}2"}, document)
        yield wanted(SUBMIT, method, plain | {"X-Obsolete-Document": f"{UUID}2,{UUID}3"}, document)
        yield wanted("/1.0/submit/metrics", method, plain, document)
        yield wanted(SUBMIT.removeprefix("/1.0"), method, plain, document)
        yield wanted(SUBMIT, method, plain)
        yield wanted(SUBMIT, method, packed, zlib.compress('{"name": "Ö"}'.encode()))
        yield wanted(SUBMIT, method, packed, zlib.compress(b" " * 200_000, 0))
        yield wanted(SUBMIT, method, packed, zlib.compress(b" " * 2_000_000))
        yield wanted(SUBMIT, method, plain, b" " * 200_000)
        yield wanted(SUBMIT, method, plain, b" " * 1_048_577)
        yield wanted(SUBMIT.replace("metrics", "nobody"), method, plain, document)
        yield wanted(SUBMIT.replace("submit", "subscribe"), method, plain, document)
        yield wanted("/1.0/submit/metrics/no-uuid", method, plain, document)
        yield wanted(f"{SUBMIT}.json", method, plain, document)
        twice = wanted(SUBMIT, method, plain, document)
        twice["headers"] += [["X-Obsolete-Document", f"{UUID}{digit}"] for digit in (2, 3)]
        yield twice
        many = ",".join(f"{UUID}{digit}" for digit in range(10))
        yield wanted(SUBMIT, method, plain | {"X-Obsolete-Document": many}, document)
        yield from (wanted(SUBMIT, method, plain | who, document) for who in (NEWER, ANDROID))
        yield wanted(SUBMIT, method, plain, b'{"errors": []}')
        yield wanted(SUBMIT, method, plain, b'{"version": 2, %s}' % ONE_DAY)
        yield from (wanted(SUBMIT, method, plain, b" " * size) for size in (8_000, 40_000))
    yield wanted(SUBMIT, "DELETE", NEWER)
    yield wanted(SUBMIT.removeprefix("/1.0"), "DELETE", {})
    yield from (wanted(SUBMIT, method, {}) for method in ("DELETE", "GET", "OPTIONS", "PATCH"))
    yield wanted(SUBMIT.replace("metrics", "append-only"), "DELETE", {})


@pytest.fixture(scope="module")
def requests(site: Site) -> list[dict[str, Any]]:
    """Requests that between them meet every fault."""
    requests = [*content_requests(site), *submission_requests()]
    return [{"id": number, **request} for number, request in enumerate(requests)]


@pytest.fixture(scope="module")
def recording(site: Site, requests: list[dict[str, Any]]) -> Recording:
    """The same requests, with the sound answers."""
    return Recording(site, ORIGINS, requests)


def over_the_wire(request: dict[str, Any], origins: dict[str, str]) -> Response:
    """Send a request as it stands, and return what came back."""
    url = urlsplit(request["url"])
    side = next(name for name, origin in ORIGINS.items() if origin.endswith(url.netloc))
    connection = http.client.HTTPConnection(urlsplit(origins[side]).netloc, timeout=400)
    try:
        target = f"{url.path}?{url.query}" if url.query else url.path
        body = base64.b64decode(request["body"] or "")
        names = {name.lower() for name, _ in request["headers"]}
        length = (
            [["Content-Length", str(len(body))]]
            if body or request["method"] in ("POST", "PUT")
            else []
        )
        connection.putrequest(
            request["method"], target, skip_accept_encoding="accept-encoding" in names
        )
        for name, value in (*request["headers"], *length):  # one may be there twice
            connection.putheader(name, value)
        connection.endheaders(body or None)
        came = connection.getresponse()
        headers = [(name.encode(), value.encode("latin-1")) for name, value in came.getheaders()]
        return Response(came.status, headers, came.read())
    finally:
        connection.close()


def comparable(answer: Response, request: dict[str, Any]) -> Response:
    """Leave out what differs between two sound answers; an id that was made up differs, too."""
    headers = sorted(pair for pair in answer.headers if pair[0].decode() not in NOT_COMPARED)
    made_up = request["url"].endswith("/metrics")
    body = re.sub(rb"[0-9a-f-]{36}", b"(id)", answer.body) if made_up else answer.body
    return Response(answer.status, headers, body)


def is_as_over_the_wire(
    name: str, standin: Standin, site: Site, recording: Recording, requests: list[dict[str, Any]]
) -> None:
    """Compare some of the answers that a fault changes, and some that it leaves as they are."""
    changed = recording.changed(arm([name], site.locales.values())[0])
    assert changed, "no request meets the fault"
    chance = random.Random(name)  # noqa: S311 - to be drawn again
    same = [request["id"] for request in requests if request["id"] not in changed]
    drawn = chance.sample(sorted(changed), min(12, len(changed)))
    beside = chance.sample(same, 8)
    standin.arm(name)
    for number in [*drawn, *beside]:
        came = over_the_wire(requests[number], standin.origins)
        expected = changed.get(number) or recording.sound[number]
        request = requests[number]
        assert comparable(came, request) == comparable(expected, request), request


def drawn_today() -> list[str]:
    """Some faults, the same in every process and others every day."""
    chance = random.Random(os.environ.get("KNOWNGOOD_TESTS_DAY"))  # noqa: S311 - likewise
    return chance.sample(sorted(set(ONLY_ANSWERS) - DEPENDING), 4)


@pytest.mark.parametrize("name", drawn_today())
def test_answers_are_those_of_a_stand_in(
    name: str, standin: Standin, site: Site, recording: Recording, requests: list[dict[str, Any]]
) -> None:
    """Status, headers and body are as over the wire, for some faults that are drawn by the day."""
    is_as_over_the_wire(name, standin, site, recording, requests)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(ONLY_ANSWERS) - DEPENDING))
def test_all_answers_are_those_of_a_stand_in(
    name: str, standin: Standin, site: Site, recording: Recording, requests: list[dict[str, Any]]
) -> None:
    """The same for every fault."""
    is_as_over_the_wire(name, standin, site, recording, requests)


def test_every_fault_of_answers_changes_one(recording: Recording, site: Site) -> None:
    """None is without effect; what depends on more than the request is left out by itself."""
    armed = arm(ONLY_ANSWERS, site.locales.values())
    changed = {one.fault.name: recording.changed(one) for one in armed}
    left_out = {name for name, answers in changed.items() if answers is None}
    assert left_out - BY_THE_CLOCK == DEPENDING
    assert [name for name, answers in changed.items() if answers == {}] == []


@pytest.mark.parametrize(
    "name",
    [
        *("content-short-body", "file-silent", "submit-slow", "gzip-bomb", "content-refused"),
        *("certificate-expires-soon", "edge-differs", "release-old", "page-http-reference"),
    ],
)
def test_what_answers_do_not_tell_takes_a_server(
    name: str, recording: Recording, site: Site
) -> None:
    """Connections, certificates, edges and releases are no answers."""
    assert recording.changed(arm([name], site.locales.values())[0]) is None


def test_only_changed_answers_are_written(site: Site) -> None:
    """A line for each fault, with the one answer of three that differs."""
    paths = ("/fr/js/config.json", "/de/js/config.json", "/fr/")
    requests = [
        {"id": number, **wanted(path, "GET", {})} for number, path in enumerate(paths, start=7)
    ]
    faults = ["config-missing-one-locale", "content-refused"]
    document = {"origins": ORIGINS, "faults": faults, "requests": requests}
    written = io.StringIO()
    answer_requests(site, io.StringIO(json.dumps(document)), written)
    (line,) = map(json.loads, written.getvalue().splitlines())
    assert line["fault"] == "config-missing-one-locale"
    (answer,) = line["answers"]
    assert (answer["id"], answer["status"]) == (7, 404)
    assert ["content-type", "text/html; charset=utf-8"] in answer["headers"]
    assert b"Not found" in base64.b64decode(answer["body"])


@pytest.mark.parametrize("fault", ["config-debug-on", "conditional-ignored"])
def test_who_knows_a_file_knows_it_from_the_same_deployment(fault: str, site: Site) -> None:
    """The tag that was recorded is the sound one's: with a fault another one would have come."""
    path = "/fr/js/config.json"
    first = {"id": 1, **wanted(path, "GET", {})}
    tag = dict(Recording(site, ORIGINS, [first]).sound[1].headers)[b"etag"].decode()
    again = {"id": 2, **wanted(path, "GET", {"If-None-Match": tag})}
    recording = Recording(site, ORIGINS, [first, again])
    changed = recording.changed(arm([fault], site.locales.values())[0])
    assert recording.sound[2].status == 304
    assert changed is not None
    assert changed[2].status == {"config-debug-on": 304, "conditional-ignored": 200}[fault]
    if fault == "config-debug-on":
        own = dict(changed[1].headers)[b"etag"]
        assert dict(changed[2].headers)[b"etag"] == own != tag.encode()


def test_the_control_is_not_answered(site: Site) -> None:
    """A request to an origin that is not the deployment's is left alone."""
    request = {"id": 1, **wanted("/", "GET", {}), "url": "http://control.test/control.txt"}
    recording = Recording(site, ORIGINS, [request])
    assert recording.changed(arm(["cookie-set"], site.locales.values())[0]) == {}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"origins": {}, "faults": [], "requests": []}'])
def test_input_that_is_no_list_of_requests_is_refused(text: str, site: Site) -> None:
    """The mistake is the caller's, and named."""
    with pytest.raises(UsageError, match="--answers: "):
        answer_requests(site, io.StringIO(text), io.StringIO())


def test_the_process_answers_and_ends() -> None:
    """Input in, lines out, exit code 0; an unknown fault is a usage error."""
    command = [sys.executable, "-m", "fhr_standin", "--locales", "4", "--answers"]
    request = {"id": 3, **wanted("/robots.txt", "GET", {})}
    document = {"origins": ORIGINS, "faults": ["robots-missing"], "requests": [request]}

    def run(document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        text = json.dumps(document)
        return subprocess.run(command, input=text, text=True, capture_output=True, timeout=400)

    done, refused = run(document), run(document | {"faults": ["no-such-fault"]})
    assert done.returncode == 0
    assert json.loads(done.stdout)["answers"][0]["status"] == 404
    assert refused.returncode == 2
    assert "no-such-fault" in refused.stderr
