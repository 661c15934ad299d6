"""The gate: what goes through, and every reason why something does not, alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from release_side import DIGEST, NOW, Note, commit, git

from knowngood.environment.model import Environment
from knowngood.release import records
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import Repository
from knowngood.release.ledger import Ledger
from knowngood.release.live import LiveAnswer, LiveRelease
from knowngood.release.record import RecordKind

Environments = Callable[..., Environment]
Ask = Callable[..., list[str]]


def test_it_may(note: Note, ask: Ask) -> None:
    """An annotated tag on the release branch that passed on stage yesterday."""
    note("v2")
    assert ask() == []


def test_it_may_after_a_push(note: Note, ask: Ask) -> None:
    """Its new commits are all reviewed."""
    note("v1", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    note("v2")
    assert ask() == []


@pytest.mark.parametrize(
    "release", ["v9", "", "-v", "v2^{}", "v1..v2", "release", "v2\n", "v2;id", "../v2", "HEAD"]
)
def test_no_such_release(note: Note, ask: Ask, release: str) -> None:
    """Neither a branch nor an expression is a release."""
    note("v2")
    [only] = ask(release)
    assert only.startswith("there is no release ")


def test_a_commit_is_no_release(site: Repository, ask: Ask) -> None:
    """Its tag is: that is named."""
    commit = site.commit_of("v2") or ""
    assert ask(commit)[0].startswith(f"there is no release {commit}: it is a commit; its tag is v2")


def test_a_lightweight_tag(site: Repository, note: Note, ask: Ask) -> None:
    """It does not say who made it."""
    git(site.path, "tag", "light", "v2^{}")
    note("v2")
    [only] = ask("light")
    assert only.startswith("light is a lightweight tag")


def test_another_branch(site: Repository, note: Note, ask: Ask) -> None:
    """What was made elsewhere is not pushed from there."""
    git(site.path, "checkout", "--quiet", "-b", "topic", "v2^{}")
    commit(site.path)
    git(site.path, "tag", "-a", "v2.1", "-m", "v2.1")
    note("v2.1")
    assert ask("v2.1") == ["v2.1 is not on the branch release"]
    assert ask("v2.1", branch="nowhere")[0].startswith("there is no branch nowhere")
    assert ask("v2.1", branch="topic") == []


def test_the_first_environment_takes_what_the_branch_can_move_to(
    site: Repository, environments: Environments, note: Note
) -> None:
    """A server's hook moves the branch only to what has PASSED somewhere. What is beside the
    branch is taken nowhere.
    """
    note("v1", "stage", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    git(site.path, "update-ref", "refs/remotes/origin/release", "v1^{}")
    commit(site.path)
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    made = records.read(site, NOW, ["stage"])
    stage = GateQuestion(Ledger(environments("stage"), site, made), "v4", NOW)
    assert [reason.obstacle for reason in decide(stage).reasons] == []
    git(site.path, "update-ref", "refs/remotes/origin/release", commit(site.path))
    git(site.path, "checkout", "--quiet", "-b", "beside", "v1^{}")
    commit(site.path)
    git(site.path, "tag", "-a", "v5", "-m", "v5")
    beside = GateQuestion(Ledger(environments("stage"), site, made), "v5", NOW)
    assert [r.obstacle for r in decide(beside).reasons] == ["v5 is not on the branch release"]
    git(site.path, "update-ref", "-d", "refs/remotes/origin/release")
    git(site.path, "branch", "-D", "release")
    assert list(decide(beside).reasons) == [], "and what the branch can begin with"


def test_the_branch_of_the_server_counts(site: Repository, note: Note, ask: Ask) -> None:
    """A clone knows it as a remote's."""
    note("v3")
    git(site.path, "update-ref", "refs/remotes/origin/release", "v3^{}")
    git(site.path, "checkout", "--quiet", "--detach", "v1^{}")
    git(site.path, "branch", "-D", "release")
    assert ask("v3") == []


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([], "v2 has not PASSED on stage"),
        (["FAILED"], "v2 has not PASSED on stage; the last try there was FAILED"),
        (["INCONCLUSIVE"], "v2 has not PASSED on stage; the last try there was INCONCLUSIVE"),
        (["PASSED", "FAILED"], "v2 has FAILED on stage since, on 2026-11-23 12:00 UTC: broken"),
    ],
)
def test_not_verified(note: Note, ask: Ask, verdicts: list[str], told: str) -> None:
    """On the environment that it comes from, for this very commit, and not revoked."""
    note("v1")
    for days, verdict in zip((3.0, 2.0), verdicts, strict=False):
        note("v2", verdict=verdict, days=days, reason="broken")
    assert ask() == [told]


def test_verified_again(note: Note, ask: Ask) -> None:
    """A FAILED that a later PASSED follows, or an INCONCLUSIVE, takes nothing away."""
    note("v2", verdict="FAILED", days=3)
    note("v2", days=2)
    note("v2", verdict="INCONCLUSIVE", days=1)
    assert ask() == []


def test_verified_elsewhere(note: Note, ask: Ask) -> None:
    """On prod itself, say: that is not where it is to have passed."""
    note("v2", "prod")
    assert ask() == ["v2 has not PASSED on stage"]


def test_a_tag_that_was_moved(site: Repository, note: Note, ask: Ask) -> None:
    """What passed was another commit of the same name, and what is served may be either."""
    note("v2")
    git(site.path, "tag", "-f", "-a", "v2", "-m", "v2", "v3^{}")
    moved, unverified = ask()
    assert moved.startswith("v2 was ")
    assert moved.endswith("its tag was moved")
    assert unverified == "v2 has not PASSED on stage"


def test_a_record_is_no_release(note: Note, ask: Ask) -> None:
    """Its tag is annotated, too, and on the very commit."""
    assert ask(note("v2").name)[0].startswith("there is no release verified/stage/v2/")


def test_a_branch_that_the_server_has_not_seen(site: Repository, note: Note, ask: Ask) -> None:
    """Where the server's branch is known it decides, and not what somebody has committed here."""
    git(site.path, "update-ref", "refs/remotes/origin/release", "v3^{}")
    commit(site.path)
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    note("v4")
    assert ask("v4") == ["v4 is not on the branch release"]


def test_a_clock_that_is_ahead(note: Note, ask: Ask) -> None:
    """That is the one reason, however many records it dated; an older PASSED stands."""
    for number in range(57):
        note("v2", days=-0.04 - number / 1440, where="ahead")
    [only] = ask()
    assert only.startswith(
        "v2 PASSED on stage on 2026-11-25 13:53 UTC, which is in the future: the"
    )
    assert "clock of ahead is ahead" in only
    note("v2", days=1)
    assert ask() == []


def test_a_clock_that_was_ahead(note: Note, ask: Ask) -> None:
    """A FAILED of one machine counts against a PASSED that another dates a little later."""
    note("v2", days=1, where="ahead")
    note("v2", verdict="FAILED", days=1 + 3 / 1440, reason="broken", where="here")
    [only] = ask()
    assert only.startswith("v2 has FAILED on stage since")


def test_a_push_of_the_very_release(site: Repository, note: Note, ask: Ask) -> None:
    """That it is on record as pushed does not review its commits."""
    note("v3", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    commit(site.path, "Nobody saw this")
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    note("v4")
    note("v4", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=0.5)
    [only] = ask("v4")
    assert only.startswith("no review: ")


@pytest.mark.parametrize(
    ("author", "told"),
    [("Bob <bob@x>", "; Bob wrote part of it (Co-authored-by)"), ("Eve <eve@x>", "")],
)
def test_a_reviewer_who_wrote_part_of_it(
    site: Repository, note: Note, ask: Ask, author: str, told: str
) -> None:
    """As a code host writes it where the reviewer has pushed a commit, too: who it is."""
    commit(site.path, f"Add it (#12)\n\nReviewed-by: Bob <bob@x>\nCo-authored-by: {author}")
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    note("v4")
    reasons = ask("v4")
    assert [reason.partition(": Add it (#12)")[2] for reason in reasons] == ([told] if told else [])


def test_too_old(note: Note, ask: Ask) -> None:
    """By the environment's own measure."""
    note("v2", days=8)
    [only] = ask()
    assert only == "v2 PASSED on stage on 2026-11-17 12:00 UTC, more than 7 days ago"
    assert ask(max_age=9.0) == []


def test_other_records(note: Note, ask: Ask) -> None:
    """What continuous integration says is a verification of that name."""
    note("v2")
    assert ask(requires=("ci",)) == ["v2 has not PASSED on ci"]
    note("v2", "ci")
    assert ask(requires=("ci",)) == []


def test_a_damaged_record(site: Repository, note: Note, ask: Ask) -> None:
    """It may have been the one that revokes."""
    note("v2")
    git(site.path, "tag", "verified/stage/v2/20261124T130000.000000Z", "v2^{}")
    [only] = ask()
    assert only.startswith("the record verified/stage/v2/20261124T130000.000000Z cannot be trusted")
    git(site.path, "tag", "verified/dev/v2/20261124T130000.000000Z", "v2^{}")
    assert len(ask()) == 1, "what nobody asks for stands in nobody's way"


def test_a_dirty_clone(note: Note, ask: Ask, site: Repository) -> None:
    """What is in no commit could go out; a file that git was never told of could not."""
    note("v2")
    (site.path / "notes").write_text("untracked")
    assert ask() == []
    (site.path / "file").write_text("changed")
    assert ask() == [f"{site.path} has changes that are in no commit: file"]


def test_different_contents(note: Note, ask: Ask) -> None:
    """Two builds of one commit: which of them is it that goes out?"""
    note("v2", days=2, content=DIGEST)
    note("v2", days=1, content=DIGEST)
    assert ask() == []
    note("v2", days=0.5, content="cd" * 32)
    assert ask() == ["v2 was served on stage with different contents"]


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (DIGEST, None),
        ("cd" * 32, "what PASSED on stage was another build, and this one is abababababab"),
        (None, "what PASSED on stage was compared with no manifest, and this one is abababababab"),
    ],
)
def test_the_build_that_goes_out(
    note: Note, ask: Ask, passed: str | None, told: str | None
) -> None:
    """Where it is known it must be the one that passed; where it is not, the commit stands."""
    note("v2", content=passed)
    assert ask(content=DIGEST) == ([told] if told else [])
    assert ask() == []


def test_commits_without_review(site: Repository, note: Note, ask: Ask) -> None:
    """Each is named, with author and subject, and nothing in them reaches the terminal raw."""
    note("v1", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    first = commit(site.path, "Sneak it in\x1b[2J; r?bob")
    git(site.path, "commit", "--quiet", "--allow-empty", "-m", "More", "--author=E\x07ve <e@x>")
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    note("v4")
    one, other = ask("v4")
    assert one.startswith("no review: ")
    assert "E\\x07ve: More" in one
    assert f"no review: {first[:12]} by Ann: Sneak it in" in other
    assert "\x1b" not in other
    assert ask("v4", mark=r"More|Sneak|Make") == []


def test_the_line_or_every_commit(site: Repository, note: Note, ask: Ask) -> None:
    """A merge with a mark stands for what it brings, unless every commit counts."""
    git(site.path, "checkout", "--quiet", "-b", "topic")
    commit(site.path, "Try")
    git(site.path, "checkout", "--quiet", "release")
    git(site.path, "merge", "--quiet", "--no-ff", "-m", "Merge #12 r=bob", "topic")
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    note("v4")
    assert ask("v4") == []
    [only] = ask("v4", review="every-commit")
    assert only.endswith(": Try")


def test_approvals_in_place_of_marks(
    site: Repository, note: Note, ask: Ask, tmp_path: Path
) -> None:
    """What the code host says is approved goes out; a mark in the message does not help."""
    reviews = tmp_path / "reviews.json"
    request = {
        "state": "MERGED",
        "author": {"login": "ann"},
        "latestOpinionatedReviews": {"nodes": [{"state": "APPROVED", "author": {"login": "bob"}}]},
    }
    approved = {"oid": site.commit_of("v2"), "associatedPullRequests": {"nodes": [request]}}
    answer = {"repository": {"object": {"history": {"nodes": [approved]}}}}
    reviews.write_text(json.dumps({"data": answer}))
    for release in ("v2", "v3"):
        note(release)
    assert ask("v2", reviews="github", reviews_file=reviews) == []
    [only] = ask("v3", reviews="github", reviews_file=reviews)
    assert only.endswith(": Make v3 r=bob")


def test_commits_that_go_out(note: Note, question: Callable[..., GateQuestion]) -> None:
    """Since what is live, by the records; newest first."""
    note("v1", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    assert [commit.subject for commit, _ in decide(question("v3")).outgoing] == [
        "Make v3 r=bob",
        "Make v2 r=bob",
    ]
    assert all(passes for _, passes in decide(question("v3")).outgoing)
    assert decide(question("v1")).outgoing == []


def test_a_step_back(note: Note, ask: Ask) -> None:
    """An older release than what is live is a rollback, which has a command of its own."""
    note("v3", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    note("v2")
    assert ask() == ["v2 does not contain v3, which is live"]


@pytest.mark.parametrize(
    ("when", "rules", "told"),
    [
        ("2026-11-27T12:00:00+00:00", {}, "it is Friday in UTC: no changes"),
        ("2026-11-26T12:00:00+00:00", {}, None),
        ("2026-11-26T23:30:00+00:00", {}, None),
        (
            "2026-11-26T23:30:00+00:00",
            {"timezone": "Europe/Berlin"},
            "it is Friday in Europe/Berlin: no changes",
        ),
        ("2026-11-27T12:00:00+00:00", {"no_change": ()}, None),
        (
            "2026-12-24T12:00:00+00:00",
            {"holidays": ("2026-12-24",)},
            "2026-12-24 is a holiday: no changes",
        ),
    ],
)
def test_days_without_change(
    note: Note, ask: Ask, when: str, rules: dict[str, object], told: str | None
) -> None:
    """Fridays where nothing else is said, by the environment's own clock."""
    note("v2")
    found = ask(now=datetime.fromisoformat(when), max_age=60.0, **rules)
    assert found == ([told] if told else [])


@pytest.mark.parametrize(
    ("rules", "to_do"),
    [
        (
            {},
            "push on another day ([gate] no_change in prod.toml); in an emergency: --override=WHY",
        ),
        (
            {"no_change": (), "holidays": ("2026-11-27",)},
            "push on another day ([gate] holidays in prod.toml); in an emergency: --override=WHY",
        ),
    ],
)
def test_where_a_day_without_change_stands(
    note: Note, question: Callable[..., GateQuestion], rules: dict[str, object], to_do: str
) -> None:
    """Whoever changes on Fridays is told the file and the key."""
    note("v2")
    now = datetime.fromisoformat("2026-11-27T12:00:00+00:00")
    [reason] = decide(question(now=now, max_age=60.0, **rules)).reasons
    assert reason.to_do == to_do


def test_signers(note: Note, ask: Ask, keys: Callable[[str], str], tmp_path: Path) -> None:
    """A record counts when somebody in the file signed it. A later PASSED that nobody there signed
    takes nothing from it, and does not make up for a FAILED.
    """
    signers = tmp_path / "signers"
    note("v2", days=3)
    signers.write_text(keys("known"))
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=9)
    [only] = ask(signers=signers)
    assert only.startswith("the record verified/stage/v2/")
    note("v2", days=2)
    assert ask(signers=signers) == []
    keys("stranger")
    note("v2", days=1)
    assert ask(signers=signers) == []
    note("v2", verdict="FAILED", days=0.9)
    note("v2", days=0.8)
    [only] = ask(signers=signers)
    assert only.startswith("v2 has FAILED on stage since")


def test_many_reasons_at_once(site: Repository, ask: Ask) -> None:
    """All are told, not only the first."""
    git(site.path, "tag", "light", "v2^{}")
    found = ask("light", now=NOW + timedelta(days=2), requires=("ci",), branch="nowhere")
    assert len(found) == 5


Live = Callable[..., LiveAnswer]


@pytest.fixture
def live(site: Repository) -> Live:
    """What an environment answers that serves these releases."""

    def answer(*names: str) -> LiveAnswer:
        return LiveAnswer(tuple(LiveRelease(name, site.commit_of(name)) for name in names))

    return answer


@pytest.fixture
def nothing_adopted(site: Repository, adopted: None) -> None:
    """No record says what is live on prod."""
    git(site.path, "tag", "-d", *git(site.path, "tag", "-l", "adopted/*").split())


def test_what_is_live_comes_before_the_records(
    note: Note, question: Callable[..., GateQuestion], live: Live
) -> None:
    """Prod serves v3, which the records do not know: the difference is said. A rollback is offered
    to what is known to be good there alone: to no other would it go.
    """
    note("v2")
    decision = decide(question(live=live("v3")))
    assert decision.difference == (
        "live on prod is v3, but by the records it is v1 (ADOPTED, 2026-08-27 12:00 UTC)"
    )
    [only] = decision.reasons
    assert only.obstacle == "v2 does not contain v3, which is live"
    assert only.to_do == "make a release that contains v3"
    note("v2", "prod", days=60)
    [only] = decide(question(live=live("v3"))).reasons
    assert only.to_do == "to go back: knowngood rollback --env=prod --to=v2"


def test_what_was_put_there_by_hand_is_reviewed(
    site: Repository, note: Note, question: Callable[..., GateQuestion], live: Live
) -> None:
    """A commit without review that somebody put on prod by hand is named when it goes out again."""
    commit(site.path, "Sneak it in")
    git(site.path, "tag", "-a", "v4", "-m", "v4")
    commit(site.path, "Fix it r=bob")
    git(site.path, "tag", "-a", "v5", "-m", "v5")
    note("v5")
    [only] = decide(question("v5", live=live("v4"))).reasons
    assert only.obstacle.startswith("no review: ")
    assert "Sneak it in" in only.obstacle


def test_live_as_recorded(
    note: Note, question: Callable[..., GateQuestion], ask: Ask, live: Live
) -> None:
    """Nothing is said where both tell the same."""
    note("v2")
    assert decide(question(live=live("v1"))).difference == ""
    assert ask(live=live("v1")) == []


def test_a_silent_environment(note: Note, question: Callable[..., GateQuestion], ask: Ask) -> None:
    """That it does not answer here is said; the records decide."""
    note("v2")
    silent = LiveAnswer(trouble="no answer: refused", silent=True)
    assert decide(question(live=silent)).difference.startswith(
        "prod does not say which release is live (no answer: refused); by the records it is v1"
    )
    assert ask(live=silent) == []


@pytest.mark.parametrize(
    "trouble", ["answered 503", "a document without 'release'; it has: no answer"]
)
def test_an_environment_that_does_not_say_what_is_live(
    note: Note, question: Callable[..., GateQuestion], trouble: str
) -> None:
    """Nor would it say that the release has come: the push would FAIL, and its rollback with it.
    What its words are does not matter.
    """
    note("v2")
    [only] = decide(question(live=LiveAnswer(trouble=trouble))).reasons
    assert only.obstacle.startswith(f"prod does not say which release is live ({trouble}); ")
    assert "knowngood rollback --env=prod; if v2 is the repair: --override WHY" in only.to_do


def test_an_edge_that_names_no_release(
    note: Note, question: Callable[..., GateQuestion], live: Live
) -> None:
    """It would not name the new one either: the push would leave the environment half known."""
    note("v2")
    trouble = "1 of 2 edges names no release: 127.0.0.1:9 (no answer: refused)"
    [only] = decide(question(live=replace(live("v1"), trouble=trouble))).reasons
    assert only.obstacle.startswith(f"{trouble}; ")
    assert "if v2 is the repair: --override WHY" in only.to_do


def test_edges_that_differ(note: Note, ask: Ask, live: Live) -> None:
    """A release must contain what any of them serves, and one that does not follow now would not
    follow the push.
    """
    note("v2")
    assert ask(live=live("v1", "v3")) == [
        "the edges of prod serve different releases: v1, v3; what is pushed would be verified "
        "there, and not pass",
        "v2 does not contain v3, which is live",
    ]


def test_a_live_release_that_nobody_knows(note: Note, ask: Ask) -> None:
    """Whether a release contains it cannot be told."""
    note("v2")
    [only] = ask(live=LiveAnswer((LiveRelease("hotfix", None),)))
    assert only.startswith("hotfix is live, which is no release in ")


@pytest.mark.usefixtures("nothing_adopted")
def test_nothing_says_what_is_live(note: Note, ask: Ask, live: Live) -> None:
    """Not knowing is a reason: neither reviews nor direction could be checked."""
    note("v2")
    assert ask() == ["no record that counts says what is live on prod"]
    assert ask(live=live("v1")) == [
        "no record that counts says what is live on prod; it says itself: v1"
    ]


def test_a_record_of_a_signer_who_has_gone(
    note: Note, ask: Ask, keys: Callable[[str], str], tmp_path: Path
) -> None:
    """What such a record says of prod is not believed: not known is not fine."""
    signers = tmp_path / "signers"
    keys("gone")
    note("v1", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    signers.write_text(keys("here"))
    note("v2")
    assert ask(signers=signers) == ["no record that counts says what is live on prod"]


def test_after_a_rollback(note: Note, ask: Ask) -> None:
    """What is live is what was put back, and not the bad release that was taken away."""
    note("v2", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    note("v2")
    note("v3", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=0.3)
    note("v3", "prod", "FAILED", days=0.2)
    note("v2", "prod", "DEPLOYED", kind=RecordKind.ROLLED_BACK, days=0.1)
    assert ask() == []


@pytest.mark.parametrize("place", ["prod", "stage"])
def test_a_rejected_release(note: Note, ask: Ask, place: str) -> None:
    """It may not go, until that is withdrawn; a later PASSED is no withdrawal."""
    note("v2", place, "REJECTED", kind=RecordKind.REJECTED, days=2, reason="it blinks")
    note("v2")
    assert ask() == [
        f"v2 was rejected on {place} by Ann <ann@example.org> on 2026-11-23 12:00 UTC: it blinks"
    ]
    note("v2", place, "WITHDRAWN", kind=RecordKind.REJECTED, days=0.5, reason="it does not")
    assert ask() == []


def test_no_way_back_to_a_rejected_release(
    note: Note, question: Callable[..., GateQuestion]
) -> None:
    """No rollback goes to it, so the gate does not tell anybody to try."""
    note("v3", "prod", "DEPLOYED", kind=RecordKind.PUSHED, days=9)
    note("v2")
    note("v2", "prod", "REJECTED", kind=RecordKind.REJECTED, days=0.5)
    rejected, behind = decide(question()).reasons
    assert rejected.obstacle.startswith("v2 was rejected on prod")
    assert behind.obstacle == "v2 does not contain v3, which is live"
    assert behind.to_do == "make a release that contains v3"


def test_who_may_withdraw(note: Note, ask: Ask, keys: Callable[[str], str], tmp_path: Path) -> None:
    """Anybody may reject; where there are signers, one of them takes that back."""
    signers = tmp_path / "signers"
    signers.write_text(keys("known"))
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=9)
    note("v2")
    keys("stranger")
    note("v2", "prod", "REJECTED", kind=RecordKind.REJECTED, days=0.5)
    note("v2", "prod", "WITHDRAWN", kind=RecordKind.REJECTED, days=0.4)
    [only] = ask(signers=signers)
    assert only.startswith("v2 was rejected on prod")
