"""What came of a drill of mutations, for programs."""

import json

from mutants import USERS, drill, mutant

from knowngood.drill.mutation_drill import document
from knowngood.report import json_file
from knowngood.safety import hide_secrets


def test_everything_is_in_it() -> None:
    """Score, counts, kinds of URL and mutants, as a JSON file has them."""
    results = [mutant("caught", "name"), mutant("missed"), mutant("accepted", kind="api:/a")]
    content = document(drill(*results, possible=9, warnings=("w",)), 95)
    assert json.loads(json_file.text(content)) == {
        "environment": "stage",
        "release": "v7",
        "seed": 4711,
        "seconds": 2.0,
        "requests": 30,
        "possible": 9,
        "fail_under": 95,
        "exit_code": 1,
        "score": 50.0,
        "counts": {"caught": 1, "misnamed": 0, "missed": 1, "accepted": 1, "left out": 0},
        "kinds": {
            USERS: {
                "score": 50.0,
                "counts": {"caught": 1, "misnamed": 0, "missed": 1, "accepted": 0, "left out": 0},
            },
            "api:/a": {
                "score": None,
                "counts": {"caught": 0, "misnamed": 0, "missed": 0, "accepted": 1, "left out": 0},
            },
        },
        "warnings": ["w"],
        "snippets": [],
        "mutants": [
            {
                "kind": result.kind,
                "mutation": "json-key-gone",
                "stands_for": "a key was renamed",
                "weight": 1.0,
                "predicate": result.predicate,
                "urls": ["https://api.example/users/1"],
                "notice": str(result.notice),
                "reason": "",
                "named": "",
                "checks": [],
                "remedy": {
                    "place": {
                        "file": "smoketests/test_api.py",
                        "test": "test_user",
                        "mark": "",
                        "method": "GET",
                        "answer": "",
                        "loop": "",
                    },
                    "line": result.remedy.line if result.remedy else "",
                    "schema": {},
                    "schema_file": "",
                    "needs": [],
                    "tried": True,
                },
            }
            for result in results
        ],
    }


def test_nothing_is_asked_for() -> None:
    """Without --fail-under the drill ends well, whatever the score."""
    content = document(drill(mutant("missed")))
    assert (content["score"], content["fail_under"], content["exit_code"]) == (0.0, None, 0)


def test_secrets_are_redacted() -> None:
    """Wherever a server has repeated one, in keys too."""
    secret = "hunter2-" * 3
    hide_secrets({"API_TOKEN": secret})
    content = document(drill(mutant(kind=f"api:/{secret}", reason=secret, urls=(secret,))))
    assert "hunter2" not in json_file.text(content)
