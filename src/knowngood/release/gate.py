"""The gate: every reason why a release may not go to an environment, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..safety import and_more, listed, one_line
from . import gate_verified, namesake, work_tree
from .gate_live import LiveState
from .gate_question import GateQuestion, GateReason, doubt
from .git import Repository, is_ref_part
from .ledger import relevant_environments
from .record import Record, at, is_record
from .release_approval import ApprovalQuestion
from .release_name import why_unknown
from .review import ReviewedCommit, ReviewRule, outgoing

LISTED = 50
"""Commits that are listed by author and subject; a push of more is one to split."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer.

    Attributes:
        commit: the commit that the release is; None if there is no such release.
        outgoing: the commits that would go out, each with whether it passes the review rule.
        reasons: every reason why it may not go; empty if it may.
        difference: how what is live differs from the records; empty if it does not.
    """

    commit: str | None
    outgoing: Sequence[ReviewedCommit]
    reasons: Sequence[GateReason]
    difference: str = ""


def decide(question: GateQuestion) -> GateDecision:
    """Return what would go out, and every reason why not. Raises GitError if git cannot tell."""
    commit = _commit(question)
    if commit is None:
        return GateDecision(None, (), [_unknown(question)])
    live = LiveState.of(question, commit)
    rule = ReviewRule.of_gate(question.ledger.rules)
    judged = _outgoing(live, rule)
    reasons = [
        *_namesakes(question),
        *_tag(question, commit),
        *_branch(question, commit),
        *_uncommitted(question),
        *_unread_step(question, live.recorded),
        *_rejected(question, commit),
        *gate_verified.reasons(question, commit),
        *ApprovalQuestion(question.ledger, question.release, commit).reasons(),
        *live.reasons(),
        *_reviews(question.ledger.repository, judged, rule),
        *_window(question),
    ]
    return GateDecision(commit, judged, reasons, live.difference)


def _commit(question: GateQuestion) -> str | None:
    """Return the commit that the release is; None if there is no such release."""
    if not is_ref_part(question.release) or is_record(question.release):
        return None
    return question.ledger.repository.commit_of(f"refs/tags/{question.release}")


def _outgoing(live: LiveState, rule: ReviewRule) -> list[ReviewedCommit]:
    judged: dict[str, ReviewedCommit] = {}
    for base in live.bases:
        commits = outgoing(live.question.ledger.repository, live.commit, [base], rule)
        judged |= {commit.name: (commit, passes) for commit, passes in commits}
    return list(judged.values())


def _unknown(question: GateQuestion) -> GateReason:
    repository, release = question.ledger.repository, question.release
    return GateReason(
        f"there is no release {one_line(release, 80)}: {why_unknown(repository, release)}",
        "name a tag; those that there are: git for-each-ref --sort=-creatordate 'refs/tags/*'",
    )


def _namesakes(question: GateQuestion) -> Iterator[GateReason]:
    environment = question.ledger.environment
    for name in relevant_environments(environment):
        if (other := namesake.of(environment, name)) is not None:
            yield GateReason(namesake.words(name, other), namesake.TO_DO)


def _tag(question: GateQuestion, commit: str) -> Iterator[GateReason]:
    release, records = question.release, question.ledger.records
    before = records.moved(release, commit)
    if before is not None:
        yield GateReason(
            f"{release} was {before.commit[:12]} on {at(before.when)}, and is now "
            f"{commit[:12]}: its tag was moved",
            "make a release with a name of its own",
        )
    if release in records.unfetched:
        yield GateReason(
            f"the tag {release}: {records.unfetched[release]}",
            "find out who moved it; then make a release with a name of its own",
        )
    repository, ref = question.ledger.repository, f"refs/tags/{release}"
    if repository.uses_origin and not repository.run("ls-remote", "--tags", "origin", ref):
        yield GateReason(
            f"the tag {release} is not at the origin: others could not go back to it",
            f"if nobody has withdrawn it: {repository.by_hand('push', 'origin', ref)}",
        )
    kind = repository.run("cat-file", "-t", ref).strip()
    if kind != "tag":
        yield GateReason(
            f"{release} is a lightweight tag, which says neither who made it nor when",
            "make a release with a name of its own: git tag -a",
        )


def _branch(question: GateQuestion, commit: str) -> Iterator[GateReason]:
    repository, branch = question.ledger.repository, question.ledger.rules.branch
    names = (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")
    head = next(filter(repository.commit_of, names), None)  # the server's, if it is known
    if _may_be_next(question, commit, head):
        return
    if head is None:
        yield GateReason(
            f"there is no branch {branch} in {repository.path}",
            "push it, or name another one as gate.branch",
        )
    elif not repository.contains(head, commit):
        yield GateReason(
            f"{question.release} is not on the branch {branch}",
            f"merge it into `{branch}` first; only that branch is deployed",
        )


def _may_be_next(question: GateQuestion, commit: str, head: str | None) -> bool:
    """Return whether the branch can move forward to ``commit``, or begin with it, and this is
    the first environment: a server's hook lets it move only to what has PASSED somewhere.
    """
    is_first = len(relevant_environments(question.ledger.environment)) == 1
    return is_first and (head is None or question.ledger.repository.contains(commit, head))


def _uncommitted(question: GateQuestion) -> Iterator[GateReason]:
    """Yield that the clone has changes which are in no commit: a deployment that copies files from
    its folder would copy them.
    """
    repository = question.ledger.repository
    if repository.is_bare:
        return
    changed = work_tree.changed(repository)
    if changed:
        yield GateReason(
            f"{repository.path} has changes that are in no commit: "
            f"{listed([one_line(change, 200) for change in changed], 1)}",
            "commit them, or put them aside: git stash (they are compared without git's filters)",
        )


def _unread_step(question: GateQuestion, recorded: Record | None) -> Iterator[GateReason]:
    if question.live is not None and question.live.releases:
        return  # the environment itself says what is live
    name = question.ledger.environment.name
    newer = f"a newer record decides: knowngood adopt {question.ledger.option} --release=RELEASE"
    bad = question.ledger.records.unread_step(name, since=recorded)
    yield from doubt(bad, "another release is live", newer)


def _rejected(question: GateQuestion, commit: str) -> Iterator[GateReason]:
    ledger, release = question.ledger, question.release
    for name in relevant_environments(ledger.environment):
        record = ledger.records.rejected(name, commit, ledger.distrust)
        if record is not None:
            yield GateReason(
                f"{release} was rejected on {name} by {one_line(record.who, 80)} on "
                f"{at(record.when)}: {one_line(record.reason, 200)}",
                f"make another release; if it is good: knowngood reject "
                f"{ledger.option_of(name)} --release={release} --undo --why=WHY",
            )


def _reviews(
    repository: Repository, judged: Sequence[ReviewedCommit], rule: ReviewRule
) -> Iterator[GateReason]:
    unmarked = [commit for commit, passes in judged if not passes]
    for commit in unmarked[:LISTED]:
        but = rule.part_authors(repository, commit.message)
        yield GateReason(f"no review: {commit}{but}", f"have it reviewed; needed: {rule.allowed}")
    for more in and_more(len(unmarked) - LISTED, " without review"):
        yield GateReason(more, "split the release")


def _window(question: GateQuestion) -> Iterator[GateReason]:
    rules = question.ledger.rules
    local = question.now.astimezone(ZoneInfo(rules.timezone))
    day = local.strftime("%A")
    file = question.ledger.environment.path.name
    why_not = {
        "no_change": f"it is {day} in {rules.timezone}" if day in rules.no_change else "",
        "holidays": f"{local.date()} is a holiday" if str(local.date()) in rules.holidays else "",
    }
    for key, why in why_not.items():
        if why:
            to_do = f"push on another day ([gate] {key} in {file}); in an emergency: --override=WHY"
            yield GateReason(f"{why}: no changes", to_do)
