"""Ready-made claims about the scripts of a page: what they say, and whether they fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..content import javascript, javascript_names, jquery, page_elements
from ..fetch import respond

if TYPE_CHECKING:
    from ..content.page_elements import Script
    from ..fetch import Resource, Response

GONE = (404, 410)
"""Statuses by which a server says that something is not there."""

ScriptJudge = Callable[[bytes, str], str | None]
"""Return why a script is not whole, by its source and the ``type`` of its element."""


def script_sources(page: Response, resources: Iterable[Resource]) -> list[bytes]:
    """Return the sources of the scripts that a browser runs on the page, but those elsewhere."""
    return [script.source for script in _running(page, resources)[0]]


def script_type_problems(page: Response) -> list[str]:
    """Return the script files of the page that no browser runs, for their ``type`` or since they
    are for browsers without modules.
    """
    return [f"{element}: {why}" for element, why in page_elements.not_run(page.html)]


def inline_script_problems(page: Response, judge: ScriptJudge | None = None) -> list[str]:
    """Return why scripts that stand in the page do not parse; ``judge`` knows other dialects."""
    inline = [script for script in page.once(_scripts) if not script.url]
    troubles = [judged(s.source, s.kind, judge) if s.source.strip() else None for s in inline]
    return [f"inline script {n}: {why}" for n, why in enumerate(troubles, 1) if why]


def new_syntax_problems(script: Resource, firefox: int) -> list[str]:
    """Return what the script has that this version of Firefox cannot read, with its line. Modules
    are not for old browsers.
    """
    if script.kind != "script" or script.type.strip().lower() == "module":
        return []
    return javascript.too_new(script.response.content, firefox)


def start_problems(page: Response, resources: Iterable[Resource], function: str) -> list[str]:
    """Return what event handlers call and no script defines, and ``function`` where a script that
    stands in the page defines it and nothing calls it.

    Nothing is certain, and nothing returned, where a script lies on another host.
    """
    scripts, complete = _running(page, resources)
    if not complete:
        return []
    handlers = page_elements.handlers(page.html)
    sources = [script.source for script in scripts]
    inline = [script.source for script in scripts if not script.url]
    return [
        *javascript_names.handler_problems(handlers, sources),
        *javascript_names.uncalled_problems(function, inline, handlers, sources),
    ]


def uncalled_problems(
    script: Resource, page: Response, resources: Iterable[Resource], function: str
) -> list[str]:
    """Return ``function`` where the script defines it for the page and nothing there calls it.

    Nothing is certain, and nothing returned, where a script lies on another host.
    """
    source = script.response.content
    if script.kind != "script" or function not in javascript.declares(source):
        return []
    scripts, complete = _running(page, resources)
    sources, handlers = [s.source for s in scripts], page_elements.handlers(page.html)
    problems = javascript_names.uncalled_problems(function, [source], handlers, sources)
    return problems if complete else []


def order_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts use while they are loaded and only a script behind them defines.

    Nothing is certain, and nothing returned, where a script lies on another host, or does not run
    in its turn.
    """
    scripts, complete = _running(page, resources)
    if not complete or not page_elements.has_order(page.html):
        return []
    return javascript_names.order_problems(scripts)


def missing_definition_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts of the page use of another script that the page does not run, or runs as
    a module, whose names are its own.

    ``resources`` are those of several pages. Nothing is certain, and nothing returned, where a
    script lies on another host, or may load others.
    """
    first_users: dict[str, Script] = {}
    for user, name in _missing_definitions(page, resources):
        first_users.setdefault(name, user)
    return [_uses_undefined(user, name) for name, user in first_users.items()]


def stray_script_problems(
    script: Resource, page: Response, resources: Iterable[Resource]
) -> list[str]:
    """Return what ``script`` of the page uses and the page does not define, where its bytes are
    those of a script that another page runs: it came to the wrong place.

    ``resources`` are those of several pages.
    """
    resources = list(resources)
    content, here = script.response.content, {own.url for own in page.once(_scripts)}
    others = (other for other in resources if _is_script(other) and other.url not in here)
    twin = next((other for other in others if other.response.content == content), None)
    if twin is None:
        return []
    return [
        f"the same bytes as {twin.response.path}, and {_uses_undefined(user, name)}"
        for user, name in _missing_definitions(page, resources)
        if user.url == script.url
    ]


def _missing_definitions(
    page: Response, resources: Iterable[Resource]
) -> Iterator[tuple[Script, str]]:
    """Yield what :func:`missing_definition_problems` is about: each name with each of its users."""
    resources = list(resources)
    scripts, complete = _running(page, resources)
    if not complete:
        return
    shared = [
        (javascript.declared_on_window if script.is_module else javascript.declares)(script.source)
        for script in scripts
    ]
    here = {script.url for script in scripts if not script.is_module}
    files = {file.url: file for file in resources if _is_script(file) and file.url not in here}
    elsewhere = (javascript.declares(file.response.content) for file in files.values())
    yield from javascript_names.missing_definitions(
        scripts, frozenset[str]().union(*shared), frozenset[str]().union(*elsewhere)
    )


def _uses_undefined(user: Script, name: str) -> str:
    return f"{user.name} uses {name}, which no script of the page defines"


def _is_script(resource: Resource) -> bool:
    return resource.kind == "script" and resource.exchange is not None


def inline_definition_problems(
    page: Response, model: Response, resources: Iterable[Resource]
) -> list[str]:
    """Return what scripts of the page use, no script of it defines, and a script that stands in
    ``model`` does, the same page in another language: names, and keys of objects.
    """
    resources = list(resources)
    theirs, ours = (
        [script.source for script in answer.once(_scripts) if not script.url]
        for answer in (model, page)
    )
    sources = script_sources(page, resources)
    names = javascript_names.lost_definitions(theirs, sources)
    keys = javascript_names.lost_keys(theirs, ours, sources) if not names else ()
    there = f"that of {model.path} has one, and scripts read it"
    return [
        *(f"no script defines {name}; one that stands in {model.path} does" for name in names),
        *(f"the inline script has no {key}; {there}" for key in keys),
    ]


def fragment_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the links to a place in the page that no element is.

    Nothing is certain, and nothing returned, where a script lies on another host or reads fragments
    itself; a script may make an element that it names.
    """
    scripts, complete = _running(page, resources)
    sources = [script.source for script in scripts]
    dead = list(page_elements.dead_fragments(page.html))
    if not dead or not complete or any(map(javascript_names.reads_fragments, sources)):
        return []
    made = frozenset[str]().union(*map(javascript_names.selectors, sources))
    return [
        f'<a href="#{name}">: no element of the page has this id'
        for name in dead
        if f"#{name}" not in made
    ]


def library_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts use of jQuery and its plug-ins and no script of the page defines.

    Nothing is certain, and nothing returned, where a script lies on another host.
    """
    scripts, complete = _running(page, resources)
    sources = [script.source for script in scripts]
    return jquery.problems(sources) if complete else []


def element_problems(page: Response, model: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the ids and classes that scripts of ``model`` name, and that ``page`` lacks.

    ``model`` is the same page in another language.
    """
    named = set[str]().union(*map(javascript_names.selectors, script_sources(model, resources)))
    there = model.once(_selectors) & named
    return [
        f"no element {selector}, which scripts look for and {model.path} has"
        for selector in sorted(there - page.once(_selectors))
    ]


def scripts_name_file(path: str, pages: Iterable[Response], resources: Iterable[Resource]) -> bool:
    """Return whether pages or their scripts name the file at ``path``, and so may ask for it.

    True also where a script is missing, since that one may name it.
    """
    scripts = [
        respond(resource.exchange)
        for resource in resources
        if resource.kind == "script" and resource.exchange is not None
    ]
    if {script.status_code for script in scripts} != {200}:
        return True
    sources = [answer.content for answer in (*pages, *scripts)]
    return javascript_names.names_file(path, sources)


def judged(source: bytes, kind: str, judge: ScriptJudge | None) -> str | None:
    """Return why a script is not whole, as ``judge`` says, or else as today's JavaScript."""
    return judge(source, kind) if judge else javascript.trouble(source)


def _running(page: Response, resources: Iterable[Resource]) -> tuple[list[Script], bool]:
    """Return the scripts of a page, with their sources, and whether these are all: none is on
    another host.
    """
    exchanges = {script.url: script.exchange for script in resources if script.kind == "script"}
    scripts: list[Script] = []
    complete = True
    for script in page.once(_scripts):
        exchange = exchanges.get(script.url)
        if not script.url:
            scripts.append(script)
        elif exchange is not None:
            scripts.append(script._replace(source=respond(exchange).content))
        elif script.url in exchanges:
            complete = False
    return scripts, complete


def _scripts(page: Response) -> list[Script]:
    return list(page_elements.scripts(page.html, str(page.url)))


def _selectors(page: Response) -> set[str]:
    return page_elements.selectors(page.html)
