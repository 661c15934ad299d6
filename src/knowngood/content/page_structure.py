"""Check that a page is whole, in UTF-8, in its language, and free to be shown in a frame.

A page that was cut short, or written twice, is still answered with 200.
"""

from __future__ import annotations

import codecs
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from . import csp, leftovers, media_types, open_elements
from .html import attribute_of, page_title
from .problem import Aspect, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from selectolax.lexbor import LexborHTMLParser

_COMMENT: Final = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")  # one without an end hides all
_DOCTYPE: Final = re.compile(r"\ufeff?\s*<!doctype html", re.I)
_END: Final = re.compile(r"</html\s*>\s*\Z", re.I)
_PLAIN_HEAD: Final = re.compile(r"(?:\ufeff|\s|<!doctype[^>]*>|<html\b[^>]*>)*<head\s*>", re.I)
"""The start of a page whose author writes all tags: who leaves out ``</head>`` needs no ``<head>``.
"""
_BEHIND_HEAD: Final = re.compile(r"</head\b|<body\b|</html\b", re.I)
_SHOWN: Final = 60  # characters of a value that a message quotes
_ERROR_CODE: Final = re.compile(r"\b(?:http/?[\d.]* )?(?:error |status )?[45]\d\d\b", re.I)
_SERVER_TITLES: Final = frozenset(
    (
        *(status.phrase.lower() for status in HTTPStatus if status >= 400),
        "service temporarily unavailable",  # nginx
        "gateway time-out",
        "welcome to nginx",
        "server error",  # Django, and many others
        "we're sorry, but something went wrong",  # Rails
        "application error",  # Heroku
        "it works",  # Apache
        "apache2 debian default page: it works",
        "apache2 ubuntu default page: it works",
    )
)
"""Titles, in lower case and without the status, of pages that servers and frameworks make."""

_LIST_OF_FILES: Final = Problem(
    "a list of the files in its folder in its place", Aspect.SERVER_PAGE
)

LOGIN: Final = re.compile(
    r"(?<![a-z])(?:log[-_]?in|sign[-_]?in|sso|oauth2?|auth)(?![a-z])"
    r"|/(?:password|sessions?/new)/?(?![^?#])",  # of Shopify, of Rails
    re.I,
)
"""What the URL of a page on which people log in holds."""

_PARTS: Final = re.compile(r"<(?:main|section|footer|script)\b", re.I)
_IN_SELECT: Final = "select main, select section, select footer, select script"
_LAST: Final = 5000  # characters at the end of a page, in which a trace says why it ends
_CHARSET: Final = re.compile(r"charset\s*=\s*([\w-]+)", re.I)


def problems(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return what is missing of a page, or there twice, each in one line.

    A page may leave out its last end tags, ``</html>`` with them, unless another element is open.
    """
    bare = _COMMENT.sub("", text)
    sound = {
        "the page has more than one doctype": text.lower().count("<!doctype") <= 1,
        "the page has more than one </html>": len(re.findall(r"</html\b", bare, re.I)) <= 1,
        "the page has more than one </body>": len(re.findall(r"</body\b", bare, re.I)) <= 1,
    }
    return [
        *server_page_problems(tree),
        *_before_doctype(bare, tree),
        *_without_title(tree),
        *(problem for problem, holds in sound.items() if not holds),
        *_open_at_the_end(text, bare),
        *_ends_in_head(bare, tree),
        *_open_scripts(tree),
        *_swallowed(text, tree),
    ]


def _before_doctype(bare: str, tree: LexborHTMLParser) -> list[str]:
    """Return that a page does not begin with its doctype, with the text that does: a warning of the
    language that made it, or of its server; or that it is nginx's list of the files in a folder.
    """
    if _DOCTYPE.match(bare[:200]):
        return []
    if page_title(tree).startswith("Index of /"):
        return [_LIST_OF_FILES]
    before = media_types.WEB_PAGE.split(bare, maxsplit=1)[0]
    plain = leftovers.without_tags(before) if len(before) < len(bare) else ""
    text = leftovers.crash(before) or plain[:_SHOWN]
    if text:
        return [f'the page begins with "{text}", not with <!doctype html>']
    return ["the page does not begin with <!doctype html>"]


def _without_title(tree: LexborHTMLParser) -> list[str]:
    """Return that a page has no title, or that it is Go's list of the files in a folder, which has
    none: nothing but links that say where they lead.
    """
    if page_title(tree):
        return []
    names = "".join(unquote(link.attributes["href"] or "") for link in tree.css("a[href]"))
    text = tree.body.text() if tree.body is not None else ""
    is_list = names != "" and "".join(text.split()) == "".join(names.split())
    return [_LIST_OF_FILES if is_list else "the page has no title"]


def server_page_problems(tree: LexborHTMLParser) -> list[str]:
    """Return in one line that a page is the server's or framework's own: an error with 200, or the
    welcome page of a new installation.
    """
    name = page_title(tree)
    code = _ERROR_CODE.search(name)
    words = _ERROR_CODE.sub("", name).strip(" \t\n-–—:|()!.").lower()
    known = words in _SERVER_TITLES and (code is not None or " " in words)  # "Gone" may be a film
    if known or (code is not None and words in {"", "error"}):
        line = f"a page of the server's own in its place: its title is {_quoted(name)}"
        return [Problem(line, Aspect.SERVER_PAGE)]
    return []


def charset_problems(header: str | None, tree: LexborHTMLParser, body: bytes) -> list[str]:
    """Return why browsers may not read a page as UTF-8, each in one line.

    Arguments:
        header: the charset of the Content-Type header.
        tree: the page, which may have ``<meta>`` elements that declare one.
        body: the bytes of the page.
    """
    declared = [(place, name.strip()) for place, name in _charsets(header, tree) if name.strip()]
    lines = [
        f'{place}: expected "utf-8", found {_quoted(name)}'
        for place, name in declared
        if not _is_utf8(name)
    ]
    if not declared and not body.startswith(codecs.BOM_UTF8):
        lines.append("no charset: neither the Content-Type header nor a <meta> element has one")
    if not media_types.is_utf_8(body):
        lines.append("the page is not encoded in UTF-8")
    return lines


def language_problems(tree: LexborHTMLParser, language: str, direction: str) -> list[str]:
    """Return what ``<html>`` says other than this language and direction, or ``<body>`` after it.

    ``direction`` is ``ltr`` or ``rtl``, or empty if any will do. ``language`` is a range of
    RFC 4647: ``en`` is what ``en-GB`` says, too, but not the other way round.
    """
    lang, dir_ = attribute_of(tree, "html", "lang"), attribute_of(tree, "html", "dir")
    lines = []
    if lang != language and not lang.startswith(f"{language}-"):
        lines.append(f'<html lang>: expected "{language}", found {_quoted(lang)}')
    if direction and dir_.lower() != direction:
        lines.append(f'<html dir>: expected "{direction}", found {_quoted(dir_)}')
    of_body = attribute_of(tree, "body", "dir").lower()
    if direction and of_body in {"ltr", "rtl"} - {direction}:
        lines.append(f'<body dir>: expected "{direction}", found "{of_body}"')
    return lines


def framing_problems(headers: Mapping[str, str], url: str, frame: str) -> list[str]:
    """Return the headers that keep a browser from showing a page in the frame of another site.

    Arguments:
        headers: those of the page; of one that is there twice, the values joined by commas.
        url: the page's own.
        frame: the URL of what shows it; empty if that may be any site.
    """
    options = headers.get("x-frame-options", "")
    policies = headers.get("content-security-policy", "")
    policy = csp.forbids_frame(policies, frame, url)
    sound = {
        f"X-Frame-Options: {options[:_SHOWN]} keeps the page out of frames": (
            csp.decides_on_frames(policies) or not _forbids_frames(options)
        ),
        f"Content-Security-Policy: {(policy or '')[:_SHOWN]} keeps the page out of "
        f"{frame or 'frames'}": policy is None,
    }
    problems = [problem for problem, holds in sound.items() if not holds]
    return problems + download_problems(headers)


def download_problems(headers: Mapping[str, str]) -> list[str]:
    """Return the header by which browsers save a page in place of showing it."""
    disposition = headers.get("content-disposition", "")
    if not disposition.lower().startswith("attachment"):
        return []
    return [f"Content-Disposition: {disposition[:_SHOWN]} makes the page a download"]


def _forbids_frames(options: str) -> bool:
    """Return whether X-Frame-Options forbids frames. Of values that differ, one that browsers know
    is enough (https://html.spec.whatwg.org/#the-x-frame-options-header).
    """
    values = {value.strip().lower() for value in options.split(",")}
    known = {"deny", "sameorigin", "allowall"} if len(values) > 1 else {"deny", "sameorigin"}
    return bool(values & known)


def _open_at_the_end(text: str, bare: str) -> list[str]:
    ends = _END.search(bare[-100:]) is not None
    swallowed = open_elements.text_element(text)
    if swallowed and (ends or swallowed == "<noscript>"):
        return [f"{swallowed} is not closed: all that follows belongs to it"]
    elements = [] if ends else open_elements.at_the_end(text)
    if not elements:
        return []
    line = f"the page does not end with </html>, and is cut off within {elements[-1]}"
    crash = leftovers.crash(text[-_LAST:])
    if crash:
        line = f"the page is cut off within {elements[-1]} by a crash: {crash}"
    return [Problem(line, Aspect.DAMAGE)]


def _ends_in_head(bare: str, tree: LexborHTMLParser) -> list[str]:
    """Return that a page is cut off within its head: browsers show nothing. A page whose scripts
    make all that it shows may have no body, but closes the head that it opens.
    """
    if _PLAIN_HEAD.match(bare) and not _BEHIND_HEAD.search(bare) and _has_no_body(tree):
        return [Problem("the page is cut off within <head>: it shows nothing", Aspect.DAMAGE)]
    return []


def asks_for_password(tree: LexborHTMLParser) -> bool:
    """Return whether people can log in on a page."""
    return tree.css_first("input[type=password i]") is not None


def end_problems(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return that a page lacks ``</html>``, of a site whose pages have it. One that leaves out its
    other end tags, as minifiers do, may leave out this, too.
    """
    may_lack_it = "</head" not in text.lower() and not _has_no_body(tree)
    if may_lack_it or open_elements.has_end(text):
        return []
    line = "the page is cut off: it lacks </html>, which the site's pages have"
    return [Problem(line, Aspect.DAMAGE)]


def _has_no_body(tree: LexborHTMLParser) -> bool:
    body = tree.css_first("body")
    return body is None or (tree.css_first("body > *") is None and not body.text().strip())


def _open_scripts(tree: LexborHTMLParser) -> list[str]:
    """Return, in one line, a script file whose element takes in the next script as its own text,
    which no browser runs.
    """
    scripts = (node for node in tree.css("script[src]") if "<script" in node.text(deep=True))
    return [
        f'<script src="{(node.attributes["src"] or "")[:_SHOWN]}"> is not closed: '
        "the script behind it never runs"
        for node in scripts
    ][:1]


def _swallowed(text: str, tree: LexborHTMLParser) -> Iterator[str]:
    """Yield unclosed elements that hide the rest of the page: of a list browsers show only options,
    of a template nothing.
    """
    if open_elements.never_closed(text, "select") is not None and tree.css(_IN_SELECT):
        yield "<select> is not closed: all that follows belongs to it"
    start = open_elements.never_closed(text, "template")
    if start is not None and _PARTS.search(text, start):
        yield "<template> is not closed: all that follows belongs to it"


def _quoted(value: str) -> str:
    return f'"{value[:_SHOWN]}"' if value else "none"


def _charsets(header: str | None, tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield every charset that is declared, and where."""
    yield "charset of Content-Type", header or ""
    for node in tree.css("meta[charset]"):
        yield "<meta charset>", node.attributes["charset"] or ""
    for node in tree.css('meta[http-equiv="content-type" i]'):
        for name in _CHARSET.findall(node.attributes.get("content") or ""):
            yield '<meta http-equiv="content-type">', name


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):  # no browser knows it either
        return False
