"""Find the names that scripts of a page surely use and nobody defines: no script, no element of the
page, no browser.

Scripts are never run. Every rule here prefers to miss a fault over reporting a sound page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..safety import nearest
from . import declared_names, javascript, javascript_names
from .script_uses import ANYWHERE, ONCE_LOADED, WHILE_LOADED, Uses

if TYPE_CHECKING:
    from .page_elements import Script

_ALIKE: Final = 0.7
"""From which ratio of common letters (difflib) a name is like another: ``getCrashes`` is like
``getCrashList``. In 649 scripts of 150 published libraries there is no such pair."""

_WORD: Final = re.compile(r"[\w$]+")
_FUNCTION: Final = re.compile(
    r"\bfunction\s++([\w$]{5,}+)|(?<![.\w$])([\w$]{5,}+)\s*+=\s*+(?:async\s++)?"
    r"(?:function\b|\([^()]{0,200}+\)\s*+=>)"
)


def undefined_names(
    scripts: Sequence[Script], called: Collection[str], known: Container[str]
) -> Iterator[tuple[Script, str]]:
    """Yield each name that nobody defines, after each script that surely uses it: while it is
    loaded, once the page is loaded, or in a function that is called then. Of other calls, yield
    those of a function that was renamed: one of a similar name is there, and nobody calls it.

    Scripts in an old dialect of Mozilla's are not looked into. If another one is not parsed, or may
    load others, nothing is certain, and nothing returned.

    Arguments:
        scripts: all that the page runs.
        called: the functions that event handlers of the page call.
        known: what scripts and elements of the page define.
    """
    parsed = _parsed(scripts)
    if parsed is None or javascript_names.may_load_others(scripts):
        return
    sure = dict.fromkeys(_surely_used(parsed, called))
    yield from (use for use in sure if _is_undefined(use[1], scripts, known))
    unsure = [
        (script, name)
        for script, uses in parsed
        for name in uses[ANYWHERE].called
        if (script, name) not in sure and _is_undefined(name, scripts, known)
    ]
    orphans = [name for name in _orphans(scripts) if name not in called] if unsure else []
    for script, name in unsure:  # none that a script looks up, as `if (window.name) { name(); }`
        if nearest(name, orphans, _ALIKE) and not any(
            name in javascript_names.members(script.source) for script in scripts
        ):
            yield script, name


def _parsed(scripts: Iterable[Script]) -> list[tuple[Script, Mapping[str, Uses]]] | None:
    """Return what each script uses, but those in an old dialect; None if one is not parsed."""
    parsed = []
    for script in scripts:
        uses = declared_names.uses_by_function(script.source)
        if uses is not None:
            parsed.append((script, uses))
        elif not javascript.is_old_dialect(script.kind):
            return None
    return parsed


def _is_undefined(name: str, scripts: Iterable[Script], known: Container[str]) -> bool:
    sources = (script.source for script in scripts)
    return not (
        name in known
        or javascript_names.is_of_browsers(name)
        or javascript_names.is_quoted(name, sources)
    )


def _orphans(scripts: Iterable[Script]) -> Iterator[str]:
    """Yield the functions that scripts define and none of them names again."""
    text = "\n".join(javascript_names.without_comments(script.source) for script in scripts)
    words = Counter(_WORD.findall(text))
    for names in _FUNCTION.findall(text):
        yield from (name for name in names if name and words[name] == 1)


def _surely_used(
    scripts: Iterable[tuple[Script, Mapping[str, Uses]]], called: Iterable[str]
) -> Iterator[tuple[Script, str]]:
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
