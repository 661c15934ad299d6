"""Mutants that come to the same thing."""

from mutants import mutant, remedy

from knowngood.drill.blind_spots import blind_spots
from knowngood.drill.mutant_results import Notice

USER = "https://api.example/users/1"
OTHER = "https://api.example/users/2"


def changes(*results: object) -> list[str]:
    """Return what is wrong in the missed ones."""
    return [spot.change for spot in blind_spots(results, Notice.MISSED)]  # type: ignore[arg-type]


def test_only_those_that_came_out_so() -> None:
    """Of a caught and a missed mutant there is one blind spot."""
    assert changes(mutant("caught"), mutant("missed", "name")) == ['/users/1 lacks the key "name"']


def test_one_url_and_all_of_its_kind() -> None:
    """Changed in one and changed in all is one blind spot, told of the kind."""
    assert changes(mutant(urls=(USER,)), mutant(urls=(USER, OTHER))) == [
        '/users/{id} lacks the key "email"'
    ]


def test_step_of_a_walk() -> None:
    """The method tells it from the other steps, and nobody knows the made-up id."""
    step = mutant(kind="GET api:/users/{id} (2)", urls=("https://api.example/users/made-up",))
    assert changes(step) == ['GET /users/{id} (2) lacks the key "email"']


def test_missed_though_the_run_did_not_pass() -> None:
    """A run that cannot judge does not hold the release back for sure; the words say so."""
    (spot,) = blind_spots([mutant(reason="INCONCLUSIVE: too few")], Notice.MISSED)
    assert (
        spot.sentence == 'nothing fails when /users/1 lacks the key "email": INCONCLUSIVE: too few'
    )


def test_one_thing_at_several_kinds_of_url() -> None:
    """It is told once, with all places."""
    team = mutant(kind="api:/teams", urls=("https://api.example/teams?all=1",))
    (spot,) = blind_spots([mutant(), team, mutant()], Notice.MISSED)
    assert spot.places == ("/users/1", "/teams?all=1")
    assert len(spot.mutants) == 3


def test_different_lines_to_paste_are_different_blind_spots() -> None:
    """What closes one does not close the other."""
    assert len(changes(mutant(), mutant(remedy=remedy("assert response.json()")))) == 2


def test_causes_that_name_different_urls() -> None:
    """Two mutants that are misnamed differently are told apart; missed ones name nothing."""
    named = [mutant("misnamed", named=url) for url in (USER, OTHER)]
    assert len(blind_spots(named, Notice.MISNAMED)) == 2


def test_reasons_for_which_it_is_accepted() -> None:
    """They are told apart."""
    accepted = [mutant("accepted", reason=reason) for reason in ("a", "b", "a")]
    assert len(blind_spots(accepted, Notice.ACCEPTED)) == 2


def test_the_worst_comes_first() -> None:
    """The heavier one, then the one at more places, then by name: chance decides nothing."""
    light = mutant(key="a", weight=0.3)
    wide = [
        mutant(key="z"),
        mutant(key="z", kind="api:/teams", urls=("https://api.example/teams",)),
    ]
    single = [mutant(key="c"), mutant(key="b")]
    expected = [f'/users/1 lacks the key "{key}"' for key in "zbca"]
    assert changes(light, *single, *wide) == expected
    assert changes(*single[::-1], *wide, light) == expected
