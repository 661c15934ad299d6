"""The headers that a request is sent with."""

from knowngood.fetch.probe import Probe
from knowngood.fetch.request_headers import headers_of, request_headers


def test_the_headers_of_every_request() -> None:
    """Who asks, in which run, and what can be decoded."""
    headers = request_headers("run-7")
    assert headers["X-Knowngood-Run"] == "run-7"
    assert "run-7" in headers["User-Agent"]
    assert headers["Accept-Encoding"] == "gzip, deflate, br"


def test_headers_that_the_environment_chose() -> None:
    """They take the place of ours, however they are written."""
    headers = request_headers("run-7", {"user-agent": "Firefox", "Accept-Language": "de"})
    names = [name.lower() for name in headers]
    assert names.count("user-agent") == 1
    assert (headers["user-agent"], headers["Accept-Language"]) == ("Firefox", "de")
    assert headers["X-Knowngood-Run"] == "run-7"


def test_headers_of_a_probe_take_the_place_of_the_usual_ones() -> None:
    """However they are written, and behind those that stay."""
    probe = Probe("content", "http://h/", headers=(("accept", "text/html"), ("X-Own", "1")))
    usual = {"Accept": "*/*", "User-Agent": "knowngood"}
    sent = (("User-Agent", "knowngood"), ("accept", "text/html"), ("X-Own", "1"))
    assert headers_of(probe, usual) == sent


def test_a_part_of_a_file_is_asked_for_without_compression() -> None:
    """A server that compresses sends the whole of it; what the check itself accepts stays."""
    common = request_headers("run")
    part = Probe("site", "http://x/a.zip", headers=(("range", "bytes=0-9"),))
    assert dict(headers_of(part, common))["Accept-Encoding"] == "identity"
    chosen = Probe("site", part.url, headers=(*part.headers, ("Accept-Encoding", "gzip")))
    assert [v for n, v in headers_of(chosen, common) if n == "Accept-Encoding"] == ["gzip"]
