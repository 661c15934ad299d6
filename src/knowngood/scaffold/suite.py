"""Write the suite that a survey suggests: its files, each from a template."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..content import json_schema, page_texts
from ..safety import UsageError, one_line, templates
from .absent_items import absent_items
from .item_reads import item_reads
from .logins import login
from .openapi import Document, dumped
from .operations import Operation, operations_of
from .pages import Page
from .python_text import braced, distinct, identifier, quoted, worded
from .samples import whole
from .self_reports import Wellness
from .survey import Survey
from .translations import translations
from .visitor import ORIGIN
from .writes import skeletons

if TYPE_CHECKING:
    import jinja2

_SCHEMA: Final = "openapi.json"


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
        have_mounts: whether all of these have an empty element that scripts may fill.
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
    have_mounts: bool = False
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
        without_schema: answers that are checked without a schema, since theirs is refused.
        without_keys: answers whose schema requires none of its keys.
        unwritten: the operations that read and have no check, each with the reason.
        named: the URL that the person named, as a mark has it; empty if a list has it.
    """

    files: dict[str, str]
    without_schema: int
    without_keys: int
    unwritten: tuple[str, ...]
    named: str


def suite(survey: Survey, environment: str, authorities: str = "") -> Suite:
    """Return the suite that ``survey`` suggests. ``environment`` names its environment,
    ``authorities`` are those that it trusts, in PEM.
    """
    groups = page_groups(survey.pages)
    operations = operations_of(survey.api) if survey.api else []
    absent = absent_items(survey.api, operations)
    gone = [item for item in absent if survey.statuses.get(item.url) == 404]
    pointers = {operation.schema for operation in operations} | {item.schema for item in gone}
    pointers.discard("")
    refusals = _refusals(survey.api, pointers)
    schemas = {pointer: f"{_SCHEMA}#{pointer}" for pointer in pointers - refusals.keys()}
    gets = [operation for operation in operations if operation.method == "GET"]
    reads = [operation for operation in gets if operation.url and not operation.has_no_end]
    of_items = list(item_reads(survey.api, operations))
    needed = any(operation.login for operation in operations)
    logs_in = login(survey.api, survey.origin) if needed else None
    token_url = logs_in.token_url if logs_in is not None else ""
    writes = [
        write
        for write in skeletons(survey.api, operations, schemas)
        if not token_url or write.operation.url != token_url  # the fixture `token` asks for one
    ]
    values = {
        "survey": survey,
        "origin": ORIGIN,
        "environment": environment,
        "has_authorities": bool(authorities),
        "groups": groups,
        "document_schema": "-".join(re.findall(r"[a-z0-9]+", survey.document.lower())) or "root",
        "start": next((page.path for page in survey.pages[:1] if page.sound), ""),
        "translated": translations(survey.pages),
        "pages_differ": _differ(survey.pages),
        "wells": _wells(survey),
        "reads": [operation for operation in reads if not operation.login],
        "reads_with_login": [operation for operation in reads if operation.login],
        "item_reads": of_items,
        "gone": [item for item in gone if item.schema in schemas],
        "writes": writes,
        "write_code": "\n".join(line for write in writes for line in write.lines),
        "login": logs_in,
        "refusals": refusals,
        "schemas": schemas,
        "api_document": _SCHEMA,
    }
    sources = {f"environments/{environment}.toml": "environment.toml.j2"}
    sources |= _check_templates(survey, groups, operations)
    sources |= {"smoketests/conftest.py": "conftest.py.j2"} if logs_in is not None else {}
    texts = {path: _templates().get_template(name).render(values) for path, name in sources.items()}
    if authorities:
        texts[f"environments/{environment}-ca.pem"] = authorities
    if survey.document_schema:
        file = f"smoketests/schemas/{values['document_schema']}{json_schema.SUFFIX}"
        texts[file] = dumped(survey.document_schema)
    if operations:
        texts[f"smoketests/schemas/{_SCHEMA}"] = dumped(survey.api)
    path = survey.start or survey.document
    named = quoted(braced(f"{ORIGIN}:{path}")) if path else ""
    reads += [read.operation for read in of_items]
    lacking = tuple(_unwritten(operation) for operation in gets if operation not in reads)
    return Suite(
        texts,
        sum(read.schema in refusals for read in reads),
        sum(read.schema in schemas and _requires_no_key(survey.api, read) for read in reads),
        lacking,
        named,
    )


def _requires_no_key(api: Document, operation: Operation) -> bool:
    """Return whether an answer, or each item of a list, may lack all the keys of its schema."""
    try:
        schema = whole(api, {"$ref": f"#{operation.schema}"})
        if "items" in schema:
            schema = whole(api, schema["items"])
    except (AttributeError, TypeError, ValueError):
        return False
    return bool(schema.get("properties")) and not schema.get("required")


def _unwritten(operation: Operation) -> str:
    """Return an operation that reads and has no check, with the reason."""
    why = "a stream has no end" if operation.has_no_end else "a parameter has no example"
    return f"GET {operation.path} ({why})"


def _differ(pages: Sequence[Page]) -> bool:
    """Return whether there are several pages that say something, each something else."""
    shown = [page.texts for page in pages if page.texts]
    return len(shown) >= page_texts.MANY and not page_texts.most_alike(shown)


def _wells(survey: Survey) -> dict[str, Wellness]:
    """Return where the service says that it is well, by how the names of the checks begin."""
    by_path = {well.path: well for well in survey.well}
    names = distinct({path: identifier(path) or "service" for path in by_path})
    return {names[path]: well for path, well in by_path.items()}


def _check_templates(
    survey: Survey, groups: list[PageGroup], operations: list[Operation]
) -> dict[str, str]:
    """Return the files of checks that there is something for, each with its template."""
    answers = survey.start, survey.document, survey.health, survey.version, survey.version_header
    says_more = survey.says_what_is_gone or any(answers)
    needed = {"pages": groups, "service": says_more, "api": operations}
    return {f"smoketests/test_{name}.py": f"test_{name}.py.j2" for name in needed if needed[name]}


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
            have_mounts=all(page.has_mount for page in group),
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


def _refusals(api: Document, pointers: Collection[str]) -> dict[str, str]:
    """Return why each schema that cannot be relied on cannot, by its pointer."""
    if not pointers:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / _SCHEMA).write_text(dumped(api), "utf-8")
        reasons = {pointer: _refusal(Path(folder), pointer) for pointer in pointers}
    return {pointer: reason for pointer, reason in reasons.items() if reason}


def _refusal(folder: Path, pointer: str) -> str:
    """Return why a schema is refused; empty if it is not."""
    try:
        json_schema.find(folder, f"{_SCHEMA}#{pointer}")
    except UsageError as error:
        return one_line(str(error).removeprefix(f"{folder / _SCHEMA}: "), 500)
    return ""


@cache
def _templates() -> jinja2.Environment:
    loader = templates(Path(__file__).parent / "templates")
    loader.filters |= {"quoted": quoted, "worded": worded, "braced": braced}
    return loader
