"""The content side over HTTP: validators, compression, methods, what is counted."""

import gzip
import json
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import fhr_standin
from fhr_standin.site import Site


def test_every_path_is_served_as_it_is(
    site: Site, standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """A sample of each kind comes with its bytes, type and the headers everything has."""
    for path in ["/fr/", "/he/v4/", *(f"/fr/{rest}" for rest in site.shared), *site.top]:
        answer = fetch(standin.origins["content"] + path)
        assert (answer.status, answer.body) == (200, site.find(path).body), path
        assert answer.headers["content-type"] == site.find(path).media
        assert answer.headers["cache-control"] == "max-age=600"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in answer.headers
        assert "last-modified" in answer.headers


def test_revalidation(content: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """A held ETag, weak or strong, in a list or as a star, is 304; another one is 200."""
    app = content()
    etag = ask(app, "/fr/").headers["etag"]
    assert etag.startswith('"')
    for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = ask(app, "/fr/", headers={"if-none-match": held})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
        assert "content-length" not in answer.headers
    assert ask(app, "/fr/", headers={"if-none-match": '"other"'}).status == 200
    assert ask(app, "/xx/", headers={"if-none-match": "*"}).status == 404


def test_compression(content: Callable[..., Any], ask: Callable[..., Any], site: Site) -> None:
    """Text is gzipped when asked for, with an ETag of its own; images never are."""
    app = content()
    plain = ask(app, "/fr/css/styles.css")
    zipped = ask(app, "/fr/css/styles.css", headers={"accept-encoding": "br, gzip"})
    assert gzip.decompress(zipped.body) == plain.body
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert zipped.headers["etag"] != plain.headers["etag"]
    refused = ask(app, "/fr/css/styles.css", headers={"accept-encoding": "gzip;q=0"})
    assert refused.body == plain.body
    image = ask(app, "/fr/img/on.png", headers={"accept-encoding": "gzip"})
    assert image.body == site.find("/fr/img/on.png").body


def test_head_is_get_without_a_body(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """HEAD carries GET's headers, its length among them."""
    url = f"{standin.origins['content']}/fr/v4/"
    got, head = fetch(url), fetch(url, "HEAD")
    assert (head.status, head.body) == (200, b"")
    del got.headers["date"], head.headers["date"]
    assert head.headers == got.headers


def test_other_methods_are_refused(standin: fhr_standin.Standin, fetch: Callable[..., Any]) -> None:
    """POST to content is 405 and says what is allowed."""
    answer = fetch(f"{standin.origins['content']}/fr/", "POST", body=b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_connections_are_kept(standin: fhr_standin.Standin) -> None:
    """Two requests on one connection are both answered."""
    parts = urlsplit(standin.origins["content"])
    request = b"GET /robots.txt HTTP/1.1\r\nHost: standin\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=400) as connection:
        for _ in range(2):
            connection.sendall(request)
            answer = b""
            while not answer.endswith(b"Disallow: /\n"):
                answer += connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200 OK")


def test_the_version_document(ask: Callable[..., Any], content: Callable[..., Any]) -> None:
    """Four strings, the release and a commit among them; another release, another commit."""
    version = json.loads(ask(content(), "/__version__").body)
    assert set(version) == {"source", "version", "commit", "build"}
    assert version["version"] == "v1"
    assert len(version["commit"]) == 40
    assert Site((), "v2").commit != version["commit"]
    assert Site((), "v2", "a" * 40).commit == "a" * 40


def test_requests_are_counted_with_their_query(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """A query is ignored by what it is added to, and kept in the counts until a reset."""
    standin.reset()
    url = f"{standin.origins['content']}/fr/js/config.json?0.5"
    assert fetch(url).body == fetch(url).body
    assert standin.requests()["content"] == {"GET /fr/js/config.json?0.5": 2}
    standin.reset()
    assert standin.requests() == {"content": {}, "submission": {}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for loopback, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
    return cert, key


def test_over_tls(certificate: tuple[Path, Path]) -> None:
    """Both surfaces speak TLS with the given certificate, and content sends HSTS."""
    context = ssl.create_default_context(cafile=certificate[0])
    with fhr_standin.running(locales=1, tls=certificate) as standin:
        for origin in standin.origins.values():
            parts = urlsplit(origin)
            assert parts.scheme == "https"
            with (
                socket.create_connection((parts.hostname, parts.port), timeout=400) as plain,
                context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
            ):
                connection.sendall(
                    b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                )
                answer = b"".join(iter(lambda: connection.recv(4096), b""))
            assert answer.startswith(b"HTTP/1.1 ")
            hsts = b"strict-transport-security: max-age=31536000" in answer
            assert hsts == (origin == standin.origins["content"])
