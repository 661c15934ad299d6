"""Ready-made claims about one page."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from answered_site import HTML, SITE, Site

from knowngood import checks
from knowngood.fetch.response import Response, respond

GERMAN = ["Browserzustand", "So geht es Ihrem Browser", "Teilen ist an", "Teilen ist aus", "Hilfe"]


def test_a_sound_page(site: Site) -> None:
    """No claim about a page has anything to say."""
    page = site.page('<meta charset="utf-8"><script>f();</script>')
    assert checks.charset_problems(page) == []
    assert checks.page_problems(page) == []
    assert checks.framing_problems(page) == []
    assert checks.leftover_problems(page) == []
    assert checks.raw_text_problems(page) == []
    assert checks.inline_script_problems(page) == []
    assert checks.policy_problems(page, [site.resource("/fr/a.js", "f()")]) == []
    assert checks.empty_text_problems(page, page) == []
    assert checks.refresh_problems(page) == []
    assert checks.key_problems(page, page) == []
    assert checks.link_problems(page, page) == []


def test_faults_of_a_page(site: Site) -> None:
    """Each claim about a page sees its own."""
    assert checks.charset_problems(site.page('<meta charset="latin1">')) != []
    assert checks.language_problems(site.page(), "fr", "ltr") != []
    nothing = respond(site.exchange("/ar/", ""))
    assert checks.language_problems(nothing, "ar", "rtl") == ["the page is empty"]
    assert checks.page_problems(nothing) == ["the page is empty"]
    assert checks.web_page_problems(nothing) == []
    assert checks.web_page_problems(site.page()) == ["a web page in place of the answer"]
    assert checks.page_problems(respond(site.exchange("/fr/", HTML[:-3]))) != []
    assert checks.page_problems(site.page(headers={"content-disposition": "attachment"})) == [
        "Content-Disposition: attachment makes the page a download"
    ]
    assert checks.page_problems(site.page(headers={"content-disposition": "inline"})) == []
    assert checks.framing_problems(site.page(headers={"x-frame-options": "DENY"})) != []
    assert checks.leftover_problems(site.page("{{ title }}")) != []
    assert checks.raw_text_problems(site.page("<p>Sant&amp;eacute;</p>")) != []
    assert checks.raw_text_problems(site.page("<p>NaN \u20ac</p>")) != []
    assert checks.inline_script_problems(site.page("<script>f('it's');</script>")) != []
    settings = "<script>window.env = {API_URL: '${API_URL}'}</script>"
    assert checks.inline_script_problems(site.page(settings)) != []
    assert checks.refresh_problems(site.page(headers={"refresh": "0; url=/x"})) == [
        "Refresh header: 0; url=/x leads away from the page"
    ]
    assert checks.refresh_problems(site.page('<meta http-equiv="refresh" content="0">')) == [
        '<meta http-equiv="refresh">: 0 loads the page again'
    ]


def test_texts_that_only_one_language_lacks(site: Site) -> None:
    """What is empty in the model, too, is meant so; its elements may have other names there."""
    model = respond(site.exchange("/en-US/", "<h1>Health</h1><h2></h2><h3></h3>"))
    page = respond(site.exchange("/fr/", '<h1></h1><h2></h2><h3 class="x"></h3>'))
    same = respond(site.exchange("/de/", '<h1>x</h1><h2></h2><h3 class="x"></h3>'))
    assert checks.empty_text_problems(same, model) == []
    assert checks.empty_text_problems(page, model) == [
        "<h1>: it is empty, and has a text in /en-US/",
        '<h3 class="x">: it is empty, and has a text in /en-US/',
    ]


@pytest.mark.parametrize(
    ("text", "is_key"),
    [
        ("health.sessions.label", True),
        ("sharing_toggle_title", True),
        ("health.sessions", False),
        ("www.mozilla.com", False),
        ("support.mozilla.org", False),
        ("fhr.cdn.mozilla.net", False),
        ("fhr.example.fr", False),
        ("toolkit.telemetry.enabled", False),
        ("z.b.", False),
    ],
)
def test_keys_that_one_language_has_in_place_of_texts(site: Site, text: str, is_key: bool) -> None:
    """What the model has as well is a name, such as one of a setting, and no host is a key."""
    model = respond(site.exchange("/en-US/", "<p>toolkit.telemetry.enabled</p>"))
    page = site.page(f"<p>{text}</p>")
    expected = [f"a key in place of a text: {text}"] if is_key else []
    assert checks.key_problems(page, model) == expected


@pytest.mark.parametrize(
    ("texts", "are_keys"),
    [
        (("fhr:crashes", "fhr:title", "fhr:v4.start"), True),
        (("fhr.crashes", "fhr.title", "fhr.start"), True),
        (("fhr:crashes", "fhr:title", "fhr: start"), False),
        (("fhr:crashes", "app:title", "data:start"), False),
        (("www.mozilla.org", "www.firefox.com", "www.example.de"), False),
        (("Fhr:crashes", "Fhr:title", "Fhr:start"), False),
    ],
)
def test_keys_of_one_family(site: Site, texts: tuple[str, ...], are_keys: bool) -> None:
    """One of two parts may be anything; three that begin alike are no texts."""
    model = respond(site.exchange("/en-US/", "<p>Start</p>"))
    page = site.page("".join(f"<p>{text}</p>" for text in texts))
    expected = [f"a key in place of a text: {text}" for text in texts] if are_keys else []
    assert checks.key_problems(page, model) == sorted(expected)


@pytest.mark.parametrize("url", ["", " ", "javascript:void(0)", "javascript:;", "javascript:"])
def test_links_that_lead_nowhere_in_one_language(site: Site, url: str) -> None:
    """Where the model has a URL, and as many links."""
    model = respond(site.exchange("/en-US/", '<a href="http://example.org/">x</a>'))
    page = site.page(f'<a href="{url}">x</a>')
    assert checks.link_problems(page, model) == [
        f'<a href="{url.strip()}">: it leads nowhere; in /en-US/ to http://example.org/'
    ]
    assert checks.link_problems(page, page) == []
    assert checks.link_problems(site.page(f'<a href="{url}">x</a><a href="y">y</a>'), model) == []
    assert checks.link_problems(site.page('<a href="#">x</a>'), model) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<var>id<var> of it", "<var>: an end tag is missing"),
        ('<a href="x">y', "<a>: an end tag is missing"),
        ("<div></div></div>", "</div>: an end tag too many"),
        ("<p><a href=/x/>y</a>, <b>z", "<b>: an end tag is missing"),
    ],
)
def test_a_translation_that_lost_an_end_tag(site: Site, text: str, problem: str) -> None:
    """It counts where the model has all of them."""
    model = respond(site.exchange("/en-US/", HTML))
    assert checks.end_tag_problems(site.page(text), model) == [problem]
    assert checks.end_tag_problems(site.page(text), site.page(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>one<p>two<ul><li>three</ul>",
        "a<br>b<br/>c</br>, <img src=x> <svg><path d=M0 /></svg>",
        "<script>if (a <b) f('<i>')</script><textarea><b></textarea><!-- <div> -->",
        "<!-- <b>",
        "<script>f('<b>')",
        "1 < 2 and 3 <4",
    ],
)
def test_end_tags_that_may_be_left_out(site: Site, text: str) -> None:
    """Nor does what is cut short count: other claims say so."""
    model = respond(site.exchange("/en-US/", HTML))
    assert checks.end_tag_problems(site.page(text), model) == []
    cut = respond(site.exchange("/fr/", "<!doctype html><title>x</title><p><b>y"))
    assert checks.end_tag_problems(cut, model) == []


def test_where_links_open(site: Site) -> None:
    """In the frame, if only one language has lost the element that says otherwise."""
    model = respond(site.exchange("/en-US/", '<base target="_blank">'))
    assert checks.link_problems(site.page(), model) == [
        "no <base target>, which /en-US/ has: links open within the frame"
    ]
    assert checks.link_problems(site.page('<base target="_top">'), model) == []


def test_what_differs_in_every_answer_is_no_difference(site: Site) -> None:
    """Two answers for one of the pages show what that is."""
    one, again, other = (
        respond(site.exchange("/fr/", f"<p>{nonce}</p><p>{text}</p>"))
        for nonce, text in (("a", "x"), ("b", "x"), ("c", "y"))
    )
    assert not checks.differ([one, again], [one])
    assert checks.differ([one], [again])
    assert checks.differ([one, again], [other])


def test_answers_side_by_side(site: Site) -> None:
    """The first with the first of the second half; of an odd number one would have no partner."""
    pages = [respond(site.exchange(path, "x")) for path in ("/de/", "/de/a", "/fr/", "/fr/a")]
    assert checks.side_by_side(pages) == [(pages[0], pages[2]), (pages[1], pages[3])]
    with pytest.raises(ValueError, match="longer"):
        checks.side_by_side(pages[:3])


def test_a_page_with_the_texts_of_another_language(site: Site) -> None:
    """The other page is named; one without a text of its own is not judged."""
    words = "<p>Santé du navigateur<p>Partage activé<p>Plantages<p>Sessions"
    pages = [respond(site.exchange(path, words)) for path in ("/de/", "/fr/")]
    own = respond(site.exchange("/es/", words.replace("Sessions", "Sesiones")))
    assert checks.borrowed_text_problems(pages[0], [own, pages[1]]) == [
        "the page has the same texts as /fr/"
    ]
    assert checks.borrowed_text_problems(pages[0], [own]) == []


@pytest.mark.parametrize("translated", [GERMAN, GERMAN[:1]])
def test_what_a_page_says_in_every_language_is_not_borrowed(
    site: Site, translated: list[str]
) -> None:
    """A menu of forty languages, and a legal text in English; but with too few texts of its own a
    page may still be one that nobody translated.
    """

    def answer(language: str, texts: Iterable[str]) -> Response:
        menu = [f"Sprache {chr(97 + number % 26) * 5}{number}" for number in range(40)]
        body = "".join(f"<p>{text}" for text in [*texts, *menu])
        return respond(site.exchange(f"/{language}/", f'<html lang="{language}"><body>{body}'))

    english, other = answer("en", map(str.title, GERMAN)), answer("fr", map(str.upper, GERMAN))
    german = answer("de", translated)
    untranslated = answer("de", map(str.title, GERMAN))
    is_judged = len(translated) < len(GERMAN)
    assert bool(checks.borrowed_text_problems(german, [english, other])) == is_judged
    assert checks.borrowed_text_problems(german, [english])
    assert checks.borrowed_text_problems(untranslated, [other, english]) == [
        "the page has the same texts as /en/"
    ]


@pytest.mark.parametrize(
    ("html", "language"),
    [('<html lang="pt-BR">', "pt"), ('<html lang="he">', "he"), ("<html>", ""), ("", "")],
)
def test_the_language_that_a_page_says(site: Site, html: str, language: str) -> None:
    """Without its region; an empty page says none."""
    assert checks.language(respond(site.exchange("/", html))) == language


LOGIN = "a login page in its place: it leads to"


@pytest.mark.parametrize(
    ("asked", "url", "field", "problems"),
    [
        ("/fr/", "/login?next=/fr/", "password", ["a login page in its place: it leads to /login"]),
        (
            "/fr/",
            "/enter?to=%2Ffr%2F",
            "Password",
            ["a login page in its place: it leads to /enter"],
        ),
        ("/", "/en/sign-in/", "password", ["a login page in its place: it leads to /en/sign-in/"]),
        ("/fr/", "/?_task=login", "password", ["a login page in its place: it leads to /"]),
        ("/", "/password", "password", ["a login page in its place: it leads to /password"]),
        ("/a", "/users/sign_in", "password", [f"{LOGIN} /users/sign_in"]),
        ("/a", "/session/new", "password", [f"{LOGIN} /session/new"]),
        ("/a", "/blogin", "password", []),
        ("/a", "/password-hygiene", "password", []),
        ("/login", "/login", "password", []),
        ("/login.php", "/en/login/?next=/login.php", "password", []),
        ("/fr/", "/?said=logins", "password", []),
        ("/fr/", "/login?next=/fr/", "text", []),
        ("/fr/", "/french/", "password", []),
        ("/", "/en/?from=/", "password", []),
    ],
)
def test_a_login_that_a_page_leads_to(
    site: Site, asked: str, url: str, field: str, problems: list[str]
) -> None:
    """A page that has moved may have a box for the login itself, and that of a login is sound."""
    body = HTML.replace("text", f"<form><input type={field}></form>")
    answered = site.exchange(url, body)
    probe = replace(answered.probe, url=SITE + asked, follow=True)
    site.exchanges.append(replace(answered, probe=probe))
    assert checks.login_problems(respond(site.exchanges[-1])) == problems


def shown(site: Site, **pages: str) -> list[Response]:
    """Answers for these pages: each is one of them, or a path to which it leads."""
    answers = []
    for name, text in pages.items():
        body = pages.get(text[1:], text) if text.startswith("/") else text
        answered = site.exchange(text if body != text else f"/{name}", f"<title>{body}</title>")
        probe = replace(answered.probe, url=f"{SITE}/{name}", follow=True)
        site.exchanges.append(replace(answered, probe=probe))
        answers.append(respond(site.exchanges[-1]))
    return answers


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        (
            {"a": "Cars", "b": "/a", "c": "/a", "d": "Bikes"},
            '"Cars", came in place of /b, /c, ',
        ),
        ({"a": "Shut", "b": "Shut", "c": "Shut"}, 'one page, "Shut", came in place of /a, /b, /c'),
        ({"a": "Shut", "b": "Shut", "c": "Cars", "d": "Bikes"}, ""),
        ({"a": "Shut", "b": "Shut"}, ""),
        ({"a": "Cars", "b": "/c", "c": "Bikes"}, ""),
        ({"a": "", "b": "", "c": ""}, ""),
    ],
)
def test_one_page_in_place_of_most(site: Site, pages: dict[str, str], problem: str) -> None:
    """By redirects, or at their own addresses; two may have become one."""
    found = checks.one_page_problems(shown(site, **pages))
    assert len(found) == bool(problem)
    assert problem in "".join(found)


BLANK = ["", " <!-- rows --> ", "<div class=list></div>", "<script>show()</script>\u00a0\n"]


@pytest.mark.parametrize("text", BLANK)
def test_a_main_part_that_is_blank(site: Site, text: str) -> None:
    """Whatever stands around it."""
    page = site.page(f"<nav>Shop</nav><main>{text}</main><footer>2026</footer>")
    assert checks.blank_problems(page) == ["the main part of the page is blank"]


@pytest.mark.parametrize(
    "text",
    [
        "<nav>Shop</nav>",
        "<main><p>Pots</p></main>",
        "<div role=main>Pots</div>",
        "<main><img src=a.png alt=''></main>",
        "<main><canvas></canvas></main>",
        "<main id=app></main><script src=/a.js></script>",
        "<main><div id=root></div></main><script src=/a.js></script>",
        "<main><shop-list></shop-list></main><script src=/a.js></script>",
    ],
)
def test_a_main_part_that_is_not_blank(site: Site, text: str) -> None:
    """It shows something, or a script may fill it."""
    assert checks.blank_problems(site.page(text)) == []


@pytest.mark.parametrize(
    ("value", "days"),
    [("public, max-age=31536000, immutable", 365), ('private,max-age="5184000"', 60)],
)
def test_a_page_that_browsers_keep_for_long(site: Site, value: str, days: int) -> None:
    """They do not ask for the next release."""
    assert checks.lifetime_problems(site.page(headers={"cache-control": value})) == [
        f'Cache-Control: browsers keep the page for {days} days: "{value}"'
    ]


@pytest.mark.parametrize(
    "value",
    [
        "max-age=2592000",
        "s-maxage=31536000, stale-while-revalidate",
        "no-cache, max-age=31536000",
        "max-age=31536000, no-store",
        "immutable",
        "max-age=",
        "",
    ],
)
def test_a_page_that_browsers_ask_for_again(site: Site, value: str) -> None:
    """What caches of servers keep, their owners can empty."""
    assert checks.lifetime_problems(site.page(headers={"cache-control": value})) == []
