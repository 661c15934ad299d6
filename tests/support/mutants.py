"""Mutants as a drill judges them, for what is made from them."""

from __future__ import annotations

from typing import Any

from knowngood.drill.mutant_results import MutantResult, MutationDrill, Notice
from knowngood.drill.remedy import Place, Remedy

USERS = "api:/users/{id}"


def remedy(line: str = "", test: str = "test_user", **fields: Any) -> Remedy:
    """Return a line of the check of users."""
    return Remedy(Place("smoketests/test_api.py", test), line, **fields)


def mutant(notice: str = "missed", key: str = "email", **fields: Any) -> MutantResult:
    """Return what came of a user's record that lacks a key."""
    return MutantResult(
        **{
            "kind": USERS,
            "mutation": "json-key-gone",
            "stands_for": "a key was renamed",
            "weight": 1.0,
            "predicate": f'lacks the key "{key}"',
            "urls": ("https://api.example/users/1",),
            "notice": Notice(notice),
            "remedy": remedy(f'assert "{key}" in response.json()'),
            **fields,
        }
    )


def drill(*results: MutantResult, **fields: Any) -> MutationDrill:
    """Return a drill of these mutants."""
    return MutationDrill(
        **{
            "environment": "stage",
            "release": "v7",
            "seed": 4711,
            "seconds": 2.0,
            "requests": 30,
            "results": results,
            "possible": len(results),
            **fields,
        }
    )
