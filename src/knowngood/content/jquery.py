"""Find what scripts use of jQuery and its plug-ins, as far as their text shows it.

Scripts are never run. Every rule here prefers to miss a fault over reporting a sound page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .defined_names import declared_at_the_top, may_define, may_set
from .result_cache import cached_by_content
from .script_text import without_comments
from .used_names import used_while_loaded

if TYPE_CHECKING:
    from .page_elements import Script

_DEFINES: Final = re.compile(
    r"(?<![\w$])\$\s*=(?!=)|\[[\"']\$[\"']\]\s*=|\bfunction\s+\$\s*\(|\bimport\b[^;\"']{0,99}\$"
)
# function ($) {, ($) =>, ($, undefined) {
_TAKES: Final = re.compile(r"\(\s*\$\s*[,)]\s*(?:\{|=>|\w)")
# A `$` before what jQuery does not take may end a regular expression, with a group behind it.
_USES: Final = re.compile(
    r"(?<![\w$.])\$(?:[.](?!fn\b)(\w+)\(|\((?=\s*(?:[\"'`]|document\b|window\b|this\b|function\b)))"
)

_GUARD: Final = re.compile(
    r"(?:\bif\s*\([^()]*\$\.\w[^()]*\)\s*\{?[^{}]*|\$\.\w+\s*(?:&&|\?)[^;{}]*)\Z"
)
_GUARD_AWAY: Final = 300  # characters between a guard and what it guards

_ITSELF: Final = re.compile(rb"\s*/\*!\s*\*?\s*jQuery (?:JavaScript Library )?v\d")
"""How jQuery's own file begins; a bundle that has jQuery within it keeps it for itself."""
_PLUGS_IN: Final = re.compile(rb"\(\s*(?:\w+\.)?jQuery\s*[,)]")
"""A script hands the jQuery of that moment to a function: ``(function ($) {…})(jQuery)``."""
_PLUG_IN: Final = re.compile(
    r"[;!(+~\s]*function\s*\([\s\w$,]*\)\s*\{.*\}\s*\)?\s*\(\s*jQuery\s*\)[\s);]*\Z", re.S
)
_HANDED: Final = re.compile(r"\}\s*\)?\s*\(\s*jQuery\s*\)")
"""A plug-in begins with a function, to which it hands jQuery by its name, at once."""
_KEEPS: Final = re.compile(
    rb"\bnoConflict\s*\(|(?<![\w$])(?!(?:jQuery|\$)\s*=)[\w$]+\s*=\s*(?:\w+\.)?(?:jQuery|\$)\s*[;,\n]"
)
"""A script keeps one jQuery beside another, on purpose."""

_GIVES_BACK: Final = re.compile(
    r"(?:\A|[;}])\s*(?:window\.)?(?:jQuery|\$)\.noConflict\(\s*\);?\s*\Z"
)
"""A script ends by giving ``$`` back to whoever had it, and nobody keeps what that returns."""

_OF_ITS_OWN: Final = re.compile(rb"\bfunction\s+\$\s*\(")
_BINDS: Final = re.compile(rb"[(,]\s*\$\s*[,)]|(?<![\w$.])\$\s*=(?!=)")
"""``$`` may be a script's own: it is a parameter, or has a value."""


def problems(sources: Sequence[bytes]) -> list[str]:
    """Return what scripts use of jQuery and its plug-ins and no script of the page defines."""
    used = frozenset[str]().union(*map(_used, sources))
    plugins = used - {""}
    defined = {name for source in sources for name in _otherwise_named(source, names=plugins)}
    missing = sorted(f"$.{name}" for name in plugins - defined)
    if "" in used and not any(_defines(source) for source in sources):
        users = [source for source in sources if "" in _used(source)]
        missing += ["$"] if not all(_takes(source) for source in users) else []
    naming = [source for source in sources if _names_jquery(source)]
    missing += ["jQuery"] if naming and all(map(_only_plugs_in, naming)) and not missing else []
    return [f"{name}: a script uses it, none defines it" for name in missing]


def replaced_problems(scripts: Sequence[Script]) -> list[str]:
    """Return what a script uses of jQuery behind one that takes ``$`` away from it, or of a plug-in
    behind a second jQuery, which does not have it: the plug-in is one of the first's.

    ``scripts`` stand in the order in which a browser runs them.
    """
    places = [place for place, script in enumerate(scripts) if _takes_dollar(script.source)]
    others = [script.source for script in scripts if not _ITSELF.match(script.source)]
    if len(places) < 2 or any(map(_KEEPS.search, others)):
        return _given_back(scripts)
    last = scripts[places[-1]]
    before = [script.source for script in scripts[: places[-1]]]
    behind = [script.source for script in scripts[places[-1] :]]
    jquery = (text for text in before if _PLUGS_IN.search(text) or _ITSELF.match(text))
    plugged = frozenset[str]().union(*map(may_set, jquery))
    there = frozenset[str]().union(*map(may_set, behind))
    again = _ITSELF.match(last.source) is not None
    users = (text for text in behind if again or not _BINDS.search(text))
    used = frozenset[str]().union(*map(_used, users))
    does = "loads jQuery again" if again else "defines $ anew"
    return [
        f"$.{name}: {last.name} {does} behind the script that gave it {name}"
        for name in sorted(used & plugged - there)
    ]


def _given_back(scripts: Sequence[Script]) -> list[str]:
    """Return the scripts that use ``$`` at once behind ``jQuery.noConflict()``, where only jQuery
    ever had it.
    """
    owners = [place for place, script in enumerate(scripts) if "$" in may_define(script.source)]
    behind = scripts[owners[0] :] if len(owners) == 1 else ()
    giving = (n for n, script in enumerate(behind, 1) if _gives_back(script.source))
    users = behind[next(giving, len(behind)) :]
    return [
        f"$: {user.name} uses it, and jQuery.noConflict() took it away"
        for user in users
        if "$" in used_while_loaded(user.source)
    ]


@cached_by_content
def _gives_back(source: bytes) -> bool:
    return _GIVES_BACK.search(without_comments(source)) is not None


def _takes_dollar(source: bytes) -> bool:
    """Return whether a script is jQuery itself, or has another function ``$`` at its top."""
    if _ITSELF.match(source):
        return True
    return _OF_ITS_OWN.search(source) is not None and "$" in declared_at_the_top(source)


@cached_by_content
def _used(source: bytes) -> frozenset[str]:
    """Return the names that a script calls of jQuery, with "" for ``$`` itself."""
    text = without_comments(source)
    uses = _USES.finditer(text)
    return frozenset(
        use[1] or "" for use in uses if not (use[1] and _is_guarded(text, use.start()))
    )


def _is_guarded(text: str, place: int) -> bool:
    """Return whether a script looks for a plug-in right before it uses another function of it:
    ``$.blockUI && $.unblockUI()``, ``if ($.blockUI) { $.unblockUI(); }``.
    """
    return _GUARD.search(text[max(0, place - _GUARD_AWAY) : place]) is not None


@cached_by_content
def _names_jquery(source: bytes) -> bool:
    """Return whether a script has the name, also in that of a file."""
    return b"jquery" in source.lower() and "jquery" in without_comments(source).lower()


@cached_by_content
def _only_plugs_in(source: bytes) -> bool:
    """Return whether a script is a plug-in, and asks nowhere whether jQuery is there."""
    text = without_comments(source)
    is_plug_in = _PLUG_IN.match(text) is not None
    return is_plug_in and text.lower().count("jquery") == len(_HANDED.findall(text))


@cached_by_content
def _otherwise_named(source: bytes, *, names: frozenset[str]) -> frozenset[str]:
    """Return those of ``names`` that a script has other than as a call of jQuery's."""
    if not names:
        return names
    other_code = _USES.sub("", without_comments(source))
    return names.intersection(re.findall(r"\w+", other_code))


@cached_by_content
def _defines(source: bytes) -> bool:
    return _DEFINES.search(without_comments(source)) is not None


@cached_by_content
def _takes(source: bytes) -> bool:
    """Return whether a function of the script takes ``$`` as its argument, whoever calls it."""
    return _TAKES.search(without_comments(source)) is not None
