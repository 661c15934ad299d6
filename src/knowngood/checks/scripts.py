"""Ready-made claims about the scripts of a page, and what they need of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from ..content import (
    javascript,
    page_elements,
    script_text,
    settings_scripts,
    translated_scripts,
)
from ..content.problem import Aspect, Problem
from ..content.written_urls import SCRIPT_KINDS
from ..fetch import read_once, respond
from .running_scripts import inline_scripts, inline_sources, running, scripts_of

if TYPE_CHECKING:
    from ..fetch import Resource, Response

_SHOWN: Final = 60  # characters of a script that a message quotes

_IMPORTS_BY_NAME: Final = re.compile(rb"\bimport\s*\(\s*[A-Za-z_$]")

_SEVERAL: Final = 3  # elements: without one or two, a page is still the same

_OF_OLD_DIALECTS: Final = ("let", "for (const of)")
"""What Mozilla's dialects had years before the standard, as ``javascript.too_new`` names it."""

ScriptJudge = Callable[[bytes, str], str | None]
"""Returns why a script is not whole, by its source and the ``type`` of its element."""


def script_sources(page: Response, resources: Iterable[Resource]) -> list[bytes]:
    """Return the sources of the scripts that a browser runs on the page, except on other hosts."""
    return running(page, resources).sources


def unnamed_words(page: Response, resources: Iterable[Resource], words: Iterable[str]) -> list[str]:
    """Return those of ``words`` that no script of the page has as code or text; a comment does not
    count. A word is letters, digits, ``_`` and ``$``.
    """
    names = dict.fromkeys(words)
    wanted, sources = frozenset(names), script_sources(page, resources)
    named = set[str]().union(*(script_text.words(source, names=wanted) for source in sources))
    return [name for name in names if name not in named]


def script_type_problems(page: Response) -> list[str]:
    """Return the script files of the page that no browser runs, for their ``type`` or since they
    are for browsers without modules.
    """
    return [f"{element}: {why}" for element, why in page_elements.not_run(page.html)]


def repeated_script_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the script files that a browser runs twice on the page: what they do on a click, they
    do twice. Modules run once, and a script that acts on its place may stand in several.
    """
    times = Counter(script.url for script in scripts_of(page) if not script.is_module)
    again = {
        script.url: script.name
        for script in running(page, resources).scripts
        if script.url and times[script.url] > 1 and not script_text.reads_its_place(script.source)
    }
    return [f"the page runs {name} {times[url]} times" for url, name in again.items()]


def inline_script_problems(page: Response, judge: ScriptJudge | None = None) -> list[str]:
    """Return why scripts that stand in the page do not parse, or which of their settings were not
    filled in. Those of events, such as ``onload="init()"``, count, too, and JSON for scripts.
    ``judge`` knows other dialects.
    """
    troubles = [
        judged(script.source, script.kind, judge) or settings_scripts.unfilled(script.source)
        if script.source.strip()
        else None
        for script in inline_scripts(page)
    ]
    return [
        *(f"inline script {n}: {why}" for n, why in enumerate(troubles, 1) if why),
        *(
            f"the script of an event does not parse: {handler[:_SHOWN]}"
            for handler in page_elements.handlers(page.html)
            if javascript.trouble(b"(function (event) {%s\n});" % handler.encode())
        ),
        *page_elements.unreadable_data(page.html),
    ]


def new_syntax_problems(
    script: Resource, firefox: int, rewrite: Callable[[bytes], bytes] | None = None
) -> list[str]:
    """Return what the script has that this version of Firefox cannot read, with its line. Modules
    are not for old browsers. Mozilla's own dialects had ``let`` and ``const`` before all others;
    ``rewrite`` puts one of their scripts into words of today, line by line.
    """
    if script.kind != "script" or javascript.is_module(script.type):
        return []
    source = script.response.content
    if rewrite and javascript.is_old_dialect(script.type):
        source = rewrite(source)
    return _too_new(source, script.type, firefox)


def inline_new_syntax_problems(page: Response, firefox: int) -> list[str]:
    """Return what scripts that stand in the page have that this version of Firefox cannot read."""
    return [
        f"inline script {n}: {feature}"
        for n, script in enumerate(inline_scripts(page), 1)
        if not script.is_module
        for feature in _too_new(script.source, script.kind, firefox)
    ]


def _too_new(source: bytes, kind: str, firefox: int) -> list[str]:
    known = _OF_OLD_DIALECTS if javascript.is_old_dialect(kind) else ()
    return javascript.too_new(source, firefox, known)


def fragment_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the links to a place in the page that no element has.

    The list is empty if a script lies on another host or reads fragments itself: nothing is certain
    then. An element that a script names may be one that it makes.
    """
    scripts = running(page, resources)
    dead = list(page_elements.dead_fragments(page.html))
    if not dead or not scripts.complete:
        return []
    if any(map(script_text.reads_fragments, scripts.sources)):
        return []
    made = frozenset[str]().union(*map(script_text.selectors, scripts.sources))
    return [
        f'<a href="#{name}">: no element of the page has this id'
        for name in dead
        if f"#{name}" not in made
    ]


def element_problems(page: Response, model: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the ids and classes that scripts of ``model`` name, and that ``page`` lacks, has
    disabled or hidden, or has exchanged. It may lack what a script asks for before it uses it; but
    one that lacks all is another page. ``model`` is the same page in another language.
    """
    sources = script_sources(model, resources)
    named = set[str]().union(*map(script_text.selectors, sources))
    needed = set[str]().union(*map(script_text.needed_selectors, sources))
    there = _selectors(model) & needed
    lost = sorted(there - _selectors(page))
    if len(lost) == len(there) >= _SEVERAL:
        line = f"none of the {len(lost)} elements that scripts look for is there, as {lost[0]}: "
        return [Problem(f"{line}another page came in its place, or half of it", Aspect.SERVER_PAGE)]
    return [
        *(
            f"no element {selector}, which scripts look for and {model.path} has"
            for selector in lost
        ),
        *_state_problems(page, model, named),
    ]


def _state_problems(page: Response, model: Response, named: Container[str]) -> Iterator[str]:
    ours, theirs = _states(page), _states(model)
    both = [name for name in theirs if name in ours and f"#{name}" in named]
    changed = {(theirs[name].tag, ours[name].tag): name for name in both}
    for name in both:
        our, their = ours[name], theirs[name]
        if our.is_disabled and not their.is_disabled:
            yield f"#{name} is disabled, and not in {model.path}"
        if our.is_hidden and not their.is_hidden:
            yield f"the first #{name} stands in what is hidden, and not in {model.path}"
        other = changed.get((our.tag, their.tag), name)
        if name < other and our.tag != their.tag:
            yield f"#{name} is <{our.tag}> and #{other} <{their.tag}>: exchanged in {model.path}"


def mount_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return that no empty element of the page has an id, or a name of its own as ``<app-root>``,
    that its scripts name: an application, as of React, Vue or Angular, has nowhere to show itself.
    If a script lies on another host, nothing is certain, and nothing returned.
    """
    named = _named_by_scripts(page, resources)
    if named is None or any(f"#{name}" in named for name in page_elements.fillable(page.html)):
        return []
    return ["the page lacks the element that its scripts fill: no empty one has a name they use"]


def root_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return that the page lacks the element in which a framework, as Nuxt or Next.js, goes on with
    what the server drew, and that its scripts name: no button works. If a script lies on another
    host, nothing is certain, and nothing returned.
    """
    named = _named_by_scripts(page, resources) or ()
    lost = [name for name in page_elements.ROOTS if f"#{name}" in named]
    if not lost or any(page.html.css_first(f'[id="{name}"]') is not None for name in lost):
        return []
    return [f"no element has the id {lost[0]}, by which scripts find what the server drew"]


def _named_by_scripts(page: Response, resources: Iterable[Resource]) -> frozenset[str] | None:
    """Return the ids and classes that the page's scripts name; None if one lies on another host, or
    is imported by a name that only runs tell.
    """
    files = [file for file in resources if file.page == str(page.url) and file.kind in SCRIPT_KINDS]
    inline = inline_sources(page)
    if any(file.exchange is None for file in files) or any(map(_IMPORTS_BY_NAME.search, inline)):
        return None
    sources = [*inline, *(file.response.content for file in files)]
    return frozenset[str]().union(*map(script_text.selectors, sources))


def is_translation(file: Resource, model: Resource) -> bool:
    """Return whether a script or a JSON document differs from ``model``, the same file of another
    language, in its texts alone: pages may have theirs in a file beside them.
    """
    return file.kind in ("script", "json") and translated_scripts.is_translation(
        file.response.content, model.response.content, file.response.path
    )


def scripts_name_file(path: str, pages: Iterable[Response], resources: Iterable[Resource]) -> bool:
    """Return whether pages or their scripts name the file at ``path``. True also if a script is
    missing, since that one may name it.
    """
    scripts = [
        respond(resource.exchange)
        for resource in resources
        if resource.kind == "script" and resource.exchange is not None
    ]
    if {script.status_code for script in scripts} != {200}:
        return True
    sources = [answer.content for answer in (*pages, *scripts)]
    return script_text.names_file(path, sources)


def judged(source: bytes, kind: str, judge: ScriptJudge | None) -> str | None:
    """Return why a script is not whole, by ``judge`` or else as today's JavaScript; or why browsers
    do not run it as its element says.
    """
    why = judge(source, kind) if judge else javascript.trouble(source)
    if why is None and not javascript.is_module(kind):
        why = javascript.module_trouble(source)
    if why is None and not javascript.is_old_dialect(kind):
        why = javascript.early_error(source)
    return why


@read_once
def _states(page: Response) -> dict[str, page_elements.ElementState]:
    return page_elements.states(page.html)


@read_once
def _selectors(page: Response) -> set[str]:
    return page_elements.selectors(page.html)
