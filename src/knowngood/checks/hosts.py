"""Ready-made claims about the hosts that pages name, load from and lead to."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..content import absolute_urls, written_urls
from ..content.problem import Aspect, Problem
from .resources import own
from .running_scripts import running

if TYPE_CHECKING:
    from ..fetch import Resource, Response

_NUMBERED: Final = re.compile(r"\A(?:[a-z]|([a-z-]*)\d{1,3})\.(?=[\w-]+\.[\w.-]*[a-z]\Z)", re.I)
"""The first label of a host that others differ from in a number or a letter; not of an address."""
_NAMED: Final = rb"""(?i)[^\s"'<>()]{0,100}(?<![\w.-])%b(?![\w-]|\.\w)[^\s"'<>()]{0,100}"""
"""A host by itself, and not as a part of a longer name, with the URL around it."""

_NOUNS: Final = {
    "link": "file of a <link>",
    "media": "sound or video",
    "script-url": "script",
    "spare-font": "font",
    "style-url": "file of a stylesheet",
}
"""Kinds of resources whose names are not for people."""


def named_host_problems(answer: Response, hosts: Iterable[str]) -> list[str]:
    """Return which of ``hosts`` an answer names anywhere, such as that of another environment."""
    lowered, problems = answer.content.lower(), []
    for host in hosts:
        name = host.lower().encode()
        named = name in lowered and re.search(_NAMED % re.escape(name), answer.content)
        if named:
            problems.append(f"it names {host}: {named[0].decode('utf-8', 'replace')}")
    return problems


def elsewhere_problems(
    page: Response, resources: Iterable[Resource], hosts: Collection[str] | None
) -> list[str]:
    """Return what the page loads from hosts beyond our own and ``hosts`` (None: any host is
    allowed), also by a redirect, or from what is no URL, and what a page of https:// loads over
    http://.

    Links, forms and scripts that lead people to their own machine, as to ``http://localhost:3000``,
    are told, too, unless ``hosts`` names it.

    A service spreads over several hosts what its clients load: ``2.example.com`` may send what
    ``1.example.com`` may, ``b.tile.example.com`` what ``a.tile.example.com`` may.
    """
    problems = []
    alike = None if hosts is None else {_NUMBERED.sub(r"\1#.", host) for host in hosts}
    for resource in resources:
        target = resource.url if resource.exchange is None else resource.leads_to
        if target and resource.page == str(page.url):
            url = written_urls.parts(target)
            if url is None:
                problems.append(f"{_named(resource.kind)} of what is no URL: {target}")
                continue
            if page.url.scheme == "https" and url.scheme == "http":
                problems.append(f"{_named(resource.kind)} is loaded in clear: {target}")
            if alike is not None and _NUMBERED.sub(r"\1#.", url.hostname or "") not in alike:
                problems.append(
                    f"{_named(resource.kind)} of {url.hostname}, which is not among the hosts that "
                    f"pages may load from: {target}"
                )
    files = own(resources, page)
    scripts = running(page, files).scripts
    if page.url.scheme == "https":
        problems += [
            f"{script.name} asks for {url} in clear, which browsers refuse"
            for script in scripts
            for url in absolute_urls.asked_in_clear(script.source)
        ]
    if hosts is not None:
        ours = {page.url.host, *hosts, *(urlsplit(file.url).hostname for file in files)}
        texts = [(script.name, script.source) for script in scripts]
        texts += [(file.response.path, file.response.content) for file in files if _is_json(file)]
        problems += _own_machine(page, texts, ours)
    return [Problem(line, Aspect.ELSEWHERE) for line in problems]


def _is_json(file: Resource) -> bool:
    return file.kind == "json" and file.exchange is not None and file.exchange.status == 200


def _own_machine(
    page: Response, texts: Iterable[tuple[str, bytes]], ours: Container[str | None]
) -> Iterator[str]:
    """Yield what leads people to a machine of their own that is none of the hosts ``ours``.
    ``texts`` are scripts and JSON documents, each after its name.
    """
    led = list(absolute_urls.led_to(page.html, str(page.url)))
    for name, text in texts:
        led += [(f"{name} asks for", url) for url in absolute_urls.asked_by(text)]
    for what, url in dict.fromkeys(led):
        if urlsplit(url).hostname not in ours:
            yield f"{what} {url}, the reader's own machine"


def _named(kind: str) -> str:
    """Return the kind of a resource as people name it: an icon is no link that they follow."""
    noun = _NOUNS.get(kind, kind)
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
