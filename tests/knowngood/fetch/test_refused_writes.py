"""Who refuses some writes and takes others refuses what they are."""

import pytest

from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.turned_away import RefusedWrites, WriteKind

PAGE = ((b"Content-Type", b"text/html"),)
DELETE = WriteKind("submission", "DELETE", "")


def exchange(
    method: str, status: int, headers: tuple[tuple[bytes, bytes], ...] = PAGE, **more: object
) -> Exchange:
    """A request to the submission origin, or another one, and its answer."""
    fields: dict[str, object] = {"origin": "submission", "url": "http://h/", **more}
    probe = Probe(method=method, **fields)  # type: ignore[arg-type]
    return Exchange(probe, (Attempt(1.0, 0.1, status),), Answer(status, probe.url, headers, b""))


TAKEN, REFUSED = exchange("POST", 201), exchange("DELETE", 403)
LOGIN = (("Authorization", "Bearer x"),)
SHOWN: dict[str, tuple[list[Exchange], set[WriteKind]]] = {
    "others-between": ([REFUSED, TAKEN, REFUSED], {DELETE}),
    "by-401": ([exchange("DELETE", 401), TAKEN, REFUSED], {DELETE}),
    "others-before": ([TAKEN, REFUSED, REFUSED], set()),
    "others-afterwards": ([REFUSED, REFUSED, TAKEN], set()),
    "once": ([TAKEN, REFUSED, TAKEN], set()),
    "another-origin": ([REFUSED, exchange("POST", 201, origin="content"), REFUSED], set()),
    "a-read-between": ([REFUSED, exchange("GET", 200), REFUSED], set()),
    "a-failure-between": ([REFUSED, exchange("POST", 500), REFUSED], set()),
    "rate-limit": (
        [exchange("DELETE", 403, (*PAGE, (b"Retry-After", b"9"))), TAKEN, REFUSED],
        set(),
    ),
    "expected": ([exchange("DELETE", 403, expect=403), TAKEN, REFUSED], set()),
}


@pytest.mark.parametrize(("exchanges", "refused"), SHOWN.values(), ids=SHOWN)
def test_what_shows_that_a_kind_is_refused(
    exchanges: list[Exchange], refused: set[WriteKind]
) -> None:
    """Refused, while others are taken, and refused again: no wall for all, and none for a while."""
    writes = RefusedWrites()
    for each in exchanges:
        writes.note(each)
    assert writes.refused == refused


def test_a_kind_is_a_method_and_a_media_type() -> None:
    """Parameters of the media type make no difference."""
    headers = [("content-type", "Application/JSON; charset=utf-8"), ("X", "y")]
    assert WriteKind.of("h", "POST", headers) == ("h", "POST", "application/json")


def test_what_is_taken_of_whoever_logs_in_shows_nothing() -> None:
    """A wall lets those pass that it knows."""
    writes = RefusedWrites()
    known = Probe("submission", "http://h/", "POST", headers=LOGIN)
    taken = Exchange(known, (Attempt(1.0, 0.1, 201),), Answer(201, known.url, (), b""))
    for each in (REFUSED, taken, REFUSED):
        writes.note(each)
    assert (writes.taken, writes.refused) == (set(), set())
