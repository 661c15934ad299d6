"""Tables for a terminal."""

from knowngood.safety import columns


def test_columns() -> None:
    """Cells stand below each other; no line ends with blanks."""
    assert list(columns([("release", "behind"), ("v1", "-"), ("v2", "")])) == [
        "release  behind",
        "v1       -",
        "v2",
    ]
