"""The names that a script gives its page, and those that it needs of other scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from .result_cache import cached_by_content
from .script_facts import facts_if_sound, facts_of
from .script_uses import WHILE_LOADED, Uses

OF_JQUERY: Final = frozenset({"$", "jQuery"})
"""What no browser has and no polyfill sets: who sets them on ``window`` is the library."""
_JQUERY: Final = re.compile(rb"(?<![\w$.])([\w$]{1,20})\.jQuery\s*+=\s*+\1\.\$\s*+=")
"""How jQuery gives its names to the page, if a minifier has named ``window`` otherwise."""
_ON_WINDOW: Final = re.compile(rb"\b(?:window|self|globalThis)\.([\w$]++)\s*+=(?!=)")
_DECLARED: Final = re.compile(
    rb"(?:^|[;{}\n])\s{0,99}+function\s++([\w$]++)|(?<![.\w$])([\w$]++)\s*+=\s*+function"
    rb"|(?<![.\w$])(?:var|let|const|class)\s++([\w$]++)|%s" % _ON_WINDOW.pattern
)


class TopNames(NamedTuple):
    """What a script declares at its top, for all scripts of its page.

    Attributes:
        lexical: the classes and what ``let`` and ``const`` declare: another script that declares
            one of them is not run.
        hoisted: the functions and what ``var`` declares.
    """

    lexical: frozenset[str]
    hoisted: frozenset[str]


def top_names(source: bytes) -> TopNames:
    """Return what a script declares at its top; nothing for one that is not parsed."""
    facts = facts_of(source)
    return TopNames(*map(frozenset, (facts.lexical, facts.hoisted) if facts else ((), ())))


@cached_by_content
def declares(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` gives the whole page: functions and variables of its top,
    and what it sets on ``window``. If it is not parsed, names further down count, too.
    """
    if facts_if_sound(source) is not None:
        return surely_declares(source)
    names = {name for match in _DECLARED.findall(source) for name in match if name}
    return frozenset(name.decode("utf-8", "replace") for name in names)


def may_declare(source: bytes) -> frozenset[str]:
    """Return the same, with the names that blocks and patterns of its top bind."""
    facts = facts_if_sound(source)
    return declares(source).union(facts.shared if facts is not None else ())


def surely_declares(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` gives the whole page for certain. If it is not parsed, or
    does not parse, these are the ones that it sets on ``window``.
    """
    return declared_on_window(source) | declared_at_the_top(source)


def declared_at_the_top(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` declares at its top, as far as it is parsed; not what it
    sets on ``window``, as polyfills do.
    """
    facts = facts_if_sound(source)
    if facts is None:
        return frozenset()
    return frozenset((*facts.lexical, *facts.hoisted, *facts.assigned))


@cached_by_content
def declared_on_window(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` sets on ``window``, which a module shares with the page."""
    names = frozenset(name.decode("utf-8", "replace") for name in _ON_WINDOW.findall(source))
    return names | OF_JQUERY if _JQUERY.search(source) else names


def uses_by_function(source: bytes) -> Mapping[str, Uses] | None:
    """Return by function of the script's top what a call of it needs of other scripts; with the
    keys of :mod:`.script_uses`. None for a script that is not parsed.
    """
    facts = facts_if_sound(source)
    return facts.uses if facts is not None else None


def used_while_loaded(source: bytes) -> frozenset[str]:
    """Return the names that ``source`` needs of other scripts while it is loaded, as far as it is
    parsed.
    """
    uses = uses_by_function(source)
    return frozenset(uses[WHILE_LOADED].used if uses is not None else ())
