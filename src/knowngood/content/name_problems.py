"""Find which names the scripts of a page use and nobody defines there, or define and nobody uses.

Scripts are never run. Every rule here prefers to miss a fault over reporting a sound page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..safety import nearest
from . import defined_names, javascript, script_text, used_names
from .script_facts import facts_if_sound, facts_of
from .script_uses import ANYWHERE

if TYPE_CHECKING:
    from .page_elements import Script

_OF_NODE: Final = frozenset({"Buffer", "exports", "module", "process", "require"})
_ALIKE: Final = 0.7
"""From which ratio of common letters (difflib) a name is like another: ``getCrashes`` is like
``getCrashList``. In 649 scripts of 150 published libraries there is no such pair."""

_RUNS_A_TEXT: Final = re.compile(rb"\s*eval\([\w$]+\)\s*;?\s*\Z")

Use = tuple["Script", str]
"""A script, and a name that it uses or declares."""


def handler_problems(handlers: Iterable[str], scripts: Sequence[Script]) -> list[str]:
    """Return the functions that event handlers call and no script defines.

    ``handlers`` are the attributes of the page's elements, such as ``init()`` of ``onload``. A text
    that a script runs may define anything: mod_pagespeed makes texts of scripts.
    """
    if any(map(_RUNS_A_TEXT.match, (script.source for script in scripts))):
        return []
    defined = defined_names.defined_by(scripts) | defined_names.listed("element_methods.txt")
    return [
        f"{name}(): the page calls it, no script defines it"
        for name in sorted(used_names.called_by(handlers))
        if _is_undefined(name, scripts, defined)
    ]


def uncalled_problems(
    name: str, definers: Iterable[Script], handlers: Iterable[str], scripts: Iterable[Script]
) -> list[str]:
    """Return the function ``name`` where one of ``definers`` defines it for the page and nothing
    calls it: neither an event handler nor one of all the page's ``scripts``.
    """
    if not any(name in defined_names.declares(script.source) for script in definers):
        return []
    if used_names.is_called(name, handlers, scripts):
        return []
    return [f"{name}(): defined, and nothing on the page calls it"]


def onload_problems(handler: str, scripts: Iterable[Script]) -> list[str]:
    """Return that a page has more than one ``onload``, of which a browser runs one.

    A script that sets one may read the other before, or call for ``handler``, which is that of the
    body, what this one calls.
    """
    called = frozenset(used_names.called_by([handler]))
    owners = ["its body"] if called else []
    for script in scripts:
        text = script_text.without_comments(script.source)
        sets = "onload" in defined_names.declared_at_the_top(script.source)
        calls = called and called <= script_text.words(script.source, names=called)
        if sets and not calls and len(re.findall(r"\bonload\b", text)) == 1:
            owners.append(script.name)
    if len(owners) < 2:
        return []
    return [f"the page has an onload of {' and of '.join(owners)}: browsers run one"]


def order_problems(scripts: Sequence[Script]) -> list[str]:
    """Return what scripts use while they are loaded and only a later script, or a later line of
    theirs, defines.

    ``scripts`` stand in the order in which a browser runs them. What browsers have themselves, such
    as ``print``, a later script may define anew; but a script that uses ``Request`` at once may
    mean the library behind it. What runs as soon as it has come may find all others there.
    """
    problems: list[str] = []
    of_browsers = defined_names.listed("browser_names.txt")
    for place, user in enumerate(script for script in scripts if not script.is_async):
        used = used_names.used_while_loaded(user.source)
        problems += _above_its_value(user, scripts[:place])
        earlier = (defined_names.may_define(script.source) for script in scripts[: place + 1])
        defined = frozenset[str]().union(*earlier)
        for later in scripts[place + 1 :]:
            jquery = defined_names.OF_JQUERY & defined_names.declared_on_window(later.source)
            where = "for which it does not wait" if later.is_async else "behind it"
            late = used & (defined_names.declared_at_the_top(later.source) | jquery) - defined
            problems += [
                f"{user.name} uses {name}, which only {later.name}, {where}, defines"
                for name in sorted(late)
                if not (name[:1].islower() and name in of_browsers)
            ]
            defined |= late
    return problems


def _above_its_value(user: Script, earlier: Iterable[Script]) -> Iterator[str]:
    """Yield what a script uses above the ``var`` that gives it a value, if no earlier one did."""
    facts = facts_if_sound(user.source)
    unset = facts.unset if facts is not None else []
    defined = defined_names.defined_by(earlier) if unset else frozenset[str]()
    for name in unset:
        if name not in defined and not defined_names.is_of_browsers(name):
            yield f"{user.name} uses {name} above the line that gives it a value"


def redeclared(scripts: Iterable[Script]) -> Iterator[Use]:
    """Yield the names that a script and one before it declare at their top, one of them by ``let``,
    ``const`` or ``class``, after the later script: browsers run nothing of that one.
    """
    lexical, declared = set[str](), set[str]()
    for script in scripts:
        if script.is_module or javascript.is_old_dialect(script.kind):
            continue
        facts = facts_of(script.source)
        if facts is not None:
            twice = declared.intersection(facts.lexical) | lexical.intersection(facts.hoisted)
            yield from ((script, name) for name in sorted(twice))
            lexical.update(facts.lexical)
            declared.update(facts.lexical, facts.hoisted)


def missing_names(
    scripts: Sequence[Script],
    handlers: Iterable[str],
    elements: Collection[str],
    elsewhere: Iterable[bytes],
) -> list[Use]:
    """Return the names that scripts of a page use and do not have there, each with all its users.

    Arguments:
        scripts: all that the page runs.
        handlers: its event handlers.
        elements: the names of its elements, each of which is a variable, too.
        elsewhere: scripts that the page does not run.
    """
    defined = defined_names.defined_by(scripts)
    missing = [
        *_only_elsewhere(scripts, defined, elsewhere),
        *_of_node(scripts, defined),
        *_undefined(scripts, used_names.called_by(handlers), defined.union(elements)),
    ]
    return list(dict.fromkeys(missing))


def _only_elsewhere(
    scripts: Sequence[Script], defined: Container[str], elsewhere: Iterable[bytes]
) -> Iterator[Use]:
    """Yield what scripts use and nowhere bind, and only those of ``elsewhere`` define.

    A page with jQuery is left out as one with any loader: functions that nobody calls came into its
    scripts from another page's, and use that one's.
    """
    if defined_names.may_load_others(scripts):
        return
    names = frozenset[str]().union(*map(defined_names.surely_declares, elsewhere))
    for name in sorted(name for name in names if name not in defined):
        for script in scripts:
            if name in used_names.used_anywhere(script.source) and used_names.only_used(
                script.source, name=name
            ):
                yield script, name


def _of_node(scripts: Sequence[Script], defined: Container[str]) -> Iterator[Use]:
    """Yield what scripts use of Node.js while they are loaded, where nothing defines it for the
    page: they were published as they are written, and no build bundled them.
    """
    for script in scripts:
        for name in sorted(_OF_NODE & used_names.used_while_loaded(script.source)):
            if name not in defined and used_names.only_used(script.source, name=name):
                yield script, name


def _undefined(
    scripts: Sequence[Script], called: Collection[str], defined: Container[str]
) -> Iterator[Use]:
    """Yield what scripts surely use and nobody defines. Of other calls, yield those of a function
    that was renamed: one of a similar name is there, and nobody calls it.

    Scripts in an old dialect of Mozilla's are not looked into. If another one is not parsed, or may
    load others, nothing is certain, and nothing returned.
    """
    parsed = used_names.parsed(scripts)
    if parsed is None or defined_names.may_load_others(scripts, but_jquery=True):
        return
    sure = dict.fromkeys(used_names.surely_used(parsed, called))
    yield from (use for use in sure if _is_undefined(use[1], scripts, defined))
    unsure = [
        (script, name)
        for script, uses in parsed
        for name in uses[ANYWHERE].called
        if (script, name) not in sure and _is_undefined(name, scripts, defined)
    ]
    orphans = [name for name in used_names.orphans(scripts) if name not in called] if unsure else []
    for script, name in unsure:  # none that a script looks up, as `if (window.name) { name(); }`
        if nearest(name, orphans, _ALIKE) and not any(
            name in script_text.members(script.source) for script in scripts
        ):
            yield script, name


def _is_undefined(name: str, scripts: Iterable[Script], defined: Container[str]) -> bool:
    return not (
        name in defined
        or defined_names.is_of_browsers(name)
        or defined_names.is_quoted(name, scripts)
    )


def lost_definitions(lost: Iterable[Script], scripts: Sequence[Script]) -> list[str]:
    """Return the names that ``lost`` scripts define, ``scripts`` use and none of them has."""
    names = frozenset[str]().union(*(defined_names.declares(script.source) for script in lost))
    used = (script_text.words(script.source, names=names) for script in scripts)
    return sorted(frozenset[str]().union(*used) - defined_names.defined_by(scripts))


def lost_keys(
    lost: Iterable[Script], inline: Iterable[Script], readers: Sequence[Script]
) -> list[str]:
    """Return the keys of objects in ``lost`` scripts that no script of ``inline`` has and
    ``readers`` read, as ``strings.title``.
    """
    theirs, ours = (
        frozenset[str]().union(*(script_text.keys(script.source) for script in side))
        for side in (lost, inline)
    )
    read = frozenset[str]().union(*(script_text.members(script.source) for script in readers))
    return sorted((theirs - ours) & read)
