"""How the kind of a URL is written, and what is read from it again."""

import pytest

from knowngood.drill.url_kinds import (
    is_step,
    kind_in_words,
    of_url_alone,
    step_kind,
    without_number,
)


@pytest.mark.parametrize(
    ("number", "kind"), [(1, "GET api:/users/{id}"), (2, "GET api:/users/{id} (2)")]
)
def test_a_step_is_read_as_it_was_written(number: int, kind: str) -> None:
    """Its number stands there from the second one on."""
    assert step_kind("GET", "api:/users/{id}", number) == kind
    assert is_step(kind)
    assert without_number(kind) == "GET api:/users/{id}"
    assert of_url_alone(kind) == "api:/users/{id}"


@pytest.mark.parametrize("kind", ["site:/{locale}/", "site:/GET it", "/a (b)"])
def test_a_url_is_no_step(kind: str) -> None:
    """Nothing of it is taken off."""
    assert not is_step(kind)
    assert (without_number(kind), of_url_alone(kind)) == (kind, kind)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("site:/{locale}/", "/{locale}/"),
        ("DELETE api:/users/{id} (2)", "DELETE /users/{id} (2)"),
        ("/a:/b", "/a:/b"),
    ],
)
def test_words_name_no_origin(kind: str, words: str) -> None:
    """People know it from the paths."""
    assert kind_in_words(kind) == words
