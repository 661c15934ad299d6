"""docs/HANDBOOK.md is what the command prints, and what it says to type works."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from by_hand import HANDBOOK, ROOT, Came, Typed, front, steps, typed_in, with_variables

import fhr_standin
from knowngood.release import record_store
from knowngood.release.git import Repository
from knowngood.release.record import DEPLOYED, Record, RecordKind

LOCALES = "ar de en-US fr he"
ALIASES = "he=en-US"
DEPLOY = """#!/bin/sh
echo "putting $2 on $1"
git -C "$0.site" cat-file -e "$3" && test "$1" = prod && echo "$2" > "$0.live"
"""
# A Wednesday, on whichever day this runs: prod is not changed on Fridays.
DATE = """#!/bin/sh
case $* in *%A*) echo 'Wednesday 2026-11-25' ;; *) exec /bin/date "$@" ;; esac
"""
PROD = """
description = "by hand"
[origins]
content = "http://content.test"
[release]
url = "content:/__version__"
repository = "{repository}"
"""


def git(path: Path, *words: str) -> str:
    """What git prints there."""
    command = ["git", "-C", str(path), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git as somebody whom it knows, who has hostile letters in the name."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    path = tmp_path / "gitconfig"
    path.write_text(
        '[user]\nname = "Ann \\"$(date)\\" O\'Hara"\nemail = ann@example.org\n'
        "[init]\ndefaultBranch = release\n[tag]\ngpgSign = false\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    """The site's repository: v7 is live and good on prod, v8 has passed on stage."""
    path = tmp_path / "fhr"
    path.mkdir()
    git(path, "init", "--quiet")
    for name in ("v7", "v8"):
        message = f"Bug 8 - Make {name}. r=bob"
        git(path, "commit", "--quiet", "--allow-empty", "-m", message)
        git(path, "tag", "-a", name, "-m", name)
    repository = Repository(path)
    for days, kind, place, release, verdict in (
        (3.0, RecordKind.VERIFIED, "stage", "v7", "PASSED"),
        (2.0, RecordKind.PUSHED, "prod", "v7", DEPLOYED),
        (1.9, RecordKind.VERIFIED, "prod", "v7", "PASSED"),
        (1.0, RecordKind.VERIFIED, "stage", "v8", "FAILED"),
        (0.9, RecordKind.VERIFIED, "stage", "v8", "PASSED"),
    ):
        when = datetime.now(UTC) - timedelta(days=days)
        commit = repository.commit_of(release) or ""
        record_store.write(
            repository, Record(kind, place, release, commit, when, verdict, who="Bo")
        )
    return repository


@pytest.fixture
def desk(tmp_path: Path, site: Repository) -> Path:
    """The folder from which releases are put on the machines."""
    path = tmp_path / "a desk"
    (path / "bin").mkdir(parents=True)
    for name, text in (("deploy", DEPLOY), ("bin/date", DATE)):
        (path / name).write_text(text)
        (path / name).chmod(0o755)
    (path / "deploy.site").symlink_to(site.path)
    (path / "deploy.live").write_text("v7\n")
    return path


@pytest.fixture
def values(site: Repository, desk: Path) -> Iterator[dict[str, str]]:
    """The variables of the first step: a small FHR that ``./deploy`` changes."""
    with (
        fhr_standin.running(locales=5, release="v7", commit=site.commit_of("v7")) as old,
        fhr_standin.running(locales=5, release="v8", commit=site.commit_of("v8")) as new,
        front(
            {"v7": old.origins["content"], "v8": new.origins["content"]}, desk / "deploy.live"
        ) as content,
    ):
        yield {
            "content": content,
            "submission": new.origins["submission"],
            "repository": str(site.path),
            "locale": LOCALES,
            "aliases": ALIASES,
        }
        assert new.documents() == {}, "something is left behind"


def knowngood(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, as a process."""
    return subprocess.run(
        [sys.executable, "-m", "knowngood", *words],
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if "PYTEST" not in k},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_handbook_is_up_to_date() -> None:
    """Next, where it is not: `knowngood handbook --env=prod > docs/HANDBOOK.md`."""
    ended = knowngood("handbook", "--env=prod", cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == HANDBOOK.read_text("utf-8")


def wrong(came: list[Came]) -> list[Came]:
    """Those that are not what must come back."""
    return [each for each in came if not each.right]


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_all_of_it(
    shell: str, values: dict[str, str], desk: Path, site: Repository, tmp_path: Path
) -> None:
    """One shell, from the first line to the last: v8 goes out, is verified, and is taken back.
    The commands read what it wrote down.
    """
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    typed = steps(HANDBOOK.read_text("utf-8"))
    came = typed_in(with_variables(typed, values), desk, shell)
    assert wrong(came) == []
    told = {each.typed.text.partition(".")[0]: each.output for each in came}
    assert told["What is live"] == "v7"
    assert told["What was last pushed, or rolled back"].startswith("DEPLOYED: v7 was pushed")
    assert told["The last known good release, with its commit: it PASSED, and has not FAILED "
                "since"] == f"{site.commit_of('v7')} v7"  # fmt: skip
    assert told["What goes out, since what is live: a line for each commit"].endswith(
        "Bug 8 - Make v8. r=bob"
    )
    assert (desk / "deploy.live").read_text() == "v7\n"

    (tmp_path / "environments").mkdir()
    text = PROD.format(repository=site.path)
    (tmp_path / "environments" / "prod.toml").write_text(text)
    log = knowngood("log", "--env=prod", cwd=tmp_path)
    assert (log.returncode, log.stderr) == (0, "")
    rows = [line.split("  ") for line in log.stdout.splitlines()]
    happened = [[cell.strip() for cell in row if cell][1:4] for row in rows]
    assert happened == [
        ["rolled-back", "v7", "DEPLOYED"],
        ["rolled-back", "v7", "STARTED"],
        ["verified", "v8", "PASSED"],
        ["pushed", "v8", "DEPLOYED"],
        ["pushed", "v8", "STARTED"],
        ["verified", "v7", "PASSED"],
        ["pushed", "v7", "DEPLOYED"],
    ]
    assert 'Ann "$(date)" O\'Hara <ann@example.org>' in log.stdout


FAULTS = {
    "config-missing-one-locale": "Config json never 404s",
    "config-debug-on": "Debug is off",
    "config-duplicate-keys": "Config json matches its schema",
    "config-other-environment": "Config json is the same in every locale",
    "v4-config-debug-on": "Every config json a page loads is sound",
    "date-format-eleven-months": "Every locale has its twelve months",
    "alias-differs": "An alias answers as its target",
    "unknown-locale-200": "What is not there is 404",
    "locale-missing": "Page is there",
    "page-wrong-lang": "Page is in its own language",
    "page-truncated": "Page is complete",
    "page-unrendered": "Page has nothing left to render",
    "script-missing": "Everything a page needs is there",
    "robots-allows": "Robots are kept out",
    "git-exposed": "The checkout is not published",
    "folder-listed": "Folders are not listed",
    "gzip-stale": "Compressed and plain are the same",
    "firefox-turned-away": "Firefox gets what we get",
    "etag-missing": "Unchanged files are not sent again",
    "version-missing": "The version document says what is deployed",
    "heartbeat-down": "The deployment says it is well",
    "delete-broken": "A report is taken and deleted",
    "namespace-unchecked": "An unknown namespace is refused",
    "id-unchecked": "An id that is no uuid is refused",
    "endpoint-unchecked": "Another endpoint is refused",
    "oversize-accepted": "A body over a mebibyte is refused",
    "empty-accepted": "An empty body is refused",
    "get-allowed": "Reports cannot be read",
}
"""For each claim that has a command, a fault by which it does not hold."""


def claims() -> dict[str, Typed]:
    """The steps that a check itself says how to do, by its claim."""
    found = steps(HANDBOOK.read_text("utf-8"))
    return {
        each.text.partition(". ")[0]: each
        for each in found
        if each.section == "4. Verify" and each.output is not None and ". " in each.text
    }


def test_every_claim_with_a_command_has_a_fault() -> None:
    """Else nobody would know whether the command can fail."""
    written_down = "Write down how it ended: PASSED if every step of this section gave what"
    named = {name for name in claims() if not name.startswith(written_down)}
    assert named == set(FAULTS.values())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_step_sees_what_it_is_for(fault: str, tmp_path: Path) -> None:
    """With the fault it does not give what must come back."""
    found = steps(HANDBOOK.read_text("utf-8"))
    typed = [found[0], *(each for each in found if each.text.startswith("Define"))]
    typed.append(claims()[FAULTS[fault]])
    with fhr_standin.running(locales=5, faults=[fault], release="v8") as fhr:
        values = {**fhr.origins, "locale": LOCALES, "aliases": ALIASES}
        came = typed_in(with_variables(typed, values), tmp_path)
    assert [each.typed for each in wrong(came)] == [typed[-1]]
