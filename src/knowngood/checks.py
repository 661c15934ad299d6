"""What checks import, beside pytest and the standard library: ready-made claims about web pages.

A function whose name ends in ``_problems`` returns what is wrong, one line each, and an empty list
where all is well, so that a check is a few lines and its failure says what was found:

    @pytest.mark.get("content:/{locale}/")
    def test_page_is_complete(response):
        assert checks.page_problems(response) == []

``page`` is an answer of the fixtures ``response`` and ``responses``, ``resource`` one of the
fixture ``resources``. Reading a resource makes it what the next assertion is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .content import (
    csp,
    css,
    file_signatures,
    integrity,
    javascript,
    javascript_names,
    leftovers,
    page_elements,
    page_structure,
)
from .fetch import NAMED, REPEATABLE, respond

if TYPE_CHECKING:
    from .fetch import Resource, Response

ScriptJudge = Callable[[bytes, str], str | None]
"""Return why a script is not whole, by its source and the ``type`` of its element."""

markup_in_script = javascript.markup
script_trouble = javascript.trouble
unbalanced_script = javascript.unbalanced

__all__ = [
    "NAMED",
    "REPEATABLE",
    "charsets",
    "empty_texts",
    "file_problems",
    "framing_problems",
    "has_content",
    "inline_script_problems",
    "integrity_problems",
    "leftover_problems",
    "library_problems",
    "markup_in_script",
    "missing_elements",
    "own",
    "page_problems",
    "policy_problems",
    "refreshes",
    "script_sources",
    "script_trouble",
    "scripts_name_file",
    "start_problems",
    "syntax_problems",
    "unbalanced_script",
]


def own(resources: Iterable[Resource], page: Response | None = None) -> list[Resource]:
    """Return the resources on the environment's own origins, or those of them that ``page`` needs.

    Resources elsewhere are never asked for and have no answer.
    """
    ours = [resource for resource in resources if resource.exchange is not None]
    if page is None:
        return ours
    url = str(page.url)
    return [resource for resource in ours if resource.page == url]


# Claims about a page


def charsets(page: Response) -> set[str]:
    """Return the charsets that the page and its header declare, such as ``{"utf-8"}``."""
    return page_structure.charsets(page.charset_encoding, page.html)


def page_problems(page: Response) -> list[str]:
    """Return what a page lacks or has twice: doctype, title, ``</html>``."""
    return page_structure.problems(page.text, page.html)


def framing_problems(page: Response) -> list[str]:
    """Return the headers that keep a browser from showing the page in a frame."""
    return page_structure.framing_problems(page.headers)


def leftover_problems(page: Response) -> list[str]:
    """Return what a build left in the page: placeholders, keys of texts, garbled letters, merge
    markers, crash traces.
    """
    return leftovers.problems(page.text, page.html)


def empty_texts(page: Response) -> int:
    """Return how many headings, labels, buttons and links of the page are empty."""
    return leftovers.empty_texts(page.html)


def refreshes(page: Response) -> bool:
    """Return whether the page sends its reader to another, by header or ``<meta>`` element."""
    return "refresh" in page.headers or page_elements.refreshes(page.html)


def inline_script_problems(page: Response, judge: ScriptJudge | None = None) -> list[str]:
    """Return why scripts that stand in the page do not parse; ``judge`` knows other dialects."""
    scripts = page_elements.scripts(page.html, str(page.url))
    troubles = [
        _judged(source, kind, judge) for url, source, kind in scripts if not url and source.strip()
    ]
    return [trouble for trouble in troubles if trouble]


def policy_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what the page needs and its Content-Security-Policy forbids."""
    policies = page.headers.get_list("content-security-policy") + page_elements.policies(page.html)
    url = str(page.url)
    loads = [(resource.kind, resource.url) for resource in own(resources, page)]
    if page_elements.has_inline_script(page.html):
        loads.append(("script", ""))
    forbidden = ((target, csp.forbids(policies, kind, target, url)) for kind, target in loads)
    return [f"{target or 'inline script'}: {rule}" for target, rule in forbidden if rule]


# Claims about what a page needs


def file_problems(resource: Resource) -> list[str]:
    """Return why a file is not what the ending of its name says: media type, first and last
    bytes, an HTML page in its place.
    """
    answer = resource.response
    content_types = answer.headers.get_list("content-type")
    html = resource.kind == "frame"
    return file_signatures.problems(answer.path, content_types, answer.content, html=html)


def syntax_problems(resource: Resource, judge: ScriptJudge | None = None) -> list[str]:
    """Return why a script, stylesheet or JSON document is cut short or spoiled.

    ``judge`` knows other dialects of scripts than today's JavaScript.
    """
    answer = resource.response
    if resource.kind == "json":
        return _json_problems(answer)
    if resource.kind == "script":
        trouble = _judged(answer.content, resource.type, judge)
    elif answer.media_type == "text/css":
        trouble = css.trouble(answer.content) or _stray_mark(answer.content)
    else:
        return []
    marker = leftovers.conflict_marker(answer.content)
    merge = f"unfinished merge: {marker}" if marker else None
    return [problem for problem in (trouble, merge) if problem]


def has_content(resource: Resource) -> bool:
    """Return whether a script or stylesheet holds more than comments and empty rules."""
    source = resource.response.content
    if resource.kind == "script":
        return javascript.says_something(source)
    return css.says_something(source)


def integrity_problems(page: Response, resource: Resource) -> list[str]:
    """Return the ``integrity`` attributes of the page whose hash the resource does not have."""
    attributes = list(page_elements.integrity_of(page.html, str(page.url), resource.url))
    if not attributes:
        return []
    content = resource.response.content
    return [text for text in attributes if not integrity.matches(text, content)]


# Claims about the scripts of a page together


def script_sources(page: Response, resources: Iterable[Resource]) -> list[bytes]:
    """Return the sources of the scripts that a browser runs on the page, but those elsewhere."""
    return _running(page, resources)[0]


def start_problems(page: Response, resources: Iterable[Resource], function: str) -> list[str]:
    """Return what event handlers call and no script defines, and ``function`` where a script
    defines it and nothing calls it.

    Nothing is certain, and nothing returned, where a script lies on another host.
    """
    sources, complete = _running(page, resources)
    if not complete:
        return []
    handlers = page_elements.handlers(page.html)
    problems = javascript_names.handler_problems(handlers, sources)
    if javascript_names.is_never_called(function, handlers, sources):
        problems.append(f"{function}(): nothing calls it")
    return problems


def library_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what scripts use of jQuery and its plug-ins and no script of the page defines.

    Nothing is certain, and nothing returned, where a script lies on another host.
    """
    sources, complete = _running(page, resources)
    return javascript_names.library_problems(sources) if complete else []


def missing_elements(page: Response, model: Response, resources: Iterable[Resource]) -> list[str]:
    """Return the ids and classes that scripts of ``model`` name, and that ``page`` lacks.

    ``model`` is the same page in another language.
    """
    named = set[str]().union(*map(javascript_names.selectors, script_sources(model, resources)))
    there = page_elements.selectors(model.html) & named
    return sorted(there - page_elements.selectors(page.html))


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


def _running(page: Response, resources: Iterable[Resource]) -> tuple[list[bytes], bool]:
    """Return the sources of the scripts of a page, and whether these are all: none is on another
    host.

    The answers are read past the resources, so that the page stays what the check is about.
    """
    exchanges = {script.url: script.exchange for script in resources if script.kind == "script"}
    sources: list[bytes] = []
    complete = True
    for url, source, _ in page_elements.scripts(page.html, str(page.url)):
        exchange = exchanges.get(url)
        if not url:
            sources.append(source)
        elif exchange is not None:
            sources.append(respond(exchange).content)
        elif url in exchanges:
            complete = False
    return sources, complete


def _judged(source: bytes, kind: str, judge: ScriptJudge | None) -> str | None:
    return judge(source, kind) if judge else script_trouble(source)


def _json_problems(answer: Response) -> list[str]:
    try:
        answer.json()
    except ValueError as error:
        return [str(error)]
    return []


def _stray_mark(stylesheet: bytes) -> str | None:
    """A byte-order mark after the start spoils the selector that it stands before."""
    marked = "\ufeff" in stylesheet.decode("utf-8", "replace")[1:]
    return "a byte-order mark in the middle" if marked else None
