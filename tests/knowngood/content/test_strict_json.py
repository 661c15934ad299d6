"""JSON is taken as a page's own parser takes it, and nothing more."""

import time

import pytest

from knowngood.content import strict_json
from knowngood.safety import ContentTooLarge


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("{}", {}, id="object"),
        pytest.param(' [1, -2.5, 1e3, "a", true, false, null]\r\n', None, id="every-kind"),
        pytest.param('"\\u00e9\\ud83d\\ude00"', "é😀", id="escapes"),
        pytest.param("0", 0, id="scalar"),
        pytest.param("1e308", 1e308, id="largest"),
        pytest.param("1e-999", 0.0, id="too-small-is-zero"),
        pytest.param('{"a": {"a": 1}, "b": {"a": 1}}', None, id="same-key-in-two-objects"),
    ],
)
@pytest.mark.parametrize("as_bytes", [False, True], ids=["text", "bytes"])
def test_sound_json(text: str, value: object, as_bytes: bool) -> None:
    """RFC 8259 JSON is read, as text and as UTF-8."""
    document = strict_json.loads(text.encode() if as_bytes else text)
    assert value is None or document == value


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(" \n", "empty", id="white-space"),
        pytest.param("\ufeff{}", "byte-order mark", id="byte-order-mark"),
        pytest.param(b"\xef\xbb\xbf{}", "byte-order mark", id="byte-order-mark-in-bytes"),
        pytest.param(b'"\xe9"', "not UTF-8 at byte 1", id="latin-1"),
        pytest.param('{"a":1}'.encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param('{"a":1}'.encode("utf-16-le"), "line 1", id="utf-16-without-mark"),
        pytest.param("<html>", "a web page in its place", id="html"),
        pytest.param('{"a": 1,}', "line 1 column ", id="trailing-comma"),
        pytest.param("{'a': 1}", "line 1 column 2", id="single-quotes"),
        pytest.param("{} {}", "line 1 column 4", id="two-documents"),
        pytest.param('{"a": 1', "line 1", id="truncated"),
        pytest.param('"a\nb"', "line 1", id="newline-in-a-string"),
        pytest.param("01", "line 1", id="leading-zero"),
        pytest.param("NaN", "NaN is no JSON number", id="nan"),
        pytest.param("[Infinity]", "Infinity is no JSON number", id="infinity"),
        pytest.param("-Infinity", "-Infinity is no JSON number", id="minus-infinity"),
        pytest.param("1e999", "1e999 is beyond any double", id="too-large"),
        pytest.param("-1e999", "-1e999 is beyond any double", id="too-small"),
        pytest.param("1" + "0" * 400, "beyond any double", id="integer-too-large"),
        pytest.param("-" + "9" * 5000, "beyond any double", id="integer-beyond-python"),
        pytest.param('{"a": 1, "a": 1}', "key given twice: a", id="duplicate-key"),
        pytest.param('[{"b": {"a": 1, "\\u0061": 2}}]', "twice: a", id="duplicate-by-escape"),
        pytest.param("[" * 100_000, "nested too deep", id="nested-too-deep"),
        pytest.param('{"a":' * 100_000, "nested too deep", id="objects-too-deep"),
    ],
)
def test_what_a_page_would_refuse(text: str | bytes, word: str) -> None:
    """What JSON.parse refuses, or nobody can have meant, is a ValueError with the place."""
    with pytest.raises(ValueError, match=r"^not JSON") as caught:
        strict_json.loads(text)
    assert word in str(caught.value)


def test_duplicate_in_a_large_object_takes_no_time() -> None:
    """A hostile object of many keys is judged in time that is linear in its size."""
    text = "{" + ",".join(f'"{number}":1' for number in range(100_000)) + ',"7":2}'
    before = time.process_time()
    with pytest.raises(ValueError, match=r"twice: 7$"):
        strict_json.loads(text)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"' + "a" * strict_json.LARGEST + '"', id="too-large"),
        pytest.param("[" + "[]," * strict_json.MOST + "0]", id="too-many-values"),
        pytest.param("[" * (strict_json.MOST + 1), id="too-many-brackets"),
    ],
)
def test_json_too_large_to_be_judged(text: str) -> None:
    """What would take a hundred megabytes once read is not read."""
    with pytest.raises(ContentTooLarge, match="too large to be judged"):
        strict_json.loads(text)


def test_json_of_a_megabyte() -> None:
    """A large document of a sound service is read."""
    text = "[" + ",".join(f'{{"name": "value {number:05}"}}' for number in range(40_000)) + "]"
    assert len(strict_json.loads(text)) == 40_000


def test_many_keys_given_twice_are_not_all_named() -> None:
    """Nor is a long one in full."""
    pairs = ",".join(f'"{number}":1,"{number}":1' for number in range(20_000))
    with pytest.raises(ValueError, match="given twice") as caught:
        strict_json.loads(f'{{{pairs},"{"x" * 9999}":1,"{"x" * 9999}":1}}')
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\n<!DOCTYPE html><html>", "a web page in its place"),
        (b'<html><title id="t">\nA &amp; B </title>', 'a web page, "A & B", in its place'),
        (b"<html><title>" + b"x" * 99_999, 'a web page, "x+ ?…?", in its place'),
        (b"<htmlx>", 'it begins with "<htmlx>"'),
        (b"../../js/config.json", 'it begins with "../../js/config.json"'),
        (b"version https://git-lfs.github.com/spec/v1\noid", 'it begins with "version https://git'),
        (b"\x1f\x8b\x08", "gzip, once more than Content-Encoding says"),
        (b"[1,]", "Illegal trailing comma|Expecting value"),
    ],
)
def test_what_is_there_in_its_place(body: bytes, words: str) -> None:
    """Another file shows in its first words."""
    with pytest.raises(ValueError, match=f"^not JSON: ({words})"):
        strict_json.loads(body)
