"""Which names scripts and event handlers use, as far as their text shows it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from . import defined_names, javascript
from .result_cache import cached_by_content
from .script_facts import facts_if_sound
from .script_text import LITERAL, without_comments
from .script_uses import ANYWHERE, ONCE_LOADED, WHILE_LOADED, Uses

if TYPE_CHECKING:
    from .page_elements import Script

_CALL: Final = re.compile(r"\s*(?:return\s+)?([A-Za-z_$][\w$]*)\s*\(")
_KEYWORDS: Final = re.compile(
    "async|await|delete|for|function|if|import|new|return|super|switch|throw|typeof|void|while|with"
    "|yield"
)
"""Words of the language that a bracket may follow; none is a function."""

_WORD: Final = re.compile(r"[\w$]+")
_FUNCTION: Final = re.compile(
    r"\bfunction\s++([\w$]{5,}+)|(?<![.\w$])([\w$]{5,}+)\s*+=\s*+(?:async\s++)?"
    r"(?:function\b|\([^()]{0,200}+\)\s*+=>)"
)

UsesByFunction = dict[str, Uses]
"""By function of a script's top, what a call of it needs of other scripts; with the keys of
:mod:`.script_uses`."""


def used_while_loaded(source: bytes) -> frozenset[str]:
    """Return the names that a script needs of other scripts while it is loaded, as far as it is
    parsed.
    """
    facts = facts_if_sound(source)
    return frozenset(facts.uses[WHILE_LOADED].used if facts is not None else ())


def used_anywhere(source: bytes) -> frozenset[str]:
    """Return the names that a script uses and nowhere binds, as far as it is parsed."""
    facts = facts_if_sound(source)
    return frozenset(facts.uses[ANYWHERE].used if facts is not None else ())


def parsed(scripts: Iterable[Script]) -> list[tuple[Script, UsesByFunction]] | None:
    """Return what scripts use, but those in an old dialect; None if another is not parsed."""
    by_script = []
    for script in scripts:
        facts = facts_if_sound(script.source)
        if facts is not None:
            by_script.append((script, facts.uses))
        elif not javascript.is_old_dialect(script.kind):
            return None
    return by_script


def surely_used(
    scripts: Iterable[tuple[Script, UsesByFunction]], called: Iterable[str]
) -> Iterator[tuple[Script, str]]:
    """Yield the names that scripts surely use, after the script: while they are loaded, once the
    page is loaded, or in a function that is called then. Handlers call those of ``called``.
    """
    reached: list[tuple[Script, Uses]] = []
    functions: defaultdict[str, list[tuple[Script, Uses]]] = defaultdict(list)
    for script, uses in scripts:
        reached += [(script, uses[part]) for part in (WHILE_LOADED, ONCE_LOADED)]
        for name, part in uses.items() if not script.is_module else ():
            functions[name].append((script, part))
    waiting = list(called)
    while reached or waiting:
        for script, part in reached:
            yield from ((script, name) for name in part.used)
            waiting += part.called
        definitions = functions.pop(waiting.pop(), []) if waiting else []
        reached = definitions if len(definitions) == 1 else []  # of several, the last one counts


def orphans(scripts: Iterable[Script]) -> Iterator[str]:
    """Yield the functions that scripts define and none of them names again."""
    text = "\n".join(without_comments(script.source) for script in scripts)
    words = Counter(_WORD.findall(text))
    for names in _FUNCTION.findall(text):
        yield from (name for name in names if name and words[name] == 1)


def called_by(handlers: Iterable[str]) -> set[str]:
    """Return the functions that event handlers call first."""
    calls = filter(None, map(_CALL.match, handlers))
    return {call[1] for call in calls if not _KEYWORDS.fullmatch(call[1])}


def is_called(name: str, handlers: Iterable[str], scripts: Iterable[Script]) -> bool:
    """Return whether a function is named where it may be called: by an event handler or a script.
    ``onload="init"`` names the function, and does not call it.
    """
    named = re.compile(rf"(?!\s*{name}[\s;]*\Z).*(?<![\w$]){name}(?![\w$])", re.S)
    return any(map(named.match, handlers)) or any(_calls(s.source, name=name) for s in scripts)


@cached_by_content
def _calls(source: bytes, *, name: str) -> bool:
    """Return whether a script names a function of the page.

    Its declaration does not count, nor a key of this name. A script that has another function
    of this name for itself calls that one.
    """
    text = without_comments(source)
    declaration = rf"\bfunction\s+{name}\b|(?<![\w$.]){name}\s*=(?!=)"
    for_itself = len(re.findall(declaration, text)) > (name in defined_names.declares(source))
    elsewhere = re.sub(declaration, "", text)
    return not for_itself and re.search(rf"(?<![\w$.]){name}\b(?!\s*:)", elsewhere) is not None


@cached_by_content
def only_used(source: bytes, *, name: str) -> bool:
    """Return whether a script calls or looks into ``name``, and does nothing else with it: it
    neither binds it, nor asks whether it is there.
    """
    text = LITERAL.sub("0", without_comments(source))
    word = re.escape(name)
    if re.search(rf"\btypeof\s+{word}\b|\b(?:window|self|globalThis)\.{word}\b", text):
        return False
    uses = re.findall(rf"(?<![\w$.]){word}(?![\w$])\s*([.(]?)", text)
    calls_itself = re.search(rf"\bfunction\s+{word}\b|(?<![\w$.]){word}\s*\([^()]*\)\s*\{{", text)
    return bool(uses) and all(uses) and not calls_itself
