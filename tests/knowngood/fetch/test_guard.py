"""Only the environment's origins are asked, and only for reading unless it allows writes."""

import pytest

from knowngood.fetch.guard import Guard
from knowngood.fetch.probe import Probe

ORIGINS = {"content": "https://fhr.example", "submission": "http://127.0.0.1:8080"}
GUARD = Guard(ORIGINS)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://fhr.example/", "content"),
        ("https://fhr.example", "content"),
        ("https://FHR.example/a?b=c#d", "content"),
        ("HTTPS://fhr.example/", "content"),
        ("https://fhr.example:443/", "content"),
        ("http://127.0.0.1:8080/x", "submission"),
    ],
)
def test_url_on_an_origin(url: str, name: str) -> None:
    """However it is spelt, a URL on an origin is known by the origin's name."""
    assert GUARD.origin_of(url) == name


@pytest.mark.parametrize(("asked", "name"), [("", "a"), ("a", "a"), ("b", "b"), ("c", "a")])
def test_origins_of_one_url(asked: str, name: str) -> None:
    """What one of them led to is its own; of any other URL they share the first is taken."""
    guard = Guard({"a": "https://fhr.example", "b": "HTTPS://fhr.example:443/", "c": "http://x"})
    assert guard.origin_of("https://fhr.example/", asked) == name


@pytest.mark.parametrize(
    "url",
    [
        "http://fhr.example/",
        "https://fhr.example:444/",
        "https://fhr.example.evil.example/",
        "https://evil.example/https://fhr.example/",
        "https://fhr.example@evil.example/",
        "https://fhr.example:pw@evil.example/",
        "https://evil.example#@fhr.example/",
        "https://evil.example/@fhr.example/",
        "https://evil.example?fhr.example/",
        "https://www.fhr.example/",
        "https://fhr/",
        "//fhr.example/",
        "/fr/",
        "",
        "ftp://fhr.example/",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "http://127.0.0.1:80/",
        "http://[::1]:8080/",
        "https://fhr.example:0/",
        "https://fhr.example:99999/",
        "https://fhr.example:x/",
        "http://[bad",
    ],
)
def test_url_elsewhere(url: str) -> None:
    """Everything else lies outside, whatever it looks like, and is not asked."""
    assert GUARD.origin_of(url) is None
    refusal = GUARD.refusal(Probe("content", url))
    assert refusal is not None
    assert "outside the environment's origins" in refusal


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading(method: str) -> None:
    """Reading is allowed everywhere."""
    assert GUARD.refusal(Probe("content", "https://fhr.example/", method=method)) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "get", "TRACE"])
def test_writing(method: str) -> None:
    """Every other method needs the environment's word, and the message says which."""
    probe = Probe("content", "https://fhr.example/", method=method)
    refusal = GUARD.refusal(probe)
    assert refusal is not None
    assert method in refusal
    assert "writes = true" in refusal
    assert Guard(ORIGINS, writes=True).refusal(probe) is None


def test_writes_stay_within_the_origins() -> None:
    """Leave to write is no leave to go elsewhere."""
    probe = Probe("content", "https://evil.example/", method="POST")
    assert Guard(ORIGINS, writes=True).refusal(probe) is not None


def test_no_origins() -> None:
    """An environment without origins allows nothing."""
    assert Guard({}).refusal(Probe("content", "https://fhr.example/")) is not None
