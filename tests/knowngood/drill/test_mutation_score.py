"""The score of a suite, and how its mutants are grouped."""

import pytest
from mutants import USERS, mutant

from knowngood.drill import mutation_score as ms
from knowngood.drill.mutant_results import Notice


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        (["caught", "caught"], 100),
        (["caught", "missed"], 50),
        (["caught", "misnamed"], 50),
        (["missed"], 0),
        (["caught", "accepted", "left out"], 100),
        (["accepted", "left out"], None),
        ([], None),
    ],
)
def test_what_counts(notices: list[str], expected: float | None) -> None:
    """Caught ones count for, missed and misnamed ones against, all others not at all."""
    assert ms.score(map(mutant, notices)) == expected


def test_weights() -> None:
    """What users may not notice counts for less; without any weight nothing is known."""
    assert ms.score([mutant("caught"), mutant("missed", weight=0.25)]) == 80
    assert ms.score([mutant("missed", weight=0.0)]) is None


def test_a_whole_score_is_exact() -> None:
    """Weights that no binary fraction is do not keep it below 100."""
    assert ms.score([mutant("caught", weight=weight / 10) for weight in range(11)] * 3) == 100


@pytest.mark.parametrize(
    ("score", "expected"),
    [(100.0, "100.0 %"), (99.99, "99.9 %"), (94.96, "94.9 %"), (0.0, "0.0 %"), (None, "no score")],
)
def test_it_is_rounded_down(score: float | None, expected: str) -> None:
    """So that 100.0 % is whole, and what is shown is not above what was asked for."""
    assert ms.percent(score) == expected


@pytest.mark.parametrize(
    ("score", "fail_under", "code"),
    [
        (94.99, 95.0, ms.TOO_LOW),
        (95.0, 95.0, ms.ENOUGH),
        (0.0, None, ms.ENOUGH),
        (None, None, ms.ENOUGH),
        (None, 0.0, ms.TOO_LOW),
        (0.0, 0.0, ms.ENOUGH),
    ],
)
def test_exit_codes(score: float | None, fail_under: float | None, code: int) -> None:
    """A score is measured against what was asked for; no score is not enough for anything."""
    assert ms.exit_code(score, fail_under) == code


def test_counts_have_every_way() -> None:
    """Also those in which no mutant came out."""
    numbers = ms.counts([mutant("caught"), mutant("left out"), mutant("caught")])
    assert list(numbers) == list(Notice)
    assert list(numbers.values()) == [2, 0, 0, 0, 1]


def test_grid() -> None:
    """The kind of URL of which most is not caught comes first; each has its mutations."""
    small = mutant("missed", kind="api:/a", weight=0.5)
    caught = mutant("caught", kind="api:/b")
    gone = [mutant("missed"), mutant("caught", "name")]
    empty = mutant("misnamed", mutation="body-empty")
    assert ms.grid([caught, small, gone[0], empty, gone[1]]) == {
        USERS: {"json-key-gone": gone, "body-empty": [empty]},
        "api:/a": {"json-key-gone": [small]},
        "api:/b": {"json-key-gone": [caught]},
    }
