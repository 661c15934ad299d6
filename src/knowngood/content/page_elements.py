"""The elements of a page that its scripts and policies are about."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from . import javascript, written_urls
from .html import ancestors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

ROOTS: Final = ("__nuxt", "__next", "___gatsby", "__docusaurus")
"""The ids of the elements in which frameworks go on with what the server drew."""

_SCRIPTED: Final = ("on", "data-", "role", "aria-controls", "ng-", "v-", "@", ":")
"""How attributes begin by which scripts find a link."""

_HANDLERS: Final = ("onload", "onclick", "onchange", "onsubmit", "onhashchange")

_LOADED: Final = {
    "script": ("script[src]", "src"),
    "stylesheet": ("link[rel~=stylesheet i][href]:not([disabled])", "href"),
    "image": ("img[src]", "src"),
}
"""By kind of link, which elements load one at once, and by which attribute."""

_NOSCRIPT: Final = re.compile(r"<noscript\b.*?(?:</noscript|\Z)", re.I | re.S)

_LEADS_ON: Final = re.compile(r"""\s*(\d+)[\d.]*[\s;,]+(?:url\s*=\s*)?+["']?+([^"'\s]+)""", re.I)
"""An instruction to go to another page: after how many seconds, and to which."""

_AT_ONCE: Final = 5
"""Seconds after which a page still stands for a redirect."""


class Script(NamedTuple):
    """A script that a browser runs on a page.

    Attributes:
        url: where it lies; empty if it stands in the page.
        source: its text; empty for a file that was not read yet.
        kind: the ``type`` attribute of its element.
        is_deferred: whether it runs once the whole page was read.
        is_async: whether it runs as soon as it has come, before or behind any other.
    """

    url: str
    source: bytes
    kind: str
    is_deferred: bool = False
    is_async: bool = False

    @property
    def name(self) -> str:
        """What messages call it: by its file."""
        return script_name(self.url)

    @property
    def is_module(self) -> bool:
        """Whether its names are its own, as those of a module are."""
        return javascript.is_module(self.kind)


def script_name(url: str) -> str:
    """Return the name of a script's file; without a URL, that it stands in the page."""
    return url.rpartition("/")[2] or "an inline script"


class ElementState(NamedTuple):
    """An element that a script may look up.

    Attributes:
        tag: its name.
        is_disabled: whether nobody can click on it.
        is_hidden: whether it stands within an element that is hidden.
    """

    tag: str
    is_disabled: bool
    is_hidden: bool


def selectors(tree: LexborHTMLParser) -> set[str]:
    """Return the ids and classes of a page's elements, as CSS selectors."""
    ids = {f"#{node.attributes.get('id')}" for node in tree.css("[id]")}
    classes = (node.attributes.get("class") or "" for node in tree.css("[class]"))
    return ids | {f".{name}" for names in classes for name in names.split()}


def names(tree: LexborHTMLParser) -> set[str]:
    """Return the ids and names of a page's elements: browsers give scripts a variable of each."""
    return {
        node.attributes.get(name) or "" for name in ("id", "name") for node in tree.css(f"[{name}]")
    }


def states(tree: LexborHTMLParser) -> dict[str, ElementState]:
    """Return the state of the first element with each id, which is the one that scripts get."""
    by_id: dict[str, ElementState] = {}
    for node in tree.css("[id]"):
        attributes = node.attributes
        tag, hidden = str(node.tag), _is_within_hidden(node)
        by_id.setdefault(
            attributes.get("id") or "", ElementState(tag, "disabled" in attributes, hidden)
        )
    return by_id


def _is_within_hidden(node: LexborNode) -> bool:
    return any(outer.attributes and "hidden" in outer.attributes for outer in ancestors(node))


def links(tree: LexborHTMLParser) -> list[str]:
    """Return the URLs of a page's links, as they are written."""
    return [(node.attributes.get("href") or "").strip() for node in tree.css("a[href]")]


def dead_fragments(tree: LexborHTMLParser) -> Iterator[str]:
    """Return the fragments that links of a page lead to and no element of it has.

    Those that mean something of their own do not count, nor links that a script may act on.
    """
    if tree.css_first("base[href]") is not None:
        return
    places = {node.attributes.get("id") for node in tree.css("[id]")}
    places |= {node.attributes.get("name") for node in tree.css("a[name]")}
    for node in tree.css('a[href^="#"]'):
        fragment = (node.attributes.get("href") or "")[1:].strip()
        scripted = any(name.startswith(_SCRIPTED) for name in node.attributes)
        route = not fragment or fragment.startswith(("!", "/", ":~:")) or "=" in fragment
        exists = {fragment, unquote(fragment)} & places or fragment.lower() == "top"
        if not (scripted or route or exists):
            yield fragment


def fillable(tree: LexborHTMLParser) -> list[str]:
    """Return the elements of a page that hold nothing, as scripts fill them: those with an id by
    that, and those that browsers do not know, as ``<app-root>``, by their name.
    """
    nodes = tree.css("body :not(:has(*)):not(input, img, script, style, iframe, canvas)")
    empty = [node for node in nodes if not node.text(strip=True)]
    names = [node.attributes.get("id") or "" for node in empty]
    return list(filter(None, names)) + [str(node.tag) for node in empty if "-" in str(node.tag)]


def handlers(tree: LexborHTMLParser) -> list[str]:
    """Return the script of every event handler attribute, such as ``onload="init()"``."""
    scripts = (node.attributes[name] for name in _HANDLERS for node in tree.css(f"[{name}]"))
    return [script for script in scripts if script]


def unreadable_data(tree: LexborHTMLParser) -> Iterator[str]:
    """Yield the elements with JSON for scripts that does not parse, and why; one may be empty."""
    for node in tree.css('script[type="application/json" i]:not([src])'):
        text = node.text(deep=True)
        try:
            json.loads(text.strip() or "0")
        except (ValueError, RecursionError) as error:
            name = f' id="{node.id}"' if node.id else ""
            yield f'<script{name} type="application/json"> does not parse: {error}'


def scripts(tree: LexborHTMLParser, url: str) -> Iterator[Script]:
    """Yield the scripts that a browser runs on the page of ``url``, in their order; of files
    without the source. One with ``nomodule`` is none of them, unless it is a module, nor one that
    is for browsers without scripts.
    """
    base = written_urls.base(tree, url)
    for node in tree.css("script:not(noscript script)"):
        kind, address = node.attributes.get("type") or "", node.attributes.get("src")
        if not javascript.is_javascript(kind) or _is_for_old_browsers(node):
            continue
        if address is None:
            yield Script("", node.text(deep=True).encode(), kind)
        else:
            turn = ("defer" in node.attributes, "async" in node.attributes)
            yield Script(written_urls.resolved(base, address), b"", kind, *turn)


def has_order(tree: LexborHTMLParser) -> bool:
    """Return whether scripts run in the order in which they stand in the page for certain, those
    that are deferred behind the others, and but for those that are ``async``.
    """
    return tree.css_first("script[type=module i]") is None


def has_loader(tree: LexborHTMLParser) -> bool:
    """Return whether a loader of modules, such as RequireJS, loads scripts by names of its own."""
    return tree.css_first("script[data-main]") is not None


def not_run(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Return the start tags of the script files that a browser does not run, and why."""
    for node in tree.css("script[src]"):
        source, kind = node.attributes.get("src") or "", node.attributes.get("type") or ""
        if not javascript.is_javascript(kind):
            yield f'<script src="{source}" type="{kind}">', "no browser runs this type"
        elif _is_for_old_browsers(node):
            yield f'<script src="{source}" nomodule>', "no browser that has modules runs it"


def _is_for_old_browsers(script: LexborNode) -> bool:
    """Return whether only browsers without modules, of before 2018, run a script."""
    kind = (script.attributes.get("type") or "").strip().lower()
    return "nomodule" in script.attributes and kind != "module"


def integrity(tree: LexborHTMLParser, url: str) -> dict[str, list[str]]:
    """Return the ``integrity`` attributes of the page of ``url``, by the URL that each is about."""
    base = written_urls.base(tree, url)
    attributes: dict[str, list[str]] = {}
    for node in tree.css("[integrity]"):
        address = node.attributes.get("src") or node.attributes.get("href") or ""
        target = written_urls.resolved(base, address)
        attributes.setdefault(target, []).append(node.attributes.get("integrity") or "")
    return attributes


def loaded(tree: LexborHTMLParser, text: str, url: str) -> dict[str, set[str]]:
    """Return, by kind, the scripts, stylesheets and images that the page of ``url`` names; ``text``
    is its source.

    Leave out what stands within ``<noscript>``. The tree does not show that, since an image in a
    head ends the element.
    """
    base = written_urls.base(tree, url)
    unread = unescape(" ".join(_NOSCRIPT.findall(text)))
    return {
        kind: {
            written_urls.resolved(base, address)
            for node in tree.css(selector)
            if (address := node.attributes.get(name) or "") not in unread
        }
        for kind, (selector, name) in _LOADED.items()
    }


def refreshes(tree: LexborHTMLParser) -> list[str]:
    """Return the ``<meta>`` elements' instructions to go to another page, such as ``5; url=/``."""
    return _in_meta(tree, "refresh")


def led_on(tree: LexborHTMLParser, url: str) -> str:
    """Return where the page of ``url`` leads by itself within seconds, as a generator of static
    sites writes in place of a redirect; empty if it stays.
    """
    for instruction in map(_LEADS_ON.match, refreshes(tree)):
        if instruction and int(instruction[1]) <= _AT_ONCE:
            target = written_urls.resolved(written_urls.base(tree, url), instruction[2])
            return target if target != written_urls.resolved(url, "") else ""
    return ""


def policies(tree: LexborHTMLParser) -> list[str]:
    """Return the Content-Security-Policies that stand in the page itself."""
    return _in_meta(tree, "content-security-policy")


def _in_meta(tree: LexborHTMLParser, header: str) -> list[str]:
    """Return the values of a header that ``<meta>`` elements of the page stand for; but those in
    ``<noscript>``, which whoever runs scripts does not have.
    """
    nodes = tree.css(f'meta[http-equiv="{header}" i]')
    read = (node for node in nodes if all(outer.tag != "noscript" for outer in ancestors(node)))
    return [node.attributes.get("content") or "" for node in read]


def nonces(tree: LexborHTMLParser, url: str) -> dict[str, str]:
    """Return the nonce of each script file, empty for none, by its URL. Those with a hash of the
    file are left out.
    """
    base = written_urls.base(tree, url)
    return {
        written_urls.resolved(base, node.attributes.get("src") or ""): _nonce(node)
        for node in tree.css("script[src]:not([integrity])")
    }


def inline_scripts(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield nonce and source of each script that stands in the page itself."""
    for node in tree.css("script:not([src])"):
        if javascript.is_javascript(node.attributes.get("type") or ""):
            yield _nonce(node), node.text(deep=True)


def _nonce(node: LexborNode) -> str:
    return (node.attributes.get("nonce") or "").strip()
