"""Records as tags of a real repository: what is written is read, and what is not whole is told."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from release_side import DIGEST, NOW, Note, all_of, all_read, cpu_seconds, git

from knowngood.release import clocks, clone, record_parser, record_store, records
from knowngood.release.git import Repository, is_ref_part
from knowngood.release.git_objects import GitObject
from knowngood.release.record import OURS, Record, RecordKind
from knowngood.release.record_parser import MalformedRecord
from knowngood.release.record_store import RecordNotWritten
from knowngood.release.records import Records
from knowngood.verdict.own_claims import CONVERGED

FULL = Record(
    kind=RecordKind.VERIFIED,
    environment="stage",
    release="v2",
    commit="0" * 40,
    when=NOW,
    verdict="FAILED",
    reason="config.json is 404",
    who="Ann <ann@example.org>",
    where="host",
    run="0123456789ab",
    level="full",
    content=DIGEST,
    subjects={"ghcr.io/example/app": "ef" * 32},
    attempts=12,
    tests={"passed": ("a",), "warned": ("b",), "failed": ("c",)},
    inputs={"environments/stage.toml": DIGEST, "suite": "1" * 40},
    suite="https://example.org/checks.git",
    instead="v1",
)


VERDICTS = {
    RecordKind.VERIFIED: "FAILED",
    RecordKind.PUSHED: "DEPLOYED",
    RecordKind.ROLLED_BACK: "STARTED",
    RecordKind.OVERRIDDEN: "OVERRIDDEN",
    RecordKind.ADOPTED: "ADOPTED",
    RecordKind.REJECTED: "WITHDRAWN",
    RecordKind.APPROVED: "APPROVED",
}


def read(repository: Repository, now: datetime = NOW) -> Records:
    """All records there, at this time."""
    return all_read(records.read(repository, now, ["stage", "prod"]))


def parse(written: Record, name: str = "", text: str = "") -> Record:
    """Read a record back from its tag, under another name or with another message."""
    tagger = f"Ann <ann@example.org> {int(written.when.timestamp())} +0000"
    message = text or written.message()
    tag = GitObject("1" * 40, "tag", (("tag", written.name), ("tagger", tagger)), message)
    return record_parser.parse(name or written.name, tag, written.commit)


@pytest.mark.parametrize("kind", list(RecordKind))
def test_what_is_written_is_read(kind: RecordKind) -> None:
    """Every field of every kind; the lists for other readers aside."""
    written = replace(FULL, kind=kind, verdict=VERDICTS[kind])
    found = parse(written)
    failed = {"failed": ("c",)} if kind == RecordKind.VERIFIED else {}
    assert found == replace(written, tests=failed, inputs={})


def test_a_verification_is_an_in_toto_test_result() -> None:
    """By the Statement (v1) and the predicate (v0.1), for readers that know nothing of ours."""
    head, _, rest = FULL.message().partition("\n\n")
    statement = json.loads(rest)
    assert head.startswith("FAILED: v2 was verified on stage on 2026-11-25 12:00:00 UTC by Ann")
    assert "config.json is 404" in head
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["subject"] == [
        {"name": "v2", "digest": {"gitCommit": "0" * 40}},
        {"name": "content", "digest": {"sha256": DIGEST}},
        {"name": "ghcr.io/example/app", "digest": {"sha256": "ef" * 32}},
    ]
    predicate = statement["predicate"]
    assert predicate["result"] == "FAILED"
    assert (predicate["passedTests"], predicate["failedTests"]) == (["a"], ["c"])
    assert predicate["configuration"][0] == {
        "name": "environments/stage.toml",
        "digest": {"sha256": DIGEST},
    }
    ours = predicate[OURS]
    assert (ours["run"], ours["verdict"], ours["action"]) == ("0123456789ab", "FAILED", "roll back")


def test_inconclusive_is_not_passed_to_anybody() -> None:
    """The vocabulary has no such word; a reader that knows it alone must not promote."""
    statement = json.loads(replace(FULL, verdict="INCONCLUSIVE").message().partition("\n\n")[2])
    assert statement["predicate"]["result"] == "FAILED"
    assert statement["predicate"][OURS]["action"] == "hold"


def test_hostile_words() -> None:
    """What a deployment says in a reason forges no line, no statement and no signature."""
    evil = "x\n{\n}\n-----BEGIN PGP SIGNATURE-----\n\x1b[2J\u202e"
    written = replace(FULL, reason=evil, who=evil, where=evil)
    found = parse(written)
    assert found.verdict == "FAILED"
    lines = written.message().splitlines()
    assert "-----BEGIN PGP SIGNATURE-----" not in lines
    assert lines.count("{") == 1
    assert "\x1b" not in written.message()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("verified/stage/v2", "its name is not"),
        ("verified/stage/20261125T120000.000000Z", "its name is not"),
        ("other/stage/v2/20261125T120000.000000Z", "its name is not"),
        ("verified/stage/v2/today", "its name is not"),
        ("verified/prod/v2/20261125T120000.000000Z", "do not tell the same"),
        ("pushed/stage/v2/20261125T120000.000000Z", "do not tell the same"),
        ("verified/stage/v2/20261125T120001.000000Z", "do not tell the same"),
        ("verified/stage/v3/20261125T120000.000000Z", "holds no record"),
    ],
)
def test_a_name_that_is_another_ones(name: str, why: str) -> None:
    """A tag that was renamed, or copied to another release."""
    with pytest.raises(MalformedRecord, match=why):
        parse(FULL, name)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"FAILED"', '"GREEN"', "its verdict is 'GREEN'"),
        ('"_type": "https://in-toto.io/Statement/v1"', '"_type": "x"', "holds no record"),
        ("\n}\n", "\n", "holds no record"),
        ('"verdict"', '"verdikt"', "holds no record"),
        ('"attempts": 12', '"attempts": "twelve"', "holds no record"),
        ('"attempts": 12', '"attempts": NaN', "holds no record"),
        ('"verdict": "FAILED"', '"verdict": "FAILED", "verdict": "PASSED"', "holds no record"),
        ('"0000000000000000000000000000000000000000"', "7", "holds no record"),
        ("0000000000000000000000000000000000000000", "1" * 40, "and its message on 111111111111"),
        ("{", "[" * 20_000, "holds no record"),
    ],
)
def test_a_message_that_was_tampered_with(old: str, new: str, why: str) -> None:
    """Named, and no record."""
    text = FULL.message()
    assert old in text
    with pytest.raises(MalformedRecord, match=re.escape(why)):
        parse(FULL, text=text.replace(old, new))


def test_written_and_read_back(site: Repository, note: Note) -> None:
    """From the repository, newest first, with the commit that was verified."""
    old, new = note("v1", days=3), note("v2", days=2, verdict="FAILED", reason="broken")
    found = read(site)
    assert [each.name for each in all_of(found)] == [new.name, old.name]
    assert all_of(found)[0].commit == site.commit_of("v2")
    assert found.bad == ()
    assert git(site.path, "cat-file", "-t", new.name) == "tag\n"
    assert "Ann <ann@example.org>" in git(site.path, "cat-file", "-p", new.name)


def test_tags_that_are_no_records(site: Repository, note: Note) -> None:
    """Each is told with why, and hides no other."""
    good = note("v1")
    git(site.path, "tag", "verified/stage/v1/20261124T120001.000000Z")
    git(site.path, "tag", "-a", "-m", "it is fine", "verified/stage/v2/20261124T120001.000000Z")
    git(
        site.path, "tag", "-a", "-m", "x", "verified/stage/t/20261124T120001.000000Z", "HEAD^{tree}"
    )
    found = read(site)
    assert [each.name for each in all_of(found)] == [good.name]
    told = {bad.name.split("/")[2]: bad.why for bad in found.bad}
    assert told["v1"].startswith("it is a lightweight tag")
    assert told["v2"].startswith("its message holds no record")
    assert told["t"].startswith("it is on a tree")
    assert {bad.environment for bad in found.bad} == {"stage"}


def test_a_record_on_another_commit(site: Repository, note: Note) -> None:
    """Its tag was made again on another commit, with the message of this one."""
    good = note("v1")
    git(site.path, "tag", "-d", good.name)
    environment_date = f"{int(good.when.timestamp())} +0000"
    moved = Repository(site.path, {"GIT_COMMITTER_DATE": environment_date})
    options = ("-a", "--cleanup=verbatim", "-F", "-", good.name, "v2^{commit}")
    moved.run("tag", *options, stdin=good.message())
    [bad] = read(site).bad
    assert bad.why.startswith(f"it is on {site.commit_of('v2')[:12]}, and its message on")


def test_a_record_that_was_dated_otherwise(site: Repository, note: Note) -> None:
    """Git's own time of the tag and the record's must agree."""
    good = note("v1")
    git(site.path, "tag", "-d", good.name)
    options = ("-a", "--cleanup=verbatim", "-F", "-", good.name, good.commit)
    site.run("tag", *options, stdin=good.message())
    [bad] = read(site, datetime.now(UTC)).bad
    told = r"it was not made at the time that it tells, but \d+ \w+ later"
    assert re.fullmatch(told, bad.why)


def test_a_record_from_the_future(site: Repository, note: Note) -> None:
    """A clock was wrong: it would be the newest for years. It is no good news until then."""
    note("v1", days=-1)
    assert read(site).last_good("stage", everything) is None
    assert named(read(site, NOW + timedelta(days=2)).last_good("stage", everything)) == "v1"
    note("v2", days=1)
    note("v2", days=-1, verdict="FAILED")
    assert read(site).last_good("stage", everything) is None, "bad news counts at once"


def test_a_record_comes_after_the_one_before_whatever_the_clock_says(
    site: Repository, note: Note
) -> None:
    """A FAILED of a machine whose clock is ten minutes behind revokes the PASSED that it knew."""
    now = datetime.now(UTC)
    passed = note("v2", "prod", days=(NOW - now - timedelta(minutes=10)) / timedelta(days=1))
    details = (site, RecordKind.VERIFIED, "prod", "v2", passed.commit, "FAILED")
    failed = record_store.record_now(*details)
    assert (failed.after, failed.when - passed.when) == (passed.name, timedelta(microseconds=1))
    assert failed.clock is not None
    record_store.write(site, failed)
    assert read(site, now).revoked_by(passed) == replace(failed, tests={}, inputs={})
    note("v3", "prod", days=-4000)
    passed = record_store.record_now(*details[:-1], "PASSED")
    assert passed.clock is None, "years ahead no good news follows"


def test_bad_news_of_a_clock_that_is_days_behind(site: Repository, note: Note) -> None:
    """It may be the other that is ahead: a FAILED and a rejection are never lost for that. A PASSED
    that came after such a FAILED counts nevertheless.
    """
    passed = note("v2", "prod", days=-4000)
    details = (site, RecordKind.VERIFIED, "prod", "v2", passed.commit)
    failed = record_store.record_now(*details, "FAILED")
    record_store.write(site, failed)
    assert failed.when - passed.when == timedelta(microseconds=1)
    now = datetime.now(UTC)
    assert read(site, passed.when + timedelta(days=1)).last_good("prod", everything) is None
    [line] = [line for line in clocks.warnings([failed], now) if "behind" in line]
    assert f": set the one that is wrong; {failed.name} is dated after the other; told " in line
    [line] = clocks.warnings([passed, failed], now + timedelta(days=2))
    assert " ahead of this one, by its records" in line, "until its time has come"
    assert read(site, now).last_good("prod", everything) is None
    record_store.write(site, record_store.record_now(*details, "PASSED"))
    assert named(read(site, now).last_good("prod", everything)) == "v2"
    for verdict in ("REJECTED", "WITHDRAWN", "REJECTED"):
        said = record_store.record_now(site, RecordKind.REJECTED, *details[2:], verdict)
        record_store.write(site, said)
        assert (read(site, now).last_good("prod", everything) is None) == (verdict == "REJECTED")


def test_what_comes_after_a_clock_that_is_years_ahead(site: Repository, note: Note) -> None:
    """Records name the one before, as ever: a rollback whose edge was stuck is not blamed on the
    good release, and a FAILED before it is over.
    """
    good = note("v2", "prod", days=9)
    pushed = RecordKind.PUSHED
    ahead = note("v3", "prod", "DEPLOYED", kind=pushed, days=-4000, after=good.name)
    made = [ahead]

    def make(kind: RecordKind, verdict: str, *failed: str) -> Record:
        tests = {"failed": failed} if failed else {}
        details = (site, kind, "prod", "v2", good.commit, verdict)
        made.append(record_store.record_now(*details, tests=tests))
        record_store.write(site, made[-1])
        return made[-1]

    make(RecordKind.ROLLED_BACK, "STARTED")
    make(RecordKind.ROLLED_BACK, "DEPLOYED")
    make(RecordKind.VERIFIED, "FAILED", CONVERGED)
    now = datetime.now(UTC)
    assert read(site, now).last_good("prod", everything) == good
    make(RecordKind.VERIFIED, "FAILED", "a")
    assert read(site, now).last_good("prod", everything) is None
    make(RecordKind.VERIFIED, "PASSED")
    make(RecordKind.VERIFIED, "PASSED")
    assert named(read(site, now).last_good("prod", everything)) == "v2"
    assert [record.after for record in made[1:]] == [record.name for record in made[:-1]]


def test_the_end_of_time(site: Repository, note: Note) -> None:
    """What git takes for no date is followed by nothing: a FAILED is recorded all the same."""
    end = datetime(2099, 12, 31, 23, tzinfo=UTC)
    last = replace(note("v2", "prod"), when=end)
    record_store.write(site, last)
    kind, place, of = RecordKind.VERIFIED, "prod", last.commit
    failed = record_store.record_now(site, kind, place, "v2", of, "FAILED")
    assert failed.when < end
    record_store.write(site, failed)


def everything(_: Record) -> str:
    """Nothing is said against any record."""
    return ""


def named(found: Record | None) -> str | None:
    """The release of a record, if there is one."""
    return found.release if found is not None else None


def test_last_good(site: Repository, note: Note) -> None:
    """The newest that passed and did not fail later; INCONCLUSIVE revokes nothing."""
    assert read(site).last_good("stage", everything) is None
    note("v1", days=5)
    note("v2", days=4)
    assert named(read(site).last_good("stage", everything)) == "v2"
    note("v2", days=3, verdict="INCONCLUSIVE")
    assert named(read(site).last_good("stage", everything)) == "v2"
    note("v2", days=2, verdict="FAILED")
    found = read(site)
    assert named(found.last_good("stage", everything)) == "v1"
    assert found.last_good("prod", everything) is None
    note("v2", days=1)
    assert named(read(site).last_good("stage", everything)) == "v2"


def test_what_was_pushed_last(site: Repository, note: Note) -> None:
    """By a push or by a rollback, whichever came later."""
    note("v2", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=3)
    note("v1", "prod", "DEPLOYED", kind=RecordKind.ROLLED_BACK, days=2)
    note("v3", "prod", kind=RecordKind.VERIFIED, days=1)
    found = read(site)
    assert named(found.pushed("prod")) == "v1"
    assert found.pushed("stage") is None


def test_many_writers(site: Repository) -> None:
    """All at once: every record is there, none is half."""

    def write(number: int) -> str:
        one = replace(FULL, commit=site.commit_of("v2") or "", attempts=number)
        at = NOW - timedelta(microseconds=number + 1)
        return record_store.write(site, replace(one, when=at))

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(write, range(24)))
    found = read(site)
    assert {each.name for each in all_of(found)} == names
    assert len(names) == 24
    assert found.bad == ()


def test_a_record_that_cannot_be_written(site: Repository) -> None:
    """It is kept, and the command that the message names makes it one."""
    (site.path / ".git" / "refs" / "tags" / "verified").write_text("in the way")
    found = replace(FULL, commit=site.commit_of("v2") or "")
    with pytest.raises(RecordNotWritten, match="it is kept in") as told:
        record_store.write(site, found)
    [kept] = (clone.cache() / "records").iterdir()
    assert kept.read_text() == found.message()
    (site.path / ".git" / "refs" / "tags" / "verified").unlink()
    command = str(told.value).splitlines()[-1]
    subprocess.run(["sh", "-c", command], check=True, timeout=400)
    [found] = all_of(read(site))
    assert found.name == FULL.name


def test_pushed_to_a_remote(site: Repository, note: Note, tmp_path: Path) -> None:
    """Whole, and readable there."""
    bare = tmp_path / "origin.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    git(site.path, "push", "--quiet", "origin", "release", "v1", "v2", "v3")
    good = note("v2")
    record_store.push(site, good.name)
    [found] = all_of(read(Repository(bare)))
    assert found.name == good.name


@pytest.mark.parametrize("remote", ["gone", "none"])
def test_no_network(site: Repository, note: Note, tmp_path: Path, remote: str) -> None:
    """The record stays where it is, and the message says how to push it."""
    if remote == "gone":
        git(site.path, "remote", "add", "origin", str(tmp_path / "gone.git"))
    good = note("v2")
    with pytest.raises(RecordNotWritten, match="was not pushed") as told:
        record_store.push(site, good.name)
    assert f"push origin refs/tags/{good.name}:refs/tags/{good.name}" in str(told.value)
    assert [each.name for each in all_of(read(site))] == [good.name]


def test_signed_where_git_signs(site: Repository, note: Note, keys: Callable[[str], str]) -> None:
    """By an ssh key here; what is read is the same."""
    keys("ann")
    good = note("v2")
    assert "BEGIN SSH SIGNATURE" in git(site.path, "cat-file", "-p", good.name)
    [found] = all_of(read(site))
    assert (found.name, found.reason) == (good.name, good.reason)


def test_nobody_in_particular(site: Repository, note: Note, settings: Path) -> None:
    """A build machine has no name in git: the machine's user and host stand for one."""
    settings.write_text("[init]\ndefaultBranch = release\n[user]\nuseConfigOnly = true\n")
    name, where = record_store.identity(site)
    assert re.fullmatch(r".+ <.+@.+>", name)
    assert where
    note("v2")
    assert len(all_of(read(site))) == 1


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("v1", True),
        ("release/v1", True),
        ("2013.06.14+1", True),
        ("", False),
        ("-v", False),
        ("--upload-pack=x", False),
        ("a..b", False),
        ("a.lock", False),
        ("a/.b", False),
        ("a b", False),
        ("a\nb", False),
        ("a;b", False),
        ("$(b)", False),
        ("a^{}", False),
        ("a:b", False),
        ("é", False),
        ("v1\n", False),
    ],
)
def test_names_that_refs_may_have(name: str, good: bool) -> None:
    """What git allows, and nothing that a shell or a terminal would read as more."""
    assert is_ref_part(name) == good


def test_neither_pytest_nor_an_http_client(tmp_path: Path) -> None:
    """Whoever asks the records needs nothing of what verifies."""
    code = (
        "import sys, knowngood.cli.gate, knowngood.cli.push\n"
        "import knowngood.release.record_from_verdict\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('pytest', '_pytest', 'httpx', 'pycurl', 'requests', 'urllib3')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=400
    )
    assert ran.stdout == "[]\n"


def test_a_hook_reads_no_environment() -> None:
    """It has none; git starts one for each ref that is pushed, and to read the room takes as long
    as all the rest.
    """
    code = (
        "import sys, knowngood.release.hooks\n"
        "print([m for m in sys.modules if m.startswith('knowngood.environment')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=400
    )
    assert ran.stdout == "[]\n"


def test_thousands_of_records(site: Repository) -> None:
    """Two thousand are read, each of them, in half a second; written here as git imports."""
    one = site.commit_of("v2") or ""
    made = [replace(FULL, commit=one, when=NOW - timedelta(days=n + 1)) for n in range(2_000)]
    git(site.path, "fast-import", "--quiet", stdin="".join(map(imported, made)))
    git(site.path, "pack-refs", "--all")
    began = cpu_seconds()
    found = read(site)
    assert len(all_of(found)) == 2_000
    assert found.bad == ()
    assert cpu_seconds() - began < 3, "six times what an idle machine may take"


def imported(made: Record) -> str:
    """A record in the words of git fast-import."""
    text = made.message()
    return (
        f"tag {made.name}\nfrom {made.commit}\n"
        f"tagger Ann <ann@example.org> {int(made.when.timestamp())} +0000\n"
        f"data {len(text.encode())}\n{text}\n"
    )
