"""Find what the scripts of a page call, use and define, as far as their text shows it.

Scripts are never run. Every rule here prefers to miss a fault over reporting a sound page.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import declared_names, javascript
from .result_cache import cached_by_content

if TYPE_CHECKING:
    from .page_elements import Script

_OF_A_BROWSER: Final = re.compile(r"on[a-z]|(?:moz|webkit|ms|Moz|WebKit|MS)[A-Z]")
"""How the names begin that are not listed in ``browser_names.txt``."""

_OF_NODE: Final = frozenset({"Buffer", "exports", "module", "process", "require"})
_CALL: Final = re.compile(r"\s*(?:return\s+)?([A-Za-z_$][\w$]*)\s*\(")
_KEYWORDS: Final = re.compile(
    "async|await|delete|for|function|if|import|new|return|super|switch|throw|typeof|void|while|with"
    "|yield"
)
"""Words of the language that a bracket may follow; none is a function."""

_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*+\*/|(?<![:\w\"'\\/])//[^\n]*+")
_SELECTOR: Final = re.compile(r"[#.][\w-]+")
_LOOK_UP: Final = (
    r"""(?:\bgetElementById|\bquerySelector|(?<![\w$])\$|\bjQuery)\(\s*+["']([^"'\n]*+)["']\s*+\)"""
)
_ASKED: Final = re.compile(
    rf"\bif\s*+\(\s*+!?\s*+[\w$.]*?{_LOOK_UP}\s*+[)&|]"  # if (document.getElementById("a"))
    rf"|{_LOOK_UP}(?:\.length\b|\?\.)"
    # a = document.getElementById("a"); if (!a)
    rf"|([\w$]++)\s*+=\s*+[\w$.]*?{_LOOK_UP}\s*+;?\s*+if\s*+\(\s*+!?\s*+\3\s*+[)&|]"
)
"""A script looks an element up and asks whether it is there."""
LITERAL: Final = re.compile(r"""(["'])((?:(?!\1)[^\\\n]|\\.)*+)(?:\1(\s*:)?)?""")
"""A string of a script, and the colon after it where it is a key."""

_KEY: Final = re.compile(r"[{,]\s*([A-Za-z_$][\w$]*)\s*:")
_MEMBER: Final = re.compile(r"\.\s*([A-Za-z_$][\w$]*)")
_SETS: Final = re.compile(
    rb"""\.([\w$]++)\s*+(?:\|\||\?\?)?=(?![=>])"""  # o.name =
    rb"""|["']([\w$]++)["']\s*+[\]:,]"""  # o["name"] =, {"name": …}, f(o, "name", …)
    rb"""|(?<=[{,])\s*+([\w$]++)\s*+(?=[:,}]|\([^()]{0,200}+\)\s*+\{)"""  # {name: …}, {name() {…}}
    rb"""|(?<!\bvar\s)(?<!\blet\s)(?<!\bconst\s)(?<![.\w$])([\w$]++)\s*+=(?![=>])"""  # name =
)
_JQUERY: Final = re.compile(rb"\bjquery:\s*[\w$\"']")  # the version in jQuery itself
_LOADS_SCRIPTS: Final = re.compile(
    rb"createElement\(\s*[\"']script|document\.write|\bimport\s*\(|\brequire\b|[gG]etScript\b|\beval\b"
)


def is_of_browsers(name: str) -> bool:
    """Return whether browsers give every page something of this name, or gave it once."""
    return name in _listed("browser_names.txt") or _OF_A_BROWSER.match(name) is not None


@cache
def _listed(file: str) -> frozenset[str]:
    path = Path(__file__).with_name(file)  # importlib.resources loads slowly
    lines = path.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def may_define(source: bytes) -> frozenset[str]:
    """Return the names that a script may give the whole page: it declares or sets them, if only in
    some cases, as ``if (!window.app) { var app = {}; }``.
    """
    return declared_names.may_declare(source) | may_set(source)


def defined_by(scripts: Iterable[Script]) -> frozenset[str]:
    """Return the names that the scripts of a page may define. What a module declares is its own."""
    return frozenset[str]().union(
        *((may_set if script.is_module else may_define)(script.source) for script in scripts)
    )


@cached_by_content
def may_set(source: bytes) -> frozenset[str]:
    """Return the names that a script sets in any way, as ``root.name = …`` or ``{name: …}``.

    What ``root`` is, only the call says: bundlers pass ``window`` as ``this`` or a parameter.
    """
    names = {name for match in _SETS.findall(source) for name in match if name}
    return frozenset(name.decode("utf-8", "replace") for name in names)


def handler_problems(handlers: Iterable[str], sources: Sequence[bytes]) -> list[str]:
    """Return the functions that event handlers call and no script defines.

    Arguments:
        handlers: the attributes of the page's elements, such as ``init()`` of ``onload``.
        sources: the scripts that the page runs.
    """
    defined = _listed("element_methods.txt").union(*map(may_define, sources))
    return [
        f"{name}(): the page calls it, no script defines it"
        for name in sorted(called_by(handlers) - defined)
        if not (is_of_browsers(name) or is_quoted(name, sources))
    ]


def is_quoted(name: str, sources: Iterable[bytes]) -> bool:
    """Return whether a string begins with the name, by which a script may define it, as by
    ``namespace("name.part")``, or by ``root[key]`` in a function that is called with "name".
    """
    return any(map(re.compile(rf"[\"'`]{re.escape(name)}[\"'`.]".encode()).search, sources))


def called_by(handlers: Iterable[str]) -> set[str]:
    """Return the functions that event handlers call first."""
    calls = filter(None, map(_CALL.match, handlers))
    return {call[1] for call in calls if not _KEYWORDS.fullmatch(call[1])}


def may_load_others(scripts: Iterable[Script]) -> bool:
    """Return whether one of these scripts may load others, or make some, while it runs. jQuery can,
    where another script asks for it.
    """
    return any(
        _LOADS_SCRIPTS.search(script.source) and not _JQUERY.search(script.source)
        for script in scripts
    )


def order_problems(scripts: Sequence[Script]) -> list[str]:
    """Return what scripts use while they are loaded and only a later script defines.

    ``scripts`` stand in the order in which a browser runs them. What browsers have themselves, such
    as ``print``, a later script may define anew; but a script that uses ``Request`` at once may
    mean the library behind it.
    """
    problems = []
    for place, user in enumerate(scripts):
        used = declared_names.used_while_loaded(user.source)
        earlier = (may_define(script.source) for script in scripts[: place + 1])
        defined = frozenset[str]().union(*earlier)
        for later in scripts[place + 1 :]:
            on_window = declared_names.OF_JQUERY & declared_names.declared_on_window(later.source)
            late = used & (declared_names.declared_at_the_top(later.source) | on_window) - defined
            problems += [
                f"{user.name} uses {name}, which only {later.name}, behind it, defines"
                for name in sorted(late)
                if not (name[:1].islower() and name in _listed("browser_names.txt"))
            ]
            defined |= late
    return problems


def missing_definitions(
    scripts: Sequence[Script], defined: Container[str], elsewhere: Iterable[str]
) -> Iterator[tuple[Script, str]]:
    """Yield which names of ``elsewhere`` nothing defines, by name, and each script that uses one.

    Arguments:
        scripts: those that the page runs.
        defined: what they define for the page.
        elsewhere: what scripts define that the page does not run.

    A page with jQuery is left out as one with any loader: functions that nobody calls came into its
    scripts from another page's, and use that one's.
    """
    if any(_LOADS_SCRIPTS.search(script.source) for script in scripts):
        return
    for name in sorted({name for name in elsewhere if name not in defined}):
        word = name.encode()
        for script in scripts:
            if word in script.source and _only_used(script.source, name=name):
                yield script, name


def names_of_node(
    scripts: Sequence[Script], defined: Container[str]
) -> Iterator[tuple[Script, str]]:
    """Yield each script that uses a name of Node.js while it is loaded, and the name, where nothing
    defines it for the page: the script was published as it is written, and no build bundled it.
    """
    for script in scripts:
        for name in sorted(_OF_NODE & declared_names.used_while_loaded(script.source)):
            if name not in defined and _only_used(script.source, name=name):
                yield script, name


@cached_by_content
def _only_used(source: bytes, *, name: str) -> bool:
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


def lost_definitions(lost: Iterable[bytes], sources: Sequence[bytes]) -> list[str]:
    """Return the names that ``lost`` scripts define, ``sources`` use and none of them has."""
    names = frozenset[str]().union(*map(declared_names.declares, lost))
    defined = frozenset[str]().union(*map(may_define, sources))
    words = {word for source in sources for word in _words(source, names=names)}
    return sorted((names & words) - defined)


def lost_keys(
    lost: Iterable[bytes], inline: Iterable[bytes], readers: Sequence[bytes]
) -> list[str]:
    """Return the keys of objects in ``lost`` scripts that no script of ``inline`` has and
    ``readers`` read, as ``strings.title``.
    """
    keys = frozenset[str]().union(*map(_keys, lost)).difference(*map(_keys, inline))
    return sorted(name for name in keys if any(name in members(source) for source in readers))


@cached_by_content
def _keys(source: bytes) -> frozenset[str]:
    """Return the keys of the object literals of a small script. Keys may stand in quotes."""
    bare = LITERAL.sub(lambda text: f"{text[2]}:" if text[3] else "0", without_comments(source))
    return frozenset(_KEY.findall(bare))


@cached_by_content
def members(source: bytes) -> frozenset[str]:
    """Return the names that a script looks up in something, as ``name`` of ``window.name``."""
    return frozenset(_MEMBER.findall(without_comments(source)))


@cached_by_content
def _words(source: bytes, *, names: frozenset[str]) -> frozenset[str]:
    """Return those of ``names`` that stand in a script as a word, but in its comments."""
    return names.intersection(re.findall(r"[\w$]+", without_comments(source)))


def uncalled_problems(
    name: str, definers: Iterable[bytes], handlers: Iterable[str], sources: Iterable[bytes]
) -> list[str]:
    """Return the function ``name`` where one of ``definers`` defines it for the page and nothing
    calls it: neither an event handler nor one of all the page's ``sources``.
    """
    if not any(name in declared_names.declares(source) for source in definers):
        return []
    # onload="init" names the function, and does not call it
    handed_on = re.compile(rf"(?!\s*{name}[\s;]*\Z).*(?<![\w$]){name}(?![\w$])", re.S)
    is_called = any(map(handed_on.match, handlers)) or any(
        _calls(source, name=name) for source in sources
    )
    return [] if is_called else [f"{name}(): defined, and nothing on the page calls it"]


@cached_by_content
def selectors(source: bytes) -> frozenset[str]:
    """Return every CSS selector of an id or class that string literals of a script may name.

    ``"menu"`` may be an id that the script looks up: it counts as ``#menu``.
    """
    texts = javascript.strings(source)
    return frozenset(
        selector for text in texts for selector in (f"#{text}", *_SELECTOR.findall(text))
    )


@cached_by_content
def needed_selectors(source: bytes) -> frozenset[str]:
    """Return these ``selectors`` but for those of elements that the script does without: it asks
    whether they are there, as for a survey in one language.
    """
    text = without_comments(source)
    asked = {name for match in _ASKED.findall(text) for name in (match[0], match[1], match[3])}
    return selectors(source).difference(*((f"#{name}", *_SELECTOR.findall(name)) for name in asked))


def reads_fragments(source: bytes) -> bool:
    """Return whether a script may act on the fragments of URLs by itself."""
    return re.search(rb"\b(?:on)?hash(?:change)?\b|\bhref\b|:target", source) is not None


def names_file(path: str, sources: Iterable[bytes]) -> bool:
    """Return whether a source names a file, as ``config.json`` or as ``"config" + ".json"``."""
    stem, _, ending = path.rpartition("/")[2].partition(".")
    name = re.compile(rf"{re.escape(stem)}\W{{0,9}}{re.escape(ending)}".encode())
    return any(name.search(source) for source in sources)


def without_comments(source: bytes) -> str:
    """Return the text of a script but for its comments."""
    return _COMMENT.sub("", source.decode("utf-8", "replace"))


@cached_by_content
def _calls(source: bytes, *, name: str) -> bool:
    """Return whether a script names a function of the page.

    Its declaration does not count, nor a key of this name. A script that has another function
    of this name for itself calls that one.
    """
    text = without_comments(source)
    declaration = rf"\bfunction\s+{name}\b|(?<![\w$.]){name}\s*=(?!=)"
    for_itself = len(re.findall(declaration, text)) > (name in declared_names.declares(source))
    elsewhere = re.sub(declaration, "", text)
    return not for_itself and re.search(rf"(?<![\w$.]){name}\b(?!\s*:)", elsewhere) is not None
