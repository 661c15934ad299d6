"""What a build left in a page, and what only looks so."""

import pytest

from knowngood.content import html, written_urls
from knowngood.content.leftovers import (
    conflict_marker,
    empty_texts,
    problems,
    sound_kinds,
)

SOUND = {
    "about-objects-of-others": "<p>It shows <code>#&lt;User:0x00007f2a8c&gt;</code></p>"
    "<pre>com.example.shop.User@1b2c3d4e</pre><code>SQLSTATE[42S02]: x</code>",
    "an-address": "<p>com.example.shop.User@1b2c3d4e.example.org</p>",
    "parts-of-a-title": "<title>Bread - The | Shop</title><h1>Bread</h1>",
    "heading-of-a-script": '<h1 id="title"></h1><h1 data-text="x" class="a"></h1>',
    "heading-with-a-picture": "<h1><img src=a.png alt=Bread></h1>",
    "heading-of-a-dialog": "<div hidden><h1></h1></div><template><h1></h1></template>",
    "a-day": '<time datetime="2026-01-01">1 January</time><time datetime="0001-01-02">x</time>',
    "name-of-a-project": "<title>reveal.js</title><h1>example.org</h1><h2>fhr.mozilla.com</h2>",
    "placeholder-in-code": "<p>Write <code>{{ x }}</code>:</p><pre>{% if x %}</pre>",
    "name-in-code": "<h2><code>json.loads</code></h2>",
    "word-of-an-icon": '<button><i class="material-icons">more_vert</i></button>',
    "plain": "<title>Firefox</title><h1>Health</h1>",
    "french": "<p>l\u2019\u00e9t\u00e9\u00a0\u00bb \u00e9\u00a0\u00bb</p>",
    "catalan": "<p>paral\u00b7lel</p>",
    "russian": "<p>\u0417\u0434\u043e\u0440\u043e\u0432\u044c\u0435</p>",
    "placeholder-of-a-script": "<script>say(interpolate('%(n)s min', x, true));</script>",
    "percent": "<p>100%(sic) and 5 % of it</p>",
    "braces": "<p>{ x }</p>",
    "questions": "<p>What???</p>",
    "underline": "<pre>a ======= b</pre>",
    "heading-in-pre": "<pre>\nRelease\n=======\n</pre>",
    "a-warning": "<p>Warning: it is hot</p>",
    "a-word-as-heading": "<h1>firefox</h1>",
    "template": "<template><p>{{ title }}</p></template>",
    "template-in-a-script": '<script id=x type="text/x-handlebars">{{ title }}</script>',
    "comment": "<!-- #include is a word --><?xml version='1.0'?>",
    "placeholder-in-a-comment": "<!-- {{ build }} --><p>1</p><!--\n%(x)s {% if y %} -- > \n-->",
    "heading-in-a-comment": "<!--\n=======\nMenu\n=======\n--><p>1</p>",
    "about-translations": "<p>A key as <code>translation missing: en.a.b</code></p>"
    "<pre>Project-Id-Version: x\nPO-Revision-Date: y</pre><p>Translation missing: ask us.</p>",
    "a-header-by-name": "<p>Set Project-Id-Version and PO-Revision-Date.</p>",
    "much-asked": "<p>Who???really.so??? ???what??? yes.</p>",
    "a-time-on-a-line": "<p>We met<br>&nbsp; at noon 12:30:45, in app.js</p>",
    "about-php": "<p>A <b>Fatal error</b>: what to do, in short, about index.php</p>",
    "about-amounts": "<code>NaN \u20ac</code><p>A price of NaN \u20ac is a fault.</p>"
    "<template><b>NaN \u20ac</b></template>",
    "about-numbers": "<table><td>NaN</td></table><p><code><b>NaN</b></code> is <b>NaN</b>?"
    "<li><span>NaN</span></li>".replace("<b>NaN</b>?", "no number."),
    "about-objects": "<p>It says <code>[object Object]</code>.</p><script>'[object Object]';"
    "</script>",
    "about-a-toolbar": "<p>Look for &lt;div id=&quot;djDebug&quot;&gt;</p>",
    "xml": "<?xml version='1.0'?><svg><?xpacket begin='' id='a'?></svg>",
    "about-a-dump": '<pre><code>array(1) {\n  ["home"]=>\n  string(4) "Home"\n}</code></pre>'
    "<p>Array (the type) is [a] => b",
    "about-a-crash": "<h1>My day</h1><pre><code>$ python a.py\nTraceback (most recent call last):"
    "\n  at a.b.C.d(C.java:42)</code></pre><div class='highlight'><pre><span>Traceback (most "
    "recent call last):</span></pre></div><p>Warning: it is hot</p>",
    "about-a-merge": "<pre><code>Bread\n=======\n</code></pre><pre class=chroma>\n<<<<<<< HEAD\n"
    "</pre>",
    "about-nothing": "<title>undefined - JavaScript</title><h1>What undefined is</h1>",
    "a-title-alone": "<title>null \u2013 Docs</title><div id=app></div>",
    "about-times": "<title>Invalid Date</title><p>Invalid Date</p><time>yesterday</time>",
    "much-asked-for": "<p>Really???? How???? \u00ab Vraiment ???? \u00bb</p><b>Yes????</b>",
    "blanks-in-texts": "<p title='\u00ab\u00a0a\u00a0\u00bb'>a\u00a0:</p><a href='x'\u00a0>b</a>"
    "<b title='a > b\u00a0c' id=x>",
    "quotes-in-texts": "<p data-x=\u201ca\u201d><img alt=\u201ca\u201d>",
    "styles-of-a-script": '<link rel="stylesheet/less" type="text/less" href="a.less">'
    '<link rel=stylesheet type="text/x-scss" href="a.scss"><link rel=xstylesheet href="a.css">',
    "styles-by-the-book": '<link rel="Alternate StyleSheet" type="text/CSS;charset=utf-8" href="a.'
    'css" media="only Screen and (min-width: 1px), tv"><link rel="preload" as=style href="a.css">'
    '<link rel=stylesheet href=a.css media="only x" onload="f()"><style media="not all"></style>',
    "script-by-the-book": '<script language="JavaScript1.5">f()</script><script language="text/java'
    'script" type="text/javascript">f()</script>',
    "quotes-in-values": """<p title="a > b <i>c</i>" data-x='{"a": "<b id=\\"x\\">c</b>"}' """
    """[x]="y > 0 ? '<' : '>'" (y)="z" @z="a => '<b>'" :w='w > 1' #v="v" class='b'">c</p>"""
    '<p id="a"">b</p>',
    "questions-in-french": '<html lang="fr"><p>Oui?non<p>Vraiment? oui<p>Quoi?\u2026<p>page?id=3<p>'
    "a.php?q<p>Le motif colou?r",
    "patterns": '<html lang="fr"><p>colou?r<p>favou?rite<p>honou?r<p>\u00e9t\u00e9<p>Hi\u00e9r<p>'
    "\u00e9l\u00e8ve<p>Caf\u00e9",
    "patterns-in-english": '<html lang="en-GB"><p>colou?r<p>favou?rite<p>honou?r<p>behaviou?r',
    "question-behind-an-element": '<html lang="de"><p>Was <b>ist das</b>?so'
    "<p>Wer<i>x</i>?da<p>Wo<b>?</b>hier<p>Was<i>x</i>?das",
    "an-element-of-ones-own": "<emo-\U0001f468\u200d\U0001f469>a",
    "a-place-in-a-script": "<p>Look\n  at the file fhr.js:12 there</p>",
}

FAULTS = {
    "relation": (
        '<link rel="Styelsheet" href=a.css>',
        '<link href="a.css" rel="styelsheet">: a mis',
    ),
    "relations": (
        "<link rel=stylesheets href=a.css>",
        '<link href="a.css" rel="stylesheets">: a mi',
    ),
    "type-of-styles": (
        '<link rel=stylesheet type="text/stylesheet" href="a.css">',
        '<link href="a.css" type="text/stylesheet">: browsers take styles of text/css alone',
    ),
    "medium": (
        '<link rel=stylesheet media="only screeen and (x)" href="a.css">',
        '<link href="a.css" media="screeen">: a misspelt "screen"',
    ),
    "medium-without-brackets": (
        '<link rel=stylesheet media="screen and min-width: 1px" href="a.css">',
        '<link href="a.css" media="…min-width: 1px">: a condition without brackets, which',
    ),
    "medium-of-styles": (
        "<style media=pint>a{}</style>",
        '<style media="pint">: a misspelt "print',
    ),
    "language-of-script": (
        '<script language="text/javascript">f()</script>',
        '<script language="text/javascript">: no browser runs this language',
    ),
    "blank-in-a-tag": ("<div\u00a0id=x>a</div>", "<div id=x>: U+00A0 in place of a blank"),
    "blank-of-an-attribute": ("<p \ufeffid=x>", "<p>: U+FEFF in place of a blank"),
    "typographic-id": (
        "<div id=\u201cgraph\u201d>",
        "<div>: a typographic quote around the value of an attribute",
    ),
    "typographic-words": (
        "<p class=\u201ca b\u201d>",
        "<p>: a typographic quote around the value of an attribute",
    ),
    "jinja": ("<p>{{ title }}</p>", "placeholder: {{ title }}"),
    "jinja-block": ("<p>{% if x %}</p>", "placeholder: {% if x %}"),
    "jinja-comment": ("<p>{# x #}</p>", "placeholder: {# x #}"),
    "jinja-in-an-open-comment": ("<p>1</p><!-- {{ title }}", "placeholder: {{ title }}"),
    "jinja-behind-a-comment": ("<!-- --><p>{{ title }}<!-- -->", "placeholder: {{ title }}"),
    "jinja-behind-no-comment": ("<!--><p>{{ title }}</p><!-- -->", "placeholder: {{ title }}"),
    "jinja-for-some": ("<!--[if IE]><p>{{ title }}<![endif]-->", "placeholder: {{ title }}"),
    "conflict-behind-a-comment": ("<!-- -->\n<<<<<<< HEAD\n", "unfinished merge: <<<<<<< HEAD"),
    "erb": ("<p><%= title %></p>", "placeholder: <%= title %>"),
    "gettext": ("<p>%(name)s</p>", "placeholder: %(name)s"),
    "jinja-in-a-script": ("<script>say('{{ name }}');</script>", "placeholder: {{ name }}"),
    "conflict": ("<p>\n<<<<<<< HEAD\n", "unfinished merge: <<<<<<< HEAD"),
    "conflict-in-pre": ("<pre>\na\n=======\nb\n>>>>>>> x\n", "unfinished merge: ======="),
    "conflict-middle": ("<p>\n=======\r\n", "unfinished merge: ======="),
    "conflict-end": ("<p>\n>>>>>>> main\n", "unfinished merge: >>>>>>> main"),
    "replaced": ("<p>un caf\ufffd</p>", "garbled letters: caf\ufffd"),
    "utf8-twice": ("<p>\u00c3\u00a9t\u00c3\u00a9</p>", "garbled letters: \u00c3\u00a9"),
    "cyrillic-twice": ("<p>\u00d0\u0097\u00d0\u00b4</p>", "garbled letters: \u00d0\u0097"),
    "hindi-twice": ("<p>\u00e0\u00a4\u00b9</p>", "garbled letters: \u00e0\u00a4\u00b9"),
    "windows-quote": ("<p>l\u00e2\u20ac\u2122eau</p>", "garbled letters: l\u00e2\u20ac"),
    "windows-letter": ("<p>\u00c3\u2030t\u00e9</p>", "garbled letters: \u00c3\u2030"),
    "windows-trademark": (
        "<p>X\u00e2\u201e\u00a2</p>",
        "garbled letters: X\u00e2\u201e\u00a2",
    ),
    "question-marks": ("<p>???? ??</p>", "garbled letters: ????"),
    "letters-lost": (
        '<html lang="fr"><title>Sant? du navigateur</title><h1>Vos donn?es</h1><p>L&#x27;?tat du X'
        "</p><p>pr?f?r?, et cr??s</p><b>\u00e9</b>",
        'garbled letters: "?" in place of some: L\'?tat du X',
    ),
    "apostrophes-lost": (
        '<html lang="it-IT"><p>l?utente<p>dell?applicazione<p>all?avvio',
        'garbled letters: "?" in place of some: all?avvio',
    ),
    "traceback": ("Traceback (most recent call last)", "crash: Traceback"),
    "short-tag": ("<? echo $a ?>", "placeholder: <? echo $a ?"),
    "var-dump": ('array(1) {\n  ["home"]=>\n  string(4) "Home"\n}', 'dump: ["home"]=>   string('),
    "print-r": ("Array\n(\n    [home] => Home\n)", "dump: Array (     [home] =>"),
    "ssi": ("[an error occurred while processing this directive]", "crash: an error occurred"),
    "php": ("<b>Warning</b>: x in /y.php on line <b>3</b>", "crash: Warning</b>: x"),
    "php-source": ("<p><?php echo $x; ?></p>", "placeholder: <?php echo $x; ?"),
    "include": (
        '<!--#include virtual="/x.html" -->',
        'placeholder: <!--#include virtual="/x.html" --',
    ),
    "edge-side": ('<esi:include src="/x"/>', 'placeholder: <esi:include src="/x"/'),
    "beside-a-template": (
        "<template>{{ x }}</template><p>{{ title }}</p>",
        "placeholder: {{ title }}",
    ),
    "in-a-script": ("<script>var x = '{{ title }}';</script>", "placeholder: {{ title }}"),
    "dotnet": (
        "<pre>Error\n   at Shop.Index.OnGet(Int32 id) in /src/Index.cs:line 12</pre>",
        "crash: at Shop.Index.OnGet(Int32 id) in /src/Index.cs:line 12",
    ),
    "ruby": ("<pre>\napp/models/x.rb:12:in `f'</pre>", "crash: app/models/x.rb:12:in `"),
    "go": ("<pre>\ngoroutine 1 [running]:\nmain.main()", "crash: goroutine 1 [running]:"),
    "java": ("NullPointerException\n\tat a.b.C.d(C.java:42)", "crash: at a.b.C.d(C.java:42)"),
    "node": (
        "TypeError: x\n    at render (/srv/app.js:12:5)",
        "crash: at render (/srv/app.js:12:5)",
    ),
    "express": (
        "<pre>TypeError: x<br> &nbsp; &nbsp;at /srv/app.js:3:4<br></pre>",
        "crash: <br> &nbsp; &nbsp;at /srv/app.js:3:4",
    ),
    "express-inside": (
        "x<br> &nbsp; &nbsp;at Layer.handle [as handle_request] (/srv/lib/router/layer.js:95:5)",
        "crash: <br> &nbsp; &nbsp;at Layer.handle [as handle_request]",
    ),
    "php-uncaught": (
        "<b>Fatal error</b>:  Uncaught Error: x in /var/www/index.php:3\nStack trace:",
        "crash: <b>Fatal error</b>:  Uncaught Error: x in /var/www/index.php:3",
    ),
    "php-deprecated-in-text": (
        "Deprecated: Function strftime() is deprecated in /srv/y.php on line 4",
        "crash: Deprecated: Function strftime() is deprecated in /srv/y.php on line 4",
    ),
    "php-deprecated": (
        "<b>Deprecated</b>:  x in <b>/y.php</b> on line <b>3</b>",
        "crash: <b>Deprecated</b>:  x",
    ),
    "gettext-header": (
        "<h1>Project-Id-Version: FHR\nPO-Revision-Date: 2013-01-01\n</h1>",
        "no translation: Project-Id-Version: FHR",
    ),
    "rails-translation": (
        "<p>translation missing: en.foo.bar</p>",
        "no translation: translation missing: en.foo.bar",
    ),
    "rails-span": (
        '<span class="translation_missing" title="x">Title</span>',
        'no translation: <span class="translation_missing"',
    ),
    "java-key": ("<h1>???title???</h1>", "<h1>: a key in place of a text: ???title???"),
    "java-key-in-a-text": ("<p>A ???fhr.title??? b</p>", "no translation: ???fhr.title???"),
    "half-a-title": (
        "<title>undefined \u2013 Bread</title><p>We bake rye, wheat and spelt.</p>",
        '<title>: expected a text, found "undefined"',
    ),
    "no-date": ("<time>Invalid Date</time>", '<time>: expected a text, found "Invalid Date"'),
    "no-amount": ("<table><td>Rye: NaN\xa0\u20ac</td></table>", "no amount: Rye: NaN\xa0\u20ac"),
    "no-amount-of-react": ("<p>Cup<!-- -->, <!-- -->NaN \u20ac</p>", "no amount: NaN \u20ac"),
    "no-price": ("<b> $undefined </b>", "no amount: $undefined"),
    "camel-key": (
        "<h2>graph.startupTime</h2>",
        "<h2>: a key in place of a text: graph.startupTime",
    ),
    "key-of-a-file": (
        "<h2>fhr:graph.start</h2>",
        "<h2>: a key in place of a text: fhr:graph.start",
    ),
    "vite": ("<script type=module src=/@vite/client></script>", "debug mode: src=/@vite/client"),
    "next": (
        "<link rel=preload href=/_next/static/chunks/%5Bturbopack%5D_dev_hmr-client_1.js>",
        "debug mode: href=/_next/static/chunks/%5Bturbopack%5D_dev_hmr-client",
    ),
    "browsersync": ("<script id='__bs_script__'>f()</script>", "debug mode: id='__bs_script__'"),
    "object": ("<p>by [object Object], 2014</p>", "dump: [object Object]"),
    "object-of-ruby": (
        "<p>by #&lt;User:0x00007f2a8c0b1234&gt;</p>",
        "dump: #<User:0x00007f2a",
    ),
    "object-of-python": (
        "<p>&lt;app.models.User object at 0x7f3c1e2d4a90&gt;</p>",
        "dump: <app.models.User object at 0x7f3c1e",
    ),
    "query-of-django": ("<p>&lt;QuerySet [&lt;Soup: A&gt;]&gt;</p>", "dump: <QuerySet ["),
    "object-of-java": ("<p>com.example.shop.User@1b2c3d4e.</p>", "dump: com.example.shop.User@1b"),
    "object-of-c#": (
        "<p>System.Collections.Generic.List`1[System.String]</p>",
        "dump: System.Collections.Generic.List`1[",
    ),
    "value-of-go": ("<p>%!s(&lt;nil&gt;) min</p>", "dump: %!s(<nil>"),
    "no-value-of-go": ("<p>&lt;no value&gt;</p>", "dump: <no value>"),
    "query-of-pdo": ("<p>SQLSTATE[42S02]: no table</p>", "crash: SQLSTATE[42S02]:"),
    "no-day": (
        '<time datetime="0001-01-01T00:00:00Z">x</time>',
        '<time datetime="0001-01-01T00:00:00Z">: no date',
    ),
    "no-day-of-a-database": (
        '<time datetime="0000-00-00">x</time>',
        '<time datetime="0000-00-00">: no date',
    ),
    "empty-heading": ('<h1 class="big"> </h1>', "<h1>: expected a text, found none"),
    "title-without-a-name": (
        "<title> | Trains</title>",
        '<title>: a part of it is empty: "| Trains"',
    ),
    "title-of-nothing": ("<title> - </title>", '<title>: a part of it is empty: "-"'),
    "title-without-a-site": (
        "<title>Bread \u2013 </title>",
        '<title>: a part of it is empty: "Bread \u2013"',
    ),
    "object-in-attribute": ("<img src=a.png alt='[object Object]'>", "dump: [object Object]"),
    "no-number-of-a-button": ("<button>NaN</button>", '<button>: expected a text, found "NaN"'),
    "no-number": ("<p>Crashes: <b> NaN </b></p>", '<b>: expected a text, found "NaN"'),
    "django-toolbar": (
        '<div class="x" id="djDebug">',
        'debug mode: <div class="x" id="djDebug"',
    ),
    "local-file": (
        '<img src="file:///C:/logo.png">',
        '<img src="file:///C:/logo.png">: a file of somebody\'s own machine',
    ),
    "windows-path": (
        '<script src="C:\\fhr\\data.js"></script>',
        '<script src="C:\\fhr\\data.js">: a file of somebody\'s own machine',
    ),
    "quote-lost": (
        '<link rel="stylesheet href="a.css">',
        "<link>: a quote out of place ends an attribute too early",
    ),
    "quote-lost-of-a-class": (
        '<body class="waiting>\n<header id="top"><img alt=""></header>',
        '<body class="waiting>: no quote ends the value, which takes in the markup behind it',
    ),
    "quote-lost-before-a-link": (
        '<p class="a>b <a href="/c">d</a>',
        '<p class="a>: no quote ends the value, which takes in the markup behind it',
    ),
    "django": (
        "seeing this error because you have <code>DEBUG = True</code> in",
        "debug mode: you have <code>DEBUG = True</code>",
    ),
    "flask": (
        "<title>KeyError // Werkzeug Debugger</title>",
        "debug mode: // Werkzeug Debugger",
    ),
    "rails": ("<p><code>Rails.root: /srv/app</code></p>", "debug mode: <code>Rails.root: /srv/app"),
    "key-of-a-deployment": ("<h1>__TITLE__</h1>", "<h1>: a key in place of a text: __TITLE__"),
    "variable-of-a-deployment": (
        "<title>${TITLE}</title>",
        "<title>: a key in place of a text: ${TITLE}",
    ),
    "key": ("<h1>fhr.title_main</h1>", "<h1>: a key in place of a text: fhr.title_main"),
    "key-of-one-dot": ("<h1>home.title</h1>", "<h1>: a key in place of a text: home.title"),
    "key-beside-an-icon": (
        '<button><i class="icon"></i>BUTTON_OK</button>',
        "<button>: a key in place of a text: BUTTON_OK",
    ),
    "key-of-a-button": (
        "<button>BUTTON_OK</button>",
        "<button>: a key in place of a text: BUTTON_OK",
    ),
    "none": ("<title>None</title>", '<title>: expected a text, found "None"'),
    "placeholder-in-link": (
        '<a href="/%(lang)">x</a>',
        '<a href="/%(lang)">: a placeholder in the URL',
    ),
    "spoiled-placeholder": (
        '<img src="/% (lang) s">',
        '<img src="/% (lang) s">: a placeholder in the URL',
    ),
    "empty-url": ('<img src="">', '<img src="">: an empty URL'),
    "misspelt": (
        '<link rel="stylesheet" herf="a.css">',
        '<link herf="a.css">: a misspelt attribute',
    ),
    "unseen-mark": (
        '<a href="\u200ehttp://example.org/">',
        '<a href="\u200ehttp://example.org/">: an unseen character (U+200E) at the edge of the URL',
    ),
    "no-break-space": (
        '<a href="http://example.org/\u00a0">',
        '<a href="http://example.org/\u00a0">: an unseen character (U+00A0) at the edge of the URL',
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_finished_page(name: str) -> None:
    """Nothing is said of it."""
    assert problems(SOUND[name], html.parse(SOUND[name])) == []


@pytest.mark.parametrize("name", FAULTS)
def test_what_was_left_in_a_page(name: str) -> None:
    """It is quoted, and nothing else is said."""
    text, expected = FAULTS[name]
    first, *others = problems(text, html.parse(text))
    assert first.startswith(expected)
    assert others == []


def test_what_a_page_holds_on_purpose_does_not_count() -> None:
    """All of the kind, and nothing else: what nobody holds on purpose stays a problem."""
    page = "<h1>a.b</h1><p>{{ msg }}</p><p>{{ other }}</p><title>- x</title>\n<<<<<<< ours"
    tree = html.parse(page)
    assert sound_kinds(page, tree) == ["placeholder", "key", "empty heading"]
    lines = problems(page, tree, ["placeholder", "key", "empty heading"])
    assert lines == ["unfinished merge: <<<<<<< ours"]


def test_a_long_leftover_is_cut() -> None:
    """A message stays short, whatever the page says."""
    text = "{{" + "x" * 9000 + "}}"
    assert len(problems(text, html.parse(text))[0]) < 300


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> main"])
def test_a_conflict_marker_in_a_script(marker: str) -> None:
    """Any of the three is one."""
    assert conflict_marker(f"f()\n{marker}\ng()".encode()) == marker


@pytest.mark.parametrize(
    "source", [b"/*\n=======\nTitle\n=======\n*/ f()", b"a = b ======= c", b""]
)
def test_what_is_no_conflict_marker(source: bytes) -> None:
    """Comments may underline their headings."""
    assert conflict_marker(source) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<h1>x</h1><a href='/'>y</a>", {}),
        ("<h1> </h1><button></button>", {"<h1>": 1, "<button>": 1}),
        ("<h2 id=a class='b c' title=d></h2>", {'<h2 id="a" class="b c">': 1}),
        ("<th></th><label></label><label></label>", {"<label>": 2}),
        ("<a href='/'><img src='x.png'></a>", {}),
        ("<a name='top'></a><p></p>", {}),
    ],
)
def test_empty_texts_are_counted(text: str, expected: dict[str, int]) -> None:
    """Elements around an image are not empty, and others than texts do not count."""
    assert empty_texts(html.parse(text)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "/wiki/Rubik's_Cube",
        "docs/Annual Report 2013.pdf",
        "mailto:a@example.org?subject=Hi there",
        "file://///server/share",
        "file:////server/share/a.txt",
        "javascript:void(0)",
        "tel:+1 234 567",
        "data:text/plain,100%s",
        "?q=50%",
        "/x?y=%s",
        "/x?to=a@example.org,b@example.org",
        "/x#${y}",
        "https://example.org/a|b",
        "http://example.org/de%20f",
        "http://example.org/%D8%A7",
        "https://example.org/caf\u00e9/",
        "//cdn.example.org/x",
        "../css/site.css?v=1&w=a_b-c#top",
        "  /blanks/around  ",
        "http://[2001:db8::1]/",
        "https://example.org:8443/",
        "https://a:b@example.org/",
        "/go?to=https://example.org/",
        "https://web.archive.org/web/2013/http://example.org/",
        "http:///example.org/",
        "/{id}",
        "/docs/undefined/",
        "undefined/",
        "undefined.html",
        "/undefined",
        "?q=undefined",
        "/tags/null",
        "#top",
        "",
    ],
)
def test_a_url_that_browsers_follow(url: str) -> None:
    """They encode a blank and most other characters by themselves."""
    assert written_urls.trouble(url) == ""


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("%(privacy_url)s", "a placeholder"),
        ("% (x)s", "a placeholder"),
        ("https://example.org/%s/", "a placeholder"),
        ("https://example.org/%1$s", "a placeholder"),
        ("https://example.org/%LOCALE%/", "a placeholder"),
        ("\u066a(privacy_url)s", "a percent sign of another script"),
        ("\uff05(privacy_url)s", "a percent sign of another script"),
        ('"http://example.org/"', "a quote at the edge"),
        ("\u201ehttp://example.org/\u201c", "a quote at the edge"),
        ("http:// www.example.org/", "a blank in the host"),
        ("http ://www.example.org/", "a blank in the host"),
        ('http://"example".org/', "a quote in the host"),
        ("${privacy_url}", "a placeholder"),
        ("https://example.org/%{locale}/", "a placeholder"),
        ("{privacy_url}", "a placeholder"),
        ("js/fhr.js?v=${BUILD_ID}", "a placeholder"),
        ("js/fhr.js?v=@VERSION@", "a placeholder"),
        ("js/@VERSION@/fhr.js", "a placeholder"),
        ("http://", "no host"),
        ("https://?q=x", "no host"),
        ("//", "no host"),
        ("http://https://example.org/", "two URLs"),
        ("http://example.org:port/", "no port number"),
        ("privacy policy", "a text in place"),
        ("http//www.example.org/", "no colon"),
        ("HTTPS//www.example.org/", "no colon"),
        ("undefined", "a value that was not there"),
        ("undefined/send", "a value that was not there"),
        ("/undefined/about", "a value that was not there"),
        ("https://undefined/x", "a value that was not there"),
        ("//null:80", "a value that was not there"),
        ("/users/[object Object]", "a value that was not there"),
        ("/users/%5Bobject%20Object%5D", "a value that was not there"),
    ],
)
def test_what_is_no_url(url: str, what: str) -> None:
    """It is named with its element, and why."""
    assert written_urls.trouble(url).startswith(what)
    page = html.parse("<a>x</a>")
    page.css_first("a").attrs["href"] = url
    [problem] = problems("", page)
    assert problem.startswith(f'<a href="{url}">: {what}')


def test_a_quote_that_ends_an_attribute_too_early() -> None:
    """The rest of the URL becomes an attribute of its own."""
    text = '<a href=""http://example.org/"">x</a>'
    assert problems(text, html.parse(text)) == [
        "<a>: a quote out of place ends an attribute too early"
    ]
