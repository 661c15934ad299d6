"""What a check claims, by its docstring, and what its cases have in common."""

import pytest

from knowngood.session.declarations import LONGEST_CLAIM, claim_in, kind_of, share_location

SENTENCES = {
    "one line": ("Debug mode is off.", "Debug mode is off."),
    "two lines": (
        "Every locale has its settings,\n    each time it is asked for.\n    ",
        "Every locale has its settings, each time it is asked for.",
    ),
    "a second sentence": ("It is there. It is blank otherwise.", "It is there."),
    "a paragraph below": ("It is there.\n\n    Nothing else.", "It is there."),
    "no period": ("It is there\n   \n    Nothing else.", "It is there"),
    "a file's name": ("js/config.json is JSON. No page.", "js/config.json is JSON."),
    "a version": ("URLs without `1.0` are taken.", "URLs without `1.0` are taken."),
    "an abbreviation": ("Old files, e.g. styles, are gone.", "Old files, e.g. styles, are gone."),
    "a quotation": ('It says "done." Then it ends.', 'It says "done."'),
    "a question": ("Is it there? It must be.", "Is it there?"),
    "nothing": ("", ""),
    "blank": ("  \n ", ""),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_claim_is_the_first_sentence(case: str) -> None:
    """It comes whole and as one line, and nothing of what follows."""
    docstring, claim = SENTENCES[case]
    assert claim_in(docstring) == claim


def test_a_claim_of_three_lines_is_not_cut() -> None:
    """A long sentence is still a sentence."""
    sentence = "Every page has " + "one more thing and " * 14 + "an end."
    assert 250 < len(sentence) < LONGEST_CLAIM
    assert claim_in(sentence) == sentence


def test_an_endless_claim_is_cut_between_words() -> None:
    """A whole chapter without a period is no claim, and must not fill a report."""
    claim = claim_in("every word " * 999)
    assert claim.endswith(" word …")
    assert len(claim) <= LONGEST_CLAIM


def test_a_claim_is_printable() -> None:
    """A docstring cannot drive the terminal."""
    assert claim_in("It is \x1b[2J gone.") == "It is \\x1b[2J gone."


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> list[pytest.Item]:
    """Cases of a check, as pytest has collected them: those of this file's first one."""
    name = test_a_claim_is_the_first_sentence.__name__
    items = [item for item in request.session.items if item.nodeid.partition("[")[0].endswith(name)]
    return items or pytest.skip("these cases were not selected")


def test_cases_share_their_location_but_for_their_names(cases: list[pytest.Item]) -> None:
    """It is what pytest itself finds for each case."""
    share_location(cases)
    assert [item.location for item in cases] == [
        type(item).location.func(item)  # type: ignore[attr-defined]
        for item in cases
    ]
    assert len({item.location for item in cases}) == len(cases)


def test_a_case_with_a_mark_of_its_own_is_another_kind(
    cases: list[pytest.Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules are looked at once for all cases that have the same marks, and for each other one."""
    first, second, third = cases[:3]
    monkeypatch.setattr(third, "own_markers", [*third.own_markers, pytest.mark.slow.mark])
    assert kind_of(first) == kind_of(second) != kind_of(third)
