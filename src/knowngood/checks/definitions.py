"""Ready-made claims about what all scripts of a page define, call and use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..content import (
    defined_names,
    html,
    import_maps,
    jquery,
    module_links,
    name_problems,
    page_elements,
    written_urls,
)
from .running_scripts import inline_scripts, inline_sources, running, scripts_of

if TYPE_CHECKING:
    from ..content.page_elements import Script
    from ..fetch import Resource, Response
    from .running_scripts import RunningScripts


def start_problems(page: Response, resources: Iterable[Resource], function: str) -> list[str]:
    """Return what event handlers call and no script defines; ``function`` if an inline script
    defines it and nothing calls it; and that the page has two handlers of ``onload``.

    If a script lies on another host, nothing is certain, and nothing returned.
    """
    scripts = running(page, resources)
    if not scripts.complete:
        return []
    handlers, inline = page_elements.handlers(page.html), inline_scripts(page)
    onload = html.attribute_of(page.html, "body", "onload")
    return [
        *name_problems.handler_problems(handlers, scripts.scripts),
        *name_problems.uncalled_problems(function, inline, handlers, scripts.scripts),
        *name_problems.onload_problems(onload, scripts.scripts),
    ]


def uncalled_problems(
    script: Resource, page: Response, resources: Iterable[Resource], function: str
) -> list[str]:
    """Return ``function`` if the script defines it for the page and nothing there calls it.

    If a script lies on another host, nothing is certain, and nothing returned.
    """
    if script.kind != "script":
        return []
    if function not in defined_names.declares(script.response.content):
        return []
    scripts, handlers = running(page, resources), page_elements.handlers(page.html)
    if not scripts.complete:
        return []
    definers = [own for own in scripts.scripts if own.url == script.url]
    return name_problems.uncalled_problems(function, definers, handlers, scripts.scripts)


def order_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts use while they load and only a later script, or line, defines.

    A script that is ``async`` comes after all that do not wait for it. If a script lies on another
    host, or one is a module, nothing is certain, and nothing returned.
    """
    return name_problems.order_problems(_in_order(page, running(page, resources)))


def _in_order(page: Response, scripts: RunningScripts) -> list[Script]:
    """Return scripts of the page in the order in which they run, last those that may come late;
    none if the order is not certain.
    """
    if not scripts.complete or not page_elements.has_order(page.html):
        return []
    in_turn = (script for script in scripts.scripts if not script.is_module)
    return sorted(in_turn, key=lambda script: (script.is_async, script.is_deferred))


def redeclaration_problems(
    script: Resource, page: Response, resources: Iterable[Resource]
) -> list[str]:
    """Return the names that both ``script`` and a script of the page before it declare at their
    top, one of them by ``let``, ``const`` or ``class``: browsers run nothing of the later script.
    """
    return _redeclarations(script.url, page, resources)


def inline_redeclaration_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the same of scripts that stand in the page."""
    return _redeclarations("", page, resources)


def _redeclarations(url: str, page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what the scripts of ``url``, empty for those in the page, declare once more."""
    return [
        f"{script.name} declares {name}, as a script before it does, and one of them by let, const "
        "or class"
        for script, name in name_problems.redeclared(running(page, resources).scripts)
        if script.url == url
    ]


def missing_definition_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the names that scripts of the page use and do not have there.

    These are names that only a module or a script of another page defines, names that are surely
    used and that nobody defines, what only Node.js has: ``require``, or an import by a bare name
    that the page maps to no file; and what modules import of one that does not export it.

    ``resources`` are those of several pages. If a script lies on another host, it may define any
    name, so the list has exports alone. If one may load others, it has what Node.js has, too.
    """
    resources = list(resources)
    first_users: dict[str, Script] = {}
    for user, name in _missing_definitions(page, resources):
        first_users.setdefault(name, user)
    uses = [_uses_undefined(user, name) for name, user in first_users.items()]
    return [*_import_problems(page, resources), *uses]


def _import_problems(page: Response, resources: Sequence[Resource]) -> list[str]:
    """Return what modules import and do not get, by a bare name that no import map of the page has,
    or since the other module does not export it: browsers run nothing of them. A script may make an
    import map, which leads elsewhere.
    """
    files = {
        file.url: file.response.content
        for file in resources
        if _is_script(file) and file.response.is_success and str(file.response.url) == file.url
    }
    if any(b"importmap" in text for text in (*inline_sources(page), *files.values())):
        return []
    base = written_urls.base(page.html, str(page.url))
    imports = import_maps.of_page(page.html, base)
    roots = [
        (script.url or base, files.get(script.url, script.source))
        for script in scripts_of(page)
        if script.is_module
    ]

    def name_of(url: str) -> str:
        return page_elements.script_name("" if url == base else url)

    modules = module_links.all_modules(roots, files, imports)
    unmapped = module_links.unmapped_names(modules, imports)
    missing = module_links.missing_exports(modules, files, imports)
    no_map = "which the page has no import map for"
    return [
        *(
            f'{name_of(importer)} imports "{name}", {no_map}'
            for importer, name in (unmapped if running(page, resources).complete else ())
        ),
        *(
            f"{name_of(importer)} imports {name} of {name_of(module)}, which does not export it"
            for importer, name, module in (
                missing if not import_maps.has_several(page.html) else ()
            )
        ),
    ]


def stray_script_problems(
    script: Resource, page: Response, resources: Iterable[Resource]
) -> list[str]:
    """Return what ``script`` uses and its page does not define, if another page runs a script with
    the same bytes: it came to the wrong place.

    ``resources`` are those of several pages.
    """
    resources = list(resources)
    content, here = script.response.content, {script.url, *(own.url for own in scripts_of(page))}
    others = (other for other in resources if _is_script(other) and other.url not in here)
    twin = next((other for other in others if other.response.content == content), None)
    if twin is None:
        return []
    return [
        f"the same bytes as {twin.response.path}, and {_uses_undefined(user, name)}"
        for user, name in _missing_definitions(page, resources)
        if user.url == script.url
    ]


def inline_definition_problems(
    page: Response, model: Response, resources: Iterable[Resource]
) -> list[str]:
    """Return names and keys of objects that scripts of the page use and only inline scripts of
    ``model`` define, the same page in another language.
    """
    theirs, ours = inline_scripts(model), inline_scripts(page)
    scripts = running(page, resources).scripts
    names = name_problems.lost_definitions(theirs, scripts)
    keys = name_problems.lost_keys(theirs, ours, scripts) if not names else ()
    in_model = f"that of {model.path} has one, and scripts read it"
    return [
        *(f"no script defines {name}; one that stands in {model.path} does" for name in names),
        *(f"the inline script has no {key}; {in_model}" for key in keys),
    ]


def library_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts use of jQuery and its plug-ins and no script of the page defines, or
    where another script has taken ``$``, or ``jQuery.noConflict()`` has given it away.

    If a script lies on another host, nothing is certain, and nothing returned.
    """
    scripts = running(page, resources)
    if not scripts.complete:
        return []
    ordered = _in_order(page, scripts)
    replaced = [] if any(s.is_async for s in ordered) else jquery.replaced_problems(ordered)
    return jquery.problems(scripts.sources) or replaced


def _missing_definitions(page: Response, resources: Iterable[Resource]) -> list[tuple[Script, str]]:
    """Return what :func:`missing_definition_problems` is about: names, each with all its users."""
    resources = list(resources)
    scripts = running(page, resources)
    if not scripts.complete:
        return []
    here = {script.url for script in scripts.scripts if not script.is_module}
    files = {file.url: file for file in resources if _is_script(file) and file.url not in here}
    elsewhere = (file.response.content for file in files.values())
    handlers, elements = page_elements.handlers(page.html), page_elements.names(page.html)
    return name_problems.missing_names(scripts.scripts, handlers, elements, elsewhere)


def _uses_undefined(user: Script, name: str) -> str:
    return f"{user.name} uses {name}, which no script of the page defines"


def _is_script(resource: Resource) -> bool:
    return resource.kind == "script" and resource.exchange is not None
