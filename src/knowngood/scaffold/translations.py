"""Find the pages that a site has in several languages, each below a folder of its language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonpath
from typing import Final

from ..content import page_texts
from .pages import LISTABLE, Page

_FOLDER: Final = re.compile(r"/([a-z]{2,3}(?:[-_]\w{2,4})?)/(.*)", re.I)


@dataclass(frozen=True, slots=True)
class Translations:
    """Pages in several languages.

    Attributes:
        model: the path of the folder whose pages the others are compared with: ``/en/``, or ``/``.
        languages: the names of the other folders.
        paths: the paths of the pages, below each of these folders.
        folder: the path below which the languages have their folders.
    """

    model: str
    languages: tuple[str, ...]
    paths: tuple[str, ...]
    folder: str = "/"


def translations(pages: Sequence[Page]) -> Translations | None:
    """Return the pages that are there in all languages, none with the texts of another; None if
    there are none. The language of the first page is the model.
    """
    folders: dict[str, dict[str, Page]] = {}
    sound = [page for page in pages if page.sound and LISTABLE.fullmatch(page.path)]
    above = commonpath([page.path for page in sound]).rstrip("/") if sound else ""
    for page in sound:
        folder, rest = _place(page, above)
        folders.setdefault(folder, {})[rest] = page
    model = next(iter(folders), "")
    others = [folder for folder in folders if folder and folder != model]
    paths = [path for path in folders.get(model, ()) if _is_in_all(path, model, others, folders)]
    if not others or not paths:
        return None
    folder = f"{above}/"
    return Translations(
        f"{folder}{model}/" if model else folder, tuple(others), tuple(paths), folder
    )


def _place(page: Page, above: str) -> tuple[str, str]:
    """Return the folder of the page's language below ``above``, and the page's path below that. If
    the path names no language, or not the page's, return an empty folder, and the path below
    ``above`` without its first slash.
    """
    path = page.path.removeprefix(above)
    parts = _FOLDER.fullmatch(path)
    if parts is None or _language(parts[1]) != _language(page.language):
        return "", path[1:]
    return parts[1], parts[2]


def _language(tag: str) -> str:
    return re.split("[-_]", tag.lower())[0]


def _is_in_all(
    path: str, model: str, others: Sequence[str], folders: dict[str, dict[str, Page]]
) -> bool:
    """Return whether all folders have ``path``, each with texts of its own."""
    lender = folders[model][path].texts
    pages = [folders[folder].get(path) for folder in others]
    return all(page and not page_texts.are_borrowed(page.texts, lender) for page in pages)
