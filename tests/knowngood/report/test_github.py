"""What GitHub Actions reads of a run's output is what we say, and nothing that a server said."""

import re
from pathlib import Path

import pytest
from verdict_documents import cause, claim, document, inconclusive, passed

from knowngood.report import github


def test_an_error_for_each_cause() -> None:
    """At the check that shows it, with what was expected."""
    assert github.commands(document(cause())) == [
        "::error file=checks/test_config.py,line=1,title=Claim 1 holds.::"
        "/{locale}/ is 404 in 3 of 100 locales; expected 200, got 404"
    ]


@pytest.mark.parametrize(
    ("checkout", "file"),
    [
        ("repository", "smoke/checks/test_config.py"),
        ("repository/smoke", "checks/test_config.py"),
        ("other", "checks/test_config.py"),
        ("", "checks/test_config.py"),
    ],
)
def test_files_are_named_from_the_top_of_the_checkout(
    checkout: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suite may be a folder of the repository, or of another one."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / checkout) if checkout else "")
    lines: list[str] = []
    github.Annotations(lines.append, tmp_path / "repository" / "smoke").finish(document(cause()))
    assert lines[-1].startswith(f"::error file={file},line=1,")


def test_escapes() -> None:
    """A value ends where it ends, and a line where it ends."""
    bad = cause(
        sentence="100%\r\n::error::forged",
        expected="",
        claims=[{**claim(), "claim": "a, b: c%", "place": "dir,x/test_it.py:7"}],
    )
    [line] = github.commands(document(bad))
    assert line == (
        "::error file=dir%2Cx/test_it.py,line=7,title=a%2C b%3A c%25::"
        "100%25\\x0d\\x0a::error::forged; got 404"
    )


@pytest.mark.parametrize("state", ["known", "unsettled", "advisory"])
def test_a_warning_for_what_is_no_reason_to_roll_back(state: str) -> None:
    """The colour of an annotation is that of the verdict."""
    [line] = github.commands(document(cause(state=state)))
    assert line.startswith("::warning file=")


def test_a_verdict_without_causes() -> None:
    """A run that proved nothing says why."""
    held = {**inconclusive(), "causes": [], "reason": "why"}
    assert github.commands(held) == ["::warning title=stage%3A INCONCLUSIVE::why"]
    assert github.commands(passed()) == []


def test_a_cause_without_a_place() -> None:
    """The engine's own claims have none."""
    [line] = github.commands(document(cause(claims=[{**claim(), "place": ""}])))
    assert line.startswith("::error title=Claim 1 holds.::")


def test_a_cause_without_a_claim() -> None:
    """Too many retries are no check's."""
    assert github.commands(
        document(cause(claims=[], sentence="unsteady", got="", expected=""))
    ) == ["::error ::unsteady"]


def test_an_advisory_says_why() -> None:
    """And until when."""
    [line] = github.commands(document(cause(state="advisory")))
    assert line.endswith("accepted until 2026-12-31: bug 1")


def test_ten_of_each() -> None:
    """GitHub shows no more."""
    causes = [cause(), cause(state="unsettled")] * 15
    kinds = [re.match("::([a-z]+)", line) for line in github.commands(document(*causes))]
    assert [kind[1] for kind in kinds if kind] == ["error"] * 10 + ["warning"] * 10


def test_nothing_between_is_a_command() -> None:
    """Commands are stopped by a token that is another one each time."""
    first: list[str] = []
    second: list[str] = []
    annotations = github.Annotations(first.append, Path())
    first.append("    ::error::forged")
    annotations.finish(document(cause()))
    stop, _, resume, error = first
    token = stop.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert resume == f"::{token}::"
    assert error.startswith("::error ")
    github.Annotations(second.append, Path()).finish(None)
    assert len(second) == 2
    assert second[0] != stop
