"""Mutants are drawn by a seed: every mutation of every kind of URL once before any comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from answered_site import SITE

from knowngood.drill.mutants import Mutant, Mutants
from knowngood.drill.targets import Target, targets_of
from knowngood.fetch import Answer, Attempt, Exchange, Probe, Tape, walk_group
from knowngood.mutation import MUTATIONS, Change, Mutation, Recorded


def target(kind: str, path: str, body: bytes = b"x") -> Target:
    """Make a target of one URL that one item reads."""
    answer = Answer(200, SITE + path, ((b"content-type", b"text/html"),), body)
    exchange = Exchange(Probe("site", SITE + path), (Attempt(0, 0.1, 200),), answer)
    return Target(kind, SITE + path, (exchange,), frozenset({path}))


def mutation(name: str, *suffixes: bytes) -> Mutation:
    """Make a mutation that adds each of these to a body, but not to an empty one."""

    def changes(recorded: Recorded) -> Iterator[Change]:
        for suffix in suffixes:

            def apply(recorded: Recorded, suffix: bytes = suffix) -> Answer | None:
                body = recorded.answer.body
                return replace(recorded.answer, body=body + suffix) if body else None

            yield Change(f"ends with {suffix!r}", "", apply)

    return Mutation(name, "", changes)


PAGES = [target("site:/{page}", path) for path in ("/a", "/b", "/c")]
OTHER = target("site:/other", "/other")


def drawn(*mutations: Mutation, targets: list[Target], seed: int = 7) -> list[Mutant]:
    """Draw all mutants."""
    return list(Mutants(Tape(), targets, mutations).drawn(seed))


def test_each_kind_meets_each_mutation_before_any_comes_twice() -> None:
    """Time that ends early has tried a bit of everything."""
    mutations = [mutation("one", b"1", b"2", b"3"), mutation("two", b"1")]
    mutants = drawn(*mutations, targets=[*PAGES, OTHER])
    first = {(mutant.kind, mutant.mutation.name) for mutant in mutants[:4]}
    assert len(first) == 4


def test_a_change_is_made_in_all_of_a_kind_and_in_one() -> None:
    """A file that one page lacks is another fault than one that all lack."""
    mutants = drawn(mutation("one", b"1"), targets=PAGES)
    assert [len(mutant.targets) for mutant in mutants] == [3, 1]
    assert mutants[0].readers == {"/a", "/b", "/c"}


def test_what_cannot_be_changed_so_is_left_as_it_is() -> None:
    """An empty answer among its like stays; where all are empty there is no mutant."""
    empty = target("site:/{page}", "/d", b"")
    (in_all, _) = drawn(mutation("one", b"1"), targets=[*PAGES, empty], seed=1)
    assert len(in_all.changed) == 3
    assert drawn(mutation("one", b"1"), targets=[empty]) == []


def test_what_changes_nothing_is_no_mutant() -> None:
    """A mutation that returns the answer as it was proves nothing."""
    assert drawn(mutation("one", b""), targets=PAGES) == []


def test_a_seed_draws_the_same_again() -> None:
    """The order hangs on the seed alone."""
    mutations = [mutation("one", b"1", b"2"), mutation("two", b"1", b"2")]

    def order(seed: int) -> list[tuple[str, str, int]]:
        mutants = drawn(*mutations, targets=[*PAGES, OTHER], seed=seed)
        return [(m.kind, m.change.predicate, len(m.targets)) for m in mutants]

    assert order(7) == order(7)
    assert order(7) != order(8)


def test_answers_with_other_statuses() -> None:
    """What only suits the answers before a DELETE is tried, whichever is drawn."""
    walk = [sent("GET", "/docs/aaaa1111", status=status) for status in (200, 404, 404, 404)]
    tape = Tape()
    tape.note_item("item", (), [sent("PUT", "/docs/aaaa1111"), *walk])
    targets = [replace(target, kind="GET") for target in targets_of(tape, {})[1:]]

    def changes(recorded: Recorded) -> Iterator[Change]:
        if recorded.answer.status == 200:
            yield Change("is old", "", lambda recorded: replace(recorded.answer, body=b"old"))

    for seed in range(4):
        (_, alone) = Mutants(tape, targets, [Mutation("one", "", changes)]).drawn(seed)
        assert [old.answer.status for old in alone.changed if old.answer] == [200]


def test_mutants_are_counted_without_being_made() -> None:
    """A drill that runs out of time says how many there are."""
    mutations = [mutation("one", b"1", b"2"), mutation("two", b"1")]
    mutants = Mutants(Tape(), [*PAGES, OTHER], mutations)
    assert mutants.count(7) == len(list(mutants.drawn(7))) == 9


def test_other_answers_of_the_kind_come_first() -> None:
    """A swap takes the page of another locale rather than any page."""
    seen: list[Recorded] = []

    def changes(recorded: Recorded) -> Iterator[Change]:
        seen.append(recorded)
        return iter(())

    pages = [target("site:/{page}", path, path.encode()) for path in ("/a", "/b")]
    stranger = target("site:/other", "/other", b"other")
    drawn(Mutation("look", "", changes), targets=[stranger, *pages])
    others = {r.answer.url: [other.url for other in r.others] for r in seen}
    (page,) = [url for url in others if url != stranger.url]
    assert others[page][0] in {p.url for p in pages}
    assert others[page][-1] == stranger.url


def sent(method: str, path: str, status: int = 204) -> Exchange:
    """Make an exchange that a client sent."""
    probe = Probe("site", SITE + path, method, template=walk_group("site"))
    return Exchange(probe, (Attempt(0, 0.1, status),), Answer(status, SITE + path, (), b""))


def lost(*walk: Exchange, swept: tuple[Exchange, ...] = ()) -> list[str]:
    """Return what is wrong in the mutants of a walk that writes or deletes in vain, unseen."""
    tape = Tape()
    tape.note_item("item", (), [*walk, *swept], swept)
    mutations = [mutation for mutation in MUTATIONS if mutation.name.endswith("-lost")]
    mutants = list(Mutants(tape, targets_of(tape, {}), mutations).drawn(7))
    assert all(
        old.answer == new.answer for mutant in mutants for old, new in mutant.changed.items()
    )
    return [f"{mutant.kind} {mutant.change.predicate}" for mutant in mutants]


DELETED = sent("DELETE", "/docs/aaaa1111")


@pytest.mark.parametrize("path", ["/docs/bbbb2222", "/doc", "/docs/aaaa1111/parts"])
def test_delete_that_nobody_looks_after(path: str) -> None:
    """Its answer stays as it was, so that it is missed."""
    assert lost(sent("GET", "/docs/aaaa1111"), DELETED, sent("GET", path)) == [
        "DELETE site:/docs/{id} removes nothing"
    ]


@pytest.mark.parametrize("path", ["/docs/aaaa1111", "/docs/aaaa1111?fresh", "/docs?all", "/docs/"])
def test_delete_that_the_check_looks_after(path: str) -> None:
    """It reads what it deleted, or the list that it was in: what it makes of that is its own."""
    assert lost(DELETED, sent("GET", path)) == []


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (("PUT", "/docs/aaaa1111", 200), "PUT site:/docs/{id}"),
        (("POST", "/docs", 201), "POST site:/docs"),
    ],
)
def test_write_that_nobody_looks_after(write: tuple[str, str, int], kind: str) -> None:
    """It may store nothing, whatever it answers. A POST makes what is below its URL."""
    step = sent(*write)
    assert lost(step) == [f"{kind} stores nothing"]
    assert lost(step, sent("GET", "/docs/aaaa1111")) == []


def test_post_that_creates_nothing() -> None:
    """A search or a login stores nothing when all is well."""
    assert lost(sent("POST", "/login", 200)) == []


def test_delete_of_the_sweep() -> None:
    """What the run itself deleted may still be there; nothing else about the sweep is changed."""
    assert lost(sent("GET", "/docs/aaaa1111"), swept=(DELETED,)) == [
        "DELETE site:/docs/{id} removes nothing"
    ]
    tape = Tape()
    tape.note_item("item", (), [DELETED], [DELETED])
    mutants = Mutants(tape, targets_of(tape, {}), MUTATIONS)
    assert [mutant.mutation.name for mutant in mutants.drawn(7)] == ["delete-lost"]


def test_answer_that_only_the_sweep_got() -> None:
    """A change of all of its kind leaves it out: nobody reads it."""
    tape, own = Tape(), sent("DELETE", "/docs/bbbb2222")
    tape.note_item("item", (), [own, DELETED], [DELETED])
    status = [mutation for mutation in MUTATIONS if mutation.name == "status-404"]
    mutants = Mutants(tape, targets_of(tape, {}), status)
    changed = [list(mutant.changed) for mutant in mutants.drawn(7)]
    assert {exchange.probe.url for some in changed for exchange in some} == {own.probe.url}
