"""Read scripts without running them: whether one is whole, and what it declares and uses.

A small script is parsed here with tree-sitter, a larger one in :mod:`.sandbox`. A still larger one
is read token by token (:mod:`.javascript_lexer`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple

from . import sandbox
from .media_types import SCRIPT_TYPES
from .module_names import ModuleNames
from .result_cache import cached_by_content
from .sandbox_program import ScriptFacts, parse_javascript
from .script_syntax import FIRST_FIREFOX
from .script_uses import WHILE_LOADED, Uses

SMALL: Final = 16 * 1024
"""Bytes up to which a script is parsed in this process: the worst take half a second and 10 MB.
Worst are ``=/[``, where every slash is searched for the end of a pattern, and ``{a:``."""

PARSED: Final = 1024 * 1024
"""Bytes up to which a script is parsed at all: jQuery minified has 90,000, the bundle of an
application some hundred thousand.

Larger ones are not parsed, since a run may take no more than 150 MB beyond a sound one. A tree
takes 72 bytes for each byte of minified code: 144 MB (and 0.7 s) for a sound bundle of two
megabytes. Hostile ones take 700 MB, or more than 20 s. Token by token, two megabytes take 1 s, and
no memory.
"""

TREE: Final = 96 << 20
"""Bytes that the tree of a script may take: of a sound one of ``PARSED`` bytes it takes 75 MB."""

_MANY_KEPT: Final = 128 * 1024
"""Bytes up to which the facts about 32 scripts are kept, and beyond which those about two."""

_WRITTEN: Final = {
    "class_static_block": "static {}",
    "field_definition": "a field of a class",
    "optional_chain": "?.",
    "private_property_identifier": "a #name",
    "template_string": "`",
}
"""Names in messages for nodes that tree-sitter calls otherwise."""

_OLD_DIALECT: Final = re.compile(r";\s*version\s*=\s*[\"']?1\.", re.I)
OF_JQUERY: Final = frozenset({"$", "jQuery"})
"""What no browser has and no polyfill sets: who sets them on ``window`` is the library."""
_JQUERY: Final = re.compile(rb"(?<![\w$.])([\w$]{1,20})\.jQuery\s*+=\s*+\1\.\$\s*+=")
"""How jQuery gives its names to the page, if a minifier has named ``window`` otherwise."""
_ON_WINDOW: Final = re.compile(rb"\b(?:window|self|globalThis)\.([\w$]++)\s*+=(?!=)")
_DECLARED: Final = re.compile(
    rb"(?:^|[;{}\n])\s{0,99}+function\s++([\w$]++)|(?<![.\w$])([\w$]++)\s*+=\s*+function"
    rb"|(?<![.\w$])(?:var|let|const|class)\s++([\w$]++)|%s" % _ON_WINDOW.pattern
)


def is_javascript(kind: str) -> bool:
    """Return whether a browser runs a script element with this ``type`` attribute."""
    return not kind.strip() or is_module(kind) or bool(SCRIPT_TYPES.match(kind))


class TopNames(NamedTuple):
    """What a script declares at its top, for all scripts of its page.

    Attributes:
        lexical: the classes and what ``let`` and ``const`` declare: another script that declares
            one of them is not run.
        hoisted: the functions and what ``var`` declares.
    """

    lexical: frozenset[str]
    hoisted: frozenset[str]


def is_module(kind: str) -> bool:
    """Return whether a script element with this ``type`` attribute is a module: its names are its
    own, but for what it sets on ``window``.
    """
    return kind.strip().lower() == "module"


def is_old_dialect(kind: str) -> bool:
    """Return whether a script element with this ``type`` attribute asks for a version of Mozilla's
    JavaScript, such as ``text/javascript;version=1.8``, which only Firefox before 59 runs.
    """
    return _OLD_DIALECT.search(kind) is not None


@cached_by_content
def trouble(source: bytes) -> str | None:
    """Return why ``source`` is no whole script, with the line; None when it is one."""
    if not source.strip():
        return "the script is empty"
    why = markup(source)
    if why is not None:
        return why
    facts = facts_of(source)
    if facts is None:
        return unbalanced(source)
    return None if facts.error is None else f"does not parse from line {facts.error} on"


def module_trouble(source: bytes) -> str | None:
    """Return what a script that is no module holds, with the line, and only modules can: browsers
    run nothing of it. None if it holds nothing of this.
    """
    facts = facts_of(source)
    if facts is None or facts.error is not None or facts.module is None:
        return None
    return f"{facts.module}, and its element has no type=module"


def early_error(source: bytes) -> str | None:
    """Return why browsers run nothing of a script that parses, with the line; None if nothing
    shows it. Old dialects have other rules.
    """
    facts = facts_of(source)
    return facts.early if facts is not None else None


def markup(source: bytes) -> str | None:
    """Return the line where ``source`` holds markup in place of a script; None if it does not.

    Of a script that is not parsed only the beginning counts.
    """
    start = source.lstrip()
    if start.startswith(b"<") and not start.startswith(b"<!--"):
        return "markup in place of script at line 1"
    facts = facts_of(source)
    if facts is None or facts.markup is None:
        return None
    return f"markup in place of script at line {facts.markup}"


def unbalanced(source: bytes) -> str | None:
    """Return which bracket, string, template or comment of ``source`` has no partner, with the
    line; None if all have one. Whether the script parses does not matter.

    Raises ContentTooLarge for one that nests too deep.
    """
    from . import javascript_lexer

    try:
        for _ in javascript_lexer.scan(source):
            pass
    except javascript_lexer.NotWhole as error:
        return str(error)
    return None


def imports(source: bytes) -> list[str]:
    """Return what the ``import`` and ``export`` statements of a module name; nothing of one that
    does not parse.
    """
    facts = facts_of(source)
    return facts.imports if facts is not None and facts.error is None else []


def module_names(source: bytes) -> ModuleNames | None:
    """Return the names that a module imports and exports; None if it does not parse."""
    facts = facts_of(source)
    return facts.module_names if facts is not None and facts.error is None else None


@cached_by_content
def strings(source: bytes) -> tuple[str, ...]:
    """Return every string literal of ``source`` that is not empty and needs no unescaping, in
    order. Templates do not count: only the page knows what stands between their fragments.
    """
    facts = facts_of(source)
    if facts is not None:
        return tuple(facts.strings.split("\n")) if facts.strings else ()
    return tuple(_literals(source))


def _literals(source: bytes) -> Iterator[str]:
    from . import javascript_lexer

    with suppress(javascript_lexer.NotWhole):  # `trouble` reports that
        for literal in javascript_lexer.scan(source):
            if literal and b"\\" not in literal:
                yield literal.decode("utf-8", "replace")


def says_something(source: bytes) -> bool:
    """Return whether ``source`` holds anything but comments; True for one that is not parsed."""
    facts = facts_of(source)
    return facts is None or not facts.empty


@cached_by_content
def declares(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` gives the whole page: functions and variables of its top,
    and what it sets on ``window``. If it is not parsed, names further down count, too.
    """
    facts = facts_of(source)
    if facts is None or facts.error is not None:
        names = {name for match in _DECLARED.findall(source) for name in match if name}
        return frozenset(name.decode("utf-8", "replace") for name in names)
    return declared_on_window(source) | frozenset(facts.names)


def declared_on_window(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` sets on ``window``, which a module shares with the page."""
    names = frozenset(name.decode("utf-8", "replace") for name in _ON_WINDOW.findall(source))
    return names | OF_JQUERY if _JQUERY.search(source) else names


def surely_declares(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` gives the whole page for certain. If it is not parsed, or
    does not parse, these are the ones that it sets on ``window``.
    """
    return declared_on_window(source) | declared_at_the_top(source)


def used_while_loaded(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` needs of other scripts while it is loaded, as far as it is
    parsed.
    """
    uses = uses_by_function(source)
    return frozenset(uses[WHILE_LOADED].used if uses is not None else ())


def uses_by_function(source: bytes) -> Mapping[str, Uses] | None:
    """Return by function of the script's top what a call of it needs of other scripts; with the
    keys of :mod:`.script_uses`. None for a script that is not parsed.
    """
    facts = facts_of(source)
    return facts.uses if facts is not None and facts.error is None else None


def declared_at_the_top(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` declares at its top, as far as it is parsed; not what it
    sets on ``window``, as polyfills do.
    """
    facts = facts_of(source)
    return frozenset(facts.names if facts is not None and facts.error is None else ())


def top_names(source: bytes) -> TopNames:
    """Return what a script declares at its top; nothing for one that is not parsed."""
    facts = facts_of(source)
    return TopNames(*map(frozenset, (facts.lexical, facts.hoisted) if facts else ((), ())))


def too_new(source: bytes, firefox: int, known: Container[str] = ()) -> list[str]:
    """Return what of ``source`` this version of Firefox does not read, each in one line. The list
    is empty for a script that is not parsed, and leaves out ``known``, which names nodes of
    ``FIRST_FIREFOX``.
    """
    facts = facts_of(source)
    new = facts.new if facts is not None and facts.error is None else {}
    return [
        f"line {line}: {_WRITTEN.get(node, node)} needs Firefox {FIRST_FIREFOX[node]}, users have "
        f"{firefox}"
        for node, line in new.items()
        if FIRST_FIREFOX[node] > firefox and node not in known
    ]


def facts_of(source: bytes) -> ScriptFacts | None:
    """Return what parsing ``source`` finds; None for a script that takes too much to be parsed.

    Sources and facts are kept, 12 MB of them at most: checks ask for them one after the other.
    """
    if len(source) > PARSED:
        return None
    return _facts(source) if len(source) <= _MANY_KEPT else _facts_of_large(source)


def needs_sandbox(source: bytes) -> bool:
    """Return whether ``source`` is parsed in another process, which takes a while."""
    return SMALL < len(source) <= PARSED


@lru_cache(maxsize=32)
def _facts(source: bytes) -> ScriptFacts | None:
    return _facts_in_sandbox(source) if needs_sandbox(source) else parse_javascript(source)


@lru_cache(maxsize=2)
def _facts_of_large(source: bytes) -> ScriptFacts | None:
    return _facts_in_sandbox(source)


def _facts_in_sandbox(source: bytes) -> ScriptFacts | None:
    try:
        facts = ScriptFacts(*json.loads(sandbox.parse("javascript", source, TREE)))
    except sandbox.SandboxLimit:
        return None
    uses = {part: Uses(*names) for part, names in facts.uses.items()}
    return facts._replace(uses=uses, module_names=ModuleNames(*facts.module_names))
