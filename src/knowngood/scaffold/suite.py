"""Write the suite that a survey suggests: its files, each from a template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..content import json_schema, page_texts
from ..safety import templates
from .api_checks import DOCUMENT, ApiChecks, schema_name
from .openapi import dumped
from .pages import Page
from .python_text import braced, distinct, identifier, quoted, worded
from .self_reports import Wellness
from .survey import Survey
from .translations import translations
from .visitor import ORIGIN

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages of one language.

    Attributes:
        words: the language, as a name has it, with the direction if there are several; empty if
            they say none.
        language: the value of their ``<html lang>``; empty if they say none.
        direction: the value of their ``<html dir>``; empty if they say none.
        paths: their paths, without the first slash.
        leftovers: the kinds of what looks left over from a build in any of them.
        is_styled: whether all have styles for a screen.
        needs_scripts: whether all need scripts to show anything.
        run_files: whether all run script files of their own host.
        have_mounts: whether all of these have an empty element that scripts may fill.
        have_roots: whether in all a framework goes on with what the server drew.
        have_bases: whether all have a ``<base>``.
        have_main_text: whether the main parts of all say something before scripts run.
        have_ends: whether all have ``</html>``.
        are_long_lived: whether browsers keep any of them for more than a month.
        has_sisters: whether there are pages in another kind of the language, as ``pt-BR`` and
            ``pt-PT``.
    """

    words: str
    language: str
    direction: str
    paths: tuple[str, ...]
    leftovers: tuple[str, ...] = ()
    is_styled: bool = False
    needs_scripts: bool = False
    run_files: bool = False
    have_mounts: bool = False
    have_roots: bool = False
    have_bases: bool = False
    have_main_text: bool = False
    have_ends: bool = False
    are_long_lived: bool = False
    has_sisters: bool = False

    @property
    def param(self) -> str:
        """The name of their list in [params], which reports use in the plural: ``en pages``."""
        return f"{self.words}_page" if self.words[:1].isalpha() else f"page_{self.words}".strip("_")

    @property
    def suffix(self) -> str:
        """How the names of their checks end."""
        return f"_{self.words}" if self.words else ""


@dataclass(frozen=True, slots=True)
class Suite:
    """What a survey suggests.

    Attributes:
        files: text by path.
        api: what the checks of its API need.
        named: the URL that the person named, as a mark has it; empty if a list has it.
    """

    files: dict[str, str]
    api: ApiChecks
    named: str


def suite(survey: Survey, environment: str, authorities: str = "") -> Suite:
    """Return the suite that ``survey`` suggests. ``environment`` names its environment,
    ``authorities`` are those that it trusts, in PEM.
    """
    groups, api = page_groups(survey.pages), ApiChecks.of(survey)
    values = {
        "survey": survey,
        "origin": ORIGIN,
        "environment": environment,
        "has_authorities": bool(authorities),
        "groups": groups,
        "start": next((page.path for page in survey.pages[:1] if page.sound), ""),
        "translated": translations(survey.pages),
        "pages_differ": _differ(survey.pages),
        "wells": _wells(survey),
        "api": api,
        "login": api.login,
        "schema_name": schema_name,
    }
    sources = {f"environments/{environment}.toml": "environment.toml.j2"}
    sources |= _check_templates(survey, groups, api)
    texts = {path: _templates().get_template(name).render(values) for path, name in sources.items()}
    if authorities:
        texts[f"environments/{environment}-ca.pem"] = authorities
    document = survey.document
    if document.schema:
        file = f"smoketests/schemas/{document.schema_name}{json_schema.SUFFIX}"
        texts[file] = dumped(document.schema)
    if api.operations:
        texts[f"smoketests/schemas/{DOCUMENT}"] = dumped(survey.api)
    path = survey.start or document.path
    return Suite(texts, api, quoted(braced(f"{ORIGIN}:{path}")) if path else "")


def _differ(pages: Sequence[Page]) -> bool:
    """Return whether there are several pages that say something, each something else."""
    shown = [page.texts for page in pages if page.texts]
    return len(shown) >= page_texts.MANY and not page_texts.most_alike(shown)


def _wells(survey: Survey) -> dict[str, Wellness]:
    """Return where the service says that it is well, by how the names of the checks begin."""
    by_path = {well.path: well for well in survey.well}
    names = distinct({path: identifier(path) or "service" for path in by_path})
    return {names[path]: well for path, well in by_path.items()}


def _check_templates(survey: Survey, groups: list[PageGroup], api: ApiChecks) -> dict[str, str]:
    """Return the files of Python that there is something for, each with its template."""
    answers = (
        survey.start,
        survey.document.path,
        survey.health,
        survey.version,
        survey.version_header,
    )
    needed = {
        "test_pages.py": groups,
        "test_service.py": survey.says_what_is_gone or any(answers) or survey.feeds,
        "test_api.py": api.operations,
        "conftest.py": api.login,
    }
    return {f"smoketests/{name}": f"{name}.j2" for name in needed if needed[name]}


def page_groups(pages: Sequence[Page]) -> list[PageGroup]:
    """Return the pages by language. Those that gave no page are with the first group."""
    groups: dict[tuple[str, str], list[Page]] = {}
    for page in pages:
        if page.sound:
            groups.setdefault((page.language, page.direction), []).append(page)
    first = next(iter(groups), None)
    broken = [page for page in pages if not page.sound]
    languages = Counter(language for language, _ in groups)
    names = distinct(
        {
            (language, direction): _words(language, direction if languages[language] > 1 else "")
            for language, direction in groups
        }
    )
    kinds = {language.lower() for language, _ in groups}
    bases = Counter(kind.partition("-")[0] for kind in kinds)
    return [
        PageGroup(
            names[key],
            *key,
            paths=tuple(page.path[1:] for page in (*group, *(broken if key == first else ()))),
            leftovers=tuple(sorted({kind for page in group for kind in page.leftovers})),
            is_styled=all(page.is_styled for page in group),
            needs_scripts=all(page.needs_scripts for page in group),
            run_files=all(page.runs_files for page in group if page.sound),
            have_mounts=all(page.has_mount for page in group),
            have_roots=all(page.has_root for page in group if page.sound),
            have_bases=all(page.has_base for page in group if page.sound),
            have_main_text=all(page.has_main_text for page in group),
            have_ends=all(page.has_end for page in group),
            are_long_lived=any(page.is_long_lived for page in group),
            has_sisters=bases[key[0].lower().partition("-")[0]] > 1,
        )
        for key, group in groups.items()
    ]


def _words(language: str, direction: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", f"{language}_{direction}".lower())
    return words[:40].strip("_")


@cache
def _templates() -> jinja2.Environment:
    loader = templates(Path(__file__).parent / "templates")
    loader.filters |= {"quoted": quoted, "worded": worded, "braced": braced}
    return loader
