"""Read stylesheets: whether one is whole and declares anything, and what it loads.

tinycss2 takes 100 to 130 bytes for each token, so the tokens are counted before it parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..safety import ContentTooLarge, one_line
from . import font_faces
from .result_cache import cached_by_content

if TYPE_CHECKING:
    from tinycss2.ast import Node

LARGEST: Final = 4 << 20
"""Bytes of a stylesheet that is read: Bootstrap has 280,000, GitHub's largest 700,000."""

MOST: Final = 500_000
"""Tokens of a stylesheet that is parsed, in 65 MB and 1.5 s at most. A megabyte of minified rules
has 390,000."""

_AT_MOST_ONE_TOKEN: Final = re.compile(
    r"""
      /\*(?:[^*]|\*(?!/))*+\*/
    | "[^"\\\n]*+" | '[^'\\\n]*+'
    | \burl\([^()"'\\]*+\)
    | [^\W\d][\w-]*+ | \d++ | \s++ | .
    """,
    re.X | re.S | re.I,
)
_ELEMENT: Final = re.compile(rb"\s*</?style\b", re.I)
_TEMPLATED: Final = re.compile(
    rb"""\burl\(\s*+["']?[\w./-]{0,100}(?:\{\{|\{%|<%|[$#]\{).{0,60}""", re.I
)
"""A URL that begins with a path and a placeholder of Jinja, ERB, Sass or JavaScript."""
_BLANK_IN_URL: Final = re.compile(
    rb"""\burl\(\s*+[\w./%~-]{1,200}+[ \t]++[\w./%~ \t-]{0,200}?"""
    rb"""\.(?:png|jpe?g|gif|svg|webp|avif|woff2?|ttf|css)[ \t]*+\)""",
    re.I,
)
"""The path of a file, with a blank and without quotes: browsers drop what it is declared for."""
COMMENT: Final = re.compile(rb"/\*(?:[^*]|\*(?!/))*+\*/")
"""A comment of a stylesheet or script that has an end."""
_FAILED: Final = re.compile(
    rb"""\bbody::?before\s*+\{[^{}]{0,400}?\bcontent\s*+:\s*+"""
    rb"""["']((?:[A-Z]\w*+ ?)?[Ee]rror:[^"']{0,80})"""
)
"""What Sass writes in place of styles where it fails: its message, above the page."""
_OF_EXPLORER: Final = {"behavior", "-ms-behavior"}
_BRACKETS: Final = "([{"
_END: Final = ";;"  # two, since a backslash at the end of a file takes one
_START: Final = 40  # characters of what is there in place of rules
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Facts(NamedTuple):
    """What is known of a stylesheet.

    Attributes:
        open: whether it ends within a block, a comment, a string or a URL.
        stray: whether a brace closes nothing, and so spoils the rule behind it.
        doubled: whether a block begins with another one, as one of ``{{`` does: its rule is dead.
        late: whether an import stands behind a rule.
        empty: whether it holds nothing but comments.
        rules: whether it has a rule, even if that is empty.
        speaks: whether a rule declares anything, or is an at-rule.
        urls: the URLs that it loads, in order, and of each whether it is an import.
        spare_fonts: those of fonts that no browser of today asks for.
    """

    open: bool
    stray: bool
    doubled: bool
    late: bool
    empty: bool
    rules: bool
    speaks: bool
    urls: tuple[tuple[str, bool], ...]
    spare_fonts: frozenset[str]


def trouble(source: bytes) -> str | None:
    """Return why ``source`` is no whole stylesheet; None when it is one.

    Browsers close what a file leaves open, so that a stylesheet that was cut short still parses.
    Raises ContentTooLarge for one of too many bytes or tokens.
    """
    foreign = _foreign(source)
    if foreign:
        return foreign
    facts = _facts(source)
    if facts.open:
        return "something that the stylesheet opens is never closed"
    if facts.stray:
        return "a } closes nothing, and spoils the rule behind it"
    if facts.doubled:
        return "{{ in place of {: no browser reads the rule"
    if facts.late:
        return "an @import stands behind a rule, where browsers ignore it"
    unreadable = _unreadable_url(source, facts)
    if unreadable or facts.empty or facts.rules:
        return unreadable
    start = source.lstrip().split(b"\n")[0].decode("utf-8", "replace")
    return f'the stylesheet holds no rule: it begins with "{one_line(start, _START)}"'


def _unreadable_url(source: bytes, facts: _Facts) -> str | None:
    """Return a URL that nobody can load, and why."""
    placeholder = _TEMPLATED.search(source)
    if placeholder:
        return f"a placeholder in a URL: {placeholder[0].decode('utf-8', 'replace')}"
    blank = _BLANK_IN_URL.search(source) and _BLANK_IN_URL.search(COMMENT.sub(b"", source))
    if blank:
        return f"a blank in a URL without quotes: {blank[0].decode('utf-8', 'replace')}"
    local = next((url for url, _ in facts.urls if url[:5].lower() == "file:"), None)
    return None if local is None else f"a file of somebody's own machine: {local}"


def _foreign(source: bytes) -> str | None:
    """Return what ``source`` holds that no stylesheet does."""
    if _ELEMENT.match(source):
        return "a tag of <style> at its start spoils the first rule"
    failed = _FAILED.search(source)
    if failed:
        return f"the error of a build: {failed[1].decode('utf-8', 'replace')}"
    if b"\0" in source and "\0" in _text(source):
        return "a NUL, which no stylesheet holds"
    return None


def says_something(source: bytes) -> bool:
    """Return whether ``source`` declares anything, or has an at-rule, such as an import. Raises
    ContentTooLarge for a stylesheet of too many bytes or tokens.
    """
    return _facts(source).speaks


def urls(source: bytes) -> tuple[tuple[str, bool], ...]:
    """Return the URLs that a stylesheet loads, in order, and of each whether it is an import.

    Each stands once. A ``data:`` URL loads nothing, and those before a block (@namespace,
    @document) are names. Raises ContentTooLarge for a stylesheet of too many bytes or tokens.
    """
    return _facts(source).urls


def spare_fonts(source: bytes) -> frozenset[str]:
    """Return those of ``urls`` that a @font-face has for browsers of old alone."""
    return _facts(source).spare_fonts


@cached_by_content
def _facts(source: bytes) -> _Facts:
    nodes, is_open = _parsed(source)
    nodes = [*font_faces.without_space(nodes)]
    blocks = [node for node in nodes if node.type == "{} block"]
    at_rules = any(node.type == "at-keyword" for node in nodes)
    return _Facts(
        open=is_open,
        stray=any(node.type == "error" and node.kind == "}" for node in nodes[:-1]),
        doubled=any(map(_begins_with_block, blocks)),
        late=_imports_late(nodes),
        empty=not nodes,
        rules=at_rules or bool(blocks),
        speaks=at_rules or any(any(font_faces.without_space(block.content)) for block in blocks),
        urls=tuple(dict.fromkeys(_fetched(nodes))),
        spare_fonts=frozenset(font_faces.spare_urls(nodes)),
    )


def _begins_with_block(block: Node) -> bool:
    first = next(font_faces.without_space(block.content), None)
    return first is not None and first.type == "{} block"


def _fetched(nodes: list[Any]) -> Iterator[tuple[str, bool]]:
    """Yield the URLs that a stylesheet loads from a server, and whether it imports them."""
    for url, imported in _loaded(nodes):
        if url[:5].lower() != "data:":
            yield _SURROGATE.sub("\ufffd", url), imported


def _parsed(source: bytes) -> tuple[list[Any], bool]:
    """Return the top of the tree, and whether the file ends within something open.

    tinycss2 does not say so. A semicolon after the text becomes the last node at the top, unless it
    is part of something open.
    """
    from tinycss2 import parse_component_value_list

    text = _text(source)
    try:
        nodes = parse_component_value_list(text + _END)
        if nodes[-1] == ";":
            return nodes[: -len(_END)] if nodes[-2] == ";" else nodes[:-1], False
        return parse_component_value_list(text), True
    except ValueError:  # of int(), for more than 4300 digits
        raise ContentTooLarge(
            "a stylesheet with an endless number: too long to be judged"
        ) from None


def _text(source: bytes) -> str:
    """Return the text of a stylesheet, by its byte-order mark or @charset."""
    from tinycss2.bytes import decode_stylesheet_bytes

    if len(source) > LARGEST:
        raise ContentTooLarge(
            f"a stylesheet of {len(source)} bytes: too large to be judged (most: {LARGEST})"
        )
    text: str = decode_stylesheet_bytes(source)[0]
    tokens = sum(1 for _ in _AT_MOST_ONE_TOKEN.finditer(text)) + sum(map(text.count, _BRACKETS))
    if tokens > MOST:  # a block takes as much as two tokens
        raise ContentTooLarge(
            f"a stylesheet of some {tokens} tokens: too large to be judged (most: {MOST})"
        )
    return text


def _imports_late(nodes: list[Node]) -> bool:
    """Return whether an import follows a rule that every browser takes for one. Before an import
    may stand other imports, statements such as ``@layer x;``, and rules that browsers drop.
    """
    prelude: list[Node] = []
    behind_rule = False
    for node in nodes:
        is_at_rule = bool(prelude) and prelude[0].type == "at-keyword"
        if node.type == "{} block":
            behind_rule |= all(map(_is_plain, prelude)) and bool(prelude)
            prelude = []
        elif node == ";" and is_at_rule:
            prelude = []
        else:
            is_import = node.type == "at-keyword" and node.lower_value == "import"
            if is_import and behind_rule and not prelude:
                return True
            prelude.append(node)
    return False


def _is_plain(node: Node) -> bool:
    """Return whether a token stands in selectors of the simplest kind: names, classes, ids."""
    is_id = node.type == "hash" and node.is_identifier
    return bool(is_id or node.type == "ident" or node == "," or node == ".")


def _loaded(nodes: list[Node]) -> Iterator[tuple[str, bool]]:
    importing = False
    for node in nodes:
        if node.type == "at-keyword":
            importing = node.lower_value == "import"
        elif node.type.endswith("block") or node == ";":
            importing = False
            if node.type == "{} block":
                yield from ((url, False) for url in _urls(node.content))
        elif importing:
            for url in [node.value] if node.type == "string" else _urls([node]):
                importing = False
                yield url, True


def _urls(nodes: list[Node]) -> Iterator[str]:
    """Yield the URLs among ``nodes`` and in their brackets, without recursion: they nest deep."""
    unread = _read_by_all(nodes)[::-1]
    while unread:
        node = unread.pop()
        if node.type == "url":
            yield node.value
        elif node.type == "function":
            strings = [argument for argument in node.arguments if argument.type == "string"]
            if node.lower_name == "url":
                yield from (string.value for string in strings)
            unread += node.arguments[::-1]
        elif node.type.endswith("block"):
            unread += _read_by_all(node.content)[::-1]


def _read_by_all(nodes: list[Node]) -> list[Node]:
    """Leave out ``behavior``, which only Internet Explorer up to 9 reads."""
    read = []
    ignoring = False
    for place, node in enumerate(nodes):
        if node.type == "ident" and node.lower_value in _OF_EXPLORER:
            ignoring |= nodes[place + 1 : place + 2] == [":"]
        elif node == ";" or node.type == "{} block":
            ignoring = False
        if not ignoring:
            read.append(node)
    return read
