"""A comparison of something large is explained in a few lines, in a moment."""

import time

import pytest

from knowngood.session.assertion import explanation

TEN_MEGABYTES = 10_000_000


@pytest.mark.parametrize(
    ("left", "right"),
    [("a", "b"), ([1], [2]), ({"a": 1}, {"a": 2}), (b"x" * 100, b"y"), (1, None)],
)
def test_pytest_explains_what_is_small(left: object, right: object) -> None:
    """It does so better."""
    assert explanation("==", left, right) is None


def texts(place: int) -> tuple[str, str]:
    """Two that differ in one place."""
    text = "line\n" * (TEN_MEGABYTES // 5)
    return text, f"{text[:place]}X{text[place + 1 :]}"


LARGE: dict[str, tuple[object, object, str]] = {
    "texts": (*texts(7_654_321), "first difference is at 7654321"),
    "bytes": (bytes(TEN_MEGABYTES), bytes(TEN_MEGABYTES - 1), "first difference is at 9999999"),
    "lists": ([0] * 1_000_000, [0] * 999_999 + [1], "first difference is at 999999"),
    "dictionaries": (dict.fromkeys(range(200_000)), {}, "dict of 200000"),
    "sets": (set(range(200_000)), set(), "set of 200000"),
    "one-long-member": (["x" * TEN_MEGABYTES], [], "list of 1"),
    "one-long-value": ({"a": {"b": "x" * TEN_MEGABYTES}}, {}, "dict of 1"),
    "one-side": (None, "x" * TEN_MEGABYTES, "str of 10000000"),
    "another-type": ("x" * TEN_MEGABYTES, b"x" * TEN_MEGABYTES, "bytes of 10000000"),
}


@pytest.mark.parametrize(("left", "right", "expected"), LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("operator", ["==", "in", "not in", "<="])
def test_what_is_large(left: object, right: object, expected: str, operator: str) -> None:
    """The text says how large each side is and where they differ, and shows their beginnings."""
    before = time.process_time()
    text = explanation(operator, left, right)
    assert time.process_time() - before < 5
    assert text is not None
    assert len(text) < 1500
    assert text.startswith("assert ")
    assert operator in text
    if operator == "==":
        assert expected in text
