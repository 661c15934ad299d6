"""Find start tags that a pasted character or a misspelt word spoils."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..safety import nearest
from .media_types import media_type
from .stylesheet_links import media_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NO_BLANK: Final = re.compile(r"[\u00a0\u2000-\u200b\u200e\u200f\u202f\u2060\u3000\ufeff]")
"""What looks like a blank, or like nothing: in a tag it is a letter of a name."""
_NO_QUOTE: Final = re.compile(r"[\u2018-\u201f]")
"""A typographic quote, which opens no value of an attribute."""
_ODD_IN_TAG: Final = re.compile(rf"<[A-Za-z][^<>]*(?:{_NO_BLANK.pattern}|{_NO_QUOTE.pattern})")
_MARKUP: Final = re.compile(r"[^<>]*>.*<[a-z][^<>]*=\s*\Z", re.I | re.S)
"""A value that ends with the tag of another element, where a quote begins a value of that one."""
_MAY_TAKE_IN: Final = re.compile(r"=\s*(?:\"[^\"<>]*>[^\"<>]*|'[^'<>]*>[^'<>]*)<[a-z!/]", re.I)
_LOADING: Final = "[href], [src], [action], link, script, img"
_NAMES: Final = ("id", "class", "for", "name", "rel", "type", "lang", "dir")
"""Attributes whose value is a name, and no text."""

_SHOWN: Final = 200  # characters of a URL
_ALIKE: Final = 0.8
"""From which ratio of common letters (difflib) a word is a misspelt one."""
_RELATION: Final = re.compile(r"[a-z]{8,12}")
_NO_BRACKET: Final = re.compile(r"(?:\A|,|\band)\s*([a-z-]+\s*:[^,]{0,40})")
_MEDIA: Final = ("print", "screen")
_STYLE_TYPE: Final = re.compile(r"(?!.*(?:less|sass|scss|stylus|postcss)).*(?:css|style)")
"""A type that is meant for CSS, and not for what a script makes CSS of."""


def problems(text: str, tree: LexborHTMLParser) -> Iterator[str]:
    """Yield what spoils start tags of a page: a pasted character, or misspelt words by which
    browsers pass over a stylesheet or script.
    """
    yield from _pasted(text, tree)
    yield from _quotes(text, tree)
    for node in tree.css("link[rel][href], style[media]"):
        values = {name: (value or "").lower() for name, value in node.attributes.items()}
        relations = values.get("rel", "stylesheet").split()
        is_style = "stylesheet" in relations
        for problem in _passed_over(values) if is_style else _like_stylesheet(relations):
            yield f"{_beginning(node)} {problem}"
    for node in tree.css('script[language*="/javascript" i]:not([type])'):
        yield f'<script language="{node.attributes["language"]}">: no browser runs this language'


def _beginning(node: LexborNode) -> str:
    url = (node.attributes.get("href") or "")[:_SHOWN]
    return f'<link href="{url}"' if url else f"<{node.tag}"


def _like_stylesheet(relations: Iterable[str]) -> Iterator[str]:
    """Yield the words of a link's ``rel`` that are meant for ``stylesheet``."""
    for word in filter(_RELATION.fullmatch, relations):
        near = nearest(word, ["stylesheet"], _ALIKE)
        if near and word.find(near) < 1:
            yield f'rel="{word}">: a misspelt "{near}"'


def _passed_over(values: Mapping[str, str]) -> Iterator[str]:
    """Yield by which attributes browsers pass over a stylesheet. ``values`` are all it has."""
    kind, media = media_type(values.get("type")), values.get("media", "")
    if kind != "text/css" and _STYLE_TYPE.match(kind):
        yield f'type="{kind}">: browsers take styles of text/css alone'
    bare = _NO_BRACKET.search(media)
    if bare:
        yield f'media="…{bare[1]}">: a condition without brackets, which browsers take for none'
    medium = media_named(media)[0]
    near = nearest(medium, _MEDIA, _ALIKE)
    if near not in {"", medium}:
        yield f'media="{medium}">: a misspelt "{near}"'


def _pasted(text: str, tree: LexborHTMLParser) -> Iterator[str]:
    """Yield the first start tag in which a character that was pasted spoils a name: ``<div id=x>``
    with a no-break space is an element of another kind, without an id.
    """
    for node in tree.css("*") if _ODD_IN_TAG.search(text) else ():
        names = [str(node.tag), *(name for name in node.attributes if re.search("[a-z]", name))]
        blank = next(filter(None, map(_NO_BLANK.search, names)), None)
        if blank:
            yield f"<{_NO_BLANK.sub(' ', names[0])}>: U+{ord(blank[0]):04X} in place of a blank"
            return
        values = [node.attributes.get(name) or "" for name in _NAMES]
        if any(map(_NO_QUOTE.search, names)) or any(map(_NO_QUOTE.match, values)):
            yield f"<{node.tag}>: a typographic quote around the value of an attribute"
            return


def _quotes(text: str, tree: LexborHTMLParser) -> Iterator[str]:
    """Yield the start tags with a quote that is part of an attribute's name, where it matters: a
    value without its closing quote takes in the markup behind it, or the tag loads something.
    """
    loading = {node.mem_id for node in tree.css(_LOADING)}
    for node in tree.css("*" if _MAY_TAKE_IN.search(text) else _LOADING):
        attributes = node.attributes
        names = "".join(attributes)
        if "<" in names or '"' in names or "'" in names:
            values = ((name, value or "") for name, value in attributes.items())
            open_ended = next((pair for pair in values if _MARKUP.match(pair[1])), None)
            if open_ended:
                start = f'<{node.tag} {open_ended[0]}="{open_ended[1].partition(">")[0][:_SHOWN]}>'
                yield f"{start}: no quote ends the value, which takes in the markup behind it"
            elif node.mem_id in loading and ('"' in names or "'" in names):
                yield f"<{node.tag}>: a quote out of place ends an attribute too early"
