"""Names that a check makes up in each run are told from what stays the same."""

import pytest

from knowngood.fetch.made_up import differing_words, is_made_up, translated


def test_words_that_differ_stand_for_each_other() -> None:
    """Two texts of the same form tell which name took the place of which."""
    recorded, sent = "/submit/a1b2c3d4?x=1", "/submit/e5f6a7b8?x=1"
    assert differing_words(recorded, sent) == {"a1b2c3d4": "e5f6a7b8"}


@pytest.mark.parametrize("sent", ["/submit/", "/submit/a1b2c3d4/x", "/submit.a1b2c3d4"])
def test_texts_of_another_form_have_nothing_in_common(sent: str) -> None:
    """A text with more words, fewer, or other signs between them is another request."""
    assert differing_words("/submit/a1b2c3d4", sent) is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [("9f8e7d6c-0000", True), ("1732640000", True), ("config", False), ("v4", False)],
)
def test_what_looks_made_up(word: str, expected: bool) -> None:
    """Ids and times look made up; names of files and short versions do not."""
    assert is_made_up(word) is expected


def test_short_words_are_not_translated() -> None:
    """A digit that differs by chance would be replaced wherever it stands."""
    words = {"1": "2", "a1b2c3": "d4e5f6"}
    assert translated('{"id": "a1b2c3", "version": 1}', words) == '{"id": "d4e5f6", "version": 1}'
