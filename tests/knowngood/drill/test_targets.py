"""What a mutant changes together, and what kind of URL that is."""

from knowngood.drill.targets import targets_of
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe, walk_group
from knowngood.fetch.tape import Tape

SITE = "http://site.example"
PARAMS = {"locale": ["de", "fr"], "page": ["", "about"]}


def declared(path: str, template: str, method: str = "GET") -> Exchange:
    """Make an exchange that a mark declares, or a page needs."""
    probe = Probe("site", SITE + path, method, template=template)
    return Exchange(probe, (Attempt(0.0, 0.1, 200),), Answer(200, SITE + path, (), b""))


def sent(method: str, path: str, began: float) -> Exchange:
    """Make an exchange that a client sent."""
    probe = Probe("site", SITE + path, method, template=walk_group("site"))
    return Exchange(probe, (Attempt(began, 0.1, 200),), Answer(200, SITE + path, (), b""))


def tape(**items: list[Exchange]) -> Tape:
    """Return a tape of items with what each read or sent."""
    made = Tape()
    for name, exchanges in items.items():
        shared = [exchange for exchange in exchanges if not exchange.probe.in_walk]
        for exchange in shared:
            made.keep(exchange)
        walk = [exchange for exchange in exchanges if exchange.probe.in_walk]
        made.note_item(name, (exchange.probe for exchange in shared), walk)
    return made


def test_all_answers_of_a_url_change_together() -> None:
    """A nonce in the query and another method reach the same file."""
    made = tape(
        a=[declared("/de/x.json", "site:/{locale}/x.json")],
        b=[
            declared("/de/x.json?1", "site:/{locale}/x.json"),
            declared("/de/x.json", "site:/{locale}/x.json", "HEAD"),
        ],
    )
    (target,) = targets_of(made, PARAMS)
    assert (target.kind, target.url) == ("site:/{locale}/x.json", f"{SITE}/de/x.json")
    assert len(target.exchanges) == 3
    assert target.readers == {"a", "b"}


def test_what_a_page_needs_is_named_by_its_path() -> None:
    """The value of a param is named in it; an empty one names nothing."""
    made = tape(a=[declared("/de/lib/x.js", "site:/{locale}/ →")])
    assert [target.kind for target in targets_of(made, PARAMS)] == ["site:/{locale}/lib/x.js"]


def test_a_client_that_only_reads_reads_what_others_read() -> None:
    """A file that a walk reads as well is changed for it, too."""
    made = tape(a=[declared("/x.json", "site:/x.json")], b=[sent("GET", "/x.json", 1)])
    (target,) = targets_of(made, PARAMS)
    assert target.readers == {"a", "b"}


def test_each_step_of_a_walk_that_writes_is_by_itself() -> None:
    """What is read before and after a DELETE differs, as does what other cases wrote."""
    first = [
        sent("POST", "/docs/aaaa1111", 1),
        sent("GET", "/docs/aaaa1111", 2),
        sent("DELETE", "/docs/aaaa1111", 3),
        sent("GET", "/docs/aaaa1111", 4),
    ]
    made = tape(a=first, b=[sent("POST", "/docs/bbbb2222", 5)])
    targets = targets_of(made, PARAMS)
    assert [(target.kind, sorted(target.readers)) for target in targets] == [
        ("POST site:/docs/{id}", ["a"]),
        ("GET site:/docs/{id}", ["a"]),
        ("DELETE site:/docs/{id}", ["a"]),
        ("GET site:/docs/{id} (2)", ["a"]),
        ("POST site:/docs/{id}", ["b"]),
    ]


def test_documents_side_by_side_are_of_one_kind() -> None:
    """What a check calls them makes them no other, nor which part of one it asks for; the same
    request once more is another step.
    """
    walk = [
        sent("PUT", "/breads/rye", 1),
        sent("PUT", "/breads/oat", 2),
        sent("GET", "/breads/rye", 3),
        sent("GET", "/breads/rye", 4),
        sent("PUT", "/bakery", 5),
        sent("GET", "/breads/rye?part=2", 6),
    ]
    assert [target.kind for target in targets_of(tape(a=walk), PARAMS)] == [
        "PUT site:/breads/{id}",
        "PUT site:/breads/{id}",
        "GET site:/breads/{id}",
        "GET site:/breads/{id} (2)",
        "PUT site:/bakery",
        "GET site:/breads/{id}",
    ]


def test_number_that_the_service_counts() -> None:
    """What is written is another number in each run, and of the same kind."""
    made = tape(a=[sent("POST", "/v1/docs", 1), sent("DELETE", "/v1/docs/1000", 2)])
    kinds = [target.kind for target in targets_of(made, PARAMS)]
    assert kinds == ["POST site:/v1/docs", "DELETE site:/v1/docs/{id}"]


def test_what_nobody_reads_is_no_target() -> None:
    """A page may need what no item looks at."""
    made = tape(a=[])
    made.keep(declared("/x.png", "site:/ →"))
    assert targets_of(made, PARAMS) == []
