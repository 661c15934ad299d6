"""What a check claims, by its docstring."""

import pytest

from knowngood.session.collection import LONGEST_CLAIM, claim_in

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
