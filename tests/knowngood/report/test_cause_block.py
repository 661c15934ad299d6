"""A cause as people read it fits a screen, says how to look again, and is safe to print."""

from typing import Any

import pytest

from knowngood.report.cause_block import lines
from knowngood.verdict.causes import Cause, ClaimAtFault

HOSTILE = "\x1b[2J\x00\r\n98 passed\u202e\x9b]]>"
URL = "https://fhr.example/fr/js/config.json"


def attempt(status: int | None = 404, **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "error": None if status else "timeout",
        "phase": "" if status else "connect",
        "detail": "",
        "began": 100.0,
        "seconds": 0.25,
        "address": "192.0.2.1",
        **more,
    }


def exchange(status: int | None = 404, tries: int = 1, **more: Any) -> dict[str, Any]:
    answer = {"status": status, "media_type": "text/html", "bytes": 5, "address": "192.0.2.1"}
    return {
        "method": "GET",
        "url": URL,
        "seconds": 0.25,
        "attempts": [attempt(status)] * tries,
        **(answer if status else {}),
        "excerpt": "Not Found",
        "curl": f"curl -sSg -i {URL}",
        **more,
    }


def claim(text: str = "Every locale has its settings.", problem: str = "") -> ClaimAtFault:
    place = "smoketests/test_config.py:12"
    return ClaimAtFault("test_config.py::test_a", text, problem, 5, place)


def block(**fields: Any) -> list[str]:
    """The lines of a cause with these fields."""
    cause = Cause(**{"state": "failed", "sentence": "/a is 404", "kind": "status", **fields})
    return lines(cause.to_json())


def labels(block_lines: list[str]) -> list[str]:
    return [line.split()[0] for line in block_lines]


def test_whole_block() -> None:
    """What is wrong, what was expected, what came, how to look again, which claims rest on it."""
    whole = block(
        expected="200",
        got="404",
        exchanges=(exchange(tries=2), exchange(200)),
        cases=("de", "fr"),
        claims=(claim(), claim("It has a type.", "no media type"), claim("c."), claim("d.")),
    )
    assert labels(whole) == [
        "FAILED",
        "expected",
        "answer",
        "body",
        "tried",
        "repeat",
        "against",
        "in",
        "claim",
        "also",
        "also",
        "and",
    ]
    assert whole[0] == "FAILED /a is 404"
    assert "404 Not Found, text/html, 5 bytes" in whole[2]
    assert whole[3].endswith("Not Found")
    assert f"curl -sSg -i {URL}" in whole[5]
    assert whole[7].endswith("2 cases: de, fr")
    assert whole[8].endswith("Every locale has its settings. (smoketests/test_config.py:12)")
    assert [line.strip() for line in whole[9:]] == [
        "also     It has a type. — no media type",
        "also     c.",
        "and 1 more",
    ]


@pytest.mark.parametrize("state", ["failed", "known", "unsettled", "advisory"])
def test_state(state: str) -> None:
    """What does not count against the deployment is not called failed."""
    assert block(state=state)[0].split()[0] == state.upper()


def test_sides_of_a_comparison() -> None:
    """What came stands below what was expected."""
    sides = block(kind="content", expected='"fr"', got='"en"')
    assert labels(sides)[1:] == ["expected", "got"]


def test_problems_beyond_the_sentence() -> None:
    """Three, and how many more there are."""
    found = block(kind="content", problems=tuple(f"problem {n}" for n in range(5)))
    assert [line.strip() for line in found[1:]] == [
        "problem 0",
        "problem 1",
        "problem 2",
        "and 2 more; --verdict-file has all",
    ]


def test_a_full_block_fits_a_screen() -> None:
    """With all that a cause can have, problems give way."""
    full = block(
        expected="200",
        problems=tuple(f"/{number}" for number in range(9)),
        exchanges=(exchange(tries=2, found_in="https://fhr.example/fr/"),),
        cases=("de", "fr"),
        claims=(claim(), claim("b.")),
    )
    assert len(full) == 12
    assert "    and 8 more; --verdict-file has all" in full
    assert "    found in https://fhr.example/fr/" in full


def test_many_attempts() -> None:
    """The first ones and the last say all."""
    [tried] = [line for line in block(exchanges=(exchange(tries=11),)) if "tried" in line]
    assert tried.count("404 Not Found") == 4
    assert " → 7 more → " in tried


def test_many_cases() -> None:
    """Twelve are named."""
    many = block(cases=tuple(f"l{number:02}" for number in range(100)))
    assert many[-1].strip().startswith("in       100 cases: l00, l01,")
    assert many[-1].endswith("l11 and 88 more")


def test_the_line_to_repeat_a_request_is_never_cut() -> None:
    """Half a command is another command. Without one there is no such line."""
    line = f"curl -sSg -i {URL} {'x' * 3000}"
    assert block(exchanges=(exchange(curl=line),))[-1] == f"    repeat   {line}"
    assert "repeat" not in labels(block(exchanges=(exchange(curl=""),)))


@pytest.mark.parametrize("text", [HOSTILE * 100, "x" * 300_000, "\x1b" * 300_000, "a\udcffb"])
def test_fits_a_screen_and_is_plain(text: str) -> None:
    """Whatever a cause holds, it is at most twelve printable lines of bounded width."""
    hostile = block(
        sentence=text,
        kind="content",
        expected=text,
        got=text,
        problems=(text,) * 50,
        exchanges=(exchange(tries=2, excerpt=text, url=URL + text, address=text),),
        cases=(text,) * 50,
        claims=(claim(text, text),) * 50,
    )
    assert len(hostile) <= 17
    for line in hostile:
        assert line.isprintable()
        assert len(line) <= 1000
        line.encode("utf-8")
    assert hostile[0].startswith("FAILED ")
    assert all(line.startswith("    ") for line in hostile[1:])


def test_page_in_a_browser() -> None:
    """Its console and what was not asked stand in place of the beginning of its source."""
    console = ["log: fine", "exception: TypeError: x"]
    browser = {"console": console, "not_asked": ["https://cdn.example/a.js"], "screenshot": "abc"}
    block = lines(
        Cause(
            "failed", "it fails", "content", exchanges=(exchange(200),), browser=browser
        ).to_json()
    )
    assert "    console  exception: TypeError: x" in block
    assert "    others   not asked: https://cdn.example/a.js" in block
    assert not any(line.startswith("    body ") for line in block)
    assert len(block) <= 12
