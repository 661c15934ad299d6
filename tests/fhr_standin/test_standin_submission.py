"""The submission side: bagheera's rules, their precedence, and the store."""

import http.client
import uuid
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

import fhr_standin
from fhr_standin.bagheera import MAX_BODY

ID = "0b3dd3ae-6c9e-4d2f-8a51-8f6f0f4a2d11"
OLD = "7d0c4f1e-3b1f-4f0a-9b7b-5d3c2a1e0f99"
BIG = b"x" * (MAX_BODY + 1)
FITS = b"x" * MAX_BODY


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"/1.0/submit/metrics/{ID}", b"{}", 201),
        ("PUT", f"/1.0/submit/metrics/{ID}", b"{}", 201),
        ("POST", f"/submit/metrics/{ID}", b"{}", 201),
        ("POST", f"/1.0/submit/metrics/{ID.upper()}", b"{}", 201),
        ("POST", "/1.0/submit/metrics", b"{}", 201),
        ("PUT", "/submit/metrics/", b"{}", 201),
        ("POST", f"/1.0/submit/metrics/{ID}", FITS, 201),
        ("POST", f"/1.0/submit/metrics/{ID}", b"not JSON \xff", 201),
        ("DELETE", f"/1.0/submit/metrics/{ID}", b"", 200),
        ("DELETE", "/1.0/submit/metrics", b"", 404),
        ("GET", "/", b"", 200),
        ("HEAD", "/", b"", 200),
        # Each rule on its own.
        ("POST", f"/1.0/submit/metrics/{ID}", BIG, 413),
        ("POST", f"/1.0/submit/other/{ID}", b"{}", 404),
        ("POST", "/1.0/submit/metrics/not-a-uuid", b"{}", 404),
        ("GET", f"/1.0/submit/metrics/{ID}", b"", 403),
        ("HEAD", f"/1.0/submit/metrics/{ID}", b"", 403),
        ("OPTIONS", f"/1.0/submit/metrics/{ID}", b"", 403),
        ("PATCH", f"/1.0/submit/metrics/{ID}", b"{}", 403),
        ("DELETE", f"/1.0/submit/append-only/{ID}", b"", 403),
        ("POST", f"/1.0/query/metrics/{ID}", b"{}", 404),
        ("POST", f"/1.0/submit/metrics/{ID}", b"", 400),
        ("PUT", f"/1.0/submit/metrics/{ID}", b"", 400),
        ("POST", f"/1.0/submit/metrics/{ID}/more", b"{}", 404),
        ("POST", "/", b"{}", 404),
        # Each rule against the next that would answer otherwise.
        ("GET", f"/1.0/submit/other/{ID}", BIG, 413),
        ("GET", f"/1.0/submit/other/{ID}", b"", 404),
        ("GET", "/1.0/submit/metrics/not-a-uuid", b"", 404),
        ("DELETE", "/1.0/submit/append-only/not-a-uuid", b"", 404),
        ("GET", f"/1.0/query/metrics/{ID}", b"", 403),
        ("DELETE", f"/1.0/query/append-only/{ID}", b"", 403),
        ("POST", f"/1.0/query/metrics/{ID}", b"", 404),
    ],
)
def test_rules_and_their_precedence(
    submissions: Callable[..., Any],
    ask: Callable[..., Any],
    method: str,
    path: str,
    body: bytes,
    status: int,
) -> None:
    """Each request gets the answer of the first rule that applies; errors have no body."""
    answer = ask(submissions(), path, method, body=body)
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert bool(answer.body) == (status == 201)
    assert answer.headers.get("content-type") == ("plain/text" if status == 201 else None)


def test_a_document_makes_the_round_trip(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """What was sent is stored as sent, under its id, until it is deleted."""
    standin.reset()
    url = f"{standin.origins['submission']}/1.0/submit/metrics/{ID}"
    body = zlib.compress(b'{"version": 2}')
    headers = {"content-type": "application/json+zlib; charset=utf-8"}
    answer = fetch(url, "POST", headers, body)
    assert (answer.status, answer.body) == (201, ID.encode())
    assert answer.headers["content-type"] == "plain/text"
    assert answer.headers["connection"] == "close"
    stored = {"namespace": "metrics", "method": "POST", "bytes": len(body)}
    assert standin.documents() == {ID: stored}
    assert standin.document(ID) == body
    assert fetch(url, "DELETE").status == 200
    assert standin.documents() == {}
    with pytest.raises(KeyError):
        standin.document(ID)
    path = f"/1.0/submit/metrics/{ID}"
    assert standin.requests()["submission"] == {f"POST {path}": 1, f"DELETE {path}": 1}


def test_an_oversized_body_is_answered(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """A client that sends everything before it reads still gets its 413."""
    url = f"{standin.origins['submission']}/1.0/submit/metrics/{ID}"
    assert fetch(url, "POST", body=BIG).status == 413


def test_an_id_is_made_where_none_is_given(
    submissions: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """The answer names the id under which the document was stored."""
    app = submissions()
    answer = ask(app, "/1.0/submit/metrics", "POST", body=b"{}")
    assert list(app.documents) == [str(uuid.UUID(answer.body.decode()))]


def test_obsolete_documents_are_deleted(
    submissions: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """Each id listed in the header goes, what is not listed stays."""
    app = submissions()
    others = [OLD, str(uuid.uuid4()), str(uuid.uuid4())]
    for name in others:
        ask(app, f"/submit/metrics/{name}", "PUT", body=b"{}")
    headers = {"X-Obsolete-Document".lower(): f"{others[0]}, {others[1]}"}
    ask(app, f"/submit/metrics/{ID}", "POST", headers, b"{}")
    assert set(app.documents) == {ID, others[2]}


def test_the_obsolete_header_may_repeat(standin: fhr_standin.Standin) -> None:
    """Two headers count as one list."""
    standin.reset()
    parts = urlsplit(standin.origins["submission"])
    names = [str(uuid.uuid4()) for _ in range(3)]

    def put(name: str, obsolete: list[str]) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=400)
        connection.putrequest("PUT", f"/submit/metrics/{name}")
        for old in obsolete:
            connection.putheader("X-Obsolete-Document", old)
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"{}")
        assert connection.getresponse().status == 201
        connection.close()

    put(names[0], [])
    put(names[1], [])
    put(names[2], names[:2])
    assert set(standin.documents()) == {names[2]}
