"""One fault is one cause, however many claims and cases meet it."""

import random
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from knowngood.content.problem import Aspect
from knowngood.verdict.causes import Cause, find_causes
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, Outcome
from knowngood.verdict.own_claims import CONVERGED

SITE = "https://fhr.example.org"
LOCALES = ["ar", "de", "en-US", "fr", "he"]
PARAMS = {"locale": 5}


def outcome(check: str, path: str = "", status: int = 200, **more: Any) -> Outcome:
    """A failed case about the answer to ``path``."""
    exchange: dict[str, Any] = {
        "method": "GET",
        "url": SITE + path,
        "attempts": [{"detail": "why"}],
    }
    if status:
        exchange |= {"status": status, "location": "/login"}
    fields: dict[str, Any] = {
        "result": FAILED,
        "kind": "content",
        "message": "no title",
        "origin": "content",
        "exchanges": (exchange,) if path else (),
        "reads": (SITE + path,) if path else (),
        **more,
    }
    case = "-".join(fields.get("values", {}).values())
    return Outcome(f"test_x.py::{check}[{case}]", f"test_x.py::{check}", f"{check}.", **fields)


def test_page_comes_before_its_links() -> None:
    """Where links lead is said last of a page that another thing is wrong with."""
    link = outcome("links", "/", message="a link to /x, which is 404", aspect=Aspect.LINK)
    (cause,) = find_causes([link, outcome("whole", "/")], ["content"])
    assert cause.sentence == "/: no title"


def in_locales(check: str, path: str, status: int = 200, **more: Any) -> list[Outcome]:
    """The same in every locale; {locale} in the path is filled in."""
    return [
        outcome(check, path.format(locale=name), status, values={"locale": name}, **more)
        for name in LOCALES
    ]


def missing(check: str, path: str, **more: Any) -> list[Outcome]:
    """Cases that asked for a success and got 404."""
    return in_locales(check, path, 404, kind="status", expected="200", got="404", **more)


def causes(*outcomes: Outcome, answered: tuple[str, ...] = ("content",)) -> tuple[Cause, ...]:
    return find_causes(outcomes, answered, PARAMS)


def sentences(*outcomes: Outcome, **more: Any) -> list[str]:
    return [cause.sentence for cause in causes(*outcomes, **more)]


CONFIG = "/{locale}/js/config.json"


def test_what_was_expected_is_told_where_it_is_the_same() -> None:
    """A page that must not be there is 500 like all others, of which nobody expected a 404."""
    gone = outcome("is_gone", "/xx/", 500, kind="status", expected="404 or 410", got="500")
    page = outcome("is_there", "/a/", 500, kind="status", expected="200", got="500")
    assert sentences(gone) == ["/xx/ is 500, expected 404 or 410"]
    others = [outcome("is_there", f"/{n}/", 500, kind="status") for n in "bc"]
    assert [one for one in sentences(gone, page, *others) if "expected" in one] == []


@pytest.mark.parametrize(
    ("firefox", "plain", "beside"),
    [
        pytest.param(
            [403, 403, 403],
            [200, 200],
            ", but 200 with other headers (User-Agent, Accept and 1 more)",
            id="headers",
        ),
        pytest.param([403, 200, 403], [200, 200], ", but 200 in 3 of 5 answers", id="chance"),
        pytest.param([403, 403, 403], [200, 403], "", id="came-meanwhile"),
        pytest.param([403, 403, 403], [403, 403], "", id="both-refused"),
        pytest.param([403], [200], "", id="not-sent-again"),
    ],
)
def test_only_other_headers_are_refused(firefox: list[int], plain: list[int], beside: str) -> None:
    """Who repeats it in a browser gets 200: the sentence says that, too, unless it is chance."""
    sent = [["User-Agent", "Firefox/150.0"], ["Accept", "*/*"], ["DNT", "1"]]
    asked = [(firefox[0], sent), (plain[0], [["DNT", "0"]])]
    asked += [*((status, sent) for status in firefox[1:]), *((s, asked[1][1]) for s in plain[1:])]
    cases = [
        replace(
            one,
            exchanges=tuple(
                {**one.exchanges[0], "status": status, "request_headers": headers}
                for status, headers in asked
            ),
        )
        for one in in_locales("is_there", "/{locale}/", 403, kind="status")
    ]
    assert sentences(*cases) == [f"/{{locale}}/ is 403 in 5 of 5 locales{beside}"]


def test_a_missing_file_is_one_cause() -> None:
    """Claims on its existence, its schema and its content rest on the one that it is 404."""
    [cause] = causes(
        *in_locales("has_a_type", CONFIG, 404, kind="status", expected='"json"', got='"html"'),
        *missing("is_there", CONFIG),
        *in_locales("matches_its_schema", CONFIG, 404, kind="status", message="not JSON"),
        *in_locales("page_reads_it", "/{locale}/", reads=(SITE + "/ar/js/config.json",)),
    )
    assert cause.sentence == "/{locale}/js/config.json is 404 in 5 of 5 locales"
    assert (cause.expected, cause.got, cause.kind) == ("200", "404", "status")
    assert [claim.check for claim in cause.claims][:1] == ["test_x.py::is_there"]
    assert {claim.check for claim in cause.claims} == {
        f"test_x.py::{name}"
        for name in ("is_there", "has_a_type", "matches_its_schema", "page_reads_it")
    }
    assert cause.cases == tuple(LOCALES)
    assert cause.urls == tuple(f"{SITE}/{name}/js/config.json" for name in LOCALES)


def test_a_part_of_a_file() -> None:
    """A cache keeps a range as if it were the file: what the part lacks is no fault of its own."""
    part = outcome("is_there", "/x.js", 206, kind="status", expected="200", got="206")
    broken = outcome("parses", "/x.js", 206, message="does not parse from line 4 on")
    assert sentences(broken, part) == ["/x.js is 206"]


def test_one_locale() -> None:
    """The one URL is named, and that it is the only one."""
    [one] = missing("is_there", CONFIG)[3:4]
    assert sentences(one) == ["/fr/js/config.json is 404 in 1 of 5 locales"]


def test_file_that_all_locales_share() -> None:
    """It lies where one of them has its own: that all but one are well would not be true."""
    gone = [
        outcome("has_its_files", "/fr/x.js", 404, kind="status", values={"locale": name})
        for name in LOCALES
    ]
    assert sentences(*gone) == ["/fr/x.js is 404"]


def against_english(*locales: str) -> list[Outcome]:
    """Cases whose pages have what the English one lacks."""
    pages = [
        outcome("as_english", f"/{name}/", values={"locale": name}, message="needs x.js")
        for name in locales
    ]
    (english,) = outcome("", "/en-US/").exchanges
    return [replace(page, exchanges=(*page.exchanges, english)) for page in pages]


def test_the_one_that_all_others_differ_from() -> None:
    """It is what is wrong, though each case is about another page."""
    [cause] = causes(*against_english("ar", "de", "fr", "he"))
    assert cause.sentence == "/en-US/ differs from /{locale}/ in 4 of 5 locales: needs x.js"
    assert [exchange["url"] for exchange in cause.exchanges] == [f"{SITE}/en-US/", f"{SITE}/ar/"]
    assert cause.urls[:2] == (f"{SITE}/en-US/", f"{SITE}/ar/")


def test_some_that_differ_from_one() -> None:
    """Where another is like it, those that differ are what is wrong."""
    [cause] = causes(*against_english("ar", "de", "fr"))
    assert cause.sentence == "/{locale}/ in 3 of 5 locales: needs x.js"
    assert cause.urls[0] == f"{SITE}/ar/"


def test_a_url_without_its_nonce() -> None:
    """Samples past the caches are the same URL as the plain one."""
    sampled = missing("every_time", CONFIG + "?0123456789ab-1")
    assert sentences(*sampled, *missing("is_there", CONFIG)) == [
        "/{locale}/js/config.json is 404 in 5 of 5 locales"
    ]
    assert sentences(*missing("is_there", "/{locale}/x?v=1&0123456789ab-2"))[0].startswith(
        "/{locale}/x?v=1 is 404"
    )


def test_a_url_that_is_wrong_only_with_a_query() -> None:
    """The plain one is not named in its place."""
    sampled = missing("every_time", CONFIG + "?0123456789ab-1")
    assert sentences(*sampled) == ["/{locale}/js/config.json with a query is 404 in 5 of 5 locales"]


def as_text(case: Outcome) -> Outcome:
    """The same, sent as plain text."""
    return replace(case, exchanges=({**case.exchanges[0], "media_type": "text/plain"},))


def test_files_of_several_kinds_under_one_media_type() -> None:
    """A server that knows no media types is one cause."""
    config = in_locales("is_json", CONFIG, aspect=Aspect.MEDIA_TYPE)
    styles = in_locales("is_css", "/{locale}/x.css", aspect=Aspect.MEDIA_TYPE)
    assert sentences(*map(as_text, config + styles)) == [
        "files of several kinds are sent as text/plain in 5 of 5 locales: "
        "/{locale}/x.css and /{locale}/js/config.json"
    ]


def test_the_type_of_a_page_that_says_that_a_file_is_missing() -> None:
    """It is that page's own: the file is missing, and no more is wrong with it."""
    page = {"status": 404, "media_type": "text/html"}
    typed = [
        replace(
            case, aspect=Aspect.MEDIA_TYPE, kind="content", exchanges=(case.exchanges[0] | page,)
        )
        for path in (CONFIG, "/{locale}/x.css")
        for case in missing("is_of_its_type", path)
    ]
    lost = [*missing("is_there", CONFIG), *missing("is_there", "/{locale}/x.css")]
    assert [one for one in sentences(*lost, *typed) if "sent as" in one] == []


def test_two_statuses_in_place_of_one_page() -> None:
    """Each is told of its own locales: an empty folder is forbidden, one that is not there is not
    found.
    """
    pages = in_locales("is_there", "/{locale}/", 404, kind="status", expected="200", got="404")
    empty = outcome("is_there", "/fr/", 403, kind="status", values={"locale": "fr"})
    assert sentences(pages[0], replace(empty, expected="200", got="403")) == [
        "/ar/ is 404 in 1 of 5 locales",
        "/fr/ is 403 in 1 of 5 locales",
    ]


def test_files_of_one_kind_under_another_media_type() -> None:
    """Pages in folders are of one kind, and their own cause."""
    paths = ("/{locale}/", "/{locale}/v4/")
    pages = (
        page for path in paths for page in in_locales("is_html", path, aspect=Aspect.MEDIA_TYPE)
    )
    assert "files of several kinds" not in sentences(*map(as_text, pages))[0]


def key(*outcomes: Outcome, **more: Any) -> str:
    (cause,) = causes(*outcomes, **more)
    return cause.key


def test_same_fault_in_another_run() -> None:
    """How many cases and URLs meet it is chance, and so are numbers in words and how an origin is
    silent.
    """
    fewer, port = missing("is_there", CONFIG), SITE + ":4123"
    assert key(*fewer[1:3]) == key(*fewer)
    assert key(*fewer) == key(*missing("another", CONFIG))
    elsewhere = {"exchanges": ({**fewer[0].exchanges[0], "url": f"{port}/ar/js/config.json"},)}
    assert key(replace(fewer[0], **elsewhere)) == key(fewer[0])
    first, *others = [outcome("is_there", f"/{n}", 404, kind="status") for n in "abcde"]
    assert key(first, *others) == key(first, *others[2:])
    counts = [outcome("leads", "/", message=f"{n} of 14 links lead nowhere") for n in (3, 11)]
    assert key(counts[0]) == key(counts[1])
    silent = [outcome("x", f"/{kind}", 0, kind=kind, phase="connect") for kind in ("reset", "dns")]
    assert key(silent[0], answered=()) == key(silent[1], answered=())


def test_other_fault_in_another_run() -> None:
    """Another status, path, kind or claim is another fault."""
    others = [
        *(outcome("is_there", "/a", status, kind="status") for status in (404, 500)),
        outcome("is_there", "/b", 404, kind="status"),
        *(outcome(check, "/a", kind=kind) for check in "xy" for kind in ("content", "schema")),
        *(outcome(check, message="broken") for check in "xy"),
    ]
    assert len({key(one) for one in others}) == len(others)


def test_one_url_that_is_also_one_of_all() -> None:
    """A check that asks for en-US alone meets the same fault."""
    en_us = missing("same_as_en_us", "/en-US/js/config.json")
    assert sentences(*missing("is_there", CONFIG), *en_us) == [
        "/{locale}/js/config.json is 404 in 5 of 5 locales"
    ]


def test_an_origin_that_gives_no_answer_comes_first() -> None:
    """Whatever was asked of it, it is one cause, before what is wrong elsewhere."""
    silent: dict[str, Any] = {"kind": "refused", "origin": "submission", "status": 0}
    outcomes = [
        *missing("is_there", CONFIG),
        outcome("submits", "/submit/1", **silent),
        outcome("deletes", "/submit/2", **silent),
    ]
    assert sentences(*outcomes) == [
        f"{SITE} gives no answer: connection refused",
        "/{locale}/js/config.json is 404 in 5 of 5 locales",
    ]


def test_an_origin_that_was_given_up() -> None:
    """What it was not asked for any more does not say why it gave no answer."""
    silent: dict[str, Any] = {"origin": "submission", "status": 0}
    outcomes = [
        *(outcome("submits", f"/submit/{n}", kind="unreachable", **silent) for n in range(3)),
        outcome("deletes", "/submit/4", kind="timeout", **silent),
    ]
    assert sentences(*outcomes) == [f"{SITE} gives no answer: timeout"]


def test_a_url_that_gives_no_answer() -> None:
    """An origin that answers otherwise is not called dead."""
    slow = in_locales("answers", "/{locale}/x", status=0, kind="timeout", phase="headers")
    assert sentences(*slow) == ["/{locale}/x gives no answer in 5 of 5 locales: timeout (headers)"]


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("status", 500, "/a is 500"),
        ("redirect", 302, "/a redirects to /login"),
        ("redirect", 0, "/a redirects wrongly: why"),
        ("truncated", 0, "/a is cut short: why"),
        ("encoding", 0, "/a cannot be decoded: why"),
        ("content", 200, "/a: no title"),
        ("schema", 200, "/a: no title"),
        ("blocked", 429, "/a is not judged: no title"),
    ],
)
def test_sentences(kind: str, status: int, sentence: str) -> None:
    """Each kind in the field's words."""
    assert sentences(outcome("x", "/a", status, kind=kind)) == [sentence]


def test_error_whose_body_does_not_end() -> None:
    """A server may say 404 with the length of the file that is gone: the status says why."""
    late = outcome("files", "/a.js", 0, kind="timeout", phase="body")
    attempts = [{"status": 404, "error": "timeout", "phase": "body", "detail": ""}]
    late = replace(late, exchanges=({**late.exchange, "attempts": attempts},))
    assert sentences(late) == ["/a.js is 404, and the body of the answer does not end"]


def test_what_a_loop_did_not_come_to() -> None:
    """A check fails at the first missing file; the second one is a cause of its own."""
    [one] = missing("is_there", "/{locale}/a.js")[3:4]
    attempts = [{"status": 404, "error": None, "phase": "", "detail": ""}]
    behind = {"method": "GET", "url": f"{SITE}/fr/b.woff", "status": 404, "attempts": attempts}
    silent = {
        "method": "GET",
        "url": f"{SITE}/fr/c.css",
        "attempts": [{"status": None, "error": "timeout", "phase": "body", "detail": ""}],
    }
    both = Outcome(**{**one.to_json(), "further": [behind, silent]})
    assert sentences(both) == [
        "/fr/c.css gives no answer in 1 of 5 locales: timeout (body)",
        "/fr/a.js is 404 in 1 of 5 locales",
        "/fr/b.woff is 404 in 1 of 5 locales",
    ]


def test_a_success_where_a_refusal_was_expected() -> None:
    """A server that answers every URL with its welcome page: what most users miss comes first."""
    unknown = {"kind": "status", "expected": "404 or 410", "got": "200"}
    assert sentences(
        outcome("what_is_not_there", "/xx-unknown/", 200, **unknown),
        *missing("has_styles", "/{locale}/css/a.css"),
        *in_locales("config", CONFIG, message="not JSON"),
    ) == [
        "/{locale}/css/a.css is 404 in 5 of 5 locales",
        "/{locale}/js/config.json in 5 of 5 locales: not JSON",
        "/xx-unknown/ is 200, expected 404 or 410",
    ]


def test_two_missing_files_are_two_causes() -> None:
    """Each has its sentence."""
    both = [*missing("is_there", CONFIG), *missing("is_there", "/{locale}/js/x.js")]
    assert len(sentences(*both)) == 2


def test_many_missing_files_are_one_cause() -> None:
    """A folder that was lost: the first three are named, the others counted."""
    lost = [o for n in range(5) for o in missing("is_there", f"/{{locale}}/js/{n}.js")]
    assert sentences(*lost) == [
        "/{locale}/js/0.js, /{locale}/js/1.js, /{locale}/js/2.js and 2 more below "
        "/{locale}/js/ are 404 in 5 of 5 locales"
    ]
    assert causes(*lost)[0].problems == ("/{locale}/js/3.js", "/{locale}/js/4.js")


def test_one_header_of_many_urls() -> None:
    """The same words of the same check are one fault, whatever the URL."""
    bare = [o for n in range(3) for o in in_locales("headers", f"/{{locale}}/{n}.js")]
    assert len(sentences(*bare)) == 1


def test_the_first_page_of_a_site_is_a_case_like_any_other() -> None:
    """Its value is empty: it is counted, and put into no text."""
    problem = "a stylesheet of an unknown host: https://cdn.example/a.css"
    pages = [
        outcome(
            "page", f"/{page}", message=problem, values={"page": page}, asked=("content:/{page}",)
        )
        for page in ("", "a/", "b/", "c/")
    ]
    [cause] = find_causes(pages, ("content",), {"page": 4})
    assert cause.sentence == f"/, /a/, /b/ and 1 more in 4 of 4 pages: {problem}"
    assert cause.cases == ('""', "a/", "b/", "c/")


def test_two_problems_of_one_url() -> None:
    """A page without doctype and without title is one broken page."""
    page = "/{locale}/"
    [cause] = causes(
        *in_locales("has_title", page), *in_locales("has_doctype", page, message="no doctype")
    )
    assert cause.sentence == "/{locale}/ in 5 of 5 locales: no title"
    assert [claim.check for claim in cause.claims] == [
        "test_x.py::has_title",
        "test_x.py::has_doctype",
    ]


def test_a_claim_that_reads_what_another_finds_wrong() -> None:
    """A script cut short explains what its page lacks."""
    script = outcome("parses", "/s.js", message="ends in a string")
    page = outcome("starts", "/", message="init is not defined", reads=(SITE + "/s.js",))
    assert sentences(page, script) == ["/s.js: ends in a string"]


def test_a_page_that_lacks_a_reference() -> None:
    """It explains what a script of the page lacks, though both claims read several answers."""
    script = outcome("talk", "/s.js", message="init is not defined", reads=(SITE + "/de/",))
    page = outcome("refers", "/de/", message="does not refer to x.js", reads=(SITE + "/en-US/",))
    assert sentences(script, page) == ["/de/: does not refer to x.js"]


def test_claims_that_read_each_others_answers() -> None:
    """Neither explains the other."""
    one = outcome("a", "/a", message="no title", reads=(SITE + "/b",))
    other = outcome("b", "/b", message="no heading", reads=(SITE + "/a",))
    assert sentences(one, other) == ["/a: no title", "/b: no heading"]


def test_two_pages_with_faults_of_their_own() -> None:
    """Nothing ties them: two causes."""
    one, other = outcome("a", "/a", message="no title"), outcome("b", "/b", message="no heading")
    assert sentences(one, other) == ["/a: no title", "/b: no heading"]


def test_what_changes_from_run_to_run_keeps_nothing_apart() -> None:
    """Addresses of objects, durations, ids, nonces."""
    messages = [
        f"<Cell at {address}> took {seconds} s for {nonce} {name}"
        for address, seconds, nonce, name in [
            ("0x7f5d2c1b3a90", 5.0, "0123456789ab-1", "0b61b3ad-5b9e-4e41-a4e5-09e8d5b37b0b"),
            ("0x7f11aa0042f0", 4.2, "ba9876543210-2", "5a3a4d0e-6f2a-4a5c-9d38-8d6a6c0e1f00"),
        ]
    ]
    both = [outcome("x", f"/{n}", message=message) for n, message in enumerate(messages)]
    assert len(sentences(*both)) == 1


def test_documents_with_ids_of_their_own() -> None:
    """A walk makes up another id in each case."""
    ids = ["0b61b3ad-5b9e-4e41-a4e5-09e8d5b37b0b", "5a3a4d0e-6f2a-4a5c-9d38-8d6a6c0e1f00"]
    both = [outcome("x", f"/submit/{name}", 500, kind="status") for name in ids]
    assert sentences(*both) == ["/submit/{id} is 500"]


def test_a_success_that_is_not_the_one_expected() -> None:
    """Its content can still be wrong for itself, and both are said."""
    wrong = outcome("status", "/a", 200, kind="status", expected="204", got="200")
    both = causes(wrong, outcome("content", "/a", message="no title"))
    assert [cause.sentence for cause in both] == ["/a is 200, expected 204", "/a: no title"]


def test_many_successes_that_are_not_the_ones_expected() -> None:
    """One fault of the origin, as with error pages."""
    fields = {"kind": "status", "expected": "200 or 201", "got": "202"}
    odd = [outcome(f"c{number}", f"/{number}", 202, **fields) for number in range(4)]
    assert sentences(*odd) == ["/0, /1, /2 and 1 more are 202, expected 200 or 201"]


def test_claims_on_one_answer_say_what_each_found() -> None:
    """Several things may be wrong with one answer; of one that is 404 nothing else is said."""
    [cause] = causes(
        outcome("type", "/a", message="text/plain"), outcome("title", "/a", message="no title")
    )
    assert [claim.problem for claim in cause.claims] == ["text/plain", "no title"]
    [gone] = causes(*missing("is_there", CONFIG), *missing("is_json", CONFIG, message="not JSON"))
    assert {claim.problem for claim in gone.claims} == {""}


@pytest.mark.parametrize("first", ["192.0.2.1", urlsplit(SITE).netloc])
def test_at_some_edges(first: str) -> None:
    """The edges that are wrong are named, unless all are. The host of the origin may be an edge."""

    def at(edge: str) -> Outcome:
        return outcome("x", "/a", 404, kind="status", values={"edge of content": edge})

    params = {"edge of content": 3}
    [one] = find_causes([at(first)], (), params)
    assert one.sentence == f"/a is 404 at {first}"
    [some] = find_causes([at(first), at("192.0.2.2")], (), params)
    assert some.sentence == f"/a is 404 at {', '.join(sorted([first, '192.0.2.2']))}"
    [all_of_them] = find_causes(
        [at(edge) for edge in (first, "192.0.2.2", "192.0.2.3")], (), params
    )
    assert all_of_them.sentence == "/a is 404"


def test_release_that_is_not_there_comes_before_what_else_is_wrong() -> None:
    """It explains the rest."""
    release = outcome(CONVERGED, message="after 4 s 1 of 2 edges did not serve v8\n…")
    release = Outcome(**{**release.to_json(), "check": CONVERGED, "kind": "release"})
    assert sentences(outcome("x", "/a"), release)[0] == (
        "not-converged: after 4 s 1 of 2 edges did not serve v8"
    )


def test_lines_beyond_the_sentence() -> None:
    """A comparison has two sides; a list of problems has lines."""
    [listed] = causes(outcome("x", "/a", message="no title\nno doctype"))
    assert (listed.sentence, listed.problems) == ("/a: no title", ("no doctype",))
    compared = outcome("x", "/a", message="lang: expected 1, got 2", expected="1", got="2")
    [cause] = causes(compared)
    assert (cause.expected, cause.got, cause.problems) == ("1", "2", ())


def test_other_words_of_one_check_are_not_lost() -> None:
    """One cause for the pages of a check, with what it finds wrong at another of them."""
    [cause] = causes(
        outcome("comes up", "/de/", message="a is not defined", values={"locale": "de"}),
        outcome("comes up", "/fr/", message="a is not defined", values={"locale": "fr"}),
        outcome("comes up", "/he/", message="b has no 'c'", values={"locale": "he"}),
        outcome("comes up", "/ru/", message="b has no 'd'", values={"locale": "ru"}),
    )
    assert cause.problems == ("/he/: b has no 'c'",)


def test_a_fixture_that_does_not_work() -> None:
    """It ends every check that uses it with the same words, and is one cause with their claims."""
    broken = {"kind": "check", "result": INCONCLUSIVE, "message": "KeyError: 'token'\nin login"}
    [first, second] = causes(
        outcome("reads", **broken),
        outcome("writes", **broken),
        outcome("counts", **{**broken, "message": "NameError: name 'rows' is not defined"}),
    )
    assert [claim.check for claim in first.claims] == ["test_x.py::reads", "test_x.py::writes"]
    assert [claim.check for claim in second.claims] == ["test_x.py::counts"]


def test_order_of_outcomes_changes_nothing() -> None:
    """Workers report in any order."""
    outcomes = [
        *missing("is_there", CONFIG),
        *in_locales("matches_its_schema", CONFIG, 404, kind="status", message="not JSON"),
        outcome("b", "/b", message="no heading"),
    ]
    expected = sentences(*outcomes)
    chance = random.Random(7)  # noqa: S311 - an order, not a secret
    for _ in range(20):
        chance.shuffle(outcomes)
        assert sentences(*outcomes) == expected


def test_nothing() -> None:
    """No failure has no cause."""
    assert causes() == ()


def test_urls_of_two_names_that_are_one_place() -> None:
    """An alias links to the locale that fails: the place is named once, with both of its cases."""
    forbidden: dict[str, Any] = {"kind": "status", "expected": "200", "got": "403"}
    two = [
        outcome("is_there", f"/{name}/", 403, values={"locale": name}, **forbidden)
        for name in ("en-US", "he")
    ]
    target = outcome("is_the_same", "/en-US/", 403, values={"target": "en-US"}, **forbidden)
    english = outcome("as_in_english", "/en-US/", 403, values={"locale": "fr"}, **forbidden)
    assert sentences(english, target, *two) == ["/{locale}/ is 403 in 2 of 5 locales"]


def test_places_of_which_one_has_a_param() -> None:
    """How many locales a URL fails in says nothing of another URL."""
    lone = [outcome("lone", path, 404, kind="status") for path in ("/a", "/b/c", "/d")]
    [sentence] = sentences(*missing("is_there", CONFIG), *lone)
    assert sentence == "/{locale}/js/config.json, /a, /b/c and 1 more are 404"


def test_a_folder_that_is_missing() -> None:
    """The page is named first, and what the other URLs have in common."""
    paths = ("js/config.json", "", "v4/", "js/a/b.js", "mobile/")
    gone = [missing("is_there", f"/{{locale}}/{path}")[3] for path in paths]
    assert sentences(*gone) == [
        "/fr/, /fr/js/config.json, /fr/v4/ and 2 more below /fr/ are 404 in 1 of 5 locales"
    ]


def test_a_case_that_fails_at_several_urls_counts_once() -> None:
    """The claim does not hold in one case."""
    [one] = missing("is_there", CONFIG)[:1]
    further = [outcome("", f"/ar/img/{name}.png", 404).exchanges[0] for name in "abc"]
    further = [{**e, "attempts": [{"detail": "", "phase": "", "error": ""}]} for e in further]
    [cause] = causes(replace(one, further=tuple(further)))
    assert [claim.cases for claim in cause.claims] == [1]


def test_a_method_other_than_get() -> None:
    """The URL alone does not say what failed. An id that a check made up is another each time."""
    one = outcome("deletes", "/1.0/5f0e2f8c-5e0c-4f3e-8f4e-7e3f7f0a1b2c", 405, kind="status")
    delete = replace(one, exchanges=({**one.exchanges[0], "method": "DELETE"},))
    assert sentences(delete) == ["DELETE /1.0/{id} is 405"]
    assert sentences(delete, replace(one, nodeid="gets")) == ["DELETE, GET /1.0/{id} is 405"]


def test_a_file_named_like_a_locale_is_the_same_file_in_each() -> None:
    """A background that is called as the code of Bulgarian is in no folder of Bulgarian's own."""
    lost = outcome("is_there", "/bg/img/bg.png", 404, kind="status", values={"locale": "bg"})
    cases = [*missing("is_there", "/{locale}/img/bg.png"), lost]
    [cause] = find_causes(cases, ["content"], {"locale": 6})
    assert cause.sentence == "/{locale}/img/bg.png is 404 in 6 of 6 locales"
    texts = missing("is_there", "/{locale}/l10n/{locale}.js")
    assert sentences(*texts) == ["/{locale}/l10n/{locale}.js is 404 in 5 of 5 locales"]


def test_words_are_not_taken_for_values() -> None:
    """The code of Icelandic is a word of English."""
    cases = [
        outcome("is_there", f"/{name}/", 404, kind="status", values={"locale": name})
        for name in ("is", "it")
    ]
    assert sentences(*cases) == ["/{locale}/ is 404 in 2 of 5 locales"]


def test_two_redirects_are_one_rule_of_a_server() -> None:
    """One that takes the slash away does so for what is there and for what is not."""
    there = outcome("is_there", "/fr/", 301, kind="redirect", expected="200", got="301")
    not_there = outcome("is_gone", "/xx/", 301, kind="status", expected="404 or 410", got="301")
    another = outcome("is_there", "/a/", 302, kind="redirect", expected="200", got="302")
    assert sentences(there, not_there) == ["/fr/ and /xx/ redirect to /login"]
    assert len(sentences(there, another)) == 2


def test_files_of_one_name_are_one_rule_of_a_server() -> None:
    """One that refuses ``config.json`` does so wherever it lies."""
    refused = missing("is_there", CONFIG) + missing("all_is_there", "/{locale}/v4/js/config.json")
    assert sentences(*refused) == [
        "/{locale}/js/config.json and /{locale}/v4/js/config.json are 404 in 5 of 5 locales"
    ]
    pages = missing("is_there", "/{locale}/") + missing("is_there", "/{locale}/v4/")
    assert len(sentences(*pages)) == 2


def test_where_all_locales_are_redirected_to() -> None:
    """The target is folded like the URL."""
    moved = [
        outcome(
            "is_there", f"/{name}/a", 301, kind="status", values={"locale": name}, expected="200"
        )
        for name in LOCALES
    ]
    moved = [
        replace(
            one,
            kind="redirect",
            exchanges=({**one.exchanges[0], "location": f"/cdn/{name}/a"},),
        )
        for one, name in zip(moved, LOCALES, strict=True)
    ]
    assert sentences(*moved) == ["/{locale}/a redirects to /cdn/{locale}/a in 5 of 5 locales"]
    assert sentences(moved[0]) == ["/ar/a redirects to /cdn/ar/a in 1 of 5 locales"]


def test_what_was_not_asked_any_more() -> None:
    """An origin that has answered was given up after timeouts: those are the cause."""
    silent = [outcome("submits", "/1.0/a", 0, kind="timeout", phase="headers")]
    not_asked = [outcome("deletes", path, 0, kind="unreachable") for path in ("/b", "/c")]
    [cause] = causes(*not_asked, *silent)
    assert cause.sentence == "/1.0/a gives no answer: timeout (headers)"
    assert len(cause.claims) == 2


def test_a_message_about_a_file_of_each_locale() -> None:
    """Its path is folded like the URL; a word that happens to be a locale's name is not."""
    copies = [
        replace(one, message=f"{locale} has the bytes of /{locale}/b.js")
        for locale, one in zip(LOCALES, in_locales("own", "/{locale}/a.js"), strict=True)
    ]
    assert sentences(*copies) == [
        "/{locale}/a.js in 5 of 5 locales: ar has the bytes of /{locale}/b.js"
    ]
    assert sentences(copies[0]) == ["/ar/a.js in 1 of 5 locales: ar has the bytes of /ar/b.js"]


def test_a_broken_stylesheet_before_what_it_asks_for() -> None:
    """A stylesheet that is cut off names a file that never was: that is not what is wrong."""
    cut = in_locales("is_whole", "/{locale}/a.css", message="never closed")
    pages = missing("is_there", "/{locale}/pap")
    asked = [
        replace(one, exchanges=({**one.exchanges[0], "found_in": whole.exchanges[0]["url"]},))
        for one, whole in zip(pages, cut, strict=True)
    ]
    assert sentences(*asked, *cut) == [
        "/{locale}/a.css in 5 of 5 locales: never closed",
        "/{locale}/pap is 404 in 5 of 5 locales",
    ]
    assert sentences(*pages, *cut)[0] == "/{locale}/pap is 404 in 5 of 5 locales"


@pytest.mark.parametrize(
    ("problem", "asked", "count"),
    [
        (
            '<script src="\u201cx.js\u201d">: a quote at the edge of the URL',
            "%E2%80%9Cx.js%E2%80%9D",
            1,
        ),
        ("placeholder: {{ STATIC }}", "%7B%7B STATIC %7D%7D/x.js", 1),
        ('<script src="\u201cx.js\u201d">: a quote at the edge of the URL', "y.js", 2),
        ('<html lang>: expected "x.js", found ""', "x.js", 2),
    ],
)
def test_a_reference_that_was_written_wrongly(problem: str, asked: str, count: int) -> None:
    """What it asks for never existed, and is not there: that is no second fault."""
    page = outcome("is_rendered", "/fr/", message=problem)
    [url] = (exchange["url"] for exchange in page.exchanges)
    lost = outcome("is_there", f"/fr/{asked}", 404, kind="status", expected="200", got="404")
    lost = replace(lost, exchanges=({**lost.exchanges[0], "found_in": url},))
    told = sentences(lost, page)
    assert (len(told), told[0]) == (count, f"/fr/: {problem}")


def test_a_base_that_leads_nowhere_before_the_files_that_are_not_there() -> None:
    """The claim about the page reads them, and they are its fault."""
    page = outcome("is_there", "/fr/", message="<base>: no file", reads=(f"{SITE}/x.js",))
    page = replace(page, aspect=Aspect.BASE)
    lost = outcome("is_whole", "/x.js", 404, kind="status", expected="200", got="404")
    lost = replace(lost, exchanges=({**lost.exchanges[0], "found_in": f"{SITE}/fr/"},))
    assert sentences(lost, page) == ["/fr/: <base>: no file", "/x.js is 404"]


def test_the_claim_that_is_about_the_url_alone_comes_first() -> None:
    """Of claims that all compared the status, not one that reads all that a page needs; and one
    that compared the status before one that took a success for granted.
    """
    broad = missing("all_is_there", CONFIG, reads=(SITE + "/a", SITE + "/b"))
    [cause] = causes(*broad, *missing("is_there", CONFIG))
    assert cause.claims[0].check == "test_x.py::is_there"
    attempts = [{"status": 404, "error": None, "phase": "", "detail": ""}]
    behind = {"method": "GET", "url": f"{SITE}/b.js", "status": 404, "attempts": attempts}
    [first] = missing("all_is_there", "/a.js")[:1]
    looping = replace(first, further=(behind,))
    taken = outcome("is_whole", "/b.js", 404, kind="status", reads=(SITE + "/b.js",))
    assert [cause.claims[0].check for cause in causes(taken, looping)] == [
        "test_x.py::all_is_there",
        "test_x.py::all_is_there",
    ]


def test_name_of_a_param_in_words() -> None:
    """It is part of a sentence, and no name of a variable."""
    cases = [
        outcome("is_there", f"/{name}/", 500, kind="status", values={"base_path": name})
        for name in "ab"
    ]
    [cause] = find_causes(cases, ("content",), {"base_path": 2})
    assert cause.sentence == "/{base_path}/ is 500 in 2 of 2 base paths"


def test_made_up_path_has_a_name_that_is_whole() -> None:
    """What the nonce was shows as left out."""
    url = "/knowngood-067cf0bb1837-1"
    [cause] = causes(outcome("is_gone", url, 200, kind="status", expected="404", got="200"))
    assert cause.sentence == "/knowngood-… is 200, expected 404"


def test_an_empty_value_is_counted_like_any_other() -> None:
    """The start page has no name of its own: it is one of the pages that a check declares."""
    pages = ["", "about", "news"]
    broken = [
        outcome(
            "is_there",
            f"/{page}",
            500,
            kind="status",
            values={"page": page},
            asked=("site:/{page}",),
        )
        for page in pages
    ]
    [cause] = find_causes(broken, ("content",), {"page": 3})
    assert cause.sentence == "/, /about and /news are 500 in 3 of 3 pages"


def test_why_a_check_could_not_judge_is_told_whole() -> None:
    """The reason of the verdict has the first line alone; what follows it stands in the cause."""
    message = "RuntimeError: no such user\nis the test account there?"
    [cause] = causes(outcome("logs_in", "/", result=INCONCLUSIVE, kind="check", message=message))
    assert cause.sentence == "/ is not judged: RuntimeError: no such user"
    assert cause.problems == ("is the test account there?",)


MAINTENANCE = "<!DOCTYPE html> <html> <head><title> Down for maintenance </title>"


def shown(check: str, path: str, page: str = MAINTENANCE, status: int = 200) -> Outcome:
    """A failed case about a page that came for ``path``."""
    case = outcome(check, path, status)
    return replace(case, exchanges=({**case.exchanges[0], "excerpt": page},))


def test_one_page_in_place_of_everything_is_one_cause() -> None:
    """What each claim finds wrong with it says less than that it came."""
    other = shown("whole", "/gone.js", "var a;")
    found = causes(
        *(shown("json", f"/{name}/config.json") for name in LOCALES),
        shown("robots", "/robots.txt"),
        shown("lang", "/fr/"),
        outcome("status", "/xx/", 200, kind="status", expected="404", got="200"),
        replace(other, message="cut short"),
    )
    others = {"/gone.js: cut short", "/xx/ is 200, expected 404"}
    assert {cause.sentence for cause in found[1:]} == others
    assert found[0].sentence == (
        "one page comes in place of /robots.txt, /ar/config.json, /de/config.json and 4 "
        'more: "Down for maintenance"'
    )
    assert {claim.check for claim in found[0].claims} == {
        "test_x.py::json",
        "test_x.py::robots",
        "test_x.py::lang",
    }


def test_one_page_at_one_edge() -> None:
    """A server that a balancer knows and that has another site: its edge is named."""
    paths = ["/robots.txt", "/fr/config.json", "/fr/"]
    at = {"edge of content": "192.0.2.1"}
    failed = [replace(shown("x", path), values=at) for path in paths]
    one, *_ = find_causes(failed, (), {"edge of content": 3})
    words = "one page comes in place of /robots.txt, /fr/config.json and /fr/ at 192.0.2.1: "
    assert one.sentence == f'{words}"Down for maintenance"'
    every, *_ = find_causes(failed, (), {"edge of content": 1})
    assert every.sentence == f'{words.replace(" at 192.0.2.1", "")}"Down for maintenance"'


@pytest.mark.parametrize(
    "paths",
    [("/", "/about", "/login"), ("/a.html", "/b.html", "/c.html"), ("/", "/x", "/config.json")],
    ids=["routes", "pages", "one file"],
)
def test_pages_that_look_alike_are_no_fault_by_themselves(paths: tuple[str, ...]) -> None:
    """The page of an application comes for each of its routes: what is wrong with it counts."""
    assert "no title" in sentences(*(shown("banner", path) for path in paths))[0]


def wants_json(path: str) -> Outcome:
    """A failed case that wanted JSON and met the page."""
    words = {"expected": '"application/json"', "got": '"text/html"', "message": "media type"}
    return replace(shown("json", path), **words)


def test_one_page_in_place_of_an_api() -> None:
    """No URL has a name that tells what belongs there; what the checks wanted does."""
    unreadable = replace(shown("list", "/items"), aspect=Aspect.JSON)
    instead = replace(shown("health", "/status"), aspect=Aspect.WEB_PAGE)
    (cause,) = causes(wants_json("/users"), instead, unreadable)
    words = 'one page comes in place of /users, /status and /items: "Down for maintenance"'
    assert cause.sentence == words


def unwanted(path: str, page: str = MAINTENANCE) -> Outcome:
    """A page that came where nothing should be."""
    return replace(shown("gone", path, page), kind="status", expected="404", got="200")


@pytest.mark.parametrize(
    "others",
    [[wants_json("/users")], [shown("lang", "/de/"), shown("lang", "/fr/")]],
    ids=["api", "pages"],
)
def test_one_page_also_where_nothing_should_be(others: list[Outcome]) -> None:
    """That it comes for any URL is said first."""
    assert sentences(*others, unwanted("/xx"))[0].startswith("one page comes in place of ")


def test_pages_under_another_success_are_no_impostors() -> None:
    """A proxy makes 203 of each 200: a page and that of its alias are one, and are right."""
    wrong = {"kind": "status", "expected": "200", "got": "203"}
    alike = [replace(shown("lang", path, status=203), **wrong) for path in ("/en-US/", "/he/")]
    others = [replace(shown("is_there", f"/{n}", f"<html>{n}", 203), **wrong) for n in "ab"]
    assert sentences(*alike, *others) == ["/a, /en-US/, /he/ and 1 more are 203"]


def test_page_where_nothing_should_be_is_named() -> None:
    """Its title tells a login from the home page of the site."""
    assert sentences(unwanted("/xx")) == ['/xx is 200, expected 404: "Down for maintenance"']
    both = sentences(unwanted("/xx"), unwanted("/yy", "<!doctype html><title>b</title>"))
    assert [sentence for sentence in both if "maintenance" in sentence] == [
        '/xx is 200, expected 404: "Down for maintenance"'
    ]


@pytest.mark.parametrize("aspect", [Aspect.SERVER_PAGE, Aspect.DAMAGE])
@pytest.mark.parametrize("first", [0, 1])
def test_another_thing_in_its_place_is_told_before_what_is_wrong_with_it(
    first: int, aspect: Aspect
) -> None:
    """The language of a page that is not ours, or a part of one that is cut short, is no news."""
    lacks = {"message": "h1: expected something, got nothing", "expected": "something"}
    found = [
        replace(shown("lang", "/"), **lacks),
        replace(shown("whole", "/"), message="It works!", aspect=aspect),
    ]
    (cause,) = causes(found[first], found[1 - first])
    assert cause.sentence == "/: It works!"


@pytest.mark.parametrize(
    ("place", "reads", "is_first"),
    [
        ("/", (), True),  # the server's own page in place of the start page
        ("/a", (f"{SITE}/b", f"{SITE}/c"), True),
        ("/a", (), False),
    ],
)
def test_another_page_in_place_of_a_site_is_told_before_what_lacks(
    place: str, reads: tuple[str, ...], *, is_first: bool
) -> None:
    """It tells why other pages are not there; one in place of a page among many does not."""
    server = replace(shown("whole", place), message="It works!", aspect=Aspect.SERVER_PAGE)
    server = replace(server, reads=(*server.reads, *reads))
    lost = [outcome("there", f"/{name}", 404, kind="status", got="404") for name in "xyz"]
    told = sentences(*lost, server)
    assert (told[0] == f"{place}: It works!") is is_first
    assert len(told) == 2


def test_one_page_in_place_of_others_is_told_of_pages_first() -> None:
    """Which files it came in place of is no news then."""
    page = shown("differ", "/")
    page = replace(page, message="one page", aspect=Aspect.SERVER_PAGE, expected="", got="")
    file = replace(shown("files", "/a.css"), aspect=Aspect.MEDIA_TYPE, expected="'text/css'")
    file = replace(file, exchanges=({**file.exchange, "media_type": "text/html"},))
    [told] = sentences(file, unwanted("/xx"), page)
    assert told.startswith("one page comes in place of /, ")


def test_what_nobody_asks_for_is_told_before_what_it_lacks() -> None:
    """Scripts that a page loads in clear are not read: what they name is not known."""
    clear = in_locales("hosts", "/{locale}/", message="in clear", aspect=Aspect.ELSEWHERE)
    assert sentences(*in_locales("scripts", "/{locale}/", message="names no event"), *clear) == [
        "/{locale}/ in 5 of 5 locales: in clear"
    ]


def test_file_that_comes_as_a_page_is_told_before_what_is_wrong_with_it() -> None:
    """A page in place of a stylesheet is empty as one, and may be kept for too long."""
    kept = {"message": "max-age: expected 1, got 2", "expected": "1", "got": "2"}
    css = shown("type", "/site.css")
    page = ({**css.exchanges[0], "media_type": "text/html"},)
    sent = replace(
        css, message="found text/html", aspect=Aspect.MEDIA_TYPE, kind="content", exchanges=page
    )
    (cause,) = causes(replace(shown("kept", "/site.css"), **kept), sent)
    assert cause.sentence == "/site.css: found text/html"


@pytest.mark.parametrize(
    "others",
    [
        [shown("lang", "/en/")],
        [wants_json("/users"), shown("lang", "/de/")],
        [shown("lang", f"/{name}/", f"{MAINTENANCE} {name}") for name in LOCALES],
    ],
    ids=["its own page", "one document", "pages with one title"],
)
def test_pages_with_faults_of_their_own(others: list[Outcome]) -> None:
    """The page of an application that came for an unknown path, too, may have one."""
    found = sentences(*others, unwanted("/xx", f"{MAINTENANCE} x"))
    assert [sentence for sentence in found if "one page" in sentence] == []


def test_error_pages_are_told_by_their_status() -> None:
    """That they look alike says less."""
    failed = [shown("x", path, status=404) for path in ("/a.json", "/b.txt", "/c.js")]
    cases = [replace(case, kind="status", expected="200", got="404") for case in failed]
    assert sentences(*cases) == ["/a.json, /b.txt and /c.js are 404"]


ERROR = '{"error": {"code": 7, "id": "0b61b3ad-5b9e-4e41-a4e5-09e8d5b37b0b"}}'


def with_error(check: str, path: str, method: str = "GET", **more: Any) -> Outcome:
    """A failed case about an error that came with 200."""
    case = outcome(check, path, **{"kind": "schema", "message": "$: missing key: items", **more})
    came = {"method": method, "media_type": "application/json", "bytes": 70, "excerpt": ERROR}
    return replace(case, exchanges=({**case.exchanges[0], **came},))


def refused(check: str, path: str, method: str = "GET", expected: str = "401") -> Outcome:
    """A failed case that wanted another status than the 200 that came with the error."""
    return with_error(check, path, method, kind="status", expected=expected, got="200")


def test_one_error_in_place_of_an_api() -> None:
    """It comes with 200, another id in each, and one claim misses a key, another a refusal."""
    other = with_error("b", "/b", message="$: missing key: id")
    came = {**other.exchanges[0], "excerpt": ERROR.replace("0b61b3ad", "5a3a4d0e")}
    found = causes(
        with_error("a", "/a"),
        replace(other, exchanges=(came,)),
        refused("strangers", "/c"),
        refused("makes", "/a", "POST", "201"),
        with_error("headers", "/d", kind="content", message="x-y: not sent"),
        with_error("d", "/e", kind="content", message="KeyError: 'd'", aspect=Aspect.SHAPE),
    )
    assert [cause.sentence for cause in found] == [
        f"one answer comes in place of GET, POST /c, /a, /b and 1 more: {ERROR}"
    ]


def test_one_error_in_place_of_a_locale() -> None:
    """Its page and its files come under the media type of the error."""
    words = {"kind": "content", "aspect": Aspect.MEDIA_TYPE}
    types = {"/de/": "text/html", "/de/a.js": "text/javascript", "/de/b.css": "text/css"}
    found = [
        with_error("files", path, message=f"media type: expected {kind}", **words)
        for path, kind in types.items()
    ]
    sentence = f"one answer comes in place of %s: {ERROR}"
    assert sentences(*found) == [sentence % "/de/, /de/a.js and /de/b.css"]
    config = with_error("config", "/de/config.json")
    assert sentences(config, *found) == [
        sentence % "/de/, /de/config.json, /de/a.js and 1 more below /de/"
    ]
    assert [one for one in sentences(*found[:2]) if "one answer" in one] == []


@pytest.mark.parametrize(
    "cases",
    [
        [with_error("a", "/a"), with_error("b", "/b")],
        [with_error("a", "/a"), with_error("b", "/a?x=1"), with_error("c", "/a?x=2")],
        [with_error(f"c{n}", f"/{n}", kind="content", message=f"x-{n}: not sent") for n in "abc"],
        [refused(f"c{n}", f"/{n}") for n in "abc"],
        [with_error(f"c{n}", f"/{n}", kind="content", message="KeyError: too many") for n in "abc"],
    ],
    ids=["two", "one-path", "about-a-header", "login-off", "a-claim's-words"],
)
def test_answers_that_are_alike_are_no_fault_by_themselves(cases: list[Outcome]) -> None:
    """An empty list comes for many URLs; that nobody is refused says that the login is off."""
    assert [one for one in sentences(*cases) if "one answer" in one] == []


def test_one_problem_of_many_urls() -> None:
    """The same words of many checks are one fault, such as of the proxy before them."""
    bare = [outcome(f"check_{n}", f"/{n}", message="x-y: not sent\nz") for n in range(3)]
    assert sentences(*bare) == ["/0, /1 and /2: x-y: not sent"]
    assert len(sentences(*bare[:2])) == 2
    assert len(sentences(*(replace(one, origin=f"o{n}") for n, one in enumerate(bare)))) == 3


def test_methods_of_what_is_wrong_alone() -> None:
    """What another check finds wrong with the answer to a GET is not said of the POST."""
    listed = with_error("list", "/a", message="$.items[0]: missing key: id")
    made = with_error("make", "/a", "POST")
    assert sentences(made, made, listed) == ["POST /a: $: missing key: items"]
    both = [refused("make", "/a", "POST", "201"), refused("strangers", "/a")]
    assert sentences(*both)[0] == "POST /a is 200, expected 201"


def test_what_was_expected_differs_between_successes() -> None:
    """The expectation of one is not said of all."""
    odd = [outcome(f"c{n}", f"/{n}", 202, kind="status", expected=n, got="202") for n in "abc"]
    assert sentences(*odd) == ["/a, /b and /c are 202, expected others, a of the first"]


def test_content_before_a_refusal_that_did_not_come() -> None:
    """An API that answers every query with an error and 200 has no query that it does not know."""
    unknown = refused("unknown_field", "/graphql", "POST", "400")
    lost = with_error("breads", "/graphql", "POST", message="$.data: expected object, found null")
    assert sentences(unknown, lost)[0].startswith("POST /graphql: $.data")


@pytest.mark.parametrize("first", [0, 1])
def test_what_says_most_of_an_answer_leads(first: int) -> None:
    """That it cannot be read says more than that a header is missing."""
    found = [
        outcome("headers", "/a", message="x-y: not sent"),
        outcome("list", "/a", message="not JSON: the body is empty", aspect=Aspect.JSON),
    ]
    assert sentences(found[first], found[1 - first]) == ["/a: not JSON: the body is empty"]


# -- documents of one kind


def of_shape(check: str, path: str, message: str) -> Outcome:
    return outcome(check, path, kind="schema", message=message)


PROPERTIES = {
    "missing": ("$.items[0]: missing key: cents", "$: missing key: cents"),
    "another-type": (
        '$[0].cents: expected integer, found "300"',
        '$.cents: expected integer, found "420"',
    ),
}


@pytest.mark.parametrize(("of_list", "of_item"), PROPERTIES.values(), ids=PROPERTIES)
def test_a_property_that_is_wrong_in_a_list_and_its_item(of_list: str, of_item: str) -> None:
    """It is one fault, in the words of the list."""
    wrong = of_shape("item", "/breads/1", of_item), of_shape("list", "/breads", of_list)
    assert sentences(*wrong) == [f"/breads and /breads/1: {of_list}"]


def test_properties_of_other_documents() -> None:
    """Neither another property of the item, nor the same of another kind of document, is folded."""
    listed = of_shape("list", "/breads", "$.items[0]: missing key: cents")
    name = of_shape("item", "/breads/1", "$: missing key: name")
    cake = of_shape("cake", "/cakes/1", "$: missing key: cents")
    assert len(sentences(listed, name, cake)) == 3


def test_one_document_with_several_queries() -> None:
    """What its schema says goes before what a check cannot read of it."""
    reads = outcome(
        "pages", "/breads?size=5", aspect=Aspect.SHAPE, message="KeyError: 'items', at `x`"
    )
    wrong = reads, of_shape("list", "/breads", "$: missing key: items, total")
    assert sentences(*wrong) == ["/breads and /breads?size=5: $: missing key: items, total"]
