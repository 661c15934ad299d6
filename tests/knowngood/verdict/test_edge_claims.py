"""What is said of a release that did not arrive, and of an edge that differs."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import Release
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.readiness.convergence import Convergence, Edge
from knowngood.readiness.version_document import ReleaseSighting
from knowngood.verdict.causes import find_causes
from knowngood.verdict.edge_claims import differing, lacking, not_converged

URL = "https://fhr.example.org/__version__"
ENVIRONMENT = Environment(
    name="stage",
    path=Path("stage.toml"),
    description="",
    origins=MappingProxyType({"content": "https://fhr.example.org"}),
    release=Release("content:/__version__", shape="text"),
)
WELCOME = b"<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head></html>"


def edge(name: str, body: bytes = b"", **fields: object) -> Edge:
    """An edge that answered with ``body`` last, which names a release."""
    answer = Answer(200, URL, ((b"content-type", b"text/html"),), body or name.encode())
    exchange = Exchange(Probe("content", URL), (Attempt(1.0, 0.1, status=200),), answer)
    found = Edge("", last=ReleaseSighting((name,), name, exchange))
    for field, value in fields.items():
        setattr(found, field, value)
    return found


@pytest.mark.parametrize(
    ("missing", "alike", "found"),
    [
        (edge("v1"), False, "found v1"),
        (edge("v1"), True, "found v1, as for every other URL"),
        (edge("<!DOCTYPE", WELCOME), False, 'found the web page "Welcome to nginx!"'),
        (
            edge("<!DOCTYPE", WELCOME),
            True,
            'found the web page "Welcome to nginx!", as for every other URL',
        ),
        (edge("v2", other="v1", turns=2), False, "found it and v1 in turn"),
        (edge("v1", other="v1", turns=1), False, "found v1"),
    ],
    ids=["another", "another-everywhere", "page", "page-everywhere", "both", "taken-back"],
)
def test_what_there_is_in_place_of_the_release(missing: Edge, alike: bool, found: str) -> None:
    """The first line tells what came."""
    result = Convergence("v2", 9.0, missing=(missing,), alike=alike)
    claim = not_converged(result, ENVIRONMENT)
    line = f"/__version__: expected release v2, {found}, at 1 of 1 edge after 9 s"
    assert claim.first_line == line


SITE = "https://fhr.example.org"


@pytest.mark.parametrize(
    ("bodies", "sentence"),
    [
        ({"/a": "xxy"}, "/a differs at 10.0.0.3 from the other edges"),
        ({"/a": "xxy", "/b": "uuv"}, "/a, /b differ at 10.0.0.3 from the other edges"),
        ({"/a": "xxy", "/b": "vuu"}, "/a, /b differ between edges"),
        ({"/a": "xy"}, "/a differs between 10.0.0.1 and 10.0.0.2"),
        ({"/a": "xyz"}, "/a differs between edges"),
        ({"/a": "xxyy"}, "/a differs between edges"),
        (
            {"/de/a.js": "xxy", "/fr/a.js": "xxy"},
            "/{locale}/a.js (2 URLs) differs at 10.0.0.3 from the other edges",
        ),
        (
            {"/de/a.js?x=de": "xxy", "/fr/b.js": "xxy", "/de/c/de": "xxy", "/e": "xxy"},
            "/de/a.js?x=de, /fr/b.js, /de/c/de and 1 more differ at 10.0.0.3 from the other edges",
        ),
    ],
)
def test_the_edge_that_differs_is_named(bodies: dict[str, str], sentence: str) -> None:
    """One against many is the one to repair; nobody knows which of two is right."""
    digests = {
        SITE + url: {f"10.0.0.{number}": digest for number, digest in enumerate(answers, 1)}
        for url, answers in bodies.items()
    }
    claim = differing(digests, {"locale": ("de", "fr")})
    assert claim.first_line == sentence


def test_what_each_edge_serves() -> None:
    """By size: it may tell which of them has the older file."""
    at = {"10.0.0.1": "0a1b 1,204", "10.0.0.2": "0a1b 1,204", "10.0.0.3": "2c3d 998"}
    *_, last = differing({"https://fhr.example.org/a.js?": at}).message.splitlines()
    assert last == (
        "https://fhr.example.org/a.js: 10.0.0.3 (998 bytes) differs from 10.0.0.1, 10.0.0.2 "
        "(1,204 bytes)"
    )


def lacks(path: str, status: int | None = None, error: str = "", phase: str = "") -> dict[str, Any]:
    """What an address gave in place of what its name serves."""
    attempt = {"error": error or None, "phase": phase, "detail": "", "status": status}
    fields = {} if status is None else {"status": status}
    url = f"https://fhr.example.org{path}"
    return {"url": url, "connect_to": "::192.0.2.2:", "attempts": [attempt], **fields}


@pytest.mark.parametrize(
    ("exchanges", "sentence", "kind"),
    [
        (
            [lacks("/a", error="tls", phase="expired"), lacks("/b", error="tls", phase="expired")],
            "https://fhr.example.org gives no answer at 192.0.2.2: TLS failed (expired)",
            "tls",
        ),
        (
            [lacks("/a", 503), lacks("/b", 404), lacks("/c", 404)],
            "https://fhr.example.org/b and 1 more are 404 at 192.0.2.2",
            "content",
        ),
        (
            [lacks("/a", error="truncated")],
            "https://fhr.example.org/a is cut short at 192.0.2.2",
            "content",
        ),
    ],
)
def test_what_an_address_lacks(exchanges: list[Any], sentence: str, kind: str) -> None:
    """The sentence has the address: whoever asks by the name may get a right answer."""
    claim = lacking(exchanges)
    assert (claim.first_line, claim.kind) == (sentence, kind)
    [cause] = find_causes([claim])
    assert cause.sentence == sentence
