"""The scripts that a browser runs on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..content import javascript, page_elements
from ..content.page_elements import Script
from ..fetch import read_once

if TYPE_CHECKING:
    from ..fetch import Resource, Response


@dataclass(frozen=True, slots=True)
class RunningScripts:
    """The scripts of one page, in their order, with their sources.

    Attributes:
        scripts: all but those on another host; last the modules that these import.
        complete: whether there are no others, on other hosts or by a loader such as RequireJS, and
            the answers of all are successes.
    """

    scripts: list[Script]
    complete: bool

    @property
    def sources(self) -> list[bytes]:
        """The sources alone."""
        return [script.source for script in self.scripts]


def running(page: Response, resources: Iterable[Resource]) -> RunningScripts:
    """Return the scripts of ``page``; ``resources`` are what it needs, and may be more."""
    files = {script.url: script for script in resources if script.kind == "script"}
    named, url = scripts_of(page), str(page.url)
    own_files = {script.url for script in named}
    imported = [
        Script(file.url, b"", file.type, is_deferred=True)
        for file in files.values()
        if file.page == url and javascript.is_module(file.type) and file.url not in own_files
    ]
    scripts: list[Script] = []
    complete = not page_elements.has_loader(page.html)
    for script in named + imported:
        file = files.get(script.url)
        if not script.url:
            scripts.append(script)
        elif file is not None and file.exchange is None:
            complete = False
        elif file is not None:
            scripts.append(script._replace(source=file.response.content))
            complete = complete and file.response.is_success
    return RunningScripts(scripts, complete)


@read_once
def scripts_of(page: Response) -> list[Script]:
    """Return the scripts of ``page`` as it names them: of files without the source."""
    return list(page_elements.scripts(page.html, str(page.url)))


def inline_scripts(page: Response) -> list[Script]:
    """Return the scripts that stand in ``page``."""
    return [script for script in scripts_of(page) if not script.url]


def inline_sources(page: Response) -> list[bytes]:
    """Return the sources of the scripts that stand in ``page``."""
    return [script.source for script in inline_scripts(page)]
