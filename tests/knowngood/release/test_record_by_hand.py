"""Records that a person wrote with git alone: one line in an annotated tag."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clones import Clone
from release_side import all_of, all_read

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import GateRules, Release
from knowngood.release import record_parser, records
from knowngood.release.git import Repository
from knowngood.release.git_objects import GitObject
from knowngood.release.ledger import Ledger
from knowngood.release.record import Record, RecordKind
from knowngood.release.record_parser import MalformedRecord

NOW = datetime.now(UTC)
TIME = NOW.strftime("%Y%m%dT%H%M%S.000000Z")
NAME = f"verified/prod/v1/{TIME}"
PASSED = Record(RecordKind.VERIFIED, "prod", "v1", "1" * 40, NOW, "PASSED")


@pytest.fixture
def site(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with the release v1, where it is NOW however slow the machine is."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{int(NOW.timestamp())} +0000")
    clone.commit("Begin r=bob", "--allow-empty")
    clone.git("tag", "-a", "-m", "v1", "v1")
    return Repository(clone.path)


def read(site: Repository) -> records.Records:
    """Return the records of prod, all of them read."""
    return all_read(records.read(site, datetime.now(UTC), ["prod"]))


@pytest.mark.parametrize(
    ("kind", "message", "verdict", "reason"),
    [
        ("verified", "PASSED: verified by hand: eight checks", "PASSED", "eight checks"),
        ("verified", "FAILED: verified by hand", "FAILED", "by hand"),
        ("verified", "FAILED: config.json is 404", "FAILED", "config.json is 404"),
        ("verified", "failed, the page is empty", "FAILED", "the page is empty"),
        ("verified", "FAILED", "FAILED", "by hand"),
        ("pushed", "DEPLOYED: pushed by hand: v2 is late", "DEPLOYED", "v2 is late"),
        ("rolled-back", "NOT DEPLOYED: rolled back by hand", "NOT DEPLOYED", "by hand"),
        ("overridden", "OVERRIDDEN: overridden by hand: it burns", "OVERRIDDEN", "it burns"),
    ],
)
def test_one_line_is_a_record(
    site: Repository, kind: str, message: str, verdict: str, reason: str
) -> None:
    """Of every kind, by whoever tagged, at the time in its name."""
    site.run("tag", "-a", "-m", message, f"{kind}/prod/v1/{TIME}", "v1^{commit}")
    [found] = all_of(read(site))
    assert (found.kind, found.release, found.commit) == (
        RecordKind(kind),
        "v1",
        site.commit_of("v1"),
    )
    assert (found.verdict, found.reason, found.where) == (verdict, reason, "")
    assert found.when == NOW.replace(microsecond=0)
    assert " <" in found.who and found.who.endswith(">")  # noqa: PT018 - one claim


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("SURE: verified by hand", "holds no record"),
        ("DEPLOYED: verified by hand", "its verdict is 'DEPLOYED'"),
        ("all PASSED", "holds no record"),
        ("PASSEDLY verified by hand", "holds no record"),
        ("PASSED: verified by hand\n\nand more", "holds no record"),
    ],
)
def test_another_message_is_none(message: str, why: str) -> None:
    """Only one line that begins with a verdict needs no statement."""
    headers = (("tag", NAME), ("tagger", f"Ann <a@b> {NOW.timestamp():.0f} +0000"))
    with pytest.raises(MalformedRecord, match=why):
        record_parser.parse(NAME, GitObject("1" * 40, "tag", headers, message), "0" * 40)


@pytest.mark.parametrize("target", ["v1", "outer"])
def test_a_record_by_hand_on_a_tag(site: Repository, target: str) -> None:
    """Who types the release in place of its commit means the commit that its tag leads to."""
    site.run("tag", "-a", "-m", "A tag of a tag", "outer", "v1")
    site.run("tag", "-a", "-m", "PASSED: verified by hand: all is well", NAME, target)
    good = read(site).last_good("prod", lambda _: "")
    assert good is not None
    assert (good.release, good.commit) == ("v1", site.commit_of("v1"))


def test_a_record_of_ours_on_a_tag(clone: Clone, site: Repository) -> None:
    """The commit in its message must still be the one that the tag leads to."""
    ref = clone.record("verified", "v1", "prod")
    content = (
        clone.git("cat-file", "tag", ref).partition("\n")[2].replace("type commit", "type tag")
    )
    for target in ("v1", "other"):
        if target == "other":
            clone.commit("Go on r=bob")
            clone.git("tag", "-a", "-m", "other", "other")
        on_tag = f"object {clone.git('rev-parse', target)}\n{content}\n".encode()
        clone.git(
            "update-ref", ref, clone.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=on_tag)
        )
        made = read(site)
        assert (len(all_of(made)), len(made.bad)) == ((1, 0) if target == "v1" else (0, 1))


def test_a_tag_under_another_name(site: Repository) -> None:
    """Its message names no release and no environment, so its own name has to be the tag's."""
    site.run("tag", "-a", "-m", "PASSED: verified by hand", NAME, "v1^{commit}")
    tag = site.run("rev-parse", f"refs/tags/{NAME}").strip()
    site.run("update-ref", f"refs/tags/verified/prod/v2/{TIME}", tag)
    [bad] = read(site).bad
    assert bad.why == f"it was made with another name, {NAME}"


@pytest.mark.parametrize(("minutes", "doubted"), [(-1, True), (3, True), (6, False)])
@pytest.mark.parametrize(
    "time", [f"{NOW:%Y%m%dT%H%M%SZ}", "29990101T000000.000000Z"], ids=["short", "future"]
)
def test_a_misspelt_time(
    clone: Clone, site: Repository, time: str, minutes: int, doubted: bool
) -> None:
    """It is as old as the tag: a PASSED that is newer, by whatever clock, decides."""
    name = f"verified/prod/v1/{time}"
    site.run("tag", "-a", "-m", "FAILED: verified by hand", name, "v1^{commit}")
    clone.record("verified", "v1", "prod", when=NOW + timedelta(minutes=minutes))
    known = records.read(site, NOW + timedelta(hours=1), ["prod"])
    assert (known.last_good("prod", lambda _: "") is None) == doubted
    assert [bad.name for bad in known.bad] == [name]


def test_a_push_with_a_misspelt_time(clone: Clone, site: Repository) -> None:
    """A newer record says what is live."""
    site.run("tag", "-a", "-m", "DEPLOYED", "pushed/prod/v1/20261127T074744Z", "v1^{commit}")
    old, new = (replace(PASSED, when=NOW + timedelta(minutes=minutes)) for minutes in (-1, 1))
    known = read(site)
    assert known.unread_step("prod", since=old) is not None
    assert known.unread_step("prod", since=new) is None


def test_how_to_remove_a_misnamed_tag(clone: Clone, site: Repository) -> None:
    """Both here and at the origin; what is only bad may hold, and is recorded again before that."""
    for name in ("verified/prod/v1/now", NAME):
        site.run("tag", "-a", "-m", "all is well", name, "v1^{commit}")
    environment = Environment("prod", Path("prod.toml"), "", release=Release("a:/v"))
    told = [line for line in Ledger(environment, site, read(site)).warnings() if "no" in line]
    [misnamed, bad] = sorted(told, key=lambda line: NAME in line)
    subprocess.run(["sh", "-c", misnamed.partition("; to remove it: ")[2]], check=True)
    assert site.run("tag", "-l", "verified/*").split() == [NAME]
    again = "; if it holds, record it again by hand (docs/releases.md); then remove it: "
    subprocess.run(["sh", "-c", bad.partition(again)[2]], check=True)
    assert site.run("tag", "-l", "verified/*") == ""


@pytest.mark.parametrize(("seconds", "counts"), [(-59, True), (0, True), (-62, False)])
def test_the_time_of_the_tag(site: Repository, seconds: int, counts: bool) -> None:
    """A person's git may take a moment, and no more: the name decides what came first."""
    when = NOW + timedelta(seconds=seconds)
    name = f"verified/prod/v1/{when.strftime('%Y%m%dT%H%M%S.000000Z')}"
    author = Repository(
        site.path, {**site.variables, "GIT_COMMITTER_DATE": f"{int(NOW.timestamp())} +0000"}
    )
    author.run("tag", "-a", "-m", "PASSED: verified by hand", name, "v1^{commit}")
    found = read(site)
    assert (len(all_of(found)), len(found.bad)) == ((1, 0) if counts else (0, 1))
    why = "it was not made at the time that it tells, but 62 s later; 60 s is allowed"
    assert [bad.why for bad in found.bad] == ([] if counts else [why])


def test_records_that_must_be_signed(site: Repository, tmp_path: Path) -> None:
    """Where the gate names signers a PASSED counts only if one of them signed it."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    key = tmp_path / "key"
    making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(making, check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key))):
        site.run("config", name, value)
    environment = Environment(
        "prod", Path("prod.toml"), "", release=Release("a:/v"), gate=GateRules(signers=signers)
    )

    def last_good() -> Record | None:
        return Ledger(environment, site, read(site)).last_good()

    message = "PASSED: verified by hand: all is well"
    site.run("tag", "-a", "--no-sign", "-m", message, NAME, "v1^{commit}")
    assert last_good() is None
    site.run("tag", "-d", NAME)
    site.run("tag", "-s", "-m", message, NAME, "v1^{commit}")
    good = last_good()
    assert good is not None
    assert good.reason == "all is well"


def test_a_person_s_failed_revokes_a_person_s_passed(site: Repository) -> None:
    """What the same person found later counts, also within minutes; the log shows both."""
    for seconds, message in ((20, "FAILED: verified by hand"), (10, "PASSED: verified by hand")):
        name = f"verified/prod/v1/{NOW - timedelta(seconds=seconds):%Y%m%dT%H%M%S.000000Z}"
        site.run("tag", "-a", "-m", message, name, "v1^{commit}")
    good = read(site).last_good("prod", lambda _: "")
    assert good is not None, "the failure is older"
    site.run("tag", "-a", "-m", "FAILED: verified by hand: no start page", NAME, "v1^{commit}")
    assert read(site).last_good("prod", lambda _: "") is None


def test_the_server_knows_a_record_on_the_release_s_tag(
    clone: Clone, server: Clone, site: Repository
) -> None:
    """It is let in, and it lets the release branch move to the commit."""
    server.hooks("install", "--server")
    clone.git("push", "-q", "origin", "v1")
    assert "no record verified" in clone.refused("push", "origin", "HEAD:release")
    clone.git("tag", "-a", "-m", "PASSED: verified by hand", NAME, "v1")
    clone.git("push", "-q", "origin", NAME)
    clone.git("push", "-q", "origin", "HEAD:release")
    assert server.git("rev-parse", "release") == site.commit_of("v1")


def test_the_server_lets_it_in(clone: Clone, server: Clone, site: Repository) -> None:
    """The update hook takes what is made by hand, and refuses another line."""
    server.hooks("install", "--server")
    clone.git("tag", "-a", "-m", "PASSED: verified by hand", NAME, "v1^{commit}")
    clone.git("push", "-q", "origin", NAME)
    other = NAME.replace("prod", "stage")
    clone.git("tag", "-a", "-m", "it is fine", other, "v1^{commit}")
    assert "this is none: its message holds no record" in clone.refused("push", "origin", other)
