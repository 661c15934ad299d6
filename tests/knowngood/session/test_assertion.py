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
    "texts": (*texts(7_654_321), "differ first at 7654321"),
    "bytes": (bytes(TEN_MEGABYTES), bytes(TEN_MEGABYTES - 1), "differ first at 9999999"),
    "lists": ([0] * 1_000_000, [0] * 999_999 + [1], "differ first at 999999"),
    "dictionaries": (dict.fromkeys(range(200_000)), {}, "dict of 200000"),
    "sets": (set(range(200_000)), set(), "set of 200000"),
    "one-long-member": (["x" * TEN_MEGABYTES], [], "list of 1"),
    "one-long-value": ({"a": {"b": "x" * TEN_MEGABYTES}}, {}, "dict of 1"),
    "one-side": (None, "x" * TEN_MEGABYTES, "str of 10000000"),
    "another-type": ("x" * TEN_MEGABYTES, b"x" * TEN_MEGABYTES, "bytes of 10000000"),
}


@pytest.mark.parametrize(("left", "right", "found"), LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("operator", ["==", "in", "not in", "<="])
def test_what_is_large(left: object, right: object, found: str, operator: str) -> None:
    """It is told how large each side is, and where they part; of the sides only the beginning."""
    before = time.process_time()
    told = explanation(operator, left, right)
    assert time.process_time() - before < 5
    assert told is not None
    assert len(told) < 1500
    assert told.startswith("assert ")
    assert operator in told
    if operator == "==":
        assert found in told
