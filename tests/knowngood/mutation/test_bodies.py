"""Answers get another body, sent plain and with its right length."""

from dataclasses import replace

import pytest
from recorded_answers import PAGE, answered, changed, changes, document, page, read

from knowngood.fetch import Answer
from knowngood.mutation import Recorded

BODIES = ["body-empty", "body-is-error-page", "body-cut-in-half", "body-of-zeros"]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("gzipped", [False, True])
def test_the_new_body_is_sent_plain(name: str, gzipped: bool) -> None:
    """Whatever the encoding was, the new body has none, its right length and status 200."""
    answer = changed(name, page(gzipped=gzipped))
    assert answer.status == 200
    assert answer.header("content-encoding") is None
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.decoded == 0


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    "recorded",
    [
        Recorded("GET", answered("")),
        Recorded("GET", answered("not here", status=404)),
        Recorded("GET", replace(answered("x" * 99, gzipped=True), body=b"no gzip")),
    ],
    ids=["empty", "error", "not-gzip"],
)
def test_what_has_no_body_to_change_stays(name: str, recorded: Recorded) -> None:
    """An empty body, one of an error and one that cannot be decoded are left as they are."""
    assert not changes(name, recorded)


def test_bodies() -> None:
    """Each body is what its predicate says."""
    half = changed("body-cut-in-half", page(gzipped=True))
    assert half.body == PAGE.encode()[: len(PAGE.encode()) // 2]
    assert changed("body-empty", page()).body == b""
    assert changed("body-of-zeros", page()).body == bytes(1 << 20)
    assert read(changed("body-is-error-page", document([1]))).media_type == "text/html"


def test_length_is_given_only_where_it_was() -> None:
    """An answer without Content-Length does not get one."""
    answer = page().answer
    headers = tuple(line for line in answer.headers if line[0] != b"Content-Length")
    chunked = Recorded("GET", replace(answer, headers=headers))
    assert changed("body-cut-in-half", chunked).header("content-length") is None


def test_letters_are_encoded_twice() -> None:
    """What was é becomes Ã©; a page without such letters would not change."""
    assert "<title>Bilan de sant\u00c3\u00a9</title>" in read(changed("encoded-twice", page())).text
    assert not changes("encoded-twice", page("<title>Health</title>"))
    assert not changes("encoded-twice", Recorded("GET", answered(b"\x89PNG", "image/png")))


def test_each_of_several_pages_gets_the_body_of_another() -> None:
    """The next URL of the same shape lends its body, and the first one that of the last."""
    urls = [f"http://site.test/{locale}/" for locale in ("ar", "de", "fr")]
    answers = [page(f"<p>{url}", url=url).answer for url in urls]
    all_of_them = [
        Recorded("GET", answer, others=tuple(other for other in answers if other is not answer))
        for answer in answers
    ]
    swapped = [changed("body-of-another-url", recorded).body for recorded in all_of_them]
    assert swapped == [f"<p>{url}".encode() for url in urls[1:] + urls[:1]]


def test_bodies_of_other_kinds_of_urls_are_a_change_of_their_own() -> None:
    """A settings file may get those of another locale, or a document of another kind."""
    url = "http://site.test/{}/js/config.json"
    others = [document({"a": locale}, url=url.format(locale)).answer for locale in ("ar", "fr")]
    others.append(document({"months": 12}, url="http://site.test/date_format.json").answer)
    recorded = replace(document({"a": "de"}, url=url.format("de")), others=tuple(others))
    two = changes("body-of-another-url", recorded)
    bodies = {predicate: change.apply(recorded) for predicate, change in two.items()}
    assert {predicate: answer and answer.body for predicate, answer in bodies.items()} == {
        "has the content of another URL of its kind": b'{"a": "fr"}',
        "has the content of a URL of another kind": b'{"months": 12}',
    }


def test_an_equal_body_is_no_swap() -> None:
    """Two URLs with one content cannot be told apart, so they are not swapped."""
    twin = page(url="http://site.test/de/x").answer
    assert not changes("body-of-another-url", replace(page(), others=(twin,)))
    assert not changes("body-of-before", replace(page(), previous=page(gzipped=True).answer))


def test_body_of_before() -> None:
    """The content of the earlier recording comes back; its headers stay those of today."""
    old = page("<p>old", headers={"ETag": "1"}).answer
    answer = changed("body-of-before", replace(page(headers={"ETag": "2"}), previous=old))
    assert (answer.body, answer.header("etag")) == (b"<p>old", "2")


def test_pictures_are_not_swapped_with_others() -> None:
    """Which picture is which nothing tells but a list of hashes; of one kind they are swapped."""
    on = answered(b"on", "image/gif", url="http://site.test/fr/on.gif")
    off = answered(b"off", "image/gif", url="http://site.test/fr/off.gif")
    german = answered(b"an", "image/gif", url="http://site.test/de/on.gif")
    assert not changes("body-of-another-url", Recorded("GET", on, others=(off,)))
    assert changed("body-of-another-url", Recorded("GET", on, others=(off, german))).body == b"an"


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (document([1]).answer, "response.json()  # strict"),
        (page().answer, 'assert response.text.rstrip().lower().endswith("</html>")'),
        (answered("OK\n", "text/plain"), "assert response.text.strip() == 'OK'"),
        (answered("a { color: red }", "text/css"), ""),
        (
            answered(b"GIF89a...;", "image/gif", url="http://site.test/x.gif"),
            "assert checks.file_problems(resource) == []",
        ),
        (
            answered(b"\xff\xd8\xff...", "image/jpeg", url="http://site.test/x.jpg"),
            "",
        ),
    ],
)
def test_remedy_of_half_a_body(answer: Answer, remedy: str) -> None:
    """The line is one that is certain to notice."""
    (change,) = changes("body-cut-in-half", Recorded("GET", answer)).values()
    assert change.remedy == remedy
