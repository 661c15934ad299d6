"""A yes of somebody else: whose counts, until when, and what the gate says without one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from release_side import Note, git

from knowngood.environment import BadEnvironment
from knowngood.environment.model import Environment
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import Repository
from knowngood.release.record import RecordKind
from knowngood.release.release_approval import approve
from knowngood.release.signature import own_key

Keys = Callable[[str], str]
Reasons = Callable[..., list[str]]
BOB = "Bob <bob@work.example>"
NOBODY = "v2 is not approved for prod by anybody else who matches '*'"


@pytest.fixture
def signers(tmp_path: Path, keys: Keys) -> Path:
    """Bob and the pusher; git signs as Bob. All that the gate needs but an approval is there."""
    path = tmp_path / "signers"
    path.write_text(keys("pusher") + keys("bob"))
    return path


@pytest.fixture
def reasons(
    site: Repository, signers: Path, note: Note, question: Callable[..., GateQuestion]
) -> Reasons:
    """Why v2 may not go to prod, asked by the pusher."""
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=60)
    note("v2", days=0.5)

    def ask(pattern: str = "*") -> list[str]:
        key = str(signers.with_name("pusher.key"))
        git(site.path, "config", "user.signingKey", key)
        answer = decide(question(signers=signers, approve=pattern))
        git(site.path, "config", "--unset", "user.signingKey")
        assert all(reason.to_do for reason in answer.reasons)
        return [reason.obstacle for reason in answer.reasons]

    return ask


def yes(note: Note, verdict: str = "APPROVED", who: str = BOB, **more: object) -> str:
    """An approval of v2 for prod; its name."""
    options = {"environment": "prod", "kind": RecordKind.APPROVED, "days": 0.2, **more}
    return note(options.pop("release", "v2"), verdict=verdict, who=who, **options).name


def test_a_yes_of_somebody_else(note: Note, reasons: Reasons) -> None:
    """Opens the gate that is shut without it."""
    assert reasons() == [NOBODY]
    yes(note)
    assert reasons() == []


def test_what_to_do_without_one(
    note: Note, signers: Path, question: Callable[..., GateQuestion]
) -> None:
    """The command, and who may run it: of the signers those whom the gate asks for, but for the
    one who pushes.
    """
    with signers.open("a", encoding="utf-8") as file:
        file.write("# people of quality assurance\n\nann@example.org ssh-ed25519 AAAA\n")
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=60)
    note("v2", days=0.5)
    command = "knowngood approve --env=prod --release=v2"
    for pattern, names in (
        ("*", "pusher@example.org, bob@example.org"),
        ("b*", "bob@example.org"),
        ("*@qa.example.org", "nobody"),
    ):
        [only] = decide(question(signers=signers, approve=pattern)).reasons
        assert only.to_do == f"who may say so: {names} in {signers}, by {command}"


def test_without_the_rule(note: Note, signers: Path, question: Callable[..., GateQuestion]) -> None:
    """Nobody needs to approve."""
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=60)
    note("v2", days=0.5)
    assert decide(question(signers=signers)).reasons == []


def test_a_yes_to_something_else(note: Note, reasons: Reasons) -> None:
    """Another release, or another environment."""
    yes(note, release="v3")
    yes(note, environment="stage")
    assert reasons() == [NOBODY]


def test_the_pusher_s_own(note: Note, reasons: Reasons, settings: Path) -> None:
    """Known by the key, whatever name stands there."""
    pusher = settings.parent.parent / "pusher.key"
    git(settings.parent, "config", "--global", "user.signingKey", str(pusher))
    name = yes(note)
    assert reasons() == [f"{NOBODY}; {name} does not count: pusher@example.org is who pushes"]


@pytest.mark.parametrize("who", ["Ann <ann@example.org>", "Other Name <ann@example.org>"])
def test_the_pusher_s_own_with_another_key(note: Note, reasons: Reasons, who: str) -> None:
    """Known by the address that git has."""
    name = yes(note, who=who)
    assert reasons() == [f"{NOBODY}; {name} does not count: bob@example.org is who pushes"]


def test_the_name_of_whoever_pushes_in_the_signers(
    note: Note, reasons: Reasons, settings: Path
) -> None:
    """Known by it where the record names somebody else."""
    yes(note)
    git(settings.parent, "config", "--global", "user.email", "bob@example.org")
    [only] = reasons()
    assert only.endswith("does not count: bob@example.org is who pushes")


def test_who_may_approve(note: Note, reasons: Reasons) -> None:
    """By the name of the key, not by the one that somebody typed."""
    name = yes(note, who="Carol <carol@qa.example.org>")
    assert reasons("b*@example.org") == []
    [only] = reasons("*@qa.example.org")
    assert only.endswith(f"'*@qa.example.org'; {name} does not count: it is bob@example.org's")


def test_a_yes_that_no_signer_signed(note: Note, reasons: Reasons, keys: Keys) -> None:
    """Anybody can type a name."""
    keys("stranger")
    name = yes(note)
    [only] = reasons()
    assert only.startswith(f"{NOBODY}; {name} does not count: ")


def test_an_approval_that_was_withdrawn(note: Note, reasons: Reasons) -> None:
    """By anybody, for all approvals before; a later one counts."""
    yes(note, days=0.3)
    yes(note, "WITHDRAWN", days=0.2)
    assert reasons() == [NOBODY]
    yes(note, days=0.1)
    assert reasons() == []


def test_a_damaged_record_may_withdraw(site: Repository, note: Note, reasons: Reasons) -> None:
    """What it could have said is doubted."""
    yes(note)
    git(site.path, "tag", "approved/prod/v2/20261125T110000.000000Z", "v2^{}")
    [only] = reasons()
    assert only.startswith("the record approved/prod/v2/20261125T110000.000000Z cannot be trusted")
    assert "it may say that the approval was withdrawn" in only


def test_approve_and_undo(
    site: Repository, signers: Path, environments: Callable[..., Environment]
) -> None:
    """Both are records in the site's repository."""
    prod = environments("prod", signers=signers, approve="*")
    lines: list[str] = []
    approve(prod, "v2", "looked at it", undo=False, say=lines.append)
    approve(prod, "v2", "", undo=True, say=lines.append)
    assert [line.rpartition("/")[0] for line in lines] == ["recorded: approved/prod/v2"] * 2
    first, second = git(site.path, "tag", "-l", "--format=%(subject)", "approved/*").splitlines()
    assert first.startswith("APPROVED: v2 as a release for prod on ")
    assert first.endswith("by Ann <ann@example.org>: looked at it")
    assert second.startswith("WITHDRAWN: v2 as a release for prod on ")


def test_a_yes_without_a_key_is_not_recorded(
    site: Repository, signers: Path, environments: Callable[..., Environment], keys: Keys
) -> None:
    """It would not count, and its author would not know."""
    keys("stranger")
    prod = environments("prod", signers=signers, approve="*")
    with pytest.raises(BadEnvironment, match=r"not approved: .* user\.signingKey"):
        approve(prod, "v2", "", undo=False, say=print)
    assert git(site.path, "tag", "-l", "approved/*") == ""


def test_a_yes_of_somebody_whom_the_gate_does_not_ask_is_not_recorded(
    site: Repository, signers: Path, environments: Callable[..., Environment]
) -> None:
    """Nor would that count; the names of those who may are told."""
    prod = environments("prod", signers=signers, approve="p*@example.org")
    why = (
        "not approved: the record would be bob@example.org's, which gate.approve "
        f"'p*@example.org' does not match; pusher@example.org in {signers} may approve: "
    )
    with pytest.raises(BadEnvironment, match=f"^{re.escape(why)}"):
        approve(prod, "v2", "", undo=False, say=print)
    assert git(site.path, "tag", "-l", "approved/*") == ""


@pytest.mark.usefixtures("site")
def test_what_cannot_be_approved(signers: Path, environments: Callable[..., Environment]) -> None:
    """A release that is not there, and one for an environment whose gate asks for no approval."""
    prod = environments("prod", signers=signers, approve="*")
    with pytest.raises(BadEnvironment, match="has no such tag or commit"):
        approve(prod, "v9", "", undo=False, say=print)
    with pytest.raises(BadEnvironment, match=r"needs gate\.approve"):
        approve(environments("stage"), "v2", "", undo=False, say=print)


def test_the_key_that_git_signs_with(site: Repository, keys: Keys, tmp_path: Path) -> None:
    """By the path of either half, or as git's literal key."""
    assert own_key(site) == ""
    site = Repository(site.path)  # it reads git's settings once
    line = keys("bob").partition(" ")[2].strip()
    fingerprint = own_key(site)
    assert fingerprint.startswith("SHA256:")
    for key in (f"{tmp_path}/bob.key.pub", f"key::{line}", line):
        git(site.path, "config", "user.signingKey", key)
        assert own_key(Repository(site.path)) == fingerprint
    git(site.path, "config", "user.signingKey", "0123ABCD")
    assert own_key(Repository(site.path)) == ""
