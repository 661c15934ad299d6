"""What a drill of mutations prints."""

from collections.abc import Iterator

import pytest
from mutants import drill, mutant, remedy
from verdict_documents import HOSTILE

from knowngood.drill import mutation_table
from knowngood.drill.mutant_results import MutantResult
from knowngood.safety import hide_secrets


def printed(*results: MutantResult, fail_under: float | None = None, **fields: object) -> list[str]:
    """Return the lines of a drill."""
    return list(mutation_table.lines(drill(*results, **fields), fail_under))


def test_first_line_says_what_goes_unnoticed() -> None:
    """How many, of how many that count, and the worst of them."""
    first, *_ = printed(mutant(), mutant("caught", "name"), mutant("accepted"), mutant("left out"))
    assert first == (
        "stage: the suite would not notice 1 of 2 mutants; "
        'the worst: /users/1 lacks the key "email"'
    )


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        (["caught"], "stage: the suite notices all of 1 mutant"),
        (
            ["caught", "misnamed"],
            "stage: the suite notices all of 2 mutants, but names another URL for 1",
        ),
        (["left out"], "stage: no mutant counts: nothing is known of what the suite notices"),
    ],
)
def test_first_line_without_a_missed_one(notices: list[str], expected: str) -> None:
    """Nothing missed, nothing well named, nothing known: three different things."""
    assert printed(*map(mutant, notices))[0] == expected


def test_table() -> None:
    """A row for each kind of URL, the worst first, then all; columns stand below their heads."""
    teams = [mutant("caught", kind="api:/teams"), mutant("left out", kind="api:/teams")]
    lines = printed(*teams, mutant(), mutant("caught"), mutant("misnamed"))
    assert [" ".join(line.split()) for line in lines[2:6]] == [
        "kind of URL caught misnamed missed accepted left out score",
        "api:/users/{id} 1 1 1 - - 33.3",
        "api:/teams 1 - - - 1 100.0",
        "all 2 1 1 - 1 50.0",
    ]
    assert {len(line) for line in lines[2:6]} == {100}
    assert lines[3].index("33.3") + 4 == lines[2].index("score") + 5


def test_row_without_a_mutant_that_counts() -> None:
    """It has no score, and nobody takes it for 0 or 100."""
    assert printed(mutant("accepted"))[3].split()[-1] == "-"


def test_long_kinds_are_shortened_in_the_middle() -> None:
    """Beginning and end tell kinds of URL apart; the table keeps its width."""
    row = printed(mutant(kind="api:/" + "segment/" * 40 + "last.json"))[3]
    assert len(row) == 100
    assert row.startswith("api:/segment/")
    assert "…" in row
    assert "last.json  " in row


def test_many_kinds_of_url() -> None:
    """Those with nothing to mend come together in a row."""
    lines = printed(*(mutant("caught", kind=f"api:/{n:03}") for n in range(50)), mutant())
    rows = lines[2 : lines.index("", 2)]
    assert len(rows) == 1 + 25 + 2
    assert rows[-2].split()[:5] == ["26", "more", "kinds", "of", "URL"]


def test_missed_ones_in_words() -> None:
    """What happens unnoticed, and below the line to paste."""
    lines = printed(mutant())
    place = lines.index('  nothing notices when /users/1 lacks the key "email" [json-key-gone]')
    assert lines[place + 1 : place + 3] == [
        '      assert "email" in response.json()',
        "      in smoketests/test_api.py: test_user",
    ]


def test_line_to_paste_is_whole() -> None:
    """However long it is."""
    text = f"assert {'x' * 250!r} in response.text"
    assert f"      {text}" in printed(mutant(remedy=remedy(text)))


def test_the_same_at_other_kinds_of_url() -> None:
    """It is told once."""
    kinds = [f"api:/{name}" for name in "abcde"]
    lines = printed(*(mutant(kind=kind, urls=(f"https://api{kind[4:]}",)) for kind in kinds))
    assert sum("nothing notices" in line for line in lines) == 1
    assert "      the same at /b, /c, /d and 1 more" in lines


def test_a_record_with_many_keys_does_not_flood_the_reader() -> None:
    """Three of one mutation at one kind of URL are spelt out."""
    lines = printed(*(mutant(key=f"key{n:02}") for n in range(30)))
    assert sum("nothing notices" in line for line in lines) == 3
    assert "  and 27 more of json-key-gone at /users/{id}" in lines


def test_many_blind_spots() -> None:
    """The worst twelve are spelt out; the last line says where the others are."""
    lines = printed(*(mutant(mutation=f"m{n:02}", predicate=f"is {n}") for n in range(33)))
    assert sum("nothing notices" in line for line in lines) == 12
    assert "  and 21 more: --html-file=FILE and --json=FILE have all" in lines


def test_misnamed_ones() -> None:
    """They say which URL the first cause names, without a URL too."""
    named = "https://api.example/teams?all=1"
    lines = printed(mutant("misnamed", named=named), mutant("misnamed", "name"))
    assert (
        '  /users/1 lacks the key "email": the first cause names /teams?all=1 [json-key-gone]'
        in lines
    )
    assert '  /users/1 lacks the key "name": the first cause names no URL [json-key-gone]' in lines


def test_what_users_may_not_notice_is_told_apart() -> None:
    """Below its own title, after what they do notice."""
    lines = printed(mutant(weight=0.3, key="a"), mutant(key="b"))
    title = lines.index("Missed, and of less weight: users may not notice these either:")
    assert (
        lines.index('  nothing notices when /users/1 lacks the key "a" [json-key-gone]')
        == title + 1
    )
    assert lines.index('  nothing notices when /users/1 lacks the key "b" [json-key-gone]') < title


def test_accepted_ones_have_their_reason() -> None:
    """And no line to paste: nobody is asked to mend them."""
    lines = printed(mutant("accepted", reason="nobody reads it"))
    assert '  /users/1 lacks the key "email": nobody reads it [json-key-gone]' in lines
    assert not any("required" in line for line in lines)


def test_left_out_ones_are_counted_by_reason() -> None:
    """The most frequent reasons first, rare ones together."""
    reasons = ["rare1", "often", "rare2", "often", "rare3", "rare4", "rare5"]
    lines = printed(*(mutant("left out", reason=reason) for reason in reasons))
    assert [line for line in lines if line.startswith("left out")] == [
        "left out: 2 mutants: often",
        "left out: 1 mutant: rare1",
        "left out: 1 mutant: rare2",
        "left out: 1 mutant: rare3",
        "left out: 1 mutant: rare4",
        "left out: 1 mutant for other reasons",
    ]


def test_warnings() -> None:
    """They stand where people look: at the end."""
    assert "warning: accepted.0: slow is caught" in printed(
        mutant(), warnings=("accepted.0: slow is caught",)
    )


def test_last_lines() -> None:
    """The score, what it cost, and the seed."""
    results = [mutant("caught"), mutant("missed"), mutant("left out")]
    assert printed(*results)[-1] == (
        "score: 50.0 %; 2 mutants in 2.0 s, 1 a second, 30 requests before them; "
        "--seed=4711 draws the same again"
    )


def test_a_drill_for_which_time_was_short() -> None:
    """It says how much of it was tried, and what a drill of all takes: 2 s a mutant, and some."""
    lines = printed(mutant("caught"), possible=900)
    assert lines[0].endswith("; 1 of 900 mutants were tried")
    ask = "`knowngood drill` with --seconds=2160 tries all, as it seems"
    assert lines[-2] == f"tried 1 of 900 mutants in the time; {ask}"
    assert lines[-1].startswith("score of these 1: 100.0 %; 1 mutant in 2.0 s")


@pytest.mark.parametrize(
    ("notices", "fail_under", "expected"),
    [
        (["caught"], 100.0, "--fail-under=100: reached (exit 0)"),
        (["caught", "missed"], 50.5, "--fail-under=50.5: below it (exit 1)"),
        ([], 0.0, "--fail-under=0: below it (exit 1)"),
    ],
)
def test_what_the_score_is_measured_against(
    notices: list[str], fail_under: float, expected: str
) -> None:
    """The line names the exit code."""
    assert printed(*map(mutant, notices), fail_under=fail_under)[-1] == expected


def hostile_mutants() -> Iterator[MutantResult]:
    """Yield a mutant of each outcome whose words a server has chosen."""
    for notice in ("caught", "missed", "misnamed", "accepted", "left out"):
        yield mutant(
            notice,
            kind=f"api:/{HOSTILE}",
            predicate=HOSTILE,
            urls=(f"https://api/{HOSTILE}",),
            reason=HOSTILE,
            named=HOSTILE,
            remedy=remedy(HOSTILE, HOSTILE, needs=(HOSTILE,)),
        )


def test_hostile_words() -> None:
    """What a server says moves no cursor and forges no line."""
    for line in printed(*hostile_mutants()):
        assert line.isprintable()


def test_secrets_are_redacted() -> None:
    """Also where a long kind of URL is shortened."""
    secret = "hunter2-" * 3
    hide_secrets({"API_TOKEN": secret})
    kind = f"api:/{'x' * 12}{secret}{'y' * 60}"
    text = "\n".join(printed(mutant(kind=kind, predicate=f"lacks {secret}", remedy=remedy(secret))))
    assert "hunter" not in text
    assert "***" in text
