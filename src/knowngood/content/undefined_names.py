"""Find the names that scripts of a page surely use and nobody defines: no script, no element of the
page, no browser.

Scripts are never run. Every rule here prefers to miss a fault over reporting a sound page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import javascript
from .javascript_names import may_load_others
from .script_uses import ONCE_LOADED, WHILE_LOADED, Uses

if TYPE_CHECKING:
    from .page_elements import Script

_OF_A_BROWSER: Final = re.compile(r"on[a-z]|(?:moz|webkit|ms|Moz|WebKit|MS)[A-Z]")
"""How the names begin that are not listed in ``browser_names.txt``."""


def undefined_names(
    scripts: Sequence[Script], called: Iterable[str], known: Container[str]
) -> Iterator[tuple[Script, str]]:
    """Yield each name that nobody defines, after each script that surely uses it: while it is
    loaded, once the page is loaded, or in a function that is called then.

    Scripts in an old dialect of Mozilla's are not looked into. If another one is not parsed, or may
    load others, nothing is certain, and nothing returned.

    Arguments:
        scripts: all that the page runs.
        called: the functions that event handlers of the page call.
        known: what scripts and elements of the page define.
    """
    if may_load_others(scripts):
        return
    parsed = []
    for script in scripts:
        uses = javascript.uses_by_function(script.source)
        if uses is not None:
            parsed.append((script, uses))
        elif not javascript.is_old_dialect(script.kind):
            return
    for script, name in dict.fromkeys(_surely_used(parsed, called)):
        if name not in known and not is_of_browsers(name) and not _is_quoted(name, scripts):
            yield script, name


def is_of_browsers(name: str) -> bool:
    """Return whether browsers give every page something of this name, or gave it once."""
    return name in _of_browsers() or _OF_A_BROWSER.match(name) is not None


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


def _is_quoted(name: str, scripts: Iterable[Script]) -> bool:
    """Return whether a string begins with the name, by which a script may define it:
    ``namespace("name.part")``, ``window["name"]``.
    """
    quoted = re.compile(rf"[\"'`]{re.escape(name)}[\"'`.]".encode())
    return any(quoted.search(script.source) for script in scripts)


@cache
def _of_browsers() -> frozenset[str]:
    path = Path(__file__).with_name("browser_names.txt")  # importlib.resources loads slowly
    lines = path.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())
