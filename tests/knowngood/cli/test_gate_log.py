"""The commands that ask the records, as processes: answers, exit codes, and what stands in the
way of an answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_run import Run
from release_side import Note, all_of, git
from suite_run import PYPROJECT, SuiteRun

import fhr_standin
from knowngood.environment.model import Environment
from knowngood.release import clone, record_from_verdict, records, status
from knowngood.release.git import Repository
from knowngood.release.record import RecordKind
from knowngood.verdict.own_claims import CONVERGED

Suite = Callable[..., SuiteRun]

ENVIRONMENT = """
description = "{name}"
{extra}
[origins]
content = "{url}"
[release]
url = "content:/__version__"
repository = "{repository}"
[gate]
no_change = []
"""


@pytest.fixture
def project(tmp_path: Path, site: Repository) -> Path:
    """A suite with stage and prod, whose site is beside it."""
    path = tmp_path / "suite"
    (path / "environments").mkdir(parents=True)
    (path / "checks").mkdir()
    (path / "pyproject.toml").write_text(PYPROJECT)
    environment(path, "stage")
    environment(path, "prod", 'promotes_from = "stage"')
    return path


def environment(
    project: Path,
    name: str,
    extra: str = "",
    repository: str = "../site",
    url: str = "",
) -> None:
    place = url or f"http://127.0.0.{len(name)}:9"  # where nobody listens
    text = ENVIRONMENT.format(name=name, extra=extra, repository=repository, url=place)
    (project / "environments" / f"{name}.toml").write_text(text)


def test_last_good(run: Run, noted: Note) -> None:
    """The release, and nothing else; 1 and the reason when there is none."""
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing has PASSED there" in ended.err
    noted("v1", "prod", "PASSED", 3)
    assert run("last-good", "--env=prod") == (0, "v1\n", "")
    noted("v1", "prod", "FAILED", 2)
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (1, "")
    assert "v1 PASSED, and FAILED later" in ended.err


def test_gate(run: Run, noted: Note) -> None:
    """0, or 1 with numbered reasons and what to do about each."""
    noted("v1", "prod", "DEPLOYED", 9, RecordKind.PUSHED)
    ended = run("gate", "--env=prod", "--release=v2", "--offline")
    assert ended.code == 1
    assert ended.out.splitlines()[1:] == [
        "1. v2 has not PASSED on stage",
        "   → knowngood push --env=stage --release=v2; where it is live already: "
        "knowngood verify --env=stage --release=v2 --record --push",
        "v2 may not go to prod: 1 reason",
    ]
    noted("v2", "stage", "PASSED", 1)
    ended = run("gate", "--env=prod", "--release=v2", "--offline")
    assert (ended.code, ended.err) == (0, "")
    first, last = ended.out.splitlines()
    assert first.endswith(" Ann: Make v2 r=bob")
    assert last == "v2 may go to prod"


def test_gate_for_other_tools(run: Run, noted: Note, project: Path) -> None:
    """--export writes the answer as attestations, whatever it is; a bad path is a usage error."""
    noted("v1", "prod", "DEPLOYED", 9, RecordKind.PUSHED)
    noted("v2", "stage", "PASSED", 1)
    words = ("gate", "--env=prod", "--release=v2", "--offline")
    assert run(*words, "--export=v2.intoto.jsonl").code == 0
    assert len((project / "v2.intoto.jsonl").read_text("utf-8").splitlines()) == 2
    image = f"app=sha256:{'ab' * 32}"
    assert run(*words, f"--subject={image}", "--export=no.intoto.jsonl").code == 1
    assert (project / "no.intoto.jsonl").exists()
    ended = run(*words, "--export=nowhere/v2.intoto.jsonl")
    assert ended.code == 4
    assert "--export nowhere/v2.intoto.jsonl: No such file or directory" in ended.err


@pytest.mark.usefixtures("in_one_process")
def test_override(run: Run) -> None:
    """It goes through once that is on record, with who, why, and against how much."""
    ended = run("gate", "--env=prod", "--release=v2", "--override", "the site is\nblank")
    assert ended.code == 0, ended.err
    assert "let through, on record as overridden/prod/v2/" in ended.out
    told = run("log", "--env=prod").out
    assert "overridden" in told
    assert "Ann <ann@example.org>" in told
    assert "the site is\\x0ablank (against 2 reasons)" in told
    ended = run("gate", "--env=prod", "--release=v9", "--override", "why not")
    assert ended.code == 4
    assert "there is no release v9" in ended.err


def test_a_reason_of_blanks_is_none(run: Run) -> None:
    """Nothing is let through, and nothing recorded, for no reason."""
    for reason in ("", " \t"):
        ended = run("gate", "--env=prod", "--release=v2", f"--override={reason}")
        assert ended.code == 1
        assert "! --override: its reason is blank; it counts as not given\n" in ended.err
        ended = run("reject", "--env=prod", "--release=v2", f"--why={reason}")
        assert (ended.code, "--why" in ended.err) == (4, True)
    assert run("log", "--env=prod").out == "nothing is on record for prod\n"


def test_log(run: Run, noted: Note) -> None:
    """Newest first; of this environment alone."""
    noted("v1", "prod", "DEPLOYED", 3, RecordKind.PUSHED)
    noted("v1", "prod", "FAILED", 2)
    noted("v2", "stage", "PASSED", 1)
    rows = run("log", "--env=prod").out.splitlines()
    assert [row.split()[3:6] for row in rows] == [
        ["verified", "v1", "FAILED"],
        ["pushed", "v1", "DEPLOYED"],
    ]
    assert len(run("log", "--env=prod", "--count=1").out.splitlines()) == 1


def by_hand(site: Repository, name: str, message: str, hours: float) -> None:
    """Tag a record so many hours ago, as a person does who types the release for its commit."""
    when = datetime.now(UTC) - timedelta(hours=hours)
    person = Repository(site.path, {"GIT_COMMITTER_DATE": f"{int(when.timestamp())} +0000"})
    release = name.rpartition("/")[2]
    person.run("tag", "-a", "-m", message, f"{name}/{when:%Y%m%dT%H%M%S}.000000Z", release)


@pytest.mark.usefixtures("in_one_process")
def test_the_gate_over_records_by_hand(run: Run, site: Repository) -> None:
    """They open it, say what would go out, and shut it again."""
    by_hand(site, "pushed/prod/v1", "DEPLOYED: pushed by hand: the tool was down", 4)
    by_hand(site, "verified/stage/v2", "PASSED: verified by hand: eight checks", 3)
    ended = run("gate", "--env=prod", "--release=v2", "--offline")
    assert (ended.code, ended.err) == (0, "")
    commit, last = ended.out.splitlines()
    assert commit.endswith(" Ann: Make v2 r=bob")
    assert last == "v2 may go to prod"
    by_hand(site, "verified/stage/v2", "FAILED: verified by hand: no start page", 2)
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 1
    assert "1. v2 has FAILED on stage since" in ended.out
    assert "no start page" in ended.out


def test_the_log_of_records_by_hand(run: Run, site: Repository) -> None:
    """When, what, who and why, as of any other; one that is none is named."""
    by_hand(site, "verified/prod/v1", "PASSED: verified by hand: eight checks", 3)
    by_hand(site, "verified/prod/v2", "SURE: verified by hand", 2)
    ended = run("log", "--env=prod")
    [row] = ended.out.splitlines()
    assert row.split()[3:6] == ["verified", "v1", "PASSED"]
    assert row.endswith("Ann <ann@example.org>  eight checks")
    assert ended.err.startswith("! the record verified/prod/v2/")
    assert "holds no record" in ended.err


def test_status(run: Run, noted: Note, project: Path) -> None:
    """Every environment, as a release goes through them: for a person, for a script, and what is
    live by asking.
    """
    noted("v2", "stage", "DEPLOYED", 3, RecordKind.PUSHED)
    noted("v2", "stage", "PASSED", 2)
    noted("v1", "prod", "DEPLOYED", 9, RecordKind.PUSHED)
    noted("v1", "prod", "PASSED", 8)
    with fhr_standin.running(locales=1, release="v2") as standin:
        environment(project, "stage", url=standin.origins["content"])
        ended = run("status", "--json")
    assert ended.code == 0, ended.err
    rows = {row["environment"]: row for row in json.loads(ended.out)}
    head, stage, prod, trouble = status.table(list(rows.values())).splitlines()
    assert head.split("  ")[0] == "environment"
    assert prod.split()[:3] == ["prod", "-", "v1"]
    assert prod.endswith("  stage by 1 commit")
    assert stage.endswith("  -")
    assert stage.split()[:3] == ["stage", "v2", "v2"]
    assert trouble.startswith("! prod does not say which release is live (")
    assert trouble.endswith("; to go back: knowngood rollback --env=prod")
    assert (rows["stage"]["live"], rows["prod"]["live"]) == ("v2", None)
    assert rows["stage"]["good"]["release"] == "v2"
    assert (rows["prod"]["behind"], rows["stage"]["behind"]) == (1, None)
    assert rows["prod"]["verified"]["verdict"] == "PASSED"


def test_questions_need_no_secrets(run: Run, noted: Note, project: Path) -> None:
    """Whoever asks git alone is sent nowhere that would want one."""
    with (project / "environments" / "prod.toml").open("a") as file:
        file.write('[secrets]\ntoken = "NOWHERE_SET"\n')
    noted("v1", "prod", "PASSED", 3)
    assert run("last-good", "--env=prod") == (0, "v1\n", "")
    assert "NOWHERE_SET" not in run("status", "--offline").out


def test_status_of_nothing(run: Run, project: Path) -> None:
    """A folder without environments that have records is a mistake, and no empty table."""
    for path in (project / "environments").glob("*.toml"):
        path.unlink()
    ended = run("status", "--offline")
    assert (ended.code, ended.out) == (4, "")
    assert "has no environment with release.repository" in ended.err


def test_status_tells_trouble(run: Run, project: Path, site: Repository) -> None:
    """An environment that cannot be read does not hide the others."""
    environment(project, "dev", repository="../nowhere")
    git(site.path, "tag", "verified/prod/v1/20261124T120001.000000Z")
    ended = run("status", "--offline")
    assert ended.code == 0
    assert "is no git repository" in ended.out
    assert "! the record verified/prod/v1/20261124T120001.000000Z: it is a light" in ended.out
    rows = {row["environment"]: row for row in json.loads(run("status", "--offline", "--json").out)}
    assert rows["stage"]["trouble"] == [], "it is not judged by the records of prod"
    assert len(rows["prod"]["trouble"]) == 1


def test_a_repository_of_somebody_else(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one: what git says to do is not led in by that it is none."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    ended = run("gate", "--env=prod", "--release=v1")
    assert ended.code == 4
    assert f"{project.parent / 'site'} cannot be used: git " in ended.err
    assert "git config --global --add safe.directory" in ended.err


@pytest.mark.parametrize("folder", ["sub", "bare.git/refs"])
def test_a_folder_within_another_repository(
    run: Run, project: Path, site: Repository, folder: str
) -> None:
    """As a submodule that nobody has fetched: the repository above is another one."""
    git(site.path, "init", "--quiet", "--bare", "bare.git")
    (site.path / "sub").mkdir()
    environment(project, "prod", repository=f"../site/{folder}")
    ended = run("adopt", "--env=prod", "--release=v1")
    assert (ended.code, ended.out) == (4, ""), ended.output
    assert f"{folder} is a folder within another repository and none of its own" in ended.err
    assert f"submodule update --init {site.path / folder}" in ended.err
    assert git(site.path, "tag", "-l", "adopted/*") == ""


@pytest.mark.parametrize("folder", ["bare.git", ".git", "tree"])
def test_what_is_a_repository(run: Run, project: Path, site: Repository, folder: str) -> None:
    """A bare one, the git folder of another, and a further work tree."""
    git(site.path, "clone", "--quiet", "--bare", ".", "bare.git")
    git(site.path, "worktree", "add", "--quiet", "tree", "v1")
    environment(project, "prod", repository=f"../site/{folder}")
    assert run("log", "--env=prod", "--offline").code == 0


@pytest.mark.usefixtures("in_one_process")
def test_a_branch_that_bars_the_way(
    run: Run, project: Path, site: Repository, tmp_path: Path
) -> None:
    """One that was deleted at the origin, where another one now has its name as a folder. No tag
    that is here alone goes away.
    """
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(bare, "branch", "topic", "v1")
    git(site.path, "remote", "add", "origin", str(bare))
    assert run("log", "--env=prod").code == 0
    git(bare, "branch", "-D", "topic")
    git(bare, "branch", "topic/two", "v1")
    git(site.path, "tag", "mine", "v1")
    ended = run("log", "--env=prod")
    assert ended.code == 0, ended.output
    assert git(site.path, "branch", "-r").split()[-1] == "origin/topic/two"
    assert git(site.path, "tag", "-l", "mine") == "mine\n"


@pytest.mark.usefixtures("in_one_process")
def test_through_a_clone(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """A URL is cloned into the cache and fetched each time; records reach it with --push."""
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    environment(project, "prod", 'promotes_from = "stage"', repository=bare.as_uri())
    ended = run("gate", "--env=prod", "--release=v2", "--override", "why", "--push")
    assert ended.code == 0, ended.err
    assert len(git(bare, "tag", "-l", "overridden/*").split()) == 1
    [cached] = (clone.cache()).glob("*.git")
    assert (cached / "packed-refs").exists(), "thousands of records are one file"
    git(site.path, "tag", "-a", "v7", "-m", "v7")
    git(site.path, "push", "--quiet", str(bare), "v7")
    assert "v7 has not PASSED" in run("gate", "--env=prod", "--release=v7").out
    shutil.rmtree(cached / "objects")
    damaged = run("log", "--env=prod")
    assert damaged.code == 75, damaged.output
    pasted(damaged.err, "is damaged; it is cloned again after: ")
    assert run("log", "--env=prod").out.count("overridden") == 1


def pasted(output: str, after: str) -> None:
    """Run the command that was told with these words before it."""
    command = output.partition(after)[2].splitlines()[0]
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=400)


def test_a_ledger_that_cannot_be_read(
    run: Run, project: Path, site: Repository, noted: Note, tmp_path: Path
) -> None:
    """The gate refuses and says so: 75, for what is not known is no reason why not."""
    noted("v2", "stage", "PASSED", 1)
    noted("v1", "prod", "PASSED", 9)
    git(site.path, "remote", "add", "origin", str(tmp_path / "gone.git"))
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 75
    assert "nothing follows from them: git fetch" in ended.err
    assert run("gate", "--env=prod", "--release=v2", "--offline").code == 0


def test_a_tag_that_is_another_one_there(run: Run, site: Repository, tmp_path: Path) -> None:
    """A release that was moved on the server is not taken over in silence."""
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    git(bare, "tag", "-f", "v2", "v1")
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 1
    assert "1. the tag v2: the origin has another one of this name" in ended.out


def test_a_rolling_tag_stops_nobody(
    run: Run, site: Repository, noted: Note, tmp_path: Path
) -> None:
    """A tag that is moved at the origin for each release is told, and what matters is fetched. A
    release that was moved there is not the last known good one.
    """
    git(site.path, "tag", "latest", "v1")
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    git(bare, "tag", "-f", "latest", "v2")
    git(bare, "tag", "v9", "v2")
    noted("v1", "prod", "PASSED", 3)
    noted("v2", "prod", "PASSED", 2)
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (0, "v2\n")
    assert "! the tag latest: the origin has another one of this name" in ended.err
    assert git(site.path, "tag", "-l", "v9") == "v9\n"
    pasted(ended.err, after="; to take theirs: ")
    assert "the tag " not in run("last-good", "--env=prod").err
    git(bare, "tag", "-f", "v2", "v3")
    ended = run("last-good", "--env=prod")
    assert ended.out == "v1\n"
    pasted(ended.err, after="; to put that there again: ")
    ended = run("last-good", "--env=prod")
    assert (ended.out, "the tag " in ended.err) == ("v2\n", False)


def test_a_record_that_is_another_one_at_the_origin(
    run: Run, site: Repository, noted: Note, tmp_path: Path
) -> None:
    """Which of them is true nobody can tell, so it says nothing good."""
    noted("v1", "prod", "PASSED", 3)
    record = noted("v2", "prod", "PASSED", 2)
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    git(bare, "tag", "-f", record.name, "v2")
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (0, "v1\n")
    assert f"! the record {record.name}: the origin has another one of this name" in ended.err


@pytest.mark.usefixtures("in_one_process")
def test_a_shallow_clone(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """It cannot tell what would go out."""
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", site.path.as_uri(), str(shallow))
    environment(project, "prod", 'promotes_from = "stage"', repository="../shallow")
    ended = run("gate", "--env=prod", "--release=v3")
    assert ended.code == 75
    assert "fetch --unshallow" in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gate", "--env=prod"], "--release"),
        (["gate", "--release=v1"], "--env"),
        (["last-good", "--env=nowhere"], "unknown environment"),
        (["log"], "--env"),
        (["status", "--env=nowhere"], "unknown environment"),
        (["live", "--env=nowhere"], "unknown environment"),
    ],
)
def test_usage(run: Run, words: list[str], told: str) -> None:
    """A mistake is 4, and the message names the option."""
    ended = run(*words)
    assert ended.code == 4
    assert told in ended.err


def test_an_environment_without_a_repository(run: Run, project: Path) -> None:
    """The message names the key."""
    environment(project, "prod", repository="x")
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace('repository = "x"\n', ""))
    ended = run("gate", "--env=prod", "--release=v1")
    assert ended.code == 4
    assert "release.repository: not set" in ended.err


CHECK = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == {status}
'''


@pytest.mark.parametrize("command", ["verify", "pytest"])
@pytest.mark.parametrize(("answer", "code", "verdict"), [(200, 0, "PASSED"), (404, 1, "FAILED")])
@pytest.mark.usefixtures("in_one_process")
def test_a_run_is_recorded(
    run: Run,
    project: Path,
    site: Repository,
    suite_here: Suite,
    command: str,
    answer: int,
    code: int,
    verdict: str,
) -> None:
    """On the commit of the release that was on the air, by either command. Where there is no origin
    that it could be pushed to, that is no trouble.
    """
    (project / "checks" / "test_it.py").write_text(CHECK.format(status=answer))
    options = ("--env=stage", "--record", "--push", f"--subject=app=sha256:{'ab' * 32}")
    with fhr_standin.running(locales=1, release="v2") as standin:
        environment(project, "stage", url=standin.origins["content"])
        verify = command == "verify"
        done = run("verify", *options) if verify else suite_here(*options, cwd=project)
    assert done.code == code, done.output
    assert "recorded: verified/stage/v2/" in done.output
    assert f"Z in {site.path}, which has no origin" in done.output
    [found] = all_of(records.read(site, datetime.now(UTC), ["stage"]))
    assert (found.verdict, found.commit) == (verdict, site.commit_of("v2"))
    assert (found.level, found.subjects) == ("smoke", {"app": "ab" * 32})
    message = git(site.path, "cat-file", "-p", found.name)
    assert "test_it.py::test_robots" in message
    assert '"environments/stage.toml"' in message


def test_a_run_that_was_killed_is_recorded(run: Run, project: Path, site: Repository) -> None:
    """It gave no verdict, and was to verify this release: the log says that nobody knows."""
    killed = "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n"
    (project / "checks" / "test_it.py").write_text(killed)
    with fhr_standin.running(locales=1, release="v2") as standin:
        environment(project, "stage", url=standin.origins["content"])
        ended = run("verify", "--env=stage", "--release=v2", "--record")
    assert ended.code == 75, ended.output
    [record] = all_of(records.read(site, datetime.now(UTC), ["stage"]))
    assert (record.release, record.verdict) == ("v2", "INCONCLUSIVE")
    assert record.reason == "the run ended with SIGKILL and gave no verdict"


def test_a_release_that_nobody_knows(project: Path, suite_here: Suite) -> None:
    """The verdict stands; that there is no record is told."""
    (project / "checks" / "test_it.py").write_text(CHECK.format(status=200))
    with fhr_standin.running(locales=1, release="a b") as standin:
        environment(project, "stage", url=standin.origins["content"])
        done = suite_here("--env=stage", "--record", cwd=project)
    assert done.code == 0, done.output
    assert "no record was written: a b: a release's name may hold letters" in done.output


@pytest.mark.parametrize(
    ("seen", "trouble"),
    [
        ("v9", "v9: "),
        ("grün-7", "grün-7: a release's name may hold letters from A to Z, digits and "),
        ("v1, v2", "which release was verified is not known; give --release"),
        (None, "which release was verified is not known; give --release"),
    ],
)
def test_a_verdict_of_no_release(
    environments: Callable[..., Environment], site: Repository, seen: str | None, trouble: str
) -> None:
    """What it is about cannot be named, so there is no record of it."""
    document = {"release": {"expected": None, "seen": seen}}
    line = record_from_verdict.report(environments("stage"), document, push=False)
    assert line.startswith(f"no record was written: {trouble}")
    assert git(site.path, "tag", "-l", "verified/*") == ""


@pytest.mark.parametrize(
    ("seen", "check", "instead"),
    [
        ("v1", CONVERGED, "v1"),
        ("v1, v2", CONVERGED, ""),
        ("v2", CONVERGED, ""),
        ("no answer: refused", CONVERGED, ""),
        (None, CONVERGED, ""),
        ("v1", "test_it.py::test_robots", ""),
    ],
)
def test_what_was_there_instead(
    environments: Callable[..., Environment],
    site: Repository,
    seen: str | None,
    check: str,
    instead: str,
) -> None:
    """One other release at every edge, and nothing less: v2 may have been there otherwise."""
    stage = environments("stage")
    stage.path.parent.mkdir()
    stage.path.touch()
    document = {
        "release": {"expected": "v2", "seen": seen},
        "verdict": "FAILED",
        "reason": "not-converged: after 4 s 1 of 2 edges did not serve v2",
        "run": "1",
        "level": "smoke",
        "requests": {"attempts": 1},
        "checks": {},
        "failures": [{"check": check}],
    }
    assert record_from_verdict.verification(stage, document, site).instead == instead


def test_push_without_record(run: Run) -> None:
    """There would be nothing to push."""
    ended = run("verify", "--env=stage", "--push")
    assert ended.code == 4
    assert "give --record as well" in ended.err


@pytest.mark.usefixtures("in_one_process")
def test_a_fetch_takes_nothing_away(
    run: Run, site: Repository, noted: Note, tmp_path: Path, settings: Path
) -> None:
    """A record that was not pushed yet may be the one that revokes, whatever git is to prune."""
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    settings.write_text(settings.read_text() + "[fetch]\nprune = true\npruneTags = true\n")
    noted("v2", "stage", "PASSED", 2)
    noted("v2", "stage", "FAILED", 1)
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.err
    assert "v2 has FAILED on stage since" in ended.out
    assert len(git(site.path, "tag", "-l", "verified/*").split()) == 2


def test_a_damaged_record_of_the_environment(run: Run, site: Repository, noted: Note) -> None:
    """A release is not known to be good while a newer record of it cannot be read: that may be the
    one that revokes. An older release is.
    """
    noted("v1", "prod", "PASSED", 3)
    later = datetime.now(UTC) - timedelta(days=2)
    git(site.path, "tag", f"verified/prod/v1/{later:%Y%m%dT%H%M%S.%fZ}")
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (75, "")
    assert "it is a lightweight tag" in ended.err
    noted("v2", "prod", "PASSED", 4)
    ended = run("last-good", "--env=prod")
    assert (ended.code, ended.out) == (0, "v2\n")
    assert "! the record verified/prod/v1/" in ended.err


def test_a_preview_is_not_recorded(
    run: Run, project: Path, site: Repository, suite_here: Suite
) -> None:
    """It is not the environment that the record would name."""
    options = ("--env=stage", "--origin=content=http://127.0.0.1:9", "--record")
    verified, tested = run("verify", *options), suite_here(*options, cwd=project)
    for done in (verified, tested):
        assert done.code == 4
        assert "is not the environment" in done.output
    assert git(site.path, "tag", "-l", "verified/*") == ""
