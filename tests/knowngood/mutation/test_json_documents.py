"""JSON documents lose keys or get wrong values, and are otherwise what they were."""

import json
from copy import deepcopy
from typing import Any

import pytest
from recorded_answers import USER, answered, changed, changes, document, page, read

from knowngood.mutation import Recorded
from knowngood.mutation.json_text import MOST_PATHS


def values(name: str, value: Any) -> dict[str, Any]:
    """What a document becomes in every way that the mutation knows, by predicate."""
    recorded = document(value)
    answers = {text: change.apply(recorded) for text, change in changes(name, recorded).items()}
    return {text: json.loads(answer.body) for text, answer in answers.items() if answer}


def user(**changed: Any) -> dict[str, Any]:
    """The document with other values for the keys of its user; ``...`` takes one away."""
    copy = deepcopy(USER)
    copy["user"] = {k: v for k, v in (USER["user"] | changed).items() if v is not ...}  # type: ignore[operator]
    return copy


def test_each_key_is_lost_alone() -> None:
    """Every key, also below another, is lost in one way, and all else stays."""
    assert values("json-key-gone", USER) == {
        'lacks the key "id"': {k: v for k, v in USER.items() if k != "id"},
        'lacks the key "user"': {k: v for k, v in USER.items() if k != "user"},
        'lacks the key "old"': {k: v for k, v in USER.items() if k != "old"},
        'lacks the key "user.email"': user(email=...),
        'lacks the key "user.tags"': user(tags=...),
    }


def test_values_are_null_but_those_that_are() -> None:
    """Each value becomes null; ``old`` is so already."""
    assert values("json-null", USER) == {
        'has null for "id"': USER | {"id": None},
        'has null for "user"': USER | {"user": None},
        'has null for "user.email"': user(email=None),
        'has null for "user.tags"': user(tags=None),
    }


def test_values_are_of_another_type() -> None:
    """A number becomes a text, a text a number, a list an object; null has no type to lose."""
    assert values("json-other-type", {"n": 1, "x": 0.5, "t": "a", "l": [], "o": {}, "b": True}) == {
        'has a text for "n"': {"n": "1", "x": 0.5, "t": "a", "l": [], "o": {}, "b": True},
        'has a text for "x"': {"n": 1, "x": "1.5", "t": "a", "l": [], "o": {}, "b": True},
        'has a number for "t"': {"n": 1, "x": 0.5, "t": 0, "l": [], "o": {}, "b": True},
        'has an object for "l"': {"n": 1, "x": 0.5, "t": "a", "l": {}, "o": {}, "b": True},
        'has a list for "o"': {"n": 1, "x": 0.5, "t": "a", "l": [], "o": [], "b": True},
        'has a text for "b"': {"n": 1, "x": 0.5, "t": "a", "l": [], "o": {}, "b": "true"},
    }


def test_texts_are_undefined() -> None:
    """Only texts become ``"undefined"``."""
    assert values("json-undefined", USER) == {
        'has the text "undefined" for "user.email"': user(email="undefined")
    }


def test_lists_are_empty() -> None:
    """A list that has items loses them, the outermost too."""
    assert values("json-empty-list", USER) == {'has an empty list for "user.tags"': user(tags=[])}
    assert values("json-empty-list", [1]) == {"is an empty list": []}
    assert values("json-empty-list", []) == {}


def test_items_of_a_list_change_alike() -> None:
    """A key of records is lost in each of them, wherever it is there."""
    records = {"users": [{"id": 1, "email": "a"}, {"id": 2}, {"email": "c", "id": 3}]}
    lost = values("json-key-gone", records)['lacks the key "users[].email"']
    assert lost == {"users": [{"id": 1}, {"id": 2}, {"id": 3}]}


def test_the_rest_of_the_text_stays() -> None:
    """White space, escapes and the order of keys are what they were."""
    text = '{\n  "a" : "\\u00e9\\ud800",\n  "b":1e2 ,"c" :[ {"d":1} ]\n}\n'
    recorded = Recorded("GET", answered(text, "application/json"))
    ways = {
        'lacks the key "a"': text.replace('"a" : "\\u00e9\\ud800",\n  ', ""),
        'lacks the key "b"': text.replace('"b":1e2 ,', ""),
        'lacks the key "c"': text.replace(' ,"c" :[ {"d":1} ]', ""),
        'lacks the key "c[].d"': text.replace('"d":1', ""),
    }
    for predicate, expected in ways.items():
        assert changed("json-key-gone", recorded, predicate).body.decode() == expected


def test_another_document_loses_the_same_key() -> None:
    """A change for one user does the same to another, and nothing if the key is not there."""
    gone = changes("json-key-gone", document(USER))['lacks the key "user.email"']
    other = gone.apply(document({"user": {"name": "Bob", "email": "bob@example.org"}}))
    assert other is not None
    assert json.loads(other.body) == {"user": {"name": "Bob"}}
    for elsewhere in ({"user": {"name": "Bob"}}, {"user": []}, [], 7, None):
        assert gone.apply(document(elsewhere)) is None
    assert gone.apply(page()) is None


def test_unknown_key() -> None:
    """A key too many stands in the outermost object, or in the first of a list."""
    assert read(changed("json-extra-key", document({"a": 1}))).json()["knowngood_unknown"] == 1
    assert read(changed("json-extra-key", document([{"a": 1}]))).json()[0]["a"] == 1
    assert not changes("json-extra-key", document([1, 2]))


@pytest.mark.parametrize(
    ("name", "why"), [("json-key-twice", "key given twice: a"), ("json-byte-order-mark", "mark")]
)
def test_strict_readers_refuse(name: str, why: str) -> None:
    """Other readers take it as it was; JSON that is read strictly is none."""
    answer = changed(name, document({"a": 1}))
    assert json.loads(answer.body.decode("utf-8-sig")) == {"a": 1}
    with pytest.raises(ValueError, match=why):
        read(answer).json()


@pytest.mark.parametrize("body", ["", "{", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 5000, "<p>"])
def test_what_is_no_json_stays(body: str) -> None:
    """A body that cannot be read has no keys to lose."""
    recorded = Recorded("GET", answered(body, "application/json"))
    assert not changes("json-key-gone", recorded)
    assert not changes("json-byte-order-mark", recorded)


def test_json_by_another_name_stays() -> None:
    """What is not declared as JSON is not changed as JSON; all its media types count."""
    text = '{"a": 1}'
    assert not changes("json-key-gone", Recorded("GET", answered(text, "text/html")))
    for kind in ("application/problem+json", "application/manifest+json; charset=utf-8"):
        assert changes("json-key-gone", Recorded("GET", answered(text, kind)))


def test_a_wide_document_has_bounded_changes() -> None:
    """Of thousands of keys those nearest to the root are lost."""
    wide = {str(n): {"below": n} for n in range(MOST_PATHS + 50)}
    assert len(changes("json-key-gone", document(wide))) == MOST_PATHS
