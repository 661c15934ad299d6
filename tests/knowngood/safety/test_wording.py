"""Words, and tables for a terminal."""

import pytest

from knowngood.safety import columns, duration, plural, plural_of


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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (42 * 60, "42 min"), (7200, "2 h"),
     (47 * 3600, "47 h"), (3 * 86400, "3 days")],
)  # fmt: skip
def test_duration(seconds: float, text: str) -> None:
    """A duration has the unit that suits it."""
    assert duration(seconds) == text
