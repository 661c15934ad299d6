"""One verdict of several places: what it says of faults, of silence and of who is missing."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from place_documents import NOW, cut_off, seen_from, silent, unsteady, wrong

from knowngood.report import verdict_reader
from knowngood.safety import UsageError
from knowngood.verdict import VerdictKind
from knowngood.verdict.place_files import place_verdicts
from knowngood.verdict.places import ExpectedPlaces, fold_places

Document = dict[str, Any]
FEW_ANSWERS = {"count": 3, "seconds": 1.0, "p50": 0.1, "p95": 0.2, "buckets": []}

few = settings(max_examples=60, deadline=None, database=None)
"""The machine may be busy; a hundred documents show no more than sixty."""


def folded(*documents: Document, **expected: Any) -> Document:
    """The verdict of these documents, each in a file of its own, read back by the schema."""
    return verdict_reader.parse(json.dumps(unread(*documents, **expected)).encode())


def unread(*documents: Document, **expected: Any) -> Document:
    """The same without a look at the schema, which takes most of the time."""
    files = {f"{number}.json": document for number, document in enumerate(documents)}
    places = place_verdicts(files, now=NOW, window=3600, names=expected.get("names", ()))
    return fold_places(places, ExpectedPlaces(**expected))


def test_all_passed() -> None:
    """It says from how many places."""
    document = folded(seen_from("fra"), seen_from("iad"), seen_from("syd"))
    assert (document["verdict"], document["exit_code"]) == ("PASSED", 0)
    assert document["reason"] == "every required check ran and held from 3 of 3 places"
    assert list(document["places"]) == ["fra", "iad", "syd"]
    assert document["counts"]["passed"] == 30


def test_a_wrong_answer_at_one_place() -> None:
    """One edge of five serves a 404: the deployment is at fault, and the place is named."""
    others = [seen_from(name) for name in ("ams", "iad", "lhr", "syd")]
    document = folded(*others, seen_from("fra", wrong()))
    assert (document["verdict"], document["exit_code"]) == ("FAILED", 1)
    assert document["reason"] == "/fr/ is 404 from 1 of 5 places: fra"
    assert document["causes"][0]["sentence"] == document["reason"]
    assert document["action"] == "roll back"


def test_a_fault_that_all_see() -> None:
    """It is one cause, with the URLs of all."""
    wide = wrong("/de/") | {"urls": ["https://fhr.example/de/", "https://fhr.example/fr/"]}
    document = folded(seen_from("fra", wrong()), seen_from("iad", wide))
    [cause] = document["causes"]
    assert cause["sentence"] == "/de/ is 404 from all 2 places"
    assert cause["urls"] == ["https://fhr.example/de/", "https://fhr.example/fr/"]


def test_silence_at_one_place() -> None:
    """Others were answered: it is told, and decides nothing while most places PASSED."""
    document = folded(seen_from("fra", silent()), seen_from("iad"), seen_from("syd"))
    assert document["verdict"] == "PASSED"
    assert document["reason"].endswith("from 2 of 3 places")
    [cause] = document["causes"]
    assert cause["state"] == "advisory"
    assert cause["sentence"].endswith("from 1 of 3 places: fra")
    assert cause["accepted"] == ["since iad, syd got answers: trouble on the way"]
    assert document["warnings"] == ["fra: /fr/ gives no answer: timeout (connect)"]
    assert document["doubts"] == []
    assert [document["counts"][word] for word in ("passed", "failed", "advisory")] == [29, 0, 1]
    assert (document["failures"], len(document["advisory"])) == ([], 1)
    assert document["checks"]["test_config.py::test_1"]["advisory"] == 1


def test_silence_where_few_passed() -> None:
    """Two of four cannot outvote two that got no answer."""
    silences = [seen_from(name, silent()) for name in ("ams", "fra")]
    document = folded(*silences, seen_from("iad"), seen_from("syd"))
    assert (document["verdict"], document["exit_code"]) == ("INCONCLUSIVE", 75)
    assert document["reason"].startswith("PASSED from 2 of 4 places, expected 3: ams, fra:")
    assert [cause["state"] for cause in document["causes"]] == ["unsettled"]
    assert len(document["unsettled"]) == document["counts"]["inconclusive"] == 2


def test_silence_everywhere() -> None:
    """The places' own verdicts say FAILED, and nobody was answered."""
    document = folded(*(seen_from(name, silent(f"/{name}/")) for name in ("fra", "iad", "syd")))
    assert document["verdict"] == "FAILED"
    assert document["reason"] == (
        "/fra/ gives no answer: timeout (connect) from 1 of 3 places: fra"
    )


def test_silence_that_nobody_refutes() -> None:
    """A place that is cut off itself has been answered nothing, so a confirmed silence counts."""
    document = folded(seen_from("fra", silent()), cut_off("iad"), cut_off("syd"))
    assert document["verdict"] == "FAILED"


def test_silence_of_an_origin_that_others_never_asked() -> None:
    """A place that was answered by another origin, or judged nothing there, refutes nothing."""
    early = seen_from("iad", kind="INTERRUPTED", answers={"submission": FEW_ANSWERS})
    assert folded(seen_from("fra", silent()), early)["verdict"] == "FAILED"
    asked = seen_from("iad", kind="INTERRUPTED", answers={"content": FEW_ANSWERS})
    assert folded(seen_from("fra", silent()), asked)["verdict"] == "INCONCLUSIVE"


def test_the_first_certificate_to_end() -> None:
    """An edge may have one of its own."""
    ends = [
        seen_from(name, certificates={"content": end}) for name, end in (("a", 2.0), ("b", 1.0))
    ]
    assert folded(*ends)["certificates"] == {"content": 1.0}


def test_silence_beside_a_wrong_answer() -> None:
    """The wrong answer decides; the silence is still told as trouble on the way."""
    document = folded(seen_from("fra", silent()), seen_from("iad", wrong("/x")), seen_from("syd"))
    assert document["reason"] == "/x is 404 from 1 of 3 places: iad"
    assert [cause["state"] for cause in document["causes"]] == ["failed", "unsettled"]


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        (unsteady(None), "PASSED"),
        (unsteady(503), "FAILED"),
        (silent(kind="tls"), "FAILED"),
        (wrong(kind="truncated"), "FAILED"),
        (silent(kind="dns"), "PASSED"),
        (silent(kind="refused"), "PASSED"),
    ],
    ids=["retried-silence", "retried-gateway", "tls", "truncated", "dns", "refused"],
)
def test_what_may_be_trouble_on_the_way(cause: Document, verdict: str) -> None:
    """Only what brought no answer: a certificate or a gateway's error was sent by somebody."""
    document = folded(seen_from("fra", cause), seen_from("iad"), seen_from("syd"))
    assert document["verdict"] == verdict


def test_a_place_that_could_not_judge() -> None:
    """It is no reason to hold while most places PASSED, and it is told."""
    document = folded(cut_off("fra"), seen_from("iad"), seen_from("syd"))
    assert document["verdict"] == "PASSED"
    assert document["warnings"] == ["fra: this machine's network is in trouble"]
    held = folded(cut_off("fra"), seen_from("iad"), seen_from("syd"), quorum=3)
    assert (held["verdict"], held["doubts"]) == ("INCONCLUSIVE", document["warnings"])


@pytest.mark.parametrize(
    ("expected", "names"), [({"count": 4}, ""), ({"names": ["fra", "iad", "a", "b"]}, ": a, b")]
)
def test_absent_places(expected: dict[str, Any], names: str) -> None:
    """A place without a file has not PASSED."""
    document = folded(seen_from("fra"), seen_from("iad"), **expected)
    assert (document["verdict"], document["exit_code"]) == ("INCONCLUSIVE", 75)
    assert document["doubts"] == [f"2 of 4 places gave no verdict{names}"]
    assert folded(seen_from("fra"), seen_from("iad"), count=3)["verdict"] == "PASSED"


def test_a_quorum_of_half() -> None:
    """A single PASSED must not outvote silence."""
    with pytest.raises(UsageError, match=r"--quorum 1: expected more than half of 2 places: 2 or"):
        folded(seen_from("fra", silent()), seen_from("iad"), quorum=1)


@pytest.mark.parametrize("kind", ["INTERRUPTED", "INTERNAL ERROR", "NOTHING CHECKED"])
def test_what_all_places_ended_in(kind: str) -> None:
    """It stays what it is; beside a PASSED it is only no PASSED."""
    alike = folded(*(seen_from(name, kind=kind) for name in ("fra", "iad")))
    assert alike["verdict"] == kind
    mixed = folded(seen_from("fra", kind=kind), seen_from("iad"))
    assert mixed["verdict"] == "INCONCLUSIVE"


def test_known_failures_everywhere() -> None:
    """Nothing new is wrong, and another run would say the same: the advice of all is kept."""
    advice = "hold: nothing new is wrong; accept them in [[advisory]] or fix them"
    known = [
        seen_from(name, wrong(state="known"), kind="INCONCLUSIVE", advice=advice)
        for name in ("fra", "iad")
    ]
    assert folded(*known)["advice"] == advice


def test_a_failed_without_a_cause_counts() -> None:
    """Nothing excuses it."""
    document = folded(seen_from("fra", kind="FAILED", reason="why"), seen_from("b"), seen_from("c"))
    assert (document["verdict"], document["reason"]) == ("FAILED", "fra: why")


# -- properties

CAUSES = st.lists(
    st.one_of(
        st.builds(
            wrong, st.sampled_from(["/", "/fr/"]), state=st.sampled_from(["failed", "known"])
        ),
        st.builds(
            silent, st.sampled_from(["/", "/de/"]), state=st.sampled_from(["failed", "known"])
        ),
        st.builds(unsteady, st.sampled_from([None, 503])),
    ),
    max_size=3,
).map(lambda causes: sorted(causes, key=lambda cause: cause["state"]))
"""Causes in the order of a document: those that count come first."""


@st.composite
def one_place(draw: st.DrawFn, name: str) -> Document:
    """The verdict of a place: any kind, with any causes that such a run may have."""
    kind = draw(st.sampled_from(sorted(VerdictKind)))
    if kind is VerdictKind.PASSED:
        return seen_from(name)
    causes = draw(CAUSES)
    if kind is not VerdictKind.FAILED:
        causes = [cause | {"state": "unsettled"} for cause in causes]
    document = seen_from(name, *causes, kind=kind)
    return document if draw(st.booleans()) else cut_off(name, kind, causes=causes)


@st.composite
def some_places(draw: st.DrawFn) -> list[Document]:
    """The verdicts of one to six places."""
    names = draw(st.integers(1, 6).map(lambda count: "abcdef"[:count]))
    return [draw(one_place(name)) for name in names]


def verdict(documents: Sequence[Document], **expected: Any) -> VerdictKind:
    """What the places support together."""
    return VerdictKind(unread(*documents, **expected)["verdict"])


@few
@given(some_places(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(documents: list[Document], chance: Any) -> None:
    """All of the document is the same, not only the verdict."""
    shuffled = documents[:]
    chance.shuffle(shuffled)
    assert unread(*shuffled) == unread(*documents)


@few
@given(some_places(), st.integers(0, 8), st.integers(0, 8))
def test_one_more_passed_makes_no_passed_of_a_failed(
    documents: list[Document], count: int, more: int
) -> None:
    """Whatever was expected, and whatever quorum is allowed."""
    quorum = max(count, len(documents) + 1) // 2 + 1 + more
    before = verdict(documents, count=count, quorum=quorum)
    after = verdict([*documents, seen_from("z")], count=count, quorum=quorum)
    assert before is not VerdictKind.FAILED or after is not VerdictKind.PASSED


@few
@given(some_places())
def test_one_more_passed_makes_no_passed_of_a_failed_by_default(documents: list[Document]) -> None:
    """With the quorum that nobody has to give."""
    before, after = verdict(documents), verdict([*documents, seen_from("z")])
    assert before is not VerdictKind.FAILED or after is not VerdictKind.PASSED


@few
@given(one_place("fra"))
def test_one_file_keeps_its_verdict(document: Document) -> None:
    """With its reason, its causes and what to do."""
    alone = unread(document)
    for name in ("verdict", "exit_code", "reason", "advice", "action", "causes", "counts"):
        assert alone[name] == document[name], name


@few
@given(some_places())
def test_no_passed_without_a_place_that_passed(documents: list[Document]) -> None:
    """Nothing is PASSED that fewer than half of the places saw pass."""
    passed = sum(document["verdict"] == "PASSED" for document in documents)
    assert verdict(documents) is not VerdictKind.PASSED or 2 * passed > len(documents)


@few
@given(st.integers(0, 5), st.one_of(st.none(), st.integers(1, 5)))
def test_no_file_is_never_passed(count: int, quorum: int | None) -> None:
    """There is no verdict at all."""
    with pytest.raises(UsageError):
        fold_places([], ExpectedPlaces(count=count, quorum=quorum))
