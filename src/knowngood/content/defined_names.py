"""Which names a script defines for its page, all scripts of a page define, and browsers have.

A script *declares* a name at its top or sets it on ``window``. It *may define* one in many more
ways, and only a browser knows whether it does: what is asked of a page is what may define a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .result_cache import cached_by_content
from .script_facts import facts_if_sound

if TYPE_CHECKING:
    from .page_elements import Script

OF_JQUERY: Final = frozenset({"$", "jQuery"})
"""What no browser has and no polyfill sets: who sets them on ``window`` is the library."""

_OF_A_BROWSER: Final = re.compile(r"on[a-z]|(?:moz|webkit|ms|Moz|WebKit|MS)[A-Z]")
"""How the names begin that are not listed in ``browser_names.txt``."""

_JQUERY: Final = re.compile(rb"(?<![\w$.])([\w$]{1,20})\.jQuery\s*+=\s*+\1\.\$\s*+=")
"""How jQuery gives its names to the page, if a minifier has named ``window`` otherwise."""
_ON_WINDOW: Final = re.compile(rb"\b(?:window|self|globalThis)\.([\w$]++)\s*+=(?!=)")
_DECLARED: Final = re.compile(
    rb"(?:^|[;{}\n])\s{0,99}+function\s++([\w$]++)|(?<![.\w$])([\w$]++)\s*+=\s*+function"
    rb"|(?<![.\w$])(?:var|let|const|class)\s++([\w$]++)|%s" % _ON_WINDOW.pattern
)
_SETS: Final = re.compile(
    rb"""\.([\w$]++)\s*+(?:\|\||\?\?)?=(?![=>])"""  # o.name =
    rb"""|["']([\w$]++)["']\s*+[\]:,]"""  # o["name"] =, {"name": …}, f(o, "name", …)
)
_KEYS: Final = re.compile(  # {name: …}, {name() {…}}
    rb"""(?<=[{,])\s*+([\w$]++)\s*+(?=[:,}]|\([^()]{0,200}+\)\s*+\{)"""
)
_SPREADS: Final = re.compile(
    rb"\b(?:extend|assign|mixin)\(\s*(?:window|self|globalThis)\b"
    rb"|\b(?:window|self|globalThis)\["
)
"""How a script gives the page the keys of an object."""

_COPIES: Final = re.compile(
    rb"\[([\w$]+)\]\s*=\s*[\w$.]+\[\1\]|\bdefinePropert|\b(?:define|exports?)\b"
)
"""How it copies them, or has others do it."""
_ASSIGNS: Final = re.compile(
    rb"(?<!\bvar\s)(?<!\blet\s)(?<!\bconst\s)(?<![.\w$])([\w$]++)\s*+=(?![=>])"
)
_JQUERY_ITSELF: Final = re.compile(rb"\bjquery:\s*[\w$\"']")  # its version
_LOADS_SCRIPTS: Final = re.compile(
    rb"createElement\(\s*[\"']script|document\.write|\bimport\s*\(|\brequire\b|[gG]etScript\b|\beval\b"
)


def declared_at_the_top(source: bytes) -> frozenset[str]:
    """Return the names that a script declares at its top, as far as it is parsed; not what it sets
    on ``window``, as polyfills do.
    """
    facts = facts_if_sound(source)
    if facts is None:
        return frozenset()
    return frozenset((*facts.lexical, *facts.hoisted, *facts.assigned))


@cached_by_content
def declared_on_window(source: bytes) -> frozenset[str]:
    """Return the names that a script sets on ``window``, which a module shares with the page."""
    names = _decoded(_ON_WINDOW.findall(source))
    return names | OF_JQUERY if _JQUERY.search(source) else names


def surely_declares(source: bytes) -> frozenset[str]:
    """Return the names that a script gives the whole page for certain. If it is not parsed, or does
    not parse, these are the ones that it sets on ``window``.
    """
    return declared_on_window(source) | declared_at_the_top(source)


@cached_by_content
def declares(source: bytes) -> frozenset[str]:
    """Return the names that a script gives the whole page: functions and variables of its top, and
    what it sets on ``window``. If it is not parsed, names further down count, too.
    """
    if facts_if_sound(source) is not None:
        return surely_declares(source)
    return _decoded(name for match in _DECLARED.findall(source) for name in match if name)


@cached_by_content
def may_set(source: bytes) -> frozenset[str]:
    """Return the names that a script sets in any way, as ``root.name = …`` or ``{name: …}``.

    What ``root`` is, only the call says: bundlers pass ``window`` as ``this`` or a parameter.
    """
    return _may_assign(source) | _decoded(_KEYS.findall(source))


@cached_by_content
def _may_assign(source: bytes) -> frozenset[str]:
    """Return the same but for the keys of objects."""
    facts = facts_if_sound(source)
    assigned = _decoded(_ASSIGNS.findall(source)).difference(facts.undeclared if facts else ())
    sets = (name for match in _SETS.findall(source) for name in match if name)
    return assigned | _decoded(sets)


@cached_by_content
def _may_give(source: bytes) -> frozenset[str]:
    """Return the names that a script may give the page by more than a declaration: keys of an
    object if it may copy them to another. jQuery copies them for others.
    """
    copies = _COPIES.search(source) and not _JQUERY_ITSELF.search(source)
    gives_keys = copies or _SPREADS.search(source)
    return may_set(source) if gives_keys else _may_assign(source)


def may_define(source: bytes) -> frozenset[str]:
    """Return the names that a script may give the whole page: it declares or sets them, if only in
    some cases, as ``if (!window.app) { var app = {}; }``.
    """
    facts = facts_if_sound(source)
    return (declares(source) | _may_give(source)).union(facts.shared if facts is not None else ())


def defined_by(scripts: Iterable[Script]) -> frozenset[str]:
    """Return the names that scripts may define for their page; a module those it sets alone."""
    return frozenset[str]().union(
        *((_may_give if script.is_module else may_define)(script.source) for script in scripts)
    )


def may_load_others(scripts: Iterable[Script], *, but_jquery: bool = False) -> bool:
    """Return whether one of these scripts may load others, or make some, while it runs.

    jQuery can, where another script asks for it; ``but_jquery`` leaves it out.
    """
    return any(
        _LOADS_SCRIPTS.search(script.source)
        and not (but_jquery and _JQUERY_ITSELF.search(script.source))
        for script in scripts
    )


def is_quoted(name: str, scripts: Iterable[Script]) -> bool:
    """Return whether a string begins with the name, by which a script may define it, as by
    ``namespace("name.part")``, or by ``root[key]`` in a function that is called with "name".
    """
    quoted = re.compile(rf"[\"'`]{re.escape(name)}[\"'`.]".encode())
    return any(quoted.search(script.source) for script in scripts)


def is_of_browsers(name: str) -> bool:
    """Return whether browsers give every page something of this name, or gave it once."""
    return name in listed("browser_names.txt") or _OF_A_BROWSER.match(name) is not None


@cache
def listed(file: str) -> frozenset[str]:
    """Return the names that a file beside this module lists."""
    path = Path(__file__).with_name(file)  # importlib.resources loads slowly
    lines = path.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def _decoded(names: Iterable[bytes]) -> frozenset[str]:
    return frozenset(name.decode("utf-8", "replace") for name in names)
