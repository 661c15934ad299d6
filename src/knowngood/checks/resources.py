"""Ready-made claims about what a page needs: scripts, styles, images, JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..content import (
    csp,
    css,
    file_signatures,
    integrity,
    javascript,
    leftovers,
    links,
    media_types,
    page_elements,
    page_structure,
    settings_scripts,
    strict_json,
    stylesheet_links,
    written_urls,
)
from ..content.problem import Aspect, Problem
from ..content.written_urls import SCRIPT_KINDS
from ..fetch import GONE, read_once
from .running_scripts import scripts_of
from .scripts import ScriptJudge, judged

if TYPE_CHECKING:
    from ..fetch import Resource, Response


def own(resources: Iterable[Resource], page: Response | None = None) -> list[Resource]:
    """Return the resources on the environment's own origins, or those of them that ``page`` needs.

    Resources elsewhere are never asked for and have no answer.
    """
    ours = [resource for resource in resources if resource.exchange is not None]
    if page is None:
        return ours
    url = str(page.url)
    return [resource for resource in ours if resource.page == url]


def served(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources on the environment's own origins, but for fonts that no browser of today
    asks for, for sound and films that are there and too large to be read, and for those that lead
    to another host, as an image does that a page takes from there: ``elsewhere_problems`` judges
    these.
    """
    files = (r for r in own(resources) if not r.leads_to and r.kind != "spare-font")
    return [file for file in files if not (file.kind == "media" and file.is_too_large)]


def stylesheets_in_force(page: Response, resources: Iterable[Resource]) -> list[Resource]:
    """Return the stylesheets on our own origins that a screen uses for the page: none for print, no
    alternates, none that is disabled, and none that only these import.
    """
    linked = _stylesheet_links(page)
    idle = set(linked.idle)
    in_force: list[Resource] = []
    for file in own(resources, page):
        if file.url in linked.in_force:
            in_force.append(file)
        elif file.url in idle or file.found_in in idle:
            idle.add(file.url)
        elif file.kind == "stylesheet":
            in_force.append(file)
    return in_force


@read_once
def styles_itself(page: Response) -> bool:
    """Return whether the page holds styles for a screen, in a ``<style>`` element."""
    return stylesheet_links.styles_itself(page.html)


def unstyled_problems(page: Response) -> list[str]:
    """Return that a page, of a site whose pages have styles, has none for a screen."""
    if stylesheet_links.are_there(page.html, str(page.url)):
        return []
    line = f"the page has no stylesheet for screens: {_why_another(page)}"
    return [Problem(line, Aspect.SERVER_PAGE)]


def base_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return that the ``<base>`` of a page leads nowhere: no file of our own origins that the page
    itself names is there.
    """
    url, node = str(page.url), page.html.css_first("base[href]")
    files = [file.exchange for file in own(resources, page) if file.found_in == url]
    if node is None or not files or any(file is None or file.status not in GONE for file in files):
        return []
    line = f'<base href="{node.attributes["href"] or ""}">: no file is there that the page names'
    return [Problem(line, Aspect.BASE)]


def unscripted_problems(page: Response, *, files: bool = False) -> list[str]:
    """Return that a page, of a site whose pages are made by scripts, runs none; or, with ``files``,
    no script file of its own host, of a site whose pages run some.
    """
    runs = any(links.own_scripts(page.html, str(page.url))) if files else scripts_of(page)
    script = "script file of its own" if files else "script"
    line = f"the page runs no {script}: {_why_another(page)}"
    return [] if runs else [Problem(line, Aspect.SERVER_PAGE)]


def _why_another(page: Response) -> str:
    if page_structure.asks_for_password(page.html):
        return "a login page came in its place"
    return "its template lost it, or another page came in its place"


def file_problems(resource: Resource) -> list[str]:
    """Return why a file is not what the ending of its name says, by media type, first and last
    bytes.
    """
    answer = resource.response
    content_types = answer.headers.get_list("content-type")
    html = resource.kind == "frame"
    return file_signatures.problems(
        answer.path, content_types, answer.content, html=html, charset=resource.charset
    )


def syntax_problems(resource: Resource, judge: ScriptJudge | None = None) -> list[str]:
    """Return why a script, stylesheet or JSON document, as a web manifest is, is cut short or
    spoiled.

    ``judge`` knows other dialects of scripts than today's JavaScript.
    """
    answer = resource.response
    if resource.kind == "json":
        return _json_problems(answer)
    if resource.kind == "manifest":
        return _manifest_problems(answer)
    if resource.kind in SCRIPT_KINDS:
        trouble = judged(answer.content, resource.type, judge)
    elif answer.media_type == "text/css":
        trouble = css.trouble(answer.content) or _stray_mark(answer.content)
    else:
        return []
    marker = leftovers.conflict_marker(answer.content)
    merge = f"unfinished merge: {marker}" if marker else None
    unfilled = settings_scripts.unfilled(answer.content) if resource.kind in SCRIPT_KINDS else ""
    return [problem for problem in (trouble, merge, unfilled) if problem]


def content_problems(resource: Resource) -> list[str]:
    """Return why a script or stylesheet has no effect: it holds nothing, or only comments or empty
    rules.
    """
    source = resource.response.content
    if not source.strip():
        return ["the file is empty"]
    if resource.kind in SCRIPT_KINDS:
        return [] if javascript.says_something(source) else ["nothing but comments"]
    if media_types.undeclared_gzip(source):
        return []
    return [] if css.says_something(source) else ["nothing but comments and empty rules"]


def integrity_problems(page: Response, resource: Resource) -> list[str]:
    """Return the ``integrity`` attributes of the page whose hash the resource does not have."""
    attributes = _integrity(page).get(resource.url)
    if not attributes:
        return []
    content = resource.response.content
    return [
        f"integrity of {_relative(resource.url, str(page.url))}: the file's hash is not {text}"
        for text in attributes
        if not integrity.matches(text, content)
    ]


def policy_problems(page: Response, resources: Iterable[Resource]) -> list[str]:
    """Return what the page needs and its Content-Security-Policy forbids, on other hosts too."""
    policies = page.headers.get_list("content-security-policy") + page_elements.policies(page.html)
    if not policies:
        return []
    url, inline = str(page.url), list(page_elements.inline_scripts(page.html))
    nonces = page_elements.nonces(page.html, url)
    files, elsewhere = list(resources), _loaded_elsewhere(page)
    loads = [(_loaded_as(file), file.url, _relative(file.url, url)) for file in own(files, page)]
    loads += [
        (file.kind, _upgraded(file.url), file.url)
        for file in files
        if file.page == url
        and file.exchange is None
        and file.url in elsewhere[file.kind]
        and written_urls.parts(file.url) is not None
    ]
    forbidden: dict[tuple[str, str], list[str]] = {}
    for nonce, source in inline:
        rule = csp.forbids_inline(policies, nonce, source)
        if rule:
            forbidden[rule, "script"] = ["inline"]
    for kind, target, name in loads:
        rule = csp.forbids(policies, kind, target, url, nonces.get(target))
        if rule:
            forbidden.setdefault((rule, kind), []).append(name)
    kinds = {kind for kind, *_ in loads} | ({"script"} if inline else set())
    sandbox = csp.sandbox_problems(page.headers.get_list("content-security-policy"), kinds)
    return [
        *(
            f"Content-Security-Policy: {rule} forbids {kind}: {', '.join(names)}"
            for (rule, kind), names in forbidden.items()
        ),
        *sandbox,
    ]


def _loaded_as(file: Resource) -> str:
    """Return the kind of a file as policies know it: stylesheets load images and fonts."""
    if file.kind not in {"style-url", "spare-font"}:
        return file.kind
    kind = file_signatures.ending(urlsplit(file.url).path)
    return "font" if kind in {"eot", "otf", "ttf", "woff", "woff2"} else file.kind


@read_once
def _loaded_elsewhere(page: Response) -> Mapping[str, Collection[str]]:
    scripts = {script.url for script in scripts_of(page)}
    loaded = page_elements.loaded(page.html, page.text, str(page.url))
    return defaultdict(set, loaded | {"script": loaded["script"] & scripts})


def _upgraded(url: str) -> str:
    """Return a URL as ``upgrade-insecure-requests`` has it: in doubt a policy allows it."""
    return url.replace("http:", "https:", 1)


@read_once
def _stylesheet_links(page: Response) -> stylesheet_links.StylesheetLinks:
    return stylesheet_links.of(page.html, str(page.url))


@read_once
def _integrity(page: Response) -> dict[str, list[str]]:
    return page_elements.integrity(page.html, str(page.url))


def _json_problems(answer: Response) -> list[str]:
    try:
        answer.json()
    except strict_json.NotJSON as error:
        return [Problem(str(error), error.aspect)]
    unfilled = settings_scripts.unfilled(answer.content)
    return [unfilled] if unfilled else []


def _manifest_problems(answer: Response) -> list[str]:
    try:
        strict_json.loads(answer.text.removeprefix("\ufeff"))
    except strict_json.NotJSON as error:
        return [f"a web manifest that browsers pass over: {error}"]
    return []


def _stray_mark(stylesheet: bytes) -> str | None:
    """Return that a byte-order mark stands in a stylesheet: it spoils the selector after it."""
    marked = "\ufeff" in stylesheet.decode("utf-8", "replace")[1:]
    return "a byte-order mark in the middle" if marked else None


def _relative(url: str, page: str) -> str:
    """Return a URL as the page may write it: ``js/fhr.js``, whatever the locale."""
    return url.removeprefix(page.rpartition("/")[0] + "/")
