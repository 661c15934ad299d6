"""Words, and tables for a terminal."""

import pytest

from knowngood.safety import columns, plural, plural_of


def test_columns() -> None:
    """Cells stand below each other; no line ends with blanks."""
    assert list(columns([("release", "behind"), ("v1", "-"), ("v2", "")])) == [
        "release  behind",
        "v1       -",
        "v2",
    ]


@pytest.mark.parametrize(
    ("word", "many"),
    [
        ("locale", "locales"),
        ("page", "pages"),
        ("alias", "aliases"),
        ("branch", "branches"),
        ("category", "categories"),
        ("day", "days"),
    ],
)
def test_plural_of_a_word(word: str, many: str) -> None:
    """As English has it: params have the names that people give them."""
    assert plural_of(word) == many
    assert plural(2, word) == f"2 {many}"
