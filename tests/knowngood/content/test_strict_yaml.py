"""YAML is read as if it were JSON."""

from typing import Any

import pytest

from knowngood.content import strict_yaml

BILLION = b"a0: &a0 x\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("2024-01-01", "2024-01-01"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        (".nan", ".nan"),
        ("'1'", "1"),
        ("!!str true", "true"),
        ("true", True),
        ("1", 1),
        ("-1.5e3", -1500.0),
        ("~", None),
        ("", None),
    ],
)
def test_scalar(text: str, value: Any) -> None:
    """What JSON has are values; all else is text, also what YAML 1.1 takes for something else."""
    read = strict_yaml.loads(f"key: {text}".encode())["key"]
    assert (read, type(read)) == (value, type(value))


def test_keys_are_texts() -> None:
    """A status and a country are keys like any other."""
    assert strict_yaml.loads(b"200: a\nno: b") == {"200": "a", "no": "b"}


def test_lists_objects_and_references() -> None:
    """An alias stands for what it names."""
    assert strict_yaml.loads(b"a: &x [1, {b: c}]\nd: *x") == {
        "a": [1, {"b": "c"}],
        "d": [1, {"b": "c"}],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "the file is empty"),
        (b"# only a remark", "the file is empty"),
        (b"a: 1\nb:\n  c: 1\n  c: 2", "line 3: key given twice: c"),
        (b"a: [1", "line 1, column 4"),
        (b"a: b: c", "line 1"),
        (b"a: *x", "undefined alias"),
        (b"a: 1\n---\nb: 2", "another document"),
        (b"a: &x [*x]", "within itself"),
        (BILLION, "more than 1000000 values, by its aliases"),
        (b"a: \xff", "not YAML"),
        (b"a: 1e999", "beyond any double"),
    ],
)
def test_what_is_refused(text: bytes, words: str) -> None:
    """What JSON could not say, or nobody meant, is refused with its place."""
    with pytest.raises(ValueError, match=words):
        strict_yaml.loads(text)
