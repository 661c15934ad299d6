"""What an answer refers to is what a browser would ask for to show it."""

from urllib.parse import urljoin

import pytest

from knowngood.content import links as content_links
from knowngood.content.links import MOST, Document
from knowngood.content.media_types import media_type
from knowngood.content.written_urls import LONGEST, Link
from knowngood.safety import ContentTooLarge

PAGE = "https://fhr.example/fr/"
SHEET = "https://fhr.example/fr/css/main.css"


def extract(kind: str, url: str, page: str, body: bytes) -> list[Link]:
    """What an answer refers to that a page without an import map needs."""
    return content_links.extract(kind, url, body, Document(page))[0]


def html(body: str, url: str = PAGE) -> list[str]:
    return [link.url for link in extract("text/html; charset=utf-8", url, PAGE, body.encode())]


def css(body: str) -> list[Link]:
    return extract("text/css", SHEET, PAGE, body.encode())


def script(body: str) -> list[str]:
    url = "https://fhr.example/fr/js/fhr.js"
    return [link.url for link in extract("application/javascript", url, PAGE, body.encode())]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<script src=x></script>", "script"),
        ("<img src=x>", "image"),
        ("<input type=image src=x>", "image"),
        ("<iframe src=x></iframe>", "frame"),
        ("<embed src=x>", "frame"),
        ("<object data=x></object>", "object"),
        ("<audio src=x></audio>", "media"),
        ("<video src=x></video>", "media"),
        ("<video poster=x></video>", "image"),
        ("<video><source src=x><track src=x></video>", "media"),
        ("<body background=x>", "image"),
        ("<link rel=stylesheet href=x>", "stylesheet"),
        ("<link rel='alternate stylesheet' href=x>", "stylesheet"),
        ("<link rel='shortcut icon' href=x>", "link"),
        ("<link rel=manifest href=x>", "manifest"),
        ("<link rel=preload as=script href=x>", "link"),
        ("<link rel=preload as=script href=x><script src=x></script>", "script"),
        ("<link rel=preload as=style href=x><link rel=stylesheet href=x>", "stylesheet"),
        ("<link rel=modulepreload href=x>", "script"),
        ("<img srcset='x 2x'>", "image"),
        ("<picture><source srcset='x 600w'></picture>", "image"),
        ("<style>p { background: url(x) }</style>", "style-url"),
        (
            "<style>@font-face { src: url(data:font/woff2,), url(x) format('svg') }</style>",
            "spare-font",
        ),
        ("<style>@font-face { src: url(x); src: url(x), local(y) }</style>", "style-url"),
        ("<style>@import 'x';</style>", "stylesheet"),
        ("<p style='background: url(x)'></p>", "style-url"),
        ("<IMG SRC=x>", "image"),
        ("<LINK REL=StyleSheet HREF=x>", "stylesheet"),
        ("<INPUT TYPE=IMAGE SRC=x>", "image"),
        ("<img src=' x\n'>", "image"),
        ("<svg><use href='x#icon'/></svg>", "image"),
        ("<svg><use xlink:href='x#icon'/></svg>", "image"),
        ("<svg><image href=x /></svg>", "image"),
        ("<svg><image xlink:href=x /></svg>", "image"),
    ],
)
def test_what_html_loads(body: str, kind: str) -> None:
    """Everything that a browser loads by itself is found, with the kind of use."""
    references = extract("text/html", PAGE, PAGE, body.encode())
    assert [(link.url, link.kind) for link in references] == [(PAGE + "x", kind)]


def test_what_scripts_in_a_page_import() -> None:
    """Relative to the page. Any script may import by a call, as SvelteKit's pages start."""
    assert html("<script type=module>import a from './x.mjs';</script>") == [f"{PAGE}x.mjs"]
    assert html("<script>Promise.all([import('./x.mjs')]);</script>") == [f"{PAGE}x.mjs"]
    assert html("<script>// import('./x.mjs')</script>") == []
    assert html("<script type='text/template'>import('./x.mjs')</script>") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<a href=x>", id="link-to-follow"),
        pytest.param("<form action=x>", id="form"),
        pytest.param("<link rel=canonical href=x>", id="canonical"),
        pytest.param("<link rel=alternate href=x>", id="translation"),
        pytest.param("<link href=x>", id="link-without-rel"),
        pytest.param("<input src=x>", id="input-that-is-no-image"),
        pytest.param("<img>", id="no-source"),
        pytest.param("<img src=''>", id="empty-source"),
        pytest.param("<img src=' '>", id="blank-source"),
        pytest.param("<img srcset=' , ,, '>", id="empty-srcset"),
        pytest.param("<img src=#top>", id="fragment"),
        pytest.param("<p style='filter: url(#blur)'></p>", id="fragment-in-style"),
        pytest.param("<img src=data:image/png;base64,AAAA>", id="data"),
        pytest.param("<img srcset='data:image/png;base64,AAAA 1x'>", id="data-in-srcset"),
        pytest.param("<iframe src=javascript:void(0)></iframe>", id="javascript"),
        pytest.param("<iframe src=about:blank></iframe>", id="about"),
        pytest.param("<iframe src=mailto:a@b></iframe>", id="mailto"),
        pytest.param("<!-- <img src=x> -->", id="comment"),
        pytest.param("<script>'<img src=x>'</script>", id="within-a-script"),
        pytest.param("<style></style><p style=''></p>", id="empty-styles"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_html_does_not_load(body: str) -> None:
    """What a browser does not ask for by itself is no reference."""
    assert html(body) == []


@pytest.mark.parametrize(
    "path", ["", "/", "/a", "/a/", "/a//b/c", "/a/?v=1", "/a?b=/c/d", "/a/../b"]
)
@pytest.mark.parametrize(
    "reference",
    [
        "x",
        "x/y.js",
        "x..y",
        "-x",
        "./x",
        "../x",
        "../../x/y.js",
        "x/",
        "x:y",
        "x;y",
        "x?y=z",
        "x/.y",
    ],
)
def test_references_are_joined_as_the_standard_library_does(path: str, reference: str) -> None:
    """Most are joined in a shorter way, which must not be another one."""
    url = f"https://fhr.example{path}"
    expected = urljoin(url, reference)
    body = f"<img src='{reference}'>".encode()
    found = [link.url for link in extract("text/html", url, url, body)]
    assert found == ([expected] if expected.startswith("https:") else [])


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("a.png", "https://fhr.example/fr/a.png"),
        ("../a.png", "https://fhr.example/a.png"),
        ("/a.png", "https://fhr.example/a.png"),
        ("a.png?v=1", "https://fhr.example/fr/a.png?v=1"),
        ("a.svg#logo", "https://fhr.example/fr/a.svg"),
        ("img\\a.png?b=\\c", "https://fhr.example/fr/img/a.png?b=\\c"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("http://fhr.example/a.png", "http://fhr.example/a.png"),
        ("HTTPS://cdn.example/a.png", "HTTPS://cdn.example/a.png"),
    ],
)
def test_reference_becomes_absolute(reference: str, url: str) -> None:
    """References count from the page, without their fragment."""
    assert [url.lower() for url in html(f"<img src='{reference}'>")] == [url.lower()]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("/v4/", "https://fhr.example/v4/x"),
        ("static/", "https://fhr.example/fr/static/x"),
        (" /v4/ ", "https://fhr.example/v4/x"),
        ("//cdn.example/", "https://cdn.example/x"),
        ("https://cdn.example/a/b", "https://cdn.example/a/x"),
        ("", "https://fhr.example/fr/x"),
        ("data:,", "https://fhr.example/fr/x"),
        ("javascript:0", "https://fhr.example/fr/x"),
        ("http://[bad", "https://fhr.example/fr/x"),
    ],
)
def test_base_of_a_document(base: str, url: str) -> None:
    """References count from the document's base; a base that browsers ignore is ignored."""
    body = f"<base href='{base}'><img src=x><style>p {{ background: url(x) }}</style>"
    assert html(body) == [url]


def test_first_base_counts() -> None:
    """Of several bases browsers take the first that has an address."""
    assert html("<base target=_top><base href=/a/><base href=/b/><img src=x>") == [
        "https://fhr.example/a/x"
    ]


@pytest.mark.parametrize(
    ("srcset", "names"),
    [
        ("a.png", ["a.png"]),
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a.png 1x,b.png 2x", ["a.png", "b.png"]),
        ("a.png, b.png 2x", ["a.png", "b.png"]),
        ("\n a.png\n600w ,\n b.png 800w,\n", ["a.png", "b.png"]),
        ("a,b.png 1x", ["a,b.png"]),
        ("data:image/png;base64,AAAA 1x, b.png 2x", ["b.png"]),
        (",a.png,", ["a.png"]),
    ],
)
def test_srcset(srcset: str, names: list[str]) -> None:
    """Every candidate of a srcset is found; commas within a URL do not end it."""
    assert html(f"<img srcset='{srcset}'>") == [PAGE + name for name in names]


def test_reference_is_told_once() -> None:
    """However often a page uses a file, it asks for it once."""
    assert html("<img src=x><img src=x#a><img src=./x>") == [PAGE + "x"]


def test_type_of_a_script_travels_with_it() -> None:
    """Whether and how a script is run depends on the type it is given."""
    body = b"<script src=x type='text/javascript;version=1.8' charset=utf-16>"
    [link] = extract("text/html", PAGE, PAGE, body)
    assert link.charset == "utf-16"
    assert link.type == "text/javascript;version=1.8"


@pytest.mark.parametrize("reference", ["http://[bad", "https://[::1", "//[x]/"])
def test_invalid_url_is_told_not_raised(reference: str) -> None:
    """A URL that is none is found as it stands; it is the page's fault, not ours."""
    for body in (f"<img src='{reference}'><img src=x>", f"<img srcset='{reference}, x'>"):
        assert html(body) == [reference, PAGE + "x"]
    assert [link.url for link in css(f"a {{ b: url({reference}) }}")] == [reference]


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        pytest.param("a { b: url(x.png) }", "style-url", "x.png", id="bare"),
        pytest.param("a { b: url('x.png') }", "style-url", "x.png", id="single-quotes"),
        pytest.param('a { b: url( "x.png" ) }', "style-url", "x.png", id="double-quotes"),
        pytest.param("a { b: URL(x.png) }", "style-url", "x.png", id="upper-case"),
        pytest.param("a { b: url(x\\.png) }", "style-url", "x.png", id="escape"),
        pytest.param("a { b: url(../x.png) }", "style-url", "../x.png", id="parent"),
        pytest.param("a { b: c(d, url('x')) }", "style-url", "x", id="within-a-function"),
        pytest.param("a { b: [url(x)] (url(x)) }", "style-url", "x", id="within-brackets"),
        pytest.param("@import 'x.css';", "stylesheet", "x.css", id="import-string"),
        pytest.param("@import url(x.css);", "stylesheet", "x.css", id="import-url"),
        pytest.param("@import url('x.css') print;", "stylesheet", "x.css", id="import-media"),
        pytest.param("@IMPORT 'x.css' screen;", "stylesheet", "x.css", id="import-upper-case"),
        pytest.param("@font-face { src: url(x?#iefix) }", "style-url", "x?", id="font"),
        pytest.param("@media print { a { b: url(x) } }", "style-url", "x", id="media"),
        pytest.param(
            "@media a { @supports (b: c) { d { e: url(x) } } }", "style-url", "x", id="nested"
        ),
        pytest.param("a { b: url(x)", "style-url", "x", id="unclosed"),
        pytest.param("a { b: url(x) } } c {", "style-url", "x", id="unbalanced"),
    ],
)
def test_what_css_loads(body: str, kind: str, name: str) -> None:
    """Images, fonts and further stylesheets are found, counted from the stylesheet."""
    [link] = css(body)
    expected = "https://fhr.example/fr/x.png" if name == "../x.png" else SHEET[:-8] + name
    assert (link.url.rstrip("?"), link.kind) == (expected.rstrip("?"), kind)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("/* url(x) @import 'y'; */", id="comment"),
        pytest.param("a { b: url(data:image/png;base64,AAAA) }", id="data"),
        pytest.param("a { filter: url(#blur) }", id="fragment"),
        pytest.param("a { b: url() url('') }", id="empty"),
        pytest.param("a::before { content: 'url(x)' }", id="string"),
        pytest.param("a { b: url(x y) }", id="bad-url"),
        pytest.param("@namespace svg url(http://www.w3.org/2000/svg);", id="namespace"),
        pytest.param("@-moz-document url(http://x/) { a { b: c } }", id="document"),
        pytest.param("@charset 'x';", id="charset"),
        pytest.param("", id="nothing"),
        pytest.param("@import ;", id="import-of-nothing"),
    ],
)
def test_what_css_does_not_load(body: str) -> None:
    """Names, comments and inline data are no references."""
    assert css(body) == []


def test_css_nests_deep() -> None:
    """A hostile stylesheet does not end the run."""
    assert css("a { b: " + "(" * 20_000 + "url(x)" + ")" * 20_000 + "}") == [
        Link(SHEET[:-8] + "x", "style-url")
    ]


def test_css_keeps_the_order() -> None:
    """References come in the order in which they are written."""
    body = "a { b: url(1), c(url(2), url(3)); d: url(4) } @media x { e { f: url(5) url(6) } }"
    assert [link.url[-1] for link in css(body)] == list("123456")


def test_script_loads_json_relative_to_the_page() -> None:
    """A script's JSON counts from the page that runs it, not from the script."""
    body = "get('json/payload.json'); get(\"js/date.json?v=\" + x); get('/all.json')"
    assert script(body) == [
        PAGE + "json/payload.json",
        PAGE + "js/date.json",
        "https://fhr.example/all.json",
    ]


def test_json_behind_a_base_counts_where_it_also_stands_alone() -> None:
    """It is asked for as it stands at one place at least."""
    assert script("get(base + 'x.json'); get('x.json')") == [f"{PAGE}x.json"]


@pytest.mark.parametrize(
    "body",
    [
        "fetch('x.json')",
        "fetch(`x.json`)",
        "await window.fetch( './x.json', { cache: 'no-store' })",
        "$.getJSON('x.json?v=1', show)",
        "axios.get('x.json')",
        "r.open('GET', 'x.json', true)",
        "$.ajax({ type: 'GET', url: 'x.json' })",
        "const x = require('x.json')",
        "var SETTINGS_URL = 'x.json?'; $.getJSON(SETTINGS_URL + Math.random(), show)",
        "const urls = {settings: 'x.json'}; fetch(urls.settings)",
        "r.open('GET', settings, true); settings = 'x.json'",
    ],
)
def test_json_that_a_script_asks_for(body: str) -> None:
    """By the usual ways to do so."""
    assert script(body) == [f"{PAGE}x.json"]


def test_module_that_is_loaded_beforehand() -> None:
    """It may import and export, though no script element names it."""
    body = b"<link rel=modulepreload href=/x.js>"
    links = extract("text/html", PAGE, PAGE, body)
    assert links == [Link("https://fhr.example/x.js", "script", "module")]


@pytest.mark.parametrize(
    "body",
    [
        "import('./x.js')",
        'const f=()=>import( "./x.js" )',
        "import x from './x.js';",
        "import './x.js';",
        'import{a as b}from"./x.js";',
        "()=>import(`./x.js`)",
        "export * from './x.js'",
    ],
)
def test_module_imports_relative_to_itself(body: str) -> None:
    """At once or later: a chunk that is gone breaks the page when it is needed."""
    source = "https://fhr.example/assets/main.js"
    links = extract("text/javascript", source, PAGE, body.encode())
    assert links == [Link("https://fhr.example/assets/x.js", "script", "module")]


NAMED = {
    "chunk-style": (
        "assets/main.js",
        'd=["assets/Recipes-CAQBA3n4.css"]',
        "assets/Recipes-CAQBA3n4.css",
    ),
    "below-a-base": (
        "app/assets/main.js",
        'd=["assets/x-CAQBA3n4.css"]',
        "app/assets/x-CAQBA3n4.css",
    ),
    "image": ("assets/main.js", 't="/assets/logo-Cmt3xua7.svg"', "assets/logo-Cmt3xua7.svg"),
    "behind-the-public-path": (
        "app/static/js/main.js",
        'e.exports=n.p+"static/media/logo.6ce24c58023c.svg"',
        "app/static/media/logo.6ce24c58023c.svg",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_hashed_files_that_a_script_names(name: str) -> None:
    """Bundlers name what a chunk needs, from the folder that all that they wrote lies in."""
    script, body, file = NAMED[name]
    site = "https://fhr.example/"
    assert extract("text/javascript", site + script, f"{site}de/", body.encode()) == [
        Link(site + file, "link")
    ]


def test_chunks_of_turbopack() -> None:
    """It names them whole; their hashes have other letters."""
    body = """(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push([1,2,e=>{e.v(t=>Promise.all(
        ["static/chunks/3naeulwnj9g_u.css","static/chunks/0h~rpb_9qn85b.js"].map(t=>e.l(t))))}])"""
    folder = "https://fhr.example/_next/static/chunks/"
    assert extract("text/javascript", f"{folder}a.js", PAGE, body.encode()) == [
        Link(f"{folder}3naeulwnj9g_u.css", "link"),
        Link(f"{folder}0h~rpb_9qn85b.js", "script-url"),
    ]
    assert script(body.replace("TURBOPACK", "a")) == []


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("https://fhr.example/assets/main.js", 'x="assets/logo.svg"'),
        ("https://fhr.example/assets/main.js", 'x="assets/main-Cmt3xua7.js"'),
        ("https://fhr.example/assets/main.js", 'x="img/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/main.js", 'x="/img/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/main.js", 'x=cdn+"/assets/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/main.js", 'x="logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/main.js", '// "assets/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/main.js", 'x="see assets/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/assets/assets/main.js", 'x="assets/logo-Cmt3xua7.svg"'),
        ("https://cdn.example/assets/main.js", 'x="/assets/logo-Cmt3xua7.svg"'),
        ("https://fhr.example/main.js", 'x="assets/logo-Cmt3xua7.svg"'),
    ],
)
def test_names_that_may_lead_anywhere(source: str, body: str) -> None:
    """Where they lead is not certain: from another folder, by a host of the script's own."""
    assert extract("text/javascript", source, PAGE, body.encode()) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("get('https://other.example/x.json')", id="absolute"),
        pytest.param("'x.js' + 'x.jsonp' + 'json'", id="no-json"),
        pytest.param("get(path + '.json')", id="suffix"),
        pytest.param("get(path + '/.json')", id="suffix-after-slash"),
        pytest.param("fetch(`${path}/x.json`); import(`./${x}.js`)", id="template"),
        pytest.param("get(config.api+'/x.json')", id="behind-a-base"),
        pytest.param("get(config.api +\n    '/x.json')", id="behind-a-base-of-the-line-before"),
        pytest.param("new URL( 'x.json', config.base)", id="with-a-base"),
        pytest.param("// import('./x.js')", id="import-in-a-comment"),
        pytest.param("from('./x.js'); System.import('./x.js')", id="other-import"),
        pytest.param("import React from 'react'", id="import-by-name"),
        pytest.param("const u = './x.json'", id="named"),
        pytest.param("const map = { './en.json': 7, './de.json': 8 }", id="keys-of-a-bundler"),
        pytest.param("['package.json', 'x.json'].includes(name); files.get('x.json')", id="names"),
        pytest.param("name.endsWith('x.json') || log('x.json')", id="compared"),
        pytest.param("fetch('x.json' + query)", id="joined-to-what-follows"),
        pytest.param("get('a b.json')", id="words"),
        pytest.param("get('{x}.json')", id="placeholder"),
        pytest.param("get('a\\nb.json')", id="escape"),
        pytest.param("// get('x.json')", id="comment"),
        pytest.param("const path = './x.json'; fetch(base + path)", id="named-behind-a-base"),
        pytest.param("const path = './x.json'; fetch(path.dir)", id="part-of-what-is-named"),
        pytest.param("var e = './x.json'; fetch(e)", id="named-by-a-minifier"),
        pytest.param("const path = './x.json'; fetch(paths)", id="another-name"),
    ],
)
def test_what_a_script_does_not_load(body: str) -> None:
    """Strings that only look a little like a JSON document are left alone."""
    assert script(body) == []


JS = "https://fhr.example/fr/js/"


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("new Worker('w.js')", Link(f"{PAGE}w.js", "worker")),
        ("new SharedWorker('/w.js?v=1', 'name')", Link("https://fhr.example/w.js?v=1", "worker")),
        ("const f = () => new Worker('w.js')", Link(f"{PAGE}w.js", "worker")),
        ("new Worker('w.js', {type: 'module'})", Link(f"{PAGE}w.js", "worker", "module")),
        ("new Worker(new URL('w.js', import.meta.url))", Link(f"{JS}w.js", "worker")),
        ('new Worker(""+new URL("./w.js",import.meta.url).href)', Link(f"{JS}w.js", "worker")),
        ("if (window.Worker) { new Worker('w.js') }", Link(f"{PAGE}w.js", "worker")),
        ("'Worker' in window && new Worker('w.js')", Link(f"{PAGE}w.js", "worker")),
        (
            "if (typeof Worker !== 'undefined') { new Worker('w.js') }",
            Link(f"{PAGE}w.js", "worker"),
        ),
        ("typeof(Worker) == 'function' && new Worker('w.js')", Link(f"{PAGE}w.js", "worker")),
        ("navigator.serviceWorker.register('sw.js')", Link(f"{PAGE}sw.js", "worker")),
        (
            "if ('serviceWorker' in navigator) {\n  addEventListener('load', () => {\n"
            "    navigator.serviceWorker.register('sw.js').then(say, say);\n  });\n}",
            Link(f"{PAGE}sw.js", "worker"),
        ),
        ("importScripts('a.js')", Link(f"{PAGE}a.js", "script-url")),
        ("$.getScript('a.js', show)", Link(f"{PAGE}a.js", "script-url")),
        ("$(function () { jQuery.getScript('a.js'); });", Link(f"{PAGE}a.js", "script-url")),
        ("document.write('<script src=\"a.js\"><\\/script>')", Link(f"{PAGE}a.js", "script-url")),
        (r'document.write("<script src=\"a.js\"><\/script>")', Link(f"{PAGE}a.js", "script-url")),
        (
            "(function () { var s = document.createElement('script'); s.src = 'a.js';"
            " document.head.appendChild(s) })()",
            Link(f"{PAGE}a.js", "script-url"),
        ),
        (
            "$(() => { const s = d.createElement('script'); s.type = 'module'; s.src = 'a.js';"
            " d.body.append(s) })",
            Link(f"{PAGE}a.js", "script-url", "module"),
        ),
    ],
)
def test_what_a_script_loads(body: str, link: Link) -> None:
    """Workers, and scripts that it adds to the page while that is loaded."""
    assert extract("text/javascript", f"{JS}fhr.js", PAGE, body.encode()) == [link]


def test_worker_of_a_script_in_the_page() -> None:
    """It stands there as often as in a file."""
    assert html("<script>new Worker('w.js')</script>") == [f"{PAGE}w.js"]
    assert html("<script type=text/template>new Worker('w.js')</script>") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("// new Worker('w.js')", id="comment"),
        pytest.param("'new Worker(\\'w.js\\')'", id="text"),
        pytest.param("new Worker(base + 'w.js')", id="joined"),
        pytest.param("new Worker(`${base}w.js`)", id="template"),
        pytest.param("new Worker('{{ base }}/w.js')", id="placeholder"),
        pytest.param("new Worker('data:text/javascript,1')", id="data"),
        pytest.param("new Worker('//cdn.example/w.js')", id="another-host"),
        pytest.param("class Worker {}; new Worker('w.js')", id="a-class-of-its-own"),
        pytest.param("import {Worker} from './t'; new Worker('w.js')", id="of-a-module"),
        pytest.param("if (isSafari) new Worker('w.js')", id="condition"),
        pytest.param("if (window.Worker) {} else { new Worker('w.js') }", id="else"),
        pytest.param("'Worker' in window || new Worker('w.js')", id="where-there-are-none"),
        pytest.param("if (window.Worker && isOld) new Worker('w.js')", id="another-condition"),
        pytest.param(
            "if (typeof Worker === 'undefined') new Worker('w.js')", id="where-no-type-is"
        ),
        pytest.param("try { new Worker('w.js') } catch (e) {}", id="try"),
        pytest.param("function f() { if (a) return; new Worker('w.js') }", id="behind-a-return"),
        pytest.param("for (const x of y) new Worker('w.js')", id="loop"),
        pytest.param(
            "class Kit { load() { new Worker(new URL('w.js', import.meta.url)) } }", id="method"
        ),
        pytest.param("serviceWorker.register('sw.js')", id="another-object"),
        pytest.param("function f() { importScripts('a.js') }", id="may-never-run"),
        pytest.param("function f() { $.getScript('a.js') }", id="may-never-be-got"),
        pytest.param("$.getScript(base + 'a.js')", id="got-from-elsewhere"),
        pytest.param(
            "window.$ || document.write('<script src=\"a.js\"><\\/script>')",
            id="may-not-be-written",
        ),
        pytest.param(
            "document.write('<script src=\"a.js\"><\\/script>'.replace('a', b))",
            id="written-otherwise",
        ),
        pytest.param("typeof importScripts === 'function' && importScripts('a.js')", id="asked"),
        pytest.param("img.src = 'a.js'", id="no-element"),
        pytest.param("s = d.createElement('script'); s.src = 'a.js'", id="not-added"),
        pytest.param(
            "if (old) { s = d.createElement('script'); s.src = 'a.js'; d.append(s) }", id="for-some"
        ),
        pytest.param(
            "function f() { s = d.createElement('script'); s.src = 'a.js'; d.append(s) }",
            id="later",
        ),
        pytest.param(
            "s = d.createElement('script'); s.noModule = 1; s.src = 'a.js'; d.append(s)",
            id="for-old-browsers",
        ),
        pytest.param("new Worker('w.js'", id="does-not-parse"),
    ],
)
def test_what_a_script_may_not_load(body: str) -> None:
    """Under a condition, elsewhere, or by a name that only the script knows."""
    links = extract("text/javascript", f"{JS}fhr.js", PAGE, body.encode())
    assert [link for link in links if link.kind != "script"] == []


@pytest.mark.parametrize(
    ("body", "icons"),
    [
        (
            '\ufeff{"icons": [{"src": "a.png"}, {"src": "/b.svg"}, {"src": "a.png"}]}',
            ["fr/a.png", "b.svg"],
        ),
        ('{"icons": [], "shortcuts": [{"url": "/n", "icons": [{"src": "n.png"}]}]}', ["fr/n.png"]),
        ('{"icons": [{"src": "data:image/png;base64,"}, {"src": 1}, {}, "a.png"]}', []),
        ('{"icons": {"src": "a.png"}, "shortcuts": [["icons"]]}', []),
        ('["icons"]', []),
        ('{"icons": [{"src": "a.png"}],}', []),
        ("<!doctype html><img src=a.png>", []),
    ],
)
def test_a_manifest_names_the_icons_of_an_app(body: str, icons: list[str]) -> None:
    """Those of its shortcuts, too, whatever media type it has."""
    for media in ("application/manifest+json", "application/json", "text/html"):
        page = Document("https://fhr.example/")
        links, _ = content_links.extract(media, f"{PAGE}app", body.encode(), page, "manifest")
        assert links == [Link(f"https://fhr.example/{icon}", "link") for icon in icons]


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/json", "image/svg+xml"])
def test_other_media_types_refer_to_nothing(kind: str | None) -> None:
    """Only pages, stylesheets and scripts are looked into."""
    assert extract(kind, PAGE, PAGE, b"<img src=x> a { b: url(x) } 'x.json'") == []


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"<img src=\xff>", b"\x00" * 100, b"<" * 5000])
@pytest.mark.parametrize("kind", ["text/html", "text/css", "text/javascript"])
def test_garbage_does_not_raise(kind: str, body: bytes) -> None:
    """Whatever is answered, looking into it ends."""
    assert isinstance(extract(kind, PAGE, PAGE, body), list)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("text/html", "text/html"),
        ("Text/HTML; charset=utf-8", "text/html"),
        (" text/css ;x", "text/css"),
        ("", ""),
        (None, ""),
    ],
)
def test_media_type(header: str | None, kind: str) -> None:
    """The media type is what stands before the parameters, in lower case."""
    assert media_type(header) == kind


def test_a_page_may_not_refer_to_everything() -> None:
    """So many are asked for and no more; it is the page that is wrong, and it is said."""
    within = "".join(f"<img src={number}>" for number in range(MOST))
    assert len(html(within)) == MOST
    with pytest.raises(ContentTooLarge, match="more than 2000 URLs"):
        html(within + "<img src=x>")
    assert len(html(within * 2)) == MOST


@pytest.mark.parametrize("body", ["<img src={}>", "<base href={}><img src=x>"])
def test_a_url_too_long_to_be_asked_for(body: str) -> None:
    """Servers refuse it, and so is the page wrong."""
    with pytest.raises(ContentTooLarge, match="a URL of 8001 characters"):
        html(body.format("x" * (LONGEST + 1)))
    assert html(f"<img src=data:image/png;base64,{'A' * 100_000}>") == []
