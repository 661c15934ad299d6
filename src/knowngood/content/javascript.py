"""Read scripts without running them: whether one is whole, and what it holds.

One that is too large to be parsed (:mod:`.script_facts`) is read token by token
(:mod:`.javascript_lexer`). Its names: :mod:`.defined_names`, :mod:`.used_names`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from typing import Final

from . import media_types
from .module_names import ModuleNames
from .newer_syntax import FIRST_FIREFOX
from .result_cache import cached_by_content
from .script_facts import facts_if_sound, facts_of

_WRITTEN: Final = {
    "class_static_block": "static {}",
    "field_definition": "a field of a class",
    "optional_chain": "?.",
    "private_property_identifier": "a #name",
    "template_string": "`",
}
"""Names in messages for nodes that tree-sitter calls otherwise."""

_OLD_DIALECT: Final = re.compile(r";\s*version\s*=\s*[\"']?1\.", re.I)


def is_javascript(kind: str) -> bool:
    """Return whether a browser runs a script element with this ``type`` attribute."""
    return not kind.strip() or is_module(kind) or media_types.is_javascript(kind)


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
    facts = facts_if_sound(source)
    if facts is None or facts.module is None:
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
    facts = facts_if_sound(source)
    return facts.imports if facts is not None else []


def module_names(source: bytes) -> ModuleNames | None:
    """Return the names that a module imports and exports; None if it does not parse."""
    facts = facts_if_sound(source)
    return facts.module_names if facts is not None else None


@cached_by_content
def strings(source: bytes) -> tuple[str, ...]:
    """Return every string literal of ``source`` that is not empty and needs no unescaping, in
    order. A template counts if nothing is put into it: else only the page knows what it says.
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


def too_new(source: bytes, firefox: int, known: Container[str] = ()) -> list[str]:
    """Return what of ``source`` this version of Firefox does not read, each in one line. The list
    is empty for a script that is not parsed, and leaves out ``known``, which names nodes of
    ``FIRST_FIREFOX``.
    """
    facts = facts_if_sound(source)
    new = facts.new if facts is not None else {}
    return [
        f"line {line}: {_WRITTEN.get(node, node)} needs Firefox {FIRST_FIREFOX[node]}, users have "
        f"{firefox}"
        for node, line in new.items()
        if FIRST_FIREFOX[node] > firefox and node not in known
    ]
