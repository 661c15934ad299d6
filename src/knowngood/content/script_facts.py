"""Parse scripts, within limits of memory and time.

A small script is parsed here with tree-sitter, a larger one in :mod:`.sandbox`, and a still larger
one not at all.
"""

from __future__ import annotations

import json
from typing import Final

from . import sandbox
from .module_names import ModuleNames
from .result_cache import cached_within
from .sandbox_program import ScriptFacts, parse_javascript
from .script_uses import Uses

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

_SCRIPTS: Final = 512
_CHARACTERS: Final = 4_000_000
"""How many scripts' facts are kept, and how many characters these may have: the 312 scripts that a
page of Streamlit loads, 11 MB, have 3.6 million. To parse these took 43 s, so once is enough."""


def facts_of(source: bytes) -> ScriptFacts | None:
    """Return what parsing ``source`` finds; None for a script that takes too much to be parsed."""
    return _facts(source) if len(source) <= PARSED else None


def facts_if_sound(source: bytes) -> ScriptFacts | None:
    """Return the same for a script that parses without an error; None for any other."""
    facts = facts_of(source)
    return facts if facts is not None and facts.error is None else None


def needs_sandbox(source: bytes) -> bool:
    """Return whether ``source`` is parsed in another process, which takes a while."""
    return SMALL < len(source) <= PARSED


@cached_within(_SCRIPTS, _CHARACTERS)
def _facts(source: bytes) -> ScriptFacts | None:
    return _facts_in_sandbox(source) if needs_sandbox(source) else parse_javascript(source)


def _facts_in_sandbox(source: bytes) -> ScriptFacts | None:
    try:
        facts = ScriptFacts(*json.loads(sandbox.parse("javascript", source, TREE)))
    except sandbox.SandboxLimit:
        return None
    uses = {part: Uses(*names) for part, names in facts.uses.items()}
    return facts._replace(uses=uses, module_names=ModuleNames(*facts.module_names))
