"""jsonschema, our reference, beside jsonschema-rs, on many large documents."""

from __future__ import annotations

import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from typing import Any, Final

import jsonschema

from fhr_standin.locales import choose
from fhr_standin.site import DATE_FORMAT, Site

from .deployment import ROOT
from .errors import BenchmarkError

_SCHEMA: Final = ROOT / "smoketests" / "schemas" / "date_format.schema.json"

Judge = Callable[[Any], bool]


def documents(count: int) -> list[Any]:
    """As many different date_format.json of a hundred locales, the last of them with a fault."""
    text = Site(choose(100)).shared[DATE_FORMAT].body
    copies = []
    for number in range(count):
        document = json.loads(text)
        for entry in document.values():
            entry["monthNameShort"] += str(number)  # a cache must not help
        copies.append(document)
    fault = copies[-1]["fr"]
    fault["monthNameShort"] = fault["monthNameShort"].rpartition(",")[0]  # eleven months
    return copies


def judges() -> dict[str, Judge]:
    """By validator, whether it takes a document; only those that can be imported."""
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    reference = jsonschema.Draft202012Validator(schema, format_checker=checker)
    validators: dict[str, Judge] = {
        "jsonschema": lambda document: not list(reference.iter_errors(document))
    }
    if importlib.util.find_spec("jsonschema_rs") is not None:
        rust: Any = importlib.import_module("jsonschema_rs")
        fast = rust.Draft202012Validator(schema, validate_formats=True)
        validators["jsonschema-rs"] = lambda document: not list(fast.iter_errors(document))
    return validators


def validate(judge: Judge, samples: list[Any]) -> float:
    """Seconds that ``judge`` takes for all. Raises BenchmarkError for a wrong answer."""
    started = time.perf_counter()
    held = [judge(document) for document in samples]
    took = time.perf_counter() - started
    if held != [True] * (len(samples) - 1) + [False]:
        raise BenchmarkError("schemas: a validator misjudged a document")
    return took
