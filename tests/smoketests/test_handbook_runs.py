"""docs/HANDBOOK.md is what the command prints, and what it says to type works."""

import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from by_hand import Command, Printed, commands, type_in
from release_side import all_of

import fhr_standin
from knowngood.environment import loader
from knowngood.handbook import render
from knowngood.release import lock_holder, push_lock, record_store, records
from knowngood.release.git import Repository
from knowngood.release.push_lock import PushLocked
from knowngood.release.record import DEPLOYED, Record, RecordKind

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "docs" / "HANDBOOK.md"
NOWHERE = {"content": "http://127.0.0.1:9", "submission": "http://127.0.0.1:9"}
DEPLOY = """#!/bin/sh
echo "putting $2 on $1"
git -C site cat-file -e "$3" && test "$1" = prod && echo "$2" > live
"""


def page(origins: Mapping[str, str], repository: str = "") -> str:
    """Return the handbook of FHR's prod, as it would be if prod answered at ``origins``."""
    prod = loader.load("prod", ROOT, secrets=False)
    assert prod.release is not None
    release = replace(prod.release, repository=repository)
    return render(replace(prod, origins=dict(origins), release=release))


def wrong(printed: Sequence[Printed]) -> list[Printed]:
    """Return those that did not print what the page says."""
    return [one for one in printed if not one.right]


def test_the_handbook_is_up_to_date() -> None:
    """If it is not: `knowngood handbook --env=prod > docs/HANDBOOK.md`."""
    printed = render(loader.load("prod", ROOT, secrets=False))
    assert printed == HANDBOOK.read_text("utf-8")


def test_the_handbook_is_small() -> None:
    """Somebody reads it at three in the morning."""
    assert len(HANDBOOK.read_text("utf-8").splitlines()) <= 80


FAULTS = {
    "The page reads config.json before anything else.": "config-missing",
    "It is JSON, and debug is off.": "config-debug-on",
    "The page is there, and whole.": "page-truncated@en-US",
    "Its script is there.": "script-is-html",
    "A locale that does not exist is not there.": "unknown-locale-200",
    "There are twelve months.": "date-format-eleven-months@en-US",
    "A report is taken, and then deleted.": "delete-broken",
}
"""A fault by which each check of the handbook does not hold."""


def checks(text: str) -> list[Command]:
    """Return the commands that verify."""
    verifying = [command for command in commands(text) if command.section == "2. Verify"]
    return [command for command in verifying if "git -C site" not in command.text]


def test_every_check_has_a_fault() -> None:
    """Otherwise nobody would know whether its command can fail."""
    assert [command.claim for command in checks(HANDBOOK.read_text("utf-8"))] == list(FAULTS)


@pytest.mark.parametrize("claim", FAULTS)
def test_a_check_sees_its_fault(claim: str, tmp_path: Path) -> None:
    """With the fault its command, and perhaps others, print something else."""
    with fhr_standin.running(locales=5, faults=[FAULTS[claim]], release="v8") as fhr:
        printed = type_in(checks(page(fhr.origins)), tmp_path, "v8")
    assert claim in [one.command.claim for one in wrong(printed)]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The site's repository: v7 has passed on prod, v8 on stage. Git knows a hostile name."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    config = tmp_path / "gitconfig"
    config.write_text(
        '[user]\nname = "Ann \\"$(date)\\" O\'Hara"\nemail = ann@example.org\n'
        "[init]\ndefaultBranch = release\n[tag]\ngpgSign = false\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "fhr").mkdir()
    repository = Repository(tmp_path / "fhr")
    repository.run("init", "--quiet")
    for release in ("v7", "v8"):
        repository.run("commit", "--quiet", "--allow-empty", "-m", f"Make {release}. r=bob")
        repository.run("tag", "-a", release, "-m", release)
    for days, kind, place, release, verdict in (
        (2.0, RecordKind.PUSHED, "prod", "v7", DEPLOYED),
        (1.9, RecordKind.VERIFIED, "prod", "v7", "PASSED"),
        (1.0, RecordKind.VERIFIED, "stage", "v8", "FAILED"),
        (0.9, RecordKind.VERIFIED, "stage", "v8", "PASSED"),
    ):
        when = datetime.now(UTC) - timedelta(days=days)
        commit = repository.commit_of(release) or ""
        record_store.write(repository, Record(kind, place, release, commit, when, verdict))
    return repository


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The folder that releases are deployed from; v7 is live."""
    path = tmp_path / "a desk"
    path.mkdir()
    (path / "deploy").write_text(DEPLOY)
    (path / "deploy").chmod(0o755)
    (path / "live").write_text("v7\n")
    return path


@pytest.fixture
def text(site: Repository, desk: Path) -> Iterator[str]:
    """The handbook of a small FHR that ``./deploy`` changes."""
    with (
        fhr_standin.running(locales=5, release="v7", commit=site.commit_of("v7")) as old,
        fhr_standin.running(locales=5, release="v8", commit=site.commit_of("v8")) as new,
        switched(
            {"v7": old.origins["content"], "v8": new.origins["content"]}, desk / "live"
        ) as content,
    ):
        origins = {"content": content, "submission": new.origins["submission"]}
        yield page(origins, str(site.path))
        assert new.documents() == {}, "something is left behind"


def test_all_of_it(text: str, desk: Path, site: Repository) -> None:
    """V8 is pushed and verified, then FAILS and is rolled back; the records made by hand count."""
    fetch, lock, who, listing, _, *deploying, rejecting = [
        c for c in commands(text) if c.section[:2] in ("# ", "1.")
    ]
    rejecting = replace(rejecting, text=rejecting.text.replace("v9", "v8").replace("WHY", "blank"))
    verifying = [command for command in commands(text) if command.section == "2. Verify"]
    pushing = [command for command in commands(text) if command.section == "3. Push"]

    *verifying, free = verifying
    printed = type_in([fetch, lock, who, *pushing, *deploying, *verifying], desk, "v8")
    assert wrong(printed) == []
    seen = pytest.raises(PushLocked, match=r"for \d+ (s|min): by hand")
    with seen, push_lock.held(site, "prod", "a push", print):
        pytest.fail("it goes ahead")
    assert '"for":"by hand"' in printed[2].output
    outputs = {one.command.claim.partition(":")[0]: one.output for one in printed}
    assert "Make v8. r=bob" in outputs["This goes out"]
    assert (desk / "live").read_text() == "v8\n"

    [choosing] = type_in([listing], desk)
    (bad, first), (commit, second) = [r.split()[:2] for r in choosing.output.splitlines()]
    assert (first[:3], second[:3]) == ("v8/", "v7/")
    failed = verifying[-1].text.replace("PASSED", "FAILED").replace("all as", "not as")
    failed = failed.replace(".000000Z", ".000001Z")  # nobody else types twice in a second
    failing = Command("", "", "recorded", f"release=v8 commit={bad}\n{failed}")
    chosen = Command("", "", "", f"release=v7 commit={commit}")
    *checking, passed = verifying
    passing = replace(passed, text=passed.text.replace(".000000Z", ".000002Z"))
    typed = [failing, chosen, *deploying, rejecting, *checking, passing, free]
    assert wrong(type_in(typed, desk, "v7")) == []
    with push_lock.held(site, "prod", "a push", print):
        assert lock_holder.holder(site, "prod") is not None
    assert (desk / "live").read_text() == "v7\n"

    made = records.read(site, datetime.now(UTC), ["prod"])
    rejected = made.rejected("prod", bad, lambda _: "")
    assert rejected is not None
    assert rejected.reason == "by hand: blank"
    verified = [record for record in all_of(made) if record.kind == RecordKind.VERIFIED]
    assert [(r.kind, r.release, r.verdict, r.reason) for r in verified[:3]] == [
        (RecordKind.VERIFIED, "v7", "PASSED", "all as expected"),
        (RecordKind.VERIFIED, "v8", "FAILED", "not as expected"),
        (RecordKind.VERIFIED, "v8", "PASSED", "all as expected"),
    ]
    assert made.bad == ()
    assert verified[0].who == 'Ann "$(date)" O\'Hara <ann@example.org>'
    assert made.last_good("prod", lambda _: "", of=bad) is None


def test_a_rejected_release(site: Repository, tmp_path: Path) -> None:
    """The list of a rollback has it, and a push stops, until the rejection is withdrawn."""
    typed = commands(page(NOWHERE, str(site.path)))
    fetch, _, _, listing = typed[:4]
    release = Command("", "", None, "release=v8 commit=$(git -C site rev-parse v8^{commit})\n")
    [check] = [command for command in typed if command.claim == "Nobody has rejected it."]
    for seconds, name, verdict in (
        (0, "prod", "REJECTED"),
        (1, "prod", "WITHDRAWN"),
        (2, "stage", "REJECTED"),
        (3, "prod", "WITHDRAWN"),
        (4, "stage", "WITHDRAWN"),
    ):
        when = datetime.now(UTC) + timedelta(seconds=seconds)
        commit = site.commit_of("v8") or ""
        record = Record(RecordKind.REJECTED, name, "v8", commit, when, verdict, reason="bad")
        record_store.write(site, record)
        *_, listed, checked = type_in([fetch, release, listing, check], tmp_path)
        assert name != "prod" or f" {verdict}: v8 " in listed.output.splitlines()[0]
        assert checked.right is (seconds in (1, 4)), (seconds, checked.output)


def test_a_tag_that_moved(site: Repository, tmp_path: Path) -> None:
    """A rolling one keeps no record and no release from the clone."""
    fetch = commands(page(NOWHERE, str(site.path)))[0]
    site.run("tag", "latest", "v7")
    assert wrong(type_in([fetch], tmp_path)) == []
    site.run("tag", "--force", "latest", "v8")
    site.run("commit", "--quiet", "--allow-empty", "-m", "Make v9. r=bob")
    site.run("tag", "-a", "v9", "-m", "v9")
    commit = site.commit_of("v9") or ""
    record = Record(RecordKind.VERIFIED, "stage", "v9", commit, datetime.now(UTC), "PASSED")
    record_store.write(site, record)
    assert wrong(type_in([fetch], tmp_path)) == []
    fetched = Repository(tmp_path / "site").run("tag", "--list").splitlines()
    assert {"v9", record.name} <= set(fetched)


def test_who_has_the_lock(site: Repository, tmp_path: Path) -> None:
    """The page tells it by a command, and how to take over what somebody left behind."""
    typed = commands(page(NOWHERE, str(site.path)))
    fetch, lock, who = typed[:3]
    [free] = [command for command in typed if command.prints == "free"]
    with push_lock.held(site, "prod", "a push of v8", print):
        _, locked, told = type_in([fetch, lock, who], tmp_path)
        assert (locked.right, told.right) == (False, True)
        assert '"for": "a push of v8"' in told.output
        assert '"beat": "' in told.output
        assert wrong(type_in([free, lock], tmp_path)) == []
        type_in([free], tmp_path)


@contextmanager
def switched(targets: Mapping[str, str], switch: Path) -> Iterator[str]:
    """Yield an origin that is the one in ``targets`` whose name stands in the file ``switch``."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # closed at the end
            while True:
                client, _ = listener.accept()
                target = targets[switch.read_text().strip()]
                threading.Thread(target=_carry, args=(client, target), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _carry(client: socket.socket, target: str) -> None:
    parts = urlsplit(target)
    with client, socket.create_connection((parts.hostname or "", parts.port or 0)) as server:
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
