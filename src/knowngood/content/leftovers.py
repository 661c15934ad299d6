"""Find what a build left in a page by mistake: placeholders, keys in place of texts, crash traces.

All of these are answered with 200.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Final

from . import css, missing_values, page_texts, start_tags, written_urls
from .garbled_letters import MOJIBAKE, lost_letters, misread_letters, with_its_word
from .html import attribute_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_PLACEHOLDER: Final = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\{#[^{}]*#\}|<%=?[^%]*%>"  # Jinja, ERB
    r"|<\?(?:php\b|=|\s)[^>]*|<!--#(?:include|echo|exec|if|set)\b[^>]*"  # PHP, server-side includes
    r"|<esi:\w[^>]*"  # edge-side includes
)
_OF_GETTEXT: Final = re.compile(r"%\(\w+\)[sd]")
_SCRIPT: Final = re.compile(r"<script\b.*?(?:</script|\Z)", re.I | re.S)
"""In these a placeholder of gettext may be for a script to fill in, as Django's ``interpolate``."""
_TEMPLATE: Final = re.compile(
    r"<template\b.*?(?:</template|\Z)"
    r"|<script\b[^<>]{0,300}?\btype=[\"']?[\w/-]{0,60}?(?:template|tmpl|handlebars|mustache|html)"
    r".*?(?:</script|\Z)"
    r"|<(pre|code)\b.*?(?:</\1|\Z)",
    re.I | re.S,
)
"""What scripts fill in themselves and what people read as code, to the end of the page where it is
not closed."""
_UNSEEN: Final = re.compile(r"<!--(?!\[if\b|#|-?>).*?-->", re.I | re.S)
"""A comment to its end. What stands in a conditional one some browsers show, and a server replaces
an include."""

_QUOTED: Final = re.compile(
    r"<code\b.*?(?:</code|\Z)"
    r"|\bclass=[\"']?(?:[\w -]{0,99}[ -])?(?:highlight|codehilite|chroma|sourceCode)\b"
    r".*?(?:</pre|\Z)",
    re.I | re.S,
)
"""Code as authors show it; a server's own page has its trace in a mere ``<pre>``."""
_CONFLICT: Final = re.compile(rb"^<{7} .*|^={7}\r?$|^>{7} .*", re.M)
_ONE_SIDE: Final = re.compile(r"^(?:<{7}|>{7}) ", re.M)
_PRE: Final = re.compile(r"<pre\b.*?(?:</pre|\Z)", re.I | re.S)
_CRASH: Final = re.compile(
    r"Traceback \(most recent call last\)|an error occurred while processing this directive"
    r"|(?:Warning|Notice|Fatal error|Parse error)(?:</b>)?: .{1,300} on line (?:<b>)?\d+"  # PHP
    r"|Deprecated: .{1,300} in \S{1,200}\.php on line \d+"
    r"|<b>(?:Deprecated|Fatal error)</b>: .{1,300} (?:on line <b>\d+|in \S{1,200}\.php:\d+)"
    r"|^[ \t]+at (?:[\w$.<>]{1,200}\(\w{1,99}\.java|.{1,200}\.js:\d+):\d+\)?"  # Java, Node.js
    r"|^[ \t]+at [\w.`&;+\[\]]{1,200}\([^()\n]{0,300}\) in \S{1,300}:line \d+"  # .NET
    r"|^\S{1,200}\.rb:\d+:in [`']|^goroutine \d+ \[running\]:$"  # Ruby, Go
    r"|<br ?/?>[ \n]?(?:&nbsp;| )++at [^<>\n]{1,200}\.[cm]?js:\d+:\d+\)?"  # Express
    r"|\bSQLSTATE\[\w{5}\](?: \[\d+\]|: )",
    re.M,
)
_TAG: Final = re.compile(r"<[^<>]*>")
_DUMP: Final = re.compile(  # PHP's var_dump and print_r
    r"\[(?:\"[^\"\n]{1,60}\"|\d+)\]=>\s{1,20}(?:string|int|float|bool|array)\("
    r"|\bArray\s{1,20}\(\s{1,20}\[\w{1,60}\] => "
)
_OBJECT: Final = re.compile(
    r"\[object (?:Object|Promise|Undefined)\]"  # of JavaScript
    r"|(?:<|&lt;)[\w.]{1,100} object at 0x[0-9a-f]{6}|&lt;QuerySet \["  # Python, Django
    r"|#(?:<|&lt;)[A-Z][\w:]{0,100}:0x[0-9a-f]{8}"  # Ruby
    r"|\b(?:[a-z]\w{0,40}\.){2,9}[A-Z]\w{0,60}@[0-9a-f]{6,8}(?!\w|\.\w)"  # Java
    r"|\bSystem\.Collections\.Generic\.\w{1,40}`1\["  # C#
    r"|%!\w\((?:&lt;nil&gt;|\w{1,40}=)|&lt;no value&gt;"  # Go
)
_UNTRANSLATED: Final = re.compile(
    r"Project-Id-Version: .{0,300}?\bPOT?-(?:Revision|Creation)-Date: "  # gettext's empty text
    r"|<span class=[\"']translation_missing[\"'][^<>]{0,300}"  # Rails
    r"|\b[Tt]ranslation missing: [a-z]{2,3}(?:-\w{2,8})?(?:\.\w{1,60})+"
    r"|(?<![\w?])\?{3}\w{1,60}(?:[._-]\w{1,60})+\?{3}(?!\?)",  # Java
    re.S,
)
_DEBUG: Final = re.compile(
    r"you have <code>DEBUG = True</code>|// Werkzeug Debugger</title>|<code>Rails\.root: [^<]*"
    r"|<div\b[^<>]{0,200}\bid=[\"']djDebug[\"']"
    r"|\b(?:src|href)=[\"']?[^\"'<> ]{0,200}(?:/@vite/client|/livereload\.js"
    r"|/_next/static/(?:development/|chunks/[^\"'<> ]{0,200}hmr-client))"
    r"|\bid=[\"']__bs_script__[\"']"
)
"""What frameworks show their developers, secrets with it, and servers that developers run."""
_KEY: Final = re.compile(
    r"(?![a-z0-9.]+\.(?:[a-z]{2}|com|org|net|info|dev|app|edu|gov|html|json)\Z)"  # reveal.js
    r"(?:[a-z]\w*:)?[a-z][a-z0-9]*(?:[._][a-z][a-zA-Z0-9]*)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+"
    r"|\?{3}[\w.-]+\?{3}"  # Java
    r"|__[A-Z][A-Z0-9_]*__|[$%@]\{?[A-Z][A-Z0-9_]*[%@}]"  # what a deployment fills in
)
_KEY_OF_PARTS: Final = re.compile(
    r"(?!www\.)[a-z][a-z0-9]+(?:[._][a-z][a-z0-9]+){2,}(?<!\.com)(?<!\.org)(?<!\.net)(?<!\.[a-z]{2})"
)
"""A key of three words or more, which is no host: of two it may be an abbreviation."""
_KEY_OF_FAMILY: Final = re.compile(r"(?!www\.)([a-z][\w-]*[.:])[a-z][\w.-]*", re.A)
_FAMILY: Final = 3  # of these begin alike: `fhr:title`, `fhr:crashes`, `fhr:start`
_TITLES: Final = "title, h1, h2, h3"
_CODE: Final = "code, kbd, samp, tt, var"
"""In these a name such as ``json.loads`` is what the author wrote."""
_ICON: Final = "[class*=icon]:not(:empty), [class*=symbols]:not(:empty)"
"""Elements whose font draws a picture for a word, as that of Material Icons for ``more_vert``."""
_HEADINGS: Final = "h1, h2, h3, h4, h5, h6, figcaption, dt, th, label, button, a[href]"
_UNFINISHED: Final = {
    'script[src=""], img[src=""]': ("src", "an empty URL"),
    'link[href=""]': ("href", "an empty URL"),
    "link[herf], a[herf]": ("herf", "a misspelt attribute"),
    "script[scr], img[scr], iframe[scr]": ("scr", "a misspelt attribute"),
}
"""By selector of the elements, which attribute of theirs is unfinished, and how."""
_SHOWN: Final = 200  # characters of what is quoted

MAY_BE_SOUND: Final = (
    frozenset(
        {"placeholder", "no translation", "garbled letters", "crash", "debug mode", "dump", "key"}
    )
    | missing_values.MAY_BE_SOUND
)
"""What a page may hold on purpose: a template that its scripts fill in, or its own subject."""


def problems(text: str, tree: LexborHTMLParser, sound: Container[str] = ()) -> list[str]:
    """Return what is unfinished in a page, given as text and parsed, each in one line; nothing of
    the kinds in ``sound``.
    """
    return [line for kind, line in _unfinished(text, tree) if kind not in sound]


def sound_kinds(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return of what kinds a page has something that may be sound, in a page that is."""
    return list(dict.fromkeys(kind for kind, _ in _unfinished(text, tree) if kind in MAY_BE_SOUND))


def crash(text: str) -> str:
    """Return the trace of a crash that a text holds, without tags; empty if it holds none."""
    match = _outside(_CRASH, text, _QUOTED)
    return without_tags(match[0])[:_SHOWN] if match else ""


def without_tags(text: str) -> str:
    """Return a text on one line, without its tags."""
    return " ".join(_TAG.sub("", text).split())


def conflict_marker(source: bytes) -> str | None:
    """Return the first marker that an unfinished merge left in a script or stylesheet.

    Comments do not count, since they may underline their headings with ``=======``.
    """
    return _first_marker(css.COMMENT.sub(b"", source))


def empty_texts(tree: LexborHTMLParser) -> Counter[str]:
    """Return the headings, labels, buttons and links of a page that hold nothing at all.

    They are written like ``<h2 class="title">``, and counted, since several may look alike.
    """
    nodes = tree.css(_HEADINGS)
    empty = (node for node in nodes if not node.text(strip=True) and not node.css("*")[1:])
    return Counter(map(_start_tag, empty))


def spoils(text: str, model: str) -> bool:
    """Return whether a text has garbled letters or a placeholder, and ``model`` has none."""
    patterns = (MOJIBAKE, _PLACEHOLDER, _OF_GETTEXT)
    return any(kind.search(text) and not kind.search(model) for kind in patterns)


def keys(texts: Iterable[str]) -> list[str]:
    """Return the texts that are the key of one, such as ``health.sessions.label``, or several keys
    of one family, as ``fhr:title``.
    """
    texts = list(texts)
    seem = [(match[1], match[0]) for match in map(_KEY_OF_FAMILY.fullmatch, texts) if match]
    families = Counter(family for family, _ in seem)
    found = {text for family, text in seem if families[family] >= _FAMILY}
    return sorted(found.union(filter(_KEY_OF_PARTS.fullmatch, texts)))


def _unfinished(text: str, tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield kind and line of each thing that is unfinished."""
    yield from _in_text(text)
    yield from _in_elements(tree)
    texts = page_texts.shown(tree)
    if garbled := misread_letters(texts):
        yield "garbled letters", f"garbled letters: {garbled[:_SHOWN]}"
    if lost := lost_letters(text, attribute_of(tree, "html", "lang"), texts):
        yield "garbled letters", f'garbled letters: "?" in place of some: {lost[:_SHOWN]}'
    yield from missing_values.problems(text, tree)
    yield from (("tag", line) for line in start_tags.problems(text, tree))


def _in_text(text: str) -> Iterator[tuple[str, str]]:
    matches = {
        "placeholder": _outside(_PLACEHOLDER, text, _TEMPLATE, _UNSEEN)
        or _outside(_OF_GETTEXT, text, _TEMPLATE, _UNSEEN, _SCRIPT),
        "no translation": _outside(_UNTRANSLATED, text, _TEMPLATE, _UNSEEN),
        "garbled letters": MOJIBAKE.search(text),
        "crash": _outside(_CRASH, text, _QUOTED),
        "no amount": _outside(missing_values.NO_AMOUNT, text, _TEMPLATE, _UNSEEN, _SCRIPT),
        "dump": _outside(_DUMP, text, _QUOTED)
        or _outside(_OBJECT, text, _TEMPLATE, _UNSEEN, _SCRIPT),
        "debug mode": _DEBUG.search(text),
    }
    for kind, match in matches.items():
        if match:
            shown = with_its_word(match) if kind == "garbled letters" else match[0]
            shown = unescape(shown) if kind == "dump" else shown
            yield kind, f"{kind}: {' '.join(shown.strip().splitlines())[:_SHOWN]}"
    marker = _marker_in_page(text)
    if marker:
        yield "merge", f"unfinished merge: {marker}"


def _marker_in_page(text: str) -> str | None:
    """Return the first marker of a merge that readers see; in ``<pre>`` a line of ``=======`` may
    stand below a heading, and counts only beside another marker.
    """
    if not _first_marker(text.encode("utf-8", "replace")):
        return None
    shown = _UNSEEN.sub("", _QUOTED.sub("", text))
    alone = not _ONE_SIDE.search(shown)
    return _first_marker((_PRE.sub("", shown) if alone else shown).encode("utf-8", "replace"))


def _outside(pattern: re.Pattern[str], text: str, *parts: re.Pattern[str]) -> re.Match[str] | None:
    """Search outside these parts of a text. Few pages have a match, and are searched again."""
    if not pattern.search(text):
        return None
    for part in parts:
        text = part.sub("<>", text)  # it bounds the texts beside it, as an element does
    return pattern.search(text)


def _first_marker(source: bytes) -> str | None:
    marker = _CONFLICT.search(source)
    return marker[0][:_SHOWN].decode("utf-8", "replace").strip() if marker else None


def _in_elements(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    headings = [node for node in tree.css(_TITLES) if node.css_first(_CODE) is None]
    titles = [(f"<{node.tag}>", node.text(strip=True)) for node in headings]
    buttons = [node for node in tree.css("button, label") if node.css_first(_ICON) is None]
    labels = [(f"<{node.tag}>", node.text(strip=True)) for node in buttons]
    for tag, text in titles + labels:
        if _KEY.fullmatch(text):
            yield "key", f"{tag}: a key in place of a text: {text}"
    yield from (("URL", line) for line in _in_urls(tree))


def _in_urls(tree: LexborHTMLParser) -> Iterator[str]:
    for selector, (attribute, problem) in _UNFINISHED.items():
        node = tree.css_first(selector)
        if node is not None:
            value = (node.attributes.get(attribute) or "")[:_SHOWN]
            yield f'<{node.tag} {attribute}="{value}">: {problem}'
    for node in tree.css("[href], [src], [action]"):
        attributes = node.attributes
        for name in ("href", "src", "action"):
            problem = written_urls.trouble(attributes.get(name) or "")
            if problem:
                yield f'<{node.tag} {name}="{(attributes[name] or "")[:_SHOWN]}">: {problem}'


def _start_tag(node: LexborNode) -> str:
    """Return the start tag of an element, with no attributes but its id and class."""
    attributes = ((name, node.attributes.get(name)) for name in ("id", "class"))
    words = [f'{name}="{value[:_SHOWN]}"' for name, value in attributes if value]
    return f"<{' '.join([str(node.tag), *words])}>"
