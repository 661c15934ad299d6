"""Lines that notice a changed body hold for the answer as it was, and for that of the next run."""

import json
from typing import Any

import pytest

from knowngood.fetch import Answer
from knowngood.mutation.remedies import completeness_remedy, identity_remedy

URL = "https://api.example.org/breads/rye"


def answer(content: Any, media_type: str = "application/json", url: str = URL) -> Answer:
    """Make an answer with a document, or with a text."""
    body = content if isinstance(content, str) else json.dumps(content)
    headers = ((b"content-type", media_type.encode()),)
    return Answer(200, url, headers, body.encode())


@pytest.mark.parametrize(
    ("document", "other", "remedy"),
    [
        pytest.param(
            {"id": "rye"},
            {"id": "oat"},
            """assert response.path.endswith(f"/{response.json()['id']}")""",
            id="name",
        ),
        pytest.param(
            {"data": {"cents": 420, "id": "rye"}},
            {"data": {"cents": 390, "id": "oat"}},
            """assert response.path.endswith(f"/{response.json()['data']['id']}")""",
            id="name-inside",
        ),
        pytest.param(
            {"id": "7d1f0c9a-1111-4222-8333-444455556666", "data": {"sort": "dark"}},
            {"id": "9a1f0c9a-1111-4222-8333-444455556666", "data": {"sort": "oat"}},
            "assert response.json()['data']['sort'] == 'dark'",
            id="no-id",
        ),
        pytest.param(
            {"total": 2, "sold": True}, {"total": 3, "sold": False}, "", id="number-alone"
        ),
        pytest.param(
            {"orders": [], "total": 2, "next": "b"},
            {"next": "c"},
            {"required": ["orders", "total"]},
            id="keys",
        ),
        pytest.param({"at": 1795748990597}, {"at": 1795748990555}, "", id="time-alone"),
        pytest.param(
            {'it\'s "it"': "rye"},
            {'it\'s "it"': "oat"},
            """assert response.json()['it\\'s "it"'] == 'rye'""",
            id="key-with-quotes",
        ),
    ],
)
def test_documents(document: Any, other: Any, remedy: Any) -> None:
    """What names a document in its URL tells it best; times and ids are others in each run, and
    numbers on each day.
    """
    assert identity_remedy(answer(document), answer(other)) == remedy


def test_number_that_the_check_has_written() -> None:
    """It is the same in each run."""
    stored, before = answer({"cents": 420}), answer({"cents": 390})
    line = "assert response.json()['cents'] == 420"
    assert identity_remedy(stored, before, is_written=True) == line


def test_name_of_a_folder_is_no_value() -> None:
    """Every path that ends with a slash ends with an empty name."""
    folder = answer({"title": "", "count": 2}, url=f"{URL}/")
    assert identity_remedy(folder, answer({"title": "x", "count": 3})) == (
        "assert response.json()['title'] == ''"
    )


def test_line_of_a_text() -> None:
    """A line with a hash in a file's name is another in the next release."""
    text = answer("<link href=app-3f2a1b9c.css>\n<b>Bakery</b>", "text/plain")
    assert identity_remedy(text, answer("x", "text/plain")) == (
        "assert '<b>Bakery</b>' in response.text"
    )


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_word_of_a_health_check(media_type: str) -> None:
    """It is expected as it is, also where the framework calls it HTML."""
    word, page = answer("OK", media_type), answer("<title>Oops</title></html>", "text/html")
    line = "assert response.text.strip() == 'OK'"
    assert identity_remedy(word, page) == line
    assert completeness_remedy(word, answer("O", media_type)) == line


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("7.1\n", "text/plain"),
        ("a { color: red }", "text/css"),
        ("var bread = 1;", "text/javascript"),
        ("\x89PNG", "image/png"),
        ("<title>{{ title }}</title>", "text/html"),
    ],
)
def test_no_line_for_what_the_next_release_changes(body: str, media_type: str) -> None:
    """Its version, its sources and images, and a template that scripts fill in."""
    assert identity_remedy(answer(body, media_type), answer("x", media_type)) == ""


def test_a_page_without_a_title_of_its_own() -> None:
    """What its scripts hold is of one build; what people read stays."""
    page = "<title>x</title>\n<script>\nnode_ids: [0, 3],\n</script>\n<h1>About</h1>\n"
    other = page.replace("3", "4").replace("About", "Soup")
    assert identity_remedy(answer(page, "text/html"), answer(other, "text/html")) == (
        "assert '<h1>About</h1>' in response.text"
    )
