"""The records that a question reads: the newest, until it is answered, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest
from release_side import NOW, Note, git

from knowngood.release import git_objects, record_index, records
from knowngood.release.git import Repository
from knowngood.release.record import Record, RecordKind
from knowngood.release.record_name import BadRecord
from knowngood.release.records import Records
from knowngood.release.release_name import releases_on
from knowngood.verdict.own_claims import CONVERGED

PASSED = Record(RecordKind.VERIFIED, "prod", "v1", "1" * 40, NOW, "PASSED")


class Made:
    """Records of prod, one an hour; which of them were read."""

    def __init__(self, made: Sequence[Record | BadRecord]) -> None:
        self._by_name = {record.name: record for record in made}
        self.read: list[str] = []
        self.records = Records(self._by_name, self._contents)

    def _contents(self, names: Sequence[str]) -> Iterator[Record | BadRecord]:
        self.read += names
        return (self._by_name[name] for name in names)


def everything(_: Record) -> str:
    """Nothing is said against any record."""
    return ""


def hourly(count: int, verdict: str = "PASSED", release: str = "v1") -> list[Record]:
    """Verifications of one release, newest first."""
    hours = [NOW - timedelta(hours=number) for number in range(count)]
    return [replace(PASSED, when=when, verdict=verdict, release=release) for when in hours]


def test_the_last_ten_are_ten() -> None:
    """Of a thousand that are listed."""
    made = Made(hourly(1000))
    assert [r.when for r in islice(made.records.of("prod"), 10)] == [r.when for r in hourly(10)]
    assert len(made.read) == 10


@pytest.mark.parametrize("count", [100, 10_000])
def test_what_a_question_reads_does_not_grow(count: int) -> None:
    """The last known good release, what is live and what was verified last: the newest tell."""
    made = Made(hourly(count))
    assert made.records.last_good("prod", everything) is not None
    assert made.records.live("prod", everything) is not None
    assert made.records.last("prod", RecordKind.VERIFIED) is not None
    assert len(made.read) == 10


def test_a_long_search_goes_on() -> None:
    """Where the newest hundred do not answer, older ones are read, and each of them once."""
    made = Made([*hourly(100, "INCONCLUSIVE"), *hourly(300)[100:]])
    good = made.records.last_good("prod", everything)
    assert good is not None
    assert good.when == NOW - timedelta(hours=100)
    assert len(made.read) == len(set(made.read)) == 150


def test_the_records_of_a_release() -> None:
    """Whether its tag was moved is asked of its own records alone."""
    other = replace(PASSED, release="v1/2", commit="2" * 40, when=NOW - timedelta(days=90))
    made = Made([*hourly(500, release="v2"), other, replace(PASSED, when=NOW - timedelta(days=80))])
    assert made.records.moved("v1", PASSED.commit) is None
    assert made.records.moved("v1/2", PASSED.commit) == other
    assert len(made.read) == 2


def test_a_name_without_a_time_is_looked_at_first() -> None:
    """It may say anything, of any time."""
    bad = BadRecord("verified/prod/v1", "its name is not KIND/ENVIRONMENT/RELEASE/TIME")
    made = Made([*hourly(20), bad])
    assert made.records.doubted_by(hourly(1)[0]) == bad
    assert made.records.bad == (bad,)


@pytest.mark.parametrize(
    ("release", "commit", "hours", "doubted"),
    [
        ("v1", "", -1.0, True),
        ("v2", "", -1.0, False),
        ("v2", PASSED.commit, -1.0, True),
        ("v1", "", 1.0, False),
        ("v1", "", 0.05, True),
    ],
)
def test_what_a_bad_record_may_have_said(
    release: str, commit: str, hours: float, doubted: bool
) -> None:
    """A newer one of the same release, by name or by commit, may be its FAILED; three minutes are
    what clocks differ by.
    """
    when = NOW - timedelta(hours=hours)
    name = replace(PASSED, release=release, when=when).name
    made = Made([PASSED, BadRecord(name, "it is none", commit)])
    assert (made.records.doubted_by(PASSED) is not None) == doubted
    assert (made.records.last_good("prod", everything) is None) == doubted


def test_a_record_that_was_deleted() -> None:
    """The next one names it. It may have been the FAILED of its release, and of no other."""
    lost = replace(PASSED, verdict="FAILED", when=NOW + timedelta(hours=1))
    after = replace(PASSED, kind=RecordKind.PUSHED, release="v2", verdict="DEPLOYED")
    after = replace(after, when=NOW + timedelta(hours=2), after=lost.name)
    other = replace(PASSED, release="v0", commit="0" * 40, when=NOW - timedelta(hours=1))
    made = Made([after, PASSED, other]).records
    assert made.last_good("prod", everything) == other
    [bad] = made.bad
    assert bad.name == lost.name
    assert bad.why.startswith(f"it is not here, and {after.name} came after it")
    whole = Made([after, lost, PASSED, other]).records
    assert whole.last_good("prod", everything) == other
    assert whole.bad == ()


ELSEWHERE = replace(
    PASSED, verdict="FAILED", when=NOW + timedelta(hours=1), instead="v2", where="here"
)
"""v1 FAILED, for every edge served v2."""


def step(
    release: str,
    hours: float,
    verdict: str = "DEPLOYED",
    kind: RecordKind = RecordKind.PUSHED,
    where: str = "here",
) -> Record:
    """Release v1 or v2 was put on prod, so long before the FAILED."""
    when = ELSEWHERE.when - timedelta(hours=hours)
    commit = release[1:] * 40
    return Record(kind, "prod", release, commit, when, verdict, where=where)


STEPS: list[list[Record | BadRecord]] = [
    [],
    [step("v2", 0.01), step("v1", 2)],
    [step("v2", 0.5, "ADOPTED", RecordKind.ADOPTED), step("v1", 2)],
    [step("v2", 0.5, "DEPLOYED", RecordKind.ROLLED_BACK), step("v1", 0.6)],
    [step("v1", 0.5)],
    [step("v1", 0.5, "STARTED")],
    [step("v1", 0.5, "ADOPTED", RecordKind.ADOPTED)],
    [step("v1", 0.5, kind=RecordKind.ROLLED_BACK), step("v2", 0.7)],
    [step("v1", -0.05, where="elsewhere")],
    [BadRecord(step("v3", 0.5).name, "it is none"), step("v2", 0.7)],
]


@pytest.mark.parametrize("steps", STEPS)
def test_a_failure_of_a_release_that_was_not_there(steps: list[Record | BadRecord]) -> None:
    """It revokes nothing, whatever was to put it there: nobody saw it."""
    made = Made([ELSEWHERE, *steps, PASSED]).records
    assert made.revoked_by(PASSED) is None
    assert made.last_good("prod", everything) == PASSED


@pytest.mark.parametrize(
    ("steps", "live"),
    [
        ([], PASSED),
        ([step("v2", 0.01), step("v1", 2)], step("v2", 0.01)),
        ([step("v1", 0.5), step("v2", 0.7)], step("v2", 0.7)),
        ([step("v1", 0.5, kind=RecordKind.ROLLED_BACK), step("v2", 0.7)], step("v2", 0.7)),
        ([step("v1", 0.5, "STARTED"), step("v2", 0.7)], step("v2", 0.7)),
        ([step("v1", -0.5)], step("v1", -0.5)),
        ([step("v1", 0.05, where="elsewhere")], step("v1", 0.05, where="elsewhere")),
        (
            [step("v1", 0.5, "ADOPTED", RecordKind.ADOPTED), step("v2", 0.7)],
            step("v1", 0.5, "ADOPTED", RecordKind.ADOPTED),
        ),
    ],
)
def test_what_is_live_if_a_release_was_not_there(steps: list[Record], live: Record) -> None:
    """What was there before it was put there, unless it was put there again later, or clocks leave
    that open. One that somebody saw there has been there.
    """
    assert Made([ELSEWHERE, *steps, PASSED]).records.presumed_live("prod") == live


def test_a_push_that_did_not_arrive_has_ended() -> None:
    """It is not there to be verified."""
    made = Made([ELSEWHERE, step("v1", 0.01), step("v1", 0.02, "STARTED"), PASSED]).records
    assert made.unverified("prod") is None


def test_a_failure_that_does_not_say_what_was_there() -> None:
    """An older record, one by hand, and one of a release that some edges served revoke."""
    failed = replace(ELSEWHERE, instead="")
    made = Made([failed, step("v2", 0.5), PASSED]).records
    assert made.revoked_by(PASSED) == failed
    assert made.presumed_live("prod") == failed


UNSEEN = replace(ELSEWHERE, instead="", tests={"failed": (CONVERGED,)})
"""v1 FAILED, for not every edge named it."""


def verified(release: str, hours: float, *failed: str) -> Record:
    """Release v1 or v2 was verified on prod, so long before the FAILED; these checks failed."""
    when, commit = ELSEWHERE.when - timedelta(hours=hours), release[1:] * 40
    verdict = "FAILED" if failed else "PASSED"
    of_it = replace(PASSED, release=release, commit=commit, when=when, verdict=verdict)
    return replace(of_it, tests={"failed": failed} if failed else {})


@pytest.mark.parametrize(
    ("before", "revoked"),
    [
        ([verified("v2", 0.1, CONVERGED)], False),
        ([verified("v1", 0.1, CONVERGED), verified("v2", 0.2, CONVERGED)], False),
        ([verified("v2", 0.1, CONVERGED), verified("v1", 0.2)], False),
        ([verified("v2", 0.1)], True),
        ([verified("v2", 0.1, "test_it.py::test_robots")], True),
        ([verified("v2", 0.1, CONVERGED, "test_it.py::test_robots")], True),
        ([verified("v1", 0.1, CONVERGED), verified("v2", 0.2)], True),
        ([], True),
    ],
)
def test_an_outage_that_began_before_it(before: list[Record], revoked: bool) -> None:
    """What kept the release before from being seen, and keeps this one, is not this one's."""
    made = Made([UNSEEN, *before, PASSED]).records
    assert (made.revoked_by(PASSED) is not None) == revoked
    good = made.last_good("prod", everything)
    assert (good is not None and good.commit == PASSED.commit) != revoked


@pytest.mark.parametrize(
    ("last", "revoked"),
    [
        (step("v1", 0.1, kind=RecordKind.ROLLED_BACK), False),
        (step("v2", 0.1, kind=RecordKind.ROLLED_BACK), True),
        (step("v1", 0.1), True),
        (verified("v1", 0.1), True),
    ],
)
def test_a_rollback_that_did_not_arrive(last: Record, revoked: bool) -> None:
    """What is put back was good when it was seen: that an edge is stuck is not its fault. Nor is
    it known to be there.
    """
    last = replace(last, after=PASSED.name)
    again = replace(UNSEEN, when=UNSEEN.when - timedelta(minutes=1), after=last.name)
    unseen = replace(UNSEEN, after=again.name)
    made = Made([unseen, again, last, PASSED]).records
    assert (made.revoked_by(PASSED) is not None) == revoked
    assert (made.unverified("prod") == last) != revoked


@pytest.mark.parametrize(
    ("between", "revoked"),
    [
        ([step("v1", 0.01, "DEPLOYED"), step("v1", 0.02, "STARTED")], False),
        ([step("v1", 0.01, "NOT DEPLOYED"), step("v1", 0.02, "STARTED")], True),
        ([step("v2", 0.01, "DEPLOYED")], True),
        ([], True),
    ],
)
def test_a_failure_before_it_was_deployed_again(between: list[Record], revoked: bool) -> None:
    """It is over, by the order in which records name each other, whatever clocks say: what passed
    was put there after it.
    """
    failed = replace(PASSED, verdict="FAILED", where="ci", when=NOW - timedelta(minutes=3))
    chain = [PASSED, *between, failed]
    chain = [
        replace(record, after=earlier.name)
        for record, earlier in zip(chain, [*chain[1:], chain[-1]], strict=True)
    ]
    made = Made([*chain[:-1], failed]).records
    assert made.revoked_by(chain[0]) == (failed if revoked else None)


def test_a_record_that_follows_one_of_the_future() -> None:
    """It was made now, by its own clock, and counts; the one from the future does not."""
    ahead = replace(PASSED, when=NOW + timedelta(hours=3), where="fast")
    follows = replace(PASSED, when=ahead.when + timedelta(seconds=1), clock=NOW, where="right")
    by_name = {record.name: record for record in (ahead, follows)}
    for names, good in (([ahead], None), ([ahead, follows], follows)):
        listed = [record.name for record in names]
        made = Records(listed, lambda wanted: (by_name[name] for name in wanted), now=NOW)
        assert made.last_good("prod", everything) == good


BEFORE = replace(PASSED, release="v0", commit="0" * 40, when=NOW - timedelta(hours=2))
BETWEEN = replace(BEFORE, when=NOW - timedelta(hours=1), after=BEFORE.name)
AHEAD = replace(PASSED, verdict="FAILED", when=NOW + timedelta(days=4000), where="fast")


@pytest.mark.parametrize(
    ("of_failed", "of_passed", "revoked"),
    [
        (PASSED.name, BETWEEN.name, True),
        (BETWEEN.name, AHEAD.name, False),
        (BEFORE.name, BETWEEN.name, False),
        (BETWEEN.name, BETWEEN.name, True),
        ("", AHEAD.name, False),
        ("", BETWEEN.name, True),
    ],
    ids=["after", "before", "long before", "at once", "by hand, before", "by hand"],
)
def test_a_failure_that_is_dated_years_ahead(of_failed: str, of_passed: str, revoked: bool) -> None:
    """It counts unless what PASSED came after it, by where its chain leads; made at once with that,
    and without knowing of it, it counts.
    """
    failed, passed = replace(AHEAD, after=of_failed), replace(PASSED, after=of_passed)
    made = Made([failed, passed, BETWEEN, BEFORE]).records
    assert made.revoked_by(passed) == (failed if revoked else None)


def test_a_push_is_not_verified_by_a_failure_of_another_release() -> None:
    """The push of v2 has yet to be verified."""
    made = Made([ELSEWHERE, step("v2", 0.5), PASSED]).records
    assert made.unverified("prod") == step("v2", 0.5)


@pytest.mark.parametrize(("kind", "hours", "doubted"), [("pushed", -1, True), ("pushed", 1, False)])
def test_what_may_be_live(kind: str, hours: int, doubted: bool) -> None:
    """A push that cannot be read may have put another release there, where it is the newer one."""
    name = replace(PASSED, kind=RecordKind(kind), when=NOW - timedelta(hours=hours)).name
    made = Made([PASSED, BadRecord(name, "it is none")])
    assert (made.records.unread_step("prod", since=PASSED) is not None) == doubted
    assert made.records.unread_step("prod", since=None) is not None


def test_the_releases_on_a_commit(site: Repository, note: Note) -> None:
    """By their names, also with slashes in them; no record is one."""
    note("v2")
    git(site.path, "tag", "release/2013/v2", "v2^{}")
    assert releases_on(site, site.commit_of("v2") or "") == ["release/2013/v2", "v2"]


def test_names_are_listed_and_few_are_read(
    site: Repository, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a real repository, too: of thirty records git is asked for ten."""
    asked: list[str] = []

    def objects(repository: Repository, names: Iterator[str]) -> Iterator[object]:
        chosen = list(names)
        asked.extend(chosen)
        return git_objects.objects(repository, chosen)

    for number in range(30):
        note("v2", days=1 + number)
    monkeypatch.setattr(record_index, "objects", objects)
    made = records.read(site, NOW, ["stage"])
    assert made.last_good("stage", everything) is not None
    assert len(asked) == 10
