"""Where what would catch a mutant belongs."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from answered_site import SITE
from recorded_answers import answered

from knowngood import checks
from knowngood.drill.mutants import Mutant
from knowngood.drill.remedy import Place, Remedy
from knowngood.drill.remedy_places import RemedyPlaces
from knowngood.drill.remedy_search import Remedies
from knowngood.drill.targets import Target
from knowngood.fetch import (
    Answer,
    Attempt,
    Exchange,
    Plan,
    PlannedProbe,
    Probe,
    Tape,
    resource_group,
    walk_group,
)
from knowngood.mutation import Change, Mutation

FILE = "smoketests/test_api.py"
GOOD = "assert response.text == 'good'"


def exchange(path: str, body: str = "good", kind: str = "text/plain", **probe: Any) -> Exchange:
    """Return an exchange with this path."""
    answer = answered(body, kind, url=SITE + path)
    return Exchange(Probe("site", SITE + path, **probe), (Attempt(0, 0.1, 200),), answer)


class Suite:
    """A suite of checks in one file, and what they received."""

    def __init__(self, folder: Path) -> None:
        self.tape = Tape()
        self.items: dict[str, Any] = {}
        self.plans: dict[str, Plan] = {}
        self._path = folder / FILE
        self._module = types.SimpleNamespace(pytest=pytest)

    def check(
        self,
        name: str,
        function: Callable[..., None],
        declared: Sequence[Exchange] = (),
        needed: Sequence[Exchange] = (),
        walk: Sequence[Exchange] = (),
    ) -> None:
        """Add a case of a check, which declares, or needs, or sends these."""
        nodeid = f"{FILE}::{name}"
        item = types.SimpleNamespace(function=function, module=self._module, path=self._path)
        self.items[nodeid] = item
        planned = tuple(PlannedProbe(e.probe, bool(needed)) for e in declared)
        self.plans[nodeid] = Plan(nodeid, "", planned)
        for one in (*declared, *needed):
            self.tape.shared[one.probe] = one
        self.tape.readers[nodeid] = frozenset(e.probe for e in (*declared, *needed))
        self.tape.walks[nodeid] = tuple(walk)

    def targets(self, *exchanges: Exchange, kind: str = "site:/it") -> tuple[Target, ...]:
        """Return these as targets of one kind, which all checks read."""
        readers = frozenset(self.items)
        return tuple(Target(kind, e.probe.url, (e,), readers) for e in exchanges)

    def remedies(self, *exchanges: Exchange, kind: str = "site:/it") -> Remedies:
        """Return what finds remedies, with these of one kind."""
        items = cast(dict[str, pytest.Item], self.items)
        targets = self.targets(*exchanges, kind=kind)
        return Remedies(self.tape, RemedyPlaces(self.tape, items, self.plans, targets))

    def remedy(
        self, remedy: Any, *changed: Exchange, kind: str = "site:/it", by: Remedies | None = None
    ) -> Remedy | None:
        """Return what catches a mutant in which the texts of these are bad."""
        targets = self.targets(*changed, kind=kind)
        answers = {e: replace(cast(Answer, e.answer), body=b"bad") for e in changed}
        mutants = {e: replace(e, answer=answer) for e, answer in answers.items()}
        change = Change("is bad", remedy, lambda recorded: recorded.answer)
        mutation = Mutation("m", "", lambda _: [change])
        mutant = Mutant(kind, mutation, change, targets, mutants)
        return (by or self.remedies(*changed, kind=kind)).of(mutant)

    def place(self, remedy: Any, *changed: Exchange, kind: str = "site:/it") -> Place:
        """Return where that belongs."""
        offered = self.remedy(remedy, *changed, kind=kind)
        assert offered is not None
        return offered.place


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """An empty suite."""
    return Suite(tmp_path)


def one(response: object) -> None:
    """Take one answer."""


def several(responses: object) -> None:
    """Take several answers."""


def needing(response: object, resources: object) -> None:
    """Take a page and what it needs."""


def walking(client: object) -> None:
    """Take a client."""


def test_check_of_the_answer(suite: Suite) -> None:
    """The line belongs in the check that takes it as ``response``."""
    it = exchange("/it")
    suite.check("test_it", one, [it])
    assert suite.remedy(GOOD, it) == Remedy(Place(FILE, "test_it"), GOOD)


def test_line_that_does_not_hold_in_all_cases(suite: Suite) -> None:
    """It belongs in a check of that URL; with a braces in it, these are no field."""
    it, other = exchange("/it{1}"), exchange("/other", "other")
    suite.check("test_it[it]", one, [it])
    suite.check("test_it[other]", one, [other])
    assert suite.place(GOOD, it) == Place(FILE, "test_it_1", mark='"site:/it{{1}}"')


def test_line_that_does_not_hold_now(suite: Suite) -> None:
    """None is offered."""
    it = exchange("/it", "other")
    suite.check("test_it", one, [it])
    assert suite.remedy(GOOD, it) is None


def test_check_of_several_answers(suite: Suite) -> None:
    """The line stands in a loop."""
    answers = [exchange("/it"), exchange("/that")]
    suite.check("test_both", several, answers)
    place = suite.place(GOOD, answers[0])
    assert place == Place(FILE, "test_both", loop="for response in responses:")


def test_what_a_page_needs(suite: Suite) -> None:
    """A line about a resource stands in the check that takes them; one about its text is a check of
    its own.
    """
    page, script = exchange("/"), exchange("/it.js", "f()", "text/javascript")
    suite.check("test_page", needing, [page], [script])
    offered = suite.remedy("assert resource.response.text == 'f()'", script)
    loop = "for resource in checks.own(resources):"
    assert offered is not None
    assert offered.place == Place(FILE, "test_page", loop=loop)
    assert offered.needs == ("from knowngood import checks",)
    assert suite.place("assert response.text == 'f()'", script) == Place(
        FILE, "test_it_js", mark='"site:/it.js"'
    )


def test_check_whose_fixture_has_the_answer(suite: Suite) -> None:
    """It comes before one whose client asks for the same URL."""
    it = exchange("/it")
    again = exchange("/it", template=walk_group("site"), item="x")
    suite.check("test_walk", walking, walk=[again])
    suite.check("test_all", several, [it, exchange("/that")])
    loop = "for response in responses:"
    assert suite.place(GOOD, it, again) == Place(FILE, "test_all", loop=loop)


def following(client: Any) -> None:
    """Hand a client to a claim that sends."""
    assert checks.dead_link_problems(Any, client) == []


def following_and_asking(client: Any) -> None:
    """Send beside such a claim."""
    assert checks.dead_link_problems(Any, client) == []
    client.head("/it")


def test_what_a_ready_made_claim_asks_for(suite: Suite) -> None:
    """No line stands behind that request: a check of its own sends it."""
    link = exchange("/it", method="HEAD", template=walk_group("site"), item="x")
    suite.check("test_links", following, walk=[link])
    mark = Place(FILE, "test_it", mark='"site:/it"', method="HEAD")
    assert suite.place(GOOD, link) == mark
    hashed = exchange("/it-RXfNHXOY.js", method="HEAD", template=walk_group("site"), item="x")
    suite.check("test_links", following, walk=[hashed])
    assert suite.remedy(GOOD, hashed) is None


@pytest.mark.parametrize(
    ("path", "lifetime", "is_offered"),
    [
        ("/69Z5PCq6.js", "public, max-age=31536000, immutable", False),
        ("/it.js?v=6.8.1", "no-cache", False),
        ("/it.js", "max-age=600", True),
        ("/it?of=a", "no-cache", True),
    ],
)
def test_file_of_one_build(suite: Suite, path: str, lifetime: str, *, is_offered: bool) -> None:
    """The next release gives it another URL, which a check of its own would not ask for."""
    page, file = exchange("/"), exchange(path, template=resource_group("site:/"))
    assert file.answer is not None
    headers = (*file.answer.headers, (b"cache-control", lifetime.encode()))
    file = replace(file, answer=replace(file.answer, headers=headers))
    suite.check("test_page", walking, [page], [file])
    assert (suite.remedy(GOOD, file) is not None) is is_offered


def test_link_whose_server_refuses_head(suite: Suite) -> None:
    """The check asks with GET, as the claim did then."""
    head, get = (
        exchange("/it", text, method=method, template=walk_group("site"), item="x")
        for method, text in [("HEAD", "no"), ("GET", "good")]
    )
    suite.check("test_links", following, walk=[head, get])
    assert suite.place(GOOD, head, get) == Place(FILE, "test_it", mark='"site:/it"')


def test_check_that_also_asks_by_itself(suite: Suite) -> None:
    """Its request has a line behind it."""
    step = exchange("/it", method="HEAD", template=walk_group("site"), item="x")
    suite.check("test_links", following_and_asking, walk=[step])
    assert suite.place(GOOD, step).answer == "HEAD /it"


def test_step_of_a_walk(suite: Suite) -> None:
    """Method and path say which answer is meant, and no check of its own is offered."""
    step = exchange("/it", method="POST", template=walk_group("site"), item="x")
    suite.check("test_walk", walking, walk=[step])
    place = suite.place(GOOD, step, kind="POST site:/it")
    assert place == Place(FILE, "test_walk", answer="POST /it")
    assert suite.place(GOOD, step).answer == "POST /it"
    assert suite.remedy("assert response.text == 'x'", step) is None


def test_line_that_sends_a_request(suite: Suite) -> None:
    """It is offered where there is a client, as not tried."""
    line = "assert client.get(response.url).is_success"
    step = exchange("/it", method="PUT", template=walk_group("site"), item="x")
    suite.check("test_walk", walking, walk=[step])
    offered = suite.remedy(line, step, kind="PUT site:/it")
    assert offered is not None
    assert not offered.tried
    it = exchange("/it")
    suite.check("test_it", one, [it])
    assert suite.remedy(line, it) is None


def test_step_of_the_sweep(suite: Suite) -> None:
    """What the run itself deleted is no answer that the check has."""
    step = exchange("/it", method="DELETE", template=walk_group("site"), item="x")
    suite.check("test_walk", walking, walk=[step])
    suite.tape.swept.add(step)
    assert suite.place("assert client.get(url)", step) == Place(FILE, "test_walk")


def test_login_of_several_checks(suite: Suite) -> None:
    """The fixture that logs in has the answer, and no check; it cannot take ``schema``."""
    step = exchange("/login", '{"a": 1}', "application/json", template=walk_group("site"))
    suite.check("test_walk", walking, walk=[step])
    token = types.SimpleNamespace(argnames=("shared_client",))
    item = suite.items[f"{FILE}::test_walk"]
    item._fixtureinfo = types.SimpleNamespace(name2fixturedefs={"token": [token]})
    place = suite.place("assert response.text != 'bad'", step, kind="POST site:/login")
    assert place == Place(FILE, "token", answer="POST /login")
    assert suite.remedy({"required": ["a"]}, step, kind="POST site:/login") is None


@pytest.mark.parametrize("name", ["1005", "smoke-ab12"])
def test_name_of_one_run(suite: Suite, name: str) -> None:
    """What a step is called is another in the next run, so no line expects it."""
    step = exchange(f"/{name}", name, template=walk_group("site"), item="x")
    suite.check("test_walk", walking, walk=[step])
    assert suite.remedy(f"assert response.text == '{name}'", step) is None
    assert suite.remedy(f"assert response.text.endswith('{name[-4:]}')", step) is None
    assert suite.remedy("assert response.text != 'bad'", step) is not None


def test_one_schema_for_all_steps_of_a_kind(suite: Suite) -> None:
    """Two checks call the same file, if it holds for both; else each has its own."""
    one_step, other, odd = (
        exchange("/it", body, "application/json", template=walk_group("site"), item="x")
        for body in ('{"a": 1}', '{"a": 2}', '{"b": 1}')
    )
    for number, step in enumerate((one_step, other, odd)):
        suite.check(f"test_{number}", walking, walk=[step])

    def file(*steps: Exchange) -> str:
        remedies = suite.remedies(*steps)
        offered = [suite.remedy({"required": ["a"]}, step, by=remedies) for step in steps]
        return " ".join(remedy.schema_file.rpartition("/")[2] for remedy in offered if remedy)

    assert file(one_step, other) == "it.schema.json it.schema.json"
    assert file(one_step, other, odd) == "it.schema.json it-2.schema.json"


def test_schema(suite: Suite, tmp_path: Path) -> None:
    """It has a file of its own, beside those that are there, and the check takes the fixture."""
    it = exchange("/it", '{"a": 1}', "application/json")
    suite.check("test_it", one, [it])
    offered = suite.remedy({"required": ["a"]}, it)
    assert offered is not None
    assert offered.schema_file == "smoketests/schemas/it.schema.json"
    assert offered.needs == ("the fixture schema",)
    folder = tmp_path / "smoketests" / "schemas"
    folder.mkdir(parents=True)
    (folder / "it.schema.json").write_text("{}")
    offered = suite.remedy({"required": ["a"]}, it)
    assert offered is not None
    assert offered.schema_file == "smoketests/schemas/it-2.schema.json"


def test_no_two_checks_of_one_name(suite: Suite) -> None:
    """Python would forget the first one."""
    page, it = exchange("/"), exchange("/it")
    suite.check("test_it", needing, [page], [it])
    assert suite.place(GOOD, it).test == "test_it_too"


def test_url_that_needs_a_login(suite: Suite) -> None:
    """A check of its own would lack the credentials: nothing is offered."""
    it = exchange("/it", headers=(("Authorization", "Bearer x"),))
    suite.check("test_it", needing, [exchange("/")], [it])
    assert suite.remedy(GOOD, it) is None


def test_url_of_one_build(suite: Suite) -> None:
    """A check of a name that changes with its content would fail the next release."""
    it = exchange("/assets/index-RXfNHXOY.js")
    suite.check("test_page", needing, [exchange("/")], [it])
    assert suite.remedy(GOOD, it) is None


def test_all_of_a_kind(suite: Suite) -> None:
    """A new check of several URLs has the field of their kind."""
    files = [exchange(f"/{locale}/it.css") for locale in ("de", "fr")]
    suite.check("test_page", needing, [exchange("/")], files)
    place = suite.place(GOOD, *files, kind="site:/{locale}/it.css")
    assert place == Place(FILE, "test_locale_it_css", mark='"site:/{locale}/it.css"')


def test_file_that_a_client_asks_for_as_well(suite: Suite) -> None:
    """A new check is easier to write than a line in the middle of a loop of requests."""
    it, again = (exchange("/it", template=name) for name in ("site:/ →", walk_group("site")))
    suite.check("test_page", needing, [exchange("/")], [it])
    suite.check("test_walk", walking, walk=[again])
    assert suite.place(GOOD, it, again).mark == '"site:/it"'


def test_line_that_holds_for_one_of_a_kind(suite: Suite) -> None:
    """All are changed alike, and a check of that one catches it."""
    files = [exchange(f"/{locale}/it.css", locale) for locale in ("de", "fr")]
    suite.check("test_page", needing, [exchange("/")], files)
    place = suite.place("assert response.text == 'fr'", *files, kind="site:/{locale}/it.css")
    assert place == Place(FILE, "test_fr_it_css", mark='"site:/fr/it.css"')


def test_nothing_to_offer(suite: Suite) -> None:
    """A mutation need not know what notices it."""
    it = exchange("/it")
    suite.check("test_it", one, [it])
    assert suite.remedy("", it) is None
