"""A failure points at the answer that its assertion is about."""

import ast
import copy
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

from knowngood.content.problem import Aspect, Problem
from knowngood.fetch import Client, forget_documents
from knowngood.fetch.answer_errors import NoAnswer
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import Resource, Response, respond
from knowngood.session.comparison import Comparison
from knowngood.session.failure import Failure, Repeat, failure_of

SITE = "https://fhr.example.org"
NUMBERS = count()


def exchange(path: str, status: int = 200, body: bytes = b"same") -> Exchange:
    """An answer of the site; the test must hold it as long as it reads the response."""
    url = SITE + path
    answer = Answer(status, url, ((b"content-type", b"text/html"),), body)
    return Exchange(Probe("content", url), (Attempt(0.0, 0.1, status),), answer)


HOME, NEWS, GONE = exchange("/"), exchange("/news"), exchange("/gone", 404)
OTHER = exchange("/other", body=b"another")
SAME = [exchange(f"/same/{number}") for number in range(5)]
BROKEN = exchange("/broken", 500)
ANSWERS: dict[str, Any] = {
    "asked": lambda: Asked(),
    "broken": respond(BROKEN),
    "home": respond(HOME),
    "news": respond(NEWS),
    "gone": respond(GONE),
    "pages": [respond(HOME), respond(NEWS)],
    "all_alike": [*map(respond, SAME), respond(OTHER)],
    "answers": [respond(GONE), respond(BROKEN), respond(HOME)],
    "one_gone": [respond(HOME), respond(GONE), respond(NEWS)],
    "script": Resource(f"{SITE}/other", "script", f"{SITE}/", f"{SITE}/", "", OTHER),
}


def failure(
    source: str, comparison: Comparison | None = None, *, rewritten: bool = False, **more: Any
) -> Failure:
    """Run the body of a check that fails, and return what its failure is about. Where it is
    ``rewritten``, its assertions are those that pytest makes of them.
    """
    filename = f"<check {next(NUMBERS)}>"
    code = f"def check({', '.join(ANSWERS)}):\n{textwrap.indent(textwrap.dedent(source), '    ')}"
    linecache.cache[filename] = len(code), None, code.splitlines(keepends=True), filename
    namespace: dict[str, Any] = {"__name__": "test_site"}
    tree = ast.parse(code)
    if rewritten:
        rewrite_asserts(tree, code.encode())
    exec(compile(tree, filename, "exec"), namespace)  # noqa: S102 - this test's own text
    check: Callable[..., None] = namespace["check"]
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever a check may raise
        check(**ANSWERS)
    return about(caught.value, comparison, **more)


def about(
    error: BaseException,
    comparison: Comparison | None = None,
    sent: Sequence[Exchange] = (),
    declared: Iterable[Exchange] = (),
    *,
    in_check: bool = True,
    repeat: Repeat = lambda *_: (),
) -> Failure:
    """Return what an error is about that ended a check which has declared and sent these."""
    return failure_of(error, comparison, sent, declared, in_check=in_check, repeat=repeat)


ABOUT: dict[str, tuple[str, list[Exchange]]] = {
    "the-name-in-the-assertion": ("assert home.status_code == 404", [HOME]),
    "not-the-last-one-read": ("news.text\nassert home.status_code == 404", [HOME]),
    "both-that-are-compared": ("assert home.text != news.text", [HOME, NEWS]),
    "the-wrong-one-of-two-first": ("assert home.status_code == gone.status_code", [GONE, HOME]),
    "a-resource": ("assert script.response.text == ''", [OTHER]),
    "the-item-of-a-list": ("assert pages[1].status_code == 404", [NEWS]),
    "the-variable-of-a-loop": ("for page in pages:\n    assert page.path == '/'", [NEWS]),
    "what-a-value-was-made-of": (
        "text = news.text\nlength = len(text)\nother = home.text\nassert length == 0",
        [NEWS],
    ),
    "what-a-list-was-filled-with": (
        "found = []\nfound.append(news.text)\nassert found == []",
        [NEWS],
    ),
    "all-of-a-loop-that-is-over": (
        "bad = []\nfor page in pages:\n    bad.append(page.text)\nassert bad == []",
        [HOME, NEWS],
    ),
    "the-one-that-is-404": ("assert [page.text for page in one_gone] == []", [GONE]),
    "the-one-that-differs": ("assert len({page.text for page in all_alike}) == 1", [OTHER]),
    "a-name-given-in-the-statement": ("assert (text := home.text) == '', text", [HOME]),
    "the-answer-in-the-frame": ("page = news\ndel pages\nassert 1 == 2", [NEWS]),
    "what-was-misread": ("document = home.json()\nassert document", [HOME]),
    "what-is-no-success": ("news.text\ngone.raise_for_status()\nhome.text", [GONE]),
    "what-lacks-a-key": ("value = {'a': gone.text}['b']", [GONE]),
}


@pytest.mark.parametrize(("source", "about"), ABOUT.values(), ids=ABOUT)
def test_about(source: str, about: list[Exchange]) -> None:
    """The names in the failed statement decide, then what they were made from, then the frame."""
    assert list(failure(source).exchanges) == about


class Asked(Client):
    """A client that gets the page of news, whatever it asks for."""

    def __init__(self) -> None:
        super().__init__(None, "content", SITE)  # type: ignore[arg-type]

    def get(self, url: Any, **_: Any) -> Response:
        """Return the page of news."""
        return respond(NEWS)


@pytest.mark.parametrize(
    "statement",
    [
        "assert client.get('/news').status_code == 404",
        "assert client.get('/news').text['title'] == home.text",
    ],
)
def test_what_the_statement_itself_asks_for(statement: str) -> None:
    """No name stands for the answer: it is the last one, and not that of an earlier request."""
    about = failure(f"client = asked()\nearlier = home\n{statement}", sent=[HOME, NEWS])
    assert about.exchanges[0] is NEWS


@pytest.mark.parametrize(
    "helper",
    [
        "def ask(path): return client.get(path)",
        "def get(path): return client.get(path)\ndef ask(path): return get(path)",
        "def ask(path): return client.get(path) if path else never\nif False: never = 1",
        "from functools import partial\nask = partial(lambda it, path: it.get(path), client)",
        "class Api: pass\napi = Api()\napi.it = client\nask = lambda path: api.it.get(path)",
    ],
    ids=["function", "helper-of-a-helper", "a-name-that-is-not-there-yet", "partial", "object"],
)
def test_what_a_helper_asks_for_in_the_statement(helper: str) -> None:
    """A fixture that sends and asserts hands on an answer that no name stands for."""
    source = (
        f"client = asked()\n{helper}\nmade = home\npath = made.path\nassert ask(path).text == 5"
    )
    about = failure(source, sent=[HOME, NEWS])
    assert about.exchanges[0] is NEWS
    aside = source.replace("assert ask(path)", "assert str(made)")
    assert failure(aside, sent=[HOME, NEWS]).exchanges[0] is HOME


@pytest.mark.parametrize("document", ['"text"', "[]", "{}", "7"])
def test_a_document_of_another_type(document: str) -> None:
    """A key is asked of what has none: the check fails, and explaining it does not."""
    about = failure(f"document = {document}\nassert document['key'] == home.text")
    assert about.exchanges[:1] == (HOME,)


def test_what_a_client_sent_last() -> None:
    """Where nothing in the frame is an answer, a walk is about its last request."""
    names = ", ".join(ANSWERS)
    walk = failure(f"del {names}\nassert 1 == 2", sent=[HOME, NEWS])
    assert walk.exchanges == (NEWS,)


@pytest.mark.parametrize(
    "source",
    [
        "assert bread['cents'] == 420",
        "user = bread['user']\nuser['email']",
        "for part in bread['parts']:\n    part['name']",
        "bread['user'].strip()",
    ],
)
def test_a_document_whose_answer_a_helper_kept(source: str) -> None:
    """The check has what the answer held, or a part of it, and not the answer."""
    breads = exchange("/breads", body=b'{"data": {"cents": 1, "user": {}, "parts": [{}]}}')
    ANSWERS["bread"] = respond(breads).json()["data"]
    try:
        about = failure(source, sent=[breads, HOME])
        assert about.exchanges[0] is breads
        assert about.about_answer
        forget_documents()
        assert breads not in failure(source, sent=[HOME]).exchanges
    finally:
        del ANSWERS["bread"]


def test_what_was_asked_in_another_way_than_by_http() -> None:
    """A check that raises DeploymentError itself means no answer, unless its statement reads one:
    what its client sent before is right.
    """
    head = "from knowngood.checks import DeploymentError\n"
    walk = failure(f"{head}raise DeploymentError('ws://x: refused')", sent=[HOME, NEWS])
    assert (walk.exchanges, walk.about_answer) == ((), True)
    walk = failure(f"{head}raise DeploymentError(news.text)", sent=[HOME, NEWS])
    assert walk.exchanges == (NEWS,)


def test_what_refers_to_a_file() -> None:
    """Of what a page needs, people have to know where its name stands."""
    assert failure("assert script.response.text == ''").found_in == {OTHER: f"{SITE}/"}
    assert failure("assert home.text == ''").found_in == {}


def test_a_list_of_the_paths_that_are_wrong() -> None:
    """What a loop read last is sound; the message names what is not."""
    names = ", ".join(ANSWERS)
    source = f"""
        sent = [gone, home]
        bad = []
        for number in range(2):
            page = sent.pop(0)
            if page.status_code != 200:
                bad.append((page.path, page.status_code))
        del {names}, sent
        assert bad == []
    """
    compared = Comparison("==", [("/gone", 404)], [])
    walk = failure(source, compared, sent=[GONE, NEWS, HOME])
    assert walk.exchanges == (GONE,)
    compared = Comparison("==", [("/gone", 404), ("/broken", 500)], [])
    both = failure(source, compared, sent=[BROKEN, NEWS, GONE])
    assert (both.exchanges, both.further) == ((BROKEN,), (GONE,))


def test_what_the_marks_ask_for() -> None:
    """Where nothing else is known, those declared that are in trouble."""
    names = ", ".join(ANSWERS)
    declared = failure(f"del {names}\nassert 1 == 2", declared=[HOME, GONE])
    assert declared.exchanges == (GONE,)


def test_what_an_error_names() -> None:
    """An answer that never came names itself."""
    silent = Exchange(Probe("content", SITE), (Attempt(0.0, 1.0, error=AttemptError.RESET),))
    error = NoAnswer(silent)
    assert about(error, declared=(HOME,)).exchanges == (silent,)


def test_what_a_statement_reads_beside() -> None:
    """The URLs of all answers within reach are kept, so that their faults explain this one."""
    reads = failure("assert (home.text, [page.text for page in pages]) == 0").reads
    assert reads == (f"{SITE}/", f"{SITE}/news")


@pytest.mark.parametrize(
    ("source", "about_answer"),
    [
        ("assert home.text == ''", True),
        ("{}['x'] + home.text", True),
        ("secrets = {}\nsecrets['token']", False),
        ("int('x')", False),
    ],
    ids=["assertion", "misread", "misspelt-secret", "own-code"],
)
def test_about_an_answer(source: str, about_answer: bool) -> None:
    """An exception of Python's own counts only if its statement reads an answer."""
    assert failure(source).about_answer is about_answer


@pytest.mark.parametrize(
    ("left", "right", "about_answer"),
    [
        (200, "200", False),
        ("200", 200, False),
        (404, 200, True),
        (404, "200", True),
        ("5", "6", True),
    ],
)
def test_a_number_compared_with_its_text(left: object, right: object, about_answer: bool) -> None:
    """No answer makes 200 equal "200": nobody rolls back for the quotes."""
    compared = failure("assert home.status_code == 1", Comparison("==", left, right))
    assert compared.about_answer is about_answer


def test_an_assertion_of_a_check_without_answers() -> None:
    """It is about nothing that was deployed."""
    names = ", ".join(ANSWERS)
    assert not failure(f"del {names}\nassert 1 == 2").about_answer


def test_an_error_of_pytest_itself() -> None:
    """None of the check's own statements raised it: an unknown fixture, an async function."""
    with pytest.raises(BaseException, match="async") as caught:
        pytest.fail("async def functions are not natively supported")
    error = caught.value.with_traceback(None)
    assert not about(error, declared=(HOME,)).about_answer


@pytest.mark.parametrize(
    ("source", "about_status"),
    [
        ("assert gone.status_code == 200", True),
        ("assert gone.text == ''", True),
        ("assert gone.status_code == 404\nassert gone.text == ''", False),
        ("assert broken.status_code == 500\nassert broken.text == ''", True),
        ("assert home.text == ''", False),
        ("assert home.status_code == 201", True),
        ("assert home.text\ngone.raise_for_status()", True),
        ("for n in int(home.text):\n    assert home.status_code == 200", False),
        ("with open(home.text):\n    assert home.status_code == 200", False),
    ],
    ids=[
        "status",
        "of-an-error-page",
        "of-an-expected-error-page",
        "of-a-crash",
        "content",
        "of-a-success",
        "raise-for-status",
        "the-status-is-named-behind-a-loop-s-head",
        "the-status-is-named-within-a-with",
    ],
)
def test_about_the_status(source: str, about_status: bool) -> None:
    """Of an error page nothing else is worth saying, unless the check expects that status."""
    assert failure(source).about_status is about_status


@pytest.mark.parametrize(
    ("source", "comparison", "message"),
    [
        ("assert home.size == 3", ("==", 5, 3), "home.size: expected 3, got 5"),
        ("assert 3 == home.size", ("==", 3, 5), "home.size: expected 3, got 5"),
        ("assert home.size == 3, 'too large'", ("==", 5, 3), "too large"),
        ("assert home.links == []", ("==", ["a", "b"], []), "a\nb"),
        ("links = ['a']\nassert not links, home", None, str(ANSWERS["home"])),
        ("links = ['a']\nassert not links", None, "a"),
        ("d = {'a': []}\nassert d['a'], home", None, str(ANSWERS["home"])),
        ("d = {'a': []}\nassert d['a']", None, "d['a']: expected something, got []"),
        ("assert home.ok", None, "does not hold: `home.ok`"),
        ("raise ValueError('not JSON: x')", None, "not JSON: x"),
        ("home.json()", None, 'not JSON: it begins with "same"'),
        (
            "import json\nassert json.loads(home.text) == 1",
            None,
            "not JSON: Expecting value: line 1 column 1 (char 0), at "
            "`assert json.loads(home.text) == 1`",
        ),
        (
            "assert int(home.text) == 1",
            None,
            "invalid literal for int() with base 10: 'same', at `assert int(home.text) == 1`",
        ),
        (
            "import zlib\nzlib.decompress(home.content)",
            None,
            "zlib.error: Error -3 while decompressing data: incorrect header check, at "
            "`zlib.decompress(home.content)`",
        ),
        ("assert home.headers['x-y'] == 'z'", None, "lacks the header x-y"),
        ("{'a': home}['x']", None, "KeyError: 'x', at `{'a': home}['x']`"),
    ],
)
def test_words(source: str, comparison: tuple[str, Any, Any] | None, message: str) -> None:
    """A message of the check stands by itself; a comparison says which side was expected."""
    for name in ("size", "links", "ok"):
        source = source.replace(f"home.{name}", f"getattr(home, '{name}', None)")
    compared = Comparison(*comparison) if comparison else None
    words = failure(source, compared).words.text
    for name in ("size", "links", "ok"):
        words = words.replace(f"getattr(home, '{name}', None)", f"home.{name}")
    assert words == message


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("d['v'].startswith('2.')", 'd[\'v\']: expected to begin with "2.", got "dev"'),
        ("d['v'].endswith(('.1', '.2'))", "d['v']: expected to end with ('.1', '.2'), got \"dev\""),
        ("not d['v'].startswith('de')", 'd[\'v\']: expected not to begin with "de", got "dev"'),
        ("d['v'].isdigit()", "does not hold: `d['v'].isdigit()`, of \"dev\""),
        ("d['flag']", "d['flag']: expected True, got False"),
        ("d.get('none')", "d.get('none'): expected something, got nothing"),
        ("not d.get('list')", 'd.get(\'list\'): expected nothing, got [{"message": "x"}]'),
        ("not d['v']", "d['v']: expected nothing, got \"dev\""),
        ("d['zero']", "d['zero']: expected anything but 0, got 0"),
        ("isinstance(d['v'], list)", "does not hold: `isinstance(d['v'], list)`"),
        ("all(v for v in d['zeros'])", "does not hold: `all((v for v in d['zeros']))`"),
        ("d['list'] and d['flag']", "does not hold: `d['list'] and d['flag']`"),
    ],
)
def test_values_of_what_does_not_hold(claim: str, message: str) -> None:
    """What came is told, as of a comparison; what pytest says of it is all that is left of it."""
    values = "d = {'v': 'dev', 'flag': False, 'list': [{'message': 'x'}], 'zero': 0, 'zeros': [0]}"
    assert failure(f"{values}\nassert {claim}", rewritten=True).words.text == message


@pytest.mark.parametrize(
    ("source", "got", "sides"),
    [
        ("assert refused.text == ''", 401, ("403", "401")),
        ("assert refused.text == ''", 302, ("403", "302")),
        ("assert refused.text == ''", 500, ("403", "500")),
        ("assert refused.text == ''", 403, None),
        ("assert refused.status_code == 404", 401, ("404", "401")),
        ("refused.raise_for_status()", 403, ("", "")),
    ],
)
def test_status_that_the_check_has_declared(
    source: str, got: int, sides: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what was expected, and no fault where it came."""
    came = exchange("/refused", got)
    came = replace(came, probe=replace(came.probe, expect=403))
    monkeypatch.setitem(ANSWERS, "refused", respond(came))
    compared = Comparison("==", got, 404) if "404" in source else None
    found = failure(source, compared)
    assert found.about_status == (sides is not None)
    assert (found.words.expected, found.words.got) == sides or sides is None


PROBLEM = Problem("it", Aspect.SERVER_PAGE)


@pytest.mark.parametrize(
    ("source", "comparison", "aspect"),
    [
        ("assert home.path == []", ("==", [PROBLEM, "b"], []), "server page"),
        ("assert home.path == []", ("==", ["b", PROBLEM], []), ""),
        ("assert home.path == set()", ("==", {*"jklmnopq", PROBLEM}, set()), "server page"),
        ("home.json()", None, "JSON"),
        ("{'a': home}['x']", None, "shape"),
        ("home.path['x']", None, "shape"),
        ("home.headers['x-y']", None, ""),
        ("assert home.media_type == 'a/b'", ("==", "text/html", "a/b"), "media type"),
        ("assert home.media_type != 'text/html', 'a page'", None, "media type"),
        ("assert home.path == 'media_type'", ("==", "/", "media_type"), ""),
    ],
)
def test_aspect(source: str, comparison: tuple[str, Any, Any] | None, aspect: str) -> None:
    """What is wrong is known by what a check did, or the claim says of its first line."""
    assert failure(source, Comparison(*comparison) if comparison else None).words.aspect == aspect


def test_what_a_loop_did_not_come_to() -> None:
    """The first wrong status ends a check; what else is wrong in its loop is not lost."""
    statuses = failure("for page in answers:\n    assert page.status_code == 200")
    assert (statuses.exchanges, statuses.further) == ((GONE,), (BROKEN,))
    absent = failure(
        "for page in answers[::-1]:\n    assert page.status_code == 404", Comparison("==", 200, 404)
    )
    assert (absent.exchanges, absent.further) == ((HOME,), ())
    alone = failure("assert gone.status_code == 200")
    assert (alone.exchanges, alone.further) == ((GONE,), ())


@pytest.mark.parametrize(
    ("test", "comparison", "further"),
    [
        ("400 <= page.status_code < 500", Comparison("<", 500, 500), ()),
        ("page.status_code < 500", Comparison("<", 500, 500), ()),
        ("499 >= page.status_code", Comparison(">=", 499, 500), ()),
        ("page.status_code in {404, 410}", Comparison("in", 500, {404, 410}), ()),
        ("page.status_code == 404", Comparison("==", 500, 404), ()),
        ("page.status_code < 404", Comparison("<", 500, 404), (GONE,)),
        ("page.status_code == 200", Comparison("==", 500, 200), (GONE,)),
        ("'404' in page.path", Comparison("in", "404", "/broken"), (GONE,)),
    ],
)
def test_what_a_loop_reads_is_judged_as_the_first_was(
    test: str, comparison: Comparison, further: tuple[Exchange, ...]
) -> None:
    """A status that the comparison allows is not wrong, however the bound is written."""
    walk = failure(f"for page in answers[1::-1]:\n    assert {test}", comparison)
    assert (walk.exchanges, walk.further) == ((BROKEN,), further)


OTHER_HEADERS = replace(
    HOME, probe=replace(HOME.probe, headers=(("Accept", "*/*"),), referer=NEWS.probe.url)
)


@pytest.mark.parametrize(
    ("known", "about"),
    [
        pytest.param([NEWS, OTHER_HEADERS], [OTHER_HEADERS], id="another-succeeded"),
        pytest.param([HOME], [], id="the-same-succeeded"),
        pytest.param([NEWS], [], id="another-url"),
        pytest.param(
            [replace(OTHER_HEADERS, answer=BROKEN.answer)], [], id="refused-with-others-as-well"
        ),
        pytest.param(
            [replace(OTHER_HEADERS, probe=replace(OTHER_HEADERS.probe, method="POST"))],
            [],
            id="another-method",
        ),
    ],
)
def test_a_success_with_other_headers(known: list[Exchange], about: list[Exchange]) -> None:
    """Who repeats the request in another browser must know that it may succeed there. Both are
    sent again, since it may be chance.
    """
    refused = replace(HOME, answer=GONE.answer)
    repeated: list[Probe] = []

    def repeat(*probes: Probe) -> list[Exchange]:
        repeated.extend(probes)
        return [NEWS]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ANSWERS, "gone", respond(refused))
        found = failure("assert gone.status_code == 200", declared=iter(known), repeat=repeat)
    assert list(found.exchanges) == [refused, *about, *([NEWS] if about else [])]
    assert repeated == ([refused.probe, about[0].probe] if about else [])


def test_a_set_with_an_answer_missing() -> None:
    """What is compared is not all there: the failure is about the answer that did not come."""
    silent = Exchange(Probe("content", f"{SITE}/x"), (Attempt(0.0, 1.0, error=AttemptError.RESET),))
    names = ", ".join(name for name in ANSWERS if name != "home")
    gone = failure(f"del {names}\nassert [home] == []", declared=[HOME, silent])
    assert gone.exchanges == (HOME,)
    resource = Resource(f"{SITE}/x", "script", f"{SITE}/", f"{SITE}/", "", silent)
    ANSWERS["pages_and_more"] = [*ANSWERS["pages"], resource]  # type: ignore[misc]
    try:
        incomplete = failure("assert (home.text, pages_and_more) == 0")
    finally:
        del ANSWERS["pages_and_more"]
    assert incomplete.exchanges[0] is silent


def test_an_error_that_no_statement_of_the_check_raised() -> None:
    """The engine or a package did: its words alone would lead nobody there."""
    with pytest.raises(TypeError) as raised:
        copy.deepcopy(linecache)
    error = raised.value
    assert error.__traceback__ is not None
    failure = about(error.with_traceback(error.__traceback__.tb_next))
    assert re.fullmatch(r"TypeError: .*, in \S+/copy\.py:\d+", failure.words.text)
