"""Writes are answered wrongly or do not happen; a slow answer is the answer, later."""

from dataclasses import replace

import pytest
from recorded_answers import answered, changed, changes, document, page, read

from knowngood.fetch import Answer
from knowngood.mutation import Recorded

CREATED = Recorded(
    "POST",
    answered(
        '{"data": {"id": "ab0", "n": 1}, "uuid": 7}',
        "application/json",
        status=201,
        headers={"Location": "/users/ab0"},
    ),
)


def test_another_id() -> None:
    """Each id of the body, and the one in Location, becomes another of its form."""
    ways = changes("write-other-id", CREATED)
    answers = [change.apply(CREATED) for change in ways.values()]
    read_back = [(read(one).json(), one.header("location")) for one in answers if one]
    assert dict(zip(ways, read_back, strict=True)) == {
        'has another value for "uuid"': ({"data": {"id": "ab0", "n": 1}, "uuid": 8}, "/users/ab0"),
        'has another value for "data.id"': (
            {"data": {"id": "ab1", "n": 1}, "uuid": 7},
            "/users/ab0",
        ),
        "names another URL in its header Location": (
            {"data": {"id": "ab0", "n": 1}, "uuid": 7},
            "/users/ab1",
        ),
    }


def test_no_id() -> None:
    """Neither the body nor a header says what was written."""
    answer = changed("write-without-id", CREATED)
    assert read(answer).json() == {"data": {"n": 1}}
    assert answer.header("location") is None


def test_accepted() -> None:
    """The write is answered with 202 in place of 201."""
    answer = changed("write-accepted", CREATED)
    assert answer == replace(CREATED.answer, status=202)


@pytest.mark.parametrize("mutation", ["write-other-id", "write-without-id", "write-accepted"])
def test_reads_and_refused_writes_stay(mutation: str) -> None:
    """Only a write that was carried out has an answer that names what it wrote."""
    assert not changes(mutation, replace(CREATED, method="GET"))
    refused = answered('{"id": 7}', "application/json", status=409)
    assert not changes(mutation, Recorded("POST", refused))


def test_a_change_of_a_write_is_none_of_a_read() -> None:
    """A change that was made for a POST leaves the GET of the same kind alone."""
    for change in changes("write-other-id", CREATED).values():
        assert change.apply(replace(CREATED, method="GET")) is None


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (answered('{"id": 7}', "application/json", url="http://site.test/7"), "str(response.url)"),
        (
            answered('{"id": 7}', "application/json", url="http://site.test/users"),
            "client.get(response.url.path + \"/\" + str(response.json()['id'])).status_code == 200",
        ),
    ],
)
def test_remedy_of_another_id(answer: Answer, remedy: str) -> None:
    """An id is compared with the URL that it stands in, or read back."""
    (change,) = changes("write-other-id", Recorded("POST", answer)).values()
    assert remedy in change.remedy


def test_delete_that_removes_nothing() -> None:
    """What was gone after its DELETE is there as before."""
    before = document({"id": 7}).answer
    gone = replace(page("gone", status=404), earlier=before)
    assert changed("delete-lost", gone) == before
    assert not changes("delete-lost", replace(gone, earlier=None))
    assert not changes("delete-lost", replace(gone, earlier=gone.answer))
    assert not changes("delete-lost", replace(gone, method="HEAD"))


@pytest.mark.parametrize(
    ("method", "recorded", "line"),
    [
        ("PUT", answered("{}", "application/json"), "client.get(response.url)."),
        ("POST", CREATED.answer, 'client.get(response.headers["location"]).'),
        (
            "POST",
            answered('{"id": 7}', "application/json", status=201),
            "client.get(response.url.path + \"/\" + str(response.json()['id'])).",
        ),
        ("POST", answered("ok", status=201), ""),
    ],
)
def test_write_that_nobody_reads(method: str, recorded: Answer, line: str) -> None:
    """The line reads it where the answer says that it is, if it says so."""
    (change,) = changes("write-lost", Recorded(method, recorded)).values()
    assert change.predicate == "stores nothing"
    assert change.remedy == (f"assert {line}status_code == 200" if line else "")
    assert not changes("write-lost", Recorded(method, recorded, looked_after=True))


def test_write_that_is_not_stored() -> None:
    """What a write made, or made otherwise, is as before."""
    stored = document({"n": 2})
    for before in (document({"n": 1}).answer, answered("no such record", status=404)):
        assert changed("write-lost", replace(stored, earlier=before)) == before
    assert not changes("write-lost", replace(stored, earlier=stored.answer))
    assert not changes(
        "write-lost", replace(stored, earlier=document({"n": 2}, gzipped=True).answer)
    )


def test_slow_answer_is_the_same_answer() -> None:
    """Only the time that it takes is another."""
    (change,) = changes("slow", replace(CREATED, seconds=0.3)).values()
    assert change.apply(CREATED) == CREATED.answer
    assert change.remedy == "assert response.elapsed.total_seconds() < 1"
    assert change.slowdown == 10


def test_files_are_not_slow() -> None:
    """Pages and documents are made by a program, which may be slow; a script is a file."""
    script = Recorded("GET", answered("f()", "text/javascript"))
    assert changes("slow", replace(page(), seconds=0.3))
    assert not changes("slow", replace(script, seconds=0.3))
    assert not changes("slow", replace(page(status=404), seconds=0.3))


def test_what_is_fast_ten_times_over_is_not_slow() -> None:
    """Nobody waits for half a second."""
    assert not changes("slow", replace(page(), seconds=0.05))
