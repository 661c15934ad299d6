"""What holds for every mutation of the catalogue."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import GIF
from recorded_answers import CATALOGUE, PAGE, USER, answered, document, page

from knowngood.drill.remedy_search import can_be_tried, is_proven
from knowngood.fetch import Answer, Attempt, Exchange, Probe, exchange_with
from knowngood.mutation import MUTATIONS, Change, Recorded

OTHER_PAGE = PAGE.replace("fr", "de").replace("Bilan de santé", "Gesundheitsbericht")
CREATED = {"Location": "/users/7"}
SCRIPT = "var a = 1;\nfunction init() {\n  a += 1;\n}\n"
STYLE = ".é { color: red }\n.é { color: blue }\n"
RECORDED = {
    "page": replace(
        page(headers={"X-Frame-Options": "DENY", "ETag": '"1"'}),
        others=(page(OTHER_PAGE, url="http://site.test/de/x").answer,),
        previous=page(OTHER_PAGE).answer,
        element_ids=frozenset({"graph", "menu"}),
    ),
    "document": replace(
        document(USER, gzipped=True),
        others=(document(USER | {"id": 8}, url="http://site.test/8").answer,),
    ),
    "list": document([{"id": 1, "n": "é"}, {"id": 2, "n": ""}]),
    "text": Recorded("GET", answered("User-agent: *\nDisallow: /")),
    "script": replace(
        Recorded("GET", answered(SCRIPT, "text/javascript", url="http://site.test/x.js")),
        previous=answered(SCRIPT.replace("1", "2"), "text/javascript"),
    ),
    "style": Recorded("GET", answered(STYLE, "text/css", url="http://site.test/x.css")),
    "image": Recorded(
        "GET", answered(GIF, "image/gif", url="http://site.test/x.gif", gzipped=True)
    ),
    "missing": Recorded("GET", answered("no such user", status=404)),
    "refused": Recorded("POST", answered("{}", "application/json", status=401)),
    "redirect": Recorded("GET", answered("", status=302, headers={"Location": "/fr/"})),
    "created": Recorded(
        "POST", answered('{"id": 7}', "application/json", status=201, headers=CREATED)
    ),
    "put": Recorded("PUT", answered('{"id": "x"}', "application/json")),
    "deleted": replace(
        Recorded("GET", answered("", status=404)), earlier=document({"id": 7}).answer
    ),
    "written": replace(document({"n": 2}), earlier=document({"n": 1}).answer),
    "head": Recorded("HEAD", answered("", "text/html")),
}
"""A recording of each kind, by name."""


def all_changes(recorded: Recorded) -> Iterator[tuple[str, Change]]:
    """Every change that some mutation makes of an answer, with the mutation's name."""
    for name, mutation in CATALOGUE.items():
        for change in mutation.changes(recorded):
            yield name, change


def test_names_are_unique_and_guessable() -> None:
    """A name is of small words with hyphens, and belongs to one mutation."""
    assert len(CATALOGUE) == len(MUTATIONS)
    for mutation in MUTATIONS:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", mutation.name)
        assert 0 < mutation.weight <= 1


@pytest.mark.parametrize("kind", RECORDED)
def test_remedy_holds_before_and_misses_it_after(kind: str) -> None:
    """Each line that would notice a change does, and holds for the answer as it was.

    Those that send a request, or read the time, do so elsewhere.
    """
    recorded = RECORDED[kind]
    status = recorded.answer.status
    probe = Probe("site", recorded.answer.url, recorded.method, expect=status)
    exchange = Exchange(probe, (Attempt(0, 0.1, status),), recorded.answer)
    for name, change in all_changes(recorded):
        answer = change.apply(recorded)
        assert answer is not None
        if can_be_tried(change.remedy) and change.slowdown == 1:
            changed = {exchange: exchange_with(exchange, answer)}
            assert is_proven(change.remedy, [exchange], changed), (name, change.remedy)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.text().map(lambda text: text.encode("utf-8", "replace")),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(re.findall(r"<[^>]*>|[^<]+|\W", PAGE))).map(
        lambda pieces: "".join(pieces).encode()
    ),
)
TYPES = st.sampled_from(
    ["text/html", "application/json", "text/css", "text/javascript", "image/png", "", "\xff/é;"]
)
HEADERS = st.dictionaries(
    st.sampled_from([b"ETag", b"etag", b"Content-Encoding", b"Content-Length", b"x-\xff", b""]),
    st.sampled_from([b"gzip", b"br", b"gzip, gzip", b"7", b"\xff\n"]),
)
ANSWERS = st.builds(
    lambda status, body, kind, headers: Answer(
        status,
        "http://site.test/a/b",
        ((b"Content-Type", kind.encode("latin-1")), *headers.items()),
        body,
    ),
    st.sampled_from([200, 201, 204, 301, 404, 410, 503]),
    BODIES,
    TYPES,
    HEADERS,
)
RECORDINGS = st.builds(
    Recorded,
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    ANSWERS,
    st.lists(ANSWERS, max_size=2).map(tuple),
    st.none() | ANSWERS,
    st.none() | ANSWERS,
    st.sets(st.sampled_from(["graph", ""])).map(frozenset),
)


@settings(max_examples=100, deadline=None)
@given(recorded=RECORDINGS, other=RECORDINGS)
def test_any_answer_is_changed_into_an_answer_or_not_at_all(
    recorded: Recorded, other: Recorded
) -> None:
    """Whatever a server sent, no mutation raises, and each change gives another whole answer."""
    for name, change in all_changes(recorded):
        answer = change.apply(recorded)
        assert answer is not None, name
        assert answer != recorded.answer or change.slowdown > 1 or change.is_hidden, name
        assert answer.url == recorded.answer.url, name
        assert 200 <= answer.status < 600, name
        if recorded.earlier and answer == replace(recorded.earlier, url=answer.url):
            continue  # which is whatever was sent
        if answer.body != recorded.answer.body:
            assert answer.header("content-encoding") is None, name
            assert answer.header("content-length") in (None, str(len(answer.body))), name
        change.apply(other)
