"""The schema of a document of today holds for that of tomorrow, and not for a broken one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowngood.content import json_schema
from knowngood.scaffold.document_shapes import schema_of

ORDERS: dict[str, Any] = {
    "orders": [
        {"id": "o-1", "qty": 2, "price": {"amount": "12.50"}, "tags": ["new"], "note": None},
        {"id": "o-2", "qty": 1, "price": {"amount": "9.00"}, "tags": [], "note": "fragile"},
    ],
    "total": 2,
    "next": None,
}
ITEM = ORDERS["orders"][0]


def problem(document: Any, folder: Path, today: Any = ORDERS) -> str:
    """Why a document does not keep to the schema of today's; empty if it does."""
    (folder / "x.schema.json").write_text(json.dumps(schema_of(today)))
    try:
        json_schema.find(folder, "x").check(document)
    except json_schema.SchemaMismatch as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "document",
    [
        ORDERS,
        {"orders": []},
        {"orders": None, "total": "none"},
        {"orders": [{**ITEM, "qty": None, "new": 1}], "links": {}, "error": None},
        {"orders": [{"id": "o-3"}, {**ITEM, "qty": 2.5}]},
    ],
)
def test_document_of_tomorrow(document: Any, tmp_path: Path) -> None:
    """New items, fewer of them, values that are left out or null, and keys that are new."""
    assert problem(document, tmp_path) == ""


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "$: expected object"),
        ({"items": []}, "$: missing key: orders"),
        ({"error": "timeout", "orders": []}, "$.error: expected null"),
        ({"orders": [{**ITEM, "qty": "2"}]}, "$.orders[0].qty: expected number"),
        ({"orders": [{**ITEM, "price": "12.50"}]}, "$.orders[0].price: expected object"),
        ({"orders": [{"id": "o-1", "quantity": 1}]}, "$.orders: expected an item with the key no"),
    ],
)
def test_broken_document(document: Any, told: str, tmp_path: Path) -> None:
    """Another kind, an error with 200, a key that all items have lost."""
    assert problem(document, tmp_path).startswith(told)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "ok",
        [],
        {},
        {"version": 7, "commit": "deadbee"},
        {f"key{number}": number for number in range(100)},
    ],
)
def test_nothing_to_say_beside_the_kind(document: Any) -> None:
    """A text may become a number, and a map have other keys."""
    assert schema_of(document) == {}


@pytest.mark.parametrize("error", [0, [], {}, "none", None, False, ""])
def test_document_that_says_something_of_errors(error: Any, tmp_path: Path) -> None:
    """What it says today is sound."""
    today = {"orders": [], "error": error}
    assert problem(today, tmp_path, today) == ""


def test_map_may_have_other_keys(tmp_path: Path) -> None:
    """What is in them keeps its kind."""
    today = {"ann": {"age": 7, "of": []}, "bob": {"age": 9, "of": []}}
    assert problem({"cid": {"age": 3}}, tmp_path, today) == ""
