"""Ready-made claims about one page."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ..content import (
    html,
    leftovers,
    lifetimes,
    media_types,
    open_elements,
    page_elements,
    page_structure,
    page_texts,
    raw_texts,
)
from ..content.problem import Aspect, Problem
from ..fetch import read_once
from ..safety import listed
from .running_scripts import scripts_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Container, Iterable, Sequence

    from ..fetch import Response

_NOWHERE: Final = re.compile(r"|javascript:\s*(?:void\b.{0,9})?;?", re.I)
_LOGIN_NAME: Final = re.compile(r"(?:log|sign)[-_]?in", re.I)
_SAME_PAGE: Final = re.compile(r"\s*\d[\d.]*[\s;,]*(?:url\s*=\s*)?\Z", re.I)  # of a refresh: "30"
_WEB_URL: Final = re.compile(r"https?://\w", re.I)


def page_problems(page: Response) -> list[str]:
    """Return what a page lacks or has twice: doctype, title, its end; and that browsers save it."""
    if not page.content.strip():
        return [Problem("the page is empty", Aspect.DAMAGE)]
    packed = media_types.undeclared_gzip(page.content)
    if packed:
        return [Problem(packed, Aspect.DAMAGE)]
    download = page_structure.download_problems(page.headers)
    return [*download, *page_structure.problems(page.text, page.html)]


def login_problems(page: Response) -> list[str]:
    """Return that redirects led from what was asked for to a page on which people log in."""
    asked, landed = urlsplit(page.exchange.probe.url), urlsplit(str(page.url))
    if asked.path == landed.path or _LOGIN_NAME.match(PurePosixPath(asked.path).name):
        return []
    names_asked = len(asked.path) > 1 and asked.path in unquote(landed.query)
    names_login = any(_LOGIN_NAME.fullmatch(value) for _, value in parse_qsl(landed.query))
    if not (names_asked or names_login or page_structure.LOGIN.search(landed.path)):
        return []
    if not page_structure.asks_for_password(page.html):
        return []
    line = f"a login page in its place: it leads to {landed.path}"
    return [Problem(line, Aspect.SERVER_PAGE)]


def one_page_problems(pages: Sequence[Response]) -> list[str]:
    """Return that one page, such as a login, the start page or an error with 200, came in place of
    most of ``pages``, of three at least, in a site whose pages differ.
    """
    shown = [texts(page) if page.is_success else frozenset() for page in pages]
    same = [pages[place] for place in page_texts.most_alike(shown)]
    if not same:
        return []
    first = same[0]
    asked = {page: unquote(urlsplit(page.exchange.probe.url).path) or "/" for page in same}
    led = [path for page, path in asked.items() if path != page.path]
    came = "a login page" if page_structure.asks_for_password(first.html) else "one page"
    line = f'{came}, "{html.page_title(first.html)}", came in place of '
    line += f"{listed(led)}, which lead to it" if led else listed([*asked.values()])
    return [Problem(line, Aspect.SERVER_PAGE)]


def blank_problems(page: Response) -> list[str]:
    """Return that the main part of a page shows nothing, of a site whose pages say something there
    before scripts run.
    """
    if not page_texts.is_blank(page.html, is_scripted=any(scripts_of(page))):
        return []
    return [Problem("the main part of the page is blank", Aspect.DAMAGE)]


def end_problems(page: Response) -> list[str]:
    """Return that a page is cut off before ``</html>``, of a site whose pages have it, but for one
    that leaves out other end tags, too.
    """
    return page_structure.end_problems(page.text, page.html)


def lifetime_problems(page: Response) -> list[str]:
    """Return that browsers may keep a page for more than a month: until then, those that have it
    see neither the next release nor one that takes this back.
    """
    return lifetimes.problems(page.headers)


def charset_problems(page: Response) -> list[str]:
    """Return why browsers may not read the page as UTF-8: what its header and its ``<meta>``
    elements declare, and its bytes.
    """
    return page_structure.charset_problems(page.charset_encoding, page.html, page.content)


def language_problems(page: Response, language: str, direction: str = "") -> list[str]:
    """Return where ``<html lang>`` and ``<html dir>`` differ from this language and direction,
    which is ``ltr``, ``rtl``, or empty for any. ``en-GB`` is ``en``, too.
    """
    if not page.content.strip():
        return ["the page is empty"]
    return page_structure.language_problems(page.html, language, direction)


def framing_problems(page: Response, frame: str = "") -> list[str]:
    """Return the headers that keep a browser from showing the page in a frame.

    ``frame`` is the URL of what shows it; without one, it may be any other site.
    """
    return page_structure.framing_problems(page.headers, str(page.url), frame)


@read_once
def texts(page: Response) -> frozenset[str]:
    """Return the texts of a page that are translated, each as it stands in an element."""
    return page_texts.of(page.html)


@read_once
def language(page: Response) -> str:
    """Return the language that ``<html lang>`` says, without its region: ``pt`` of ``pt-BR``."""
    return html.attribute_of(page.html, "html", "lang").partition("-")[0]


def borrowed_text_problems(page: Response, others: Iterable[Response]) -> list[str]:
    """Return which of ``others``, the same page in other languages, has nearly all of the page's
    texts. Either of the two may be in the wrong language. What the page says in every language
    does not count, if there are three.
    """
    theirs = {other: texts(other) for other in others}
    several = len({language(other) for other in theirs}) > 1
    own = page_texts.distinct(texts(page), tuple(theirs.values()) if several else ())
    lender = next((o for o, shown in theirs.items() if page_texts.are_borrowed(own, shown)), None)
    return [f"the page has the same texts as {lender.path}"] if lender is not None else []


def refresh_problems(page: Response) -> list[str]:
    """Return the header and ``<meta>`` elements that lead away from the page, or load it again."""
    headers = [("Refresh header", to) for to in page.headers.get_list("refresh")]
    meta = [('<meta http-equiv="refresh">', to) for to in page_elements.refreshes(page.html)]
    return [f"{where}: {to} {_effect(to)}" for where, to in headers + meta]


def _effect(refresh: str) -> str:
    return "loads the page again" if _SAME_PAGE.match(refresh) else "leads away from the page"


def leftover_problems(page: Response, sound: Container[str] = ()) -> list[str]:
    """Return what a build left in the page: placeholders, keys of texts, garbled letters, merge
    markers, crash traces.

    ``sound`` names what the page holds on purpose, as a template for its scripts or as its subject:
    ``placeholder``, ``key``, ``no translation``, ``garbled letters``, ``crash``.
    """
    return leftovers.problems(page.text, page.html, sound)


def raw_text_problems(page: Response) -> list[str]:
    """Return the texts in which readers see what only a program should see: raw markup, such as an
    ``&eacute;`` that was escaped twice; a placeholder, such as ``%s``; escaped bytes; a comment of
    a translation file; letters that an unclosed U+202E turns round. Do not make this claim about a
    page that explains markup.
    """
    return sorted(set(raw_texts.raw_texts(page_texts.shown(page.html))))


def empty_text_problems(page: Response, model: Response) -> list[str]:
    """Return the headings, labels, buttons and links that are empty and have a text in ``model``,
    the same page in another language.
    """
    empty, allowed = _empty_texts(page), _empty_texts(model)
    if empty.total() <= allowed.total():
        return []
    return [f"{tag}: it is empty, and has a text in {model.path}" for tag in empty - allowed]


def key_problems(page: Response, model: Response) -> list[str]:
    """Return the keys in place of texts, such as ``health.sessions.label``, that ``model`` lacks,
    the same page in another language.
    """
    keys = leftovers.keys(texts(page) - texts(model))
    return [f"a key in place of a text: {key}" for key in keys]


def link_problems(page: Response, model: Response) -> list[str]:
    """Compare the links of a page with those of ``model``, the same page in another language.
    Return those that lead nowhere here and somewhere there; and whether links open in the page
    itself, if those of ``model`` do not.
    """
    ours, theirs = _links(page), _links(model)
    problems = []
    here, there = (html.attribute_of(page.html, "base", "target") for page in (page, model))
    if there and not here:
        problems.append(f"no <base target>, which {model.path} has: links open within the frame")
    if len(ours) == len(theirs):
        problems += [
            f'<a href="{url}">: it leads nowhere; in {model.path} to {target}'
            for url, target in zip(ours, theirs, strict=True)
            if _NOWHERE.fullmatch(url) and _WEB_URL.match(target)
        ]
    return problems


def end_tag_problems(page: Response, model: Response) -> list[str]:
    """Return the elements that lack an end tag, or have one too many, and do not in ``model``, the
    same page in another language: a translation has changed its markup.
    """
    ours, theirs = _uneven(page), _uneven(model)
    return [
        f"<{name}>: an end tag is missing" if count > 0 else f"</{name}>: an end tag too many"
        for name, count in ours.items()
        if name not in theirs
    ]


@read_once
def _uneven(page: Response) -> dict[str, int]:
    return open_elements.uneven(page.text)


@read_once
def _links(page: Response) -> list[str]:
    return page_elements.links(page.html)


@read_once
def _empty_texts(page: Response) -> Counter[str]:
    return leftovers.empty_texts(page.html)
