"""Find one answer that came in place of several: a maintenance page, an error with 200."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from .symptom import Group, Replacement, Symptom

MANY: Final = 3
"""URLs with one status, error or answer that make one cause: so many are no coincidence."""
_ID_OR_NUMBER: Final = re.compile(r"[0-9a-f]{8}[0-9a-f-]*|\d+")


def impostors(symptoms: Sequence[Symptom]) -> tuple[list[Group], list[Symptom]]:
    """Group the symptoms of one web page that came in place of several answers, such as a
    maintenance page or a login. Return the groups and the remaining symptoms.
    """
    of_page: defaultdict[tuple[str, str], list[Symptom]] = defaultdict(list)
    for symptom in symptoms:
        if symptom.page and symptom.url:
            of_page[symptom.outcome.origin, symptom.page].append(symptom)
    in_place = []
    for (_, page), same in of_page.items():
        core = _impostor(same)
        if core:
            in_place.append(Group(core, replacement=Replacement.PAGE, came=page))
    return in_place, _without(symptoms, in_place)


def errors_in_place(symptoms: Sequence[Symptom]) -> tuple[list[Group], list[Symptom]]:
    """Group the symptoms of one JSON document, such as an error, that came with a success in place
    of many answers. Return the groups and the remaining symptoms.

    A document in which no check missed anything is no error, but shows that the login is off.
    """
    groups: defaultdict[tuple[object, ...], Group] = defaultdict(lambda: Group([]))
    for symptom in symptoms:
        document = _document(symptom) if symptom.url else ""
        if not document:
            continue
        size, _ = _bytes(symptom)
        group = groups[symptom.outcome.origin, size, _ID_OR_NUMBER.sub("#", document)]
        missed = _is_another(symptom) or symptom.trouble.startswith("2")
        (group.core if missed else group.attached).append(symptom)
    errors = [
        replace(group, replacement=Replacement.DOCUMENT, came=_document(group.core[0]))
        for group in groups.values()
        if len({(s.method, urlsplit(s.place).path) for s in group.core}) >= MANY
        if any(map(_is_another, group.core))
    ]
    return errors, _without(symptoms, errors)


def _is_another(symptom: Symptom) -> bool:
    """Return whether the document that came is another than its check reads, by its shape or by its
    media type.
    """
    return symptom.has_other_shape or bool(symptom.sent_as)


def _document(symptom: Symptom) -> str:
    """Return how the JSON document that came with a success begins; empty for anything else."""
    is_json = symptom.has_succeeded and "json" in str(symptom.exchange.get("media_type", ""))
    return str(symptom.exchange.get("excerpt", "")) if is_json else ""


def _without(symptoms: Iterable[Symptom], groups: Iterable[Group]) -> list[Symptom]:
    """Return the symptoms that are not of these groups."""
    grouped = {id(symptom) for group in groups for symptom in group.symptoms}
    return [symptom for symptom in symptoms if id(symptom) not in grouped]


def mistyped(symptoms: Sequence[Symptom]) -> tuple[list[Group], list[Symptom]]:
    """Group the symptoms of files of several kinds that came under one media type, as from a server
    without a list of types. Return the groups and the remaining symptoms.
    """
    groups: defaultdict[tuple[str, str], list[Symptom]] = defaultdict(list)
    for symptom in symptoms:
        if symptom.sent_as:
            groups[symptom.outcome.origin, symptom.sent_as].append(symptom)
    alike = [
        Group(core, replacement=Replacement.MEDIA_TYPE, came=media_type)
        for (_, media_type), core in groups.items()
        if len({symptom.ending for symptom in core}) > 1
    ]
    return alike, _without(symptoms, alike)


def _impostor(symptoms: list[Symptom]) -> list[Symptom]:
    """Return those of ``symptoms``, all with one title, that one page in place of other answers
    explains; none if that is not certain.

    Pages of one site may share a title, so there must be three URLs, at two of which no page
    belongs. If the same bytes also came for a URL that should not exist, two such URLs are enough,
    or any three.
    """
    candidates = [s for s in symptoms if not s.is_unwanted_success or _came_elsewhere(s, symptoms)]
    if len(_names(candidates)) >= MANY and len(_names(candidates, no_pages=True)) > 1:
        return candidates
    made_up = next((symptom for symptom in symptoms if symptom.is_unwanted_success), None)
    same = [s for s in symptoms if made_up is not None and _bytes(s) == _bytes(made_up)]
    enough = len({symptom.url for symptom in same}) >= MANY
    return same if enough or len(_names(same, no_pages=True)) > 1 else []


def _names(symptoms: Iterable[Symptom], *, no_pages: bool = False) -> set[str]:
    """Return the names of the answers of symptoms; with ``no_pages`` only if no page belongs."""
    return {_name(symptom) for symptom in symptoms if symptom.wants_no_page or not no_pages}


def _came_elsewhere(symptom: Symptom, symptoms: Iterable[Symptom]) -> bool:
    others = (other for other in symptoms if other.url != symptom.url)
    return _bytes(symptom) in map(_bytes, others)


def _bytes(symptom: Symptom) -> tuple[object, ...]:
    """Return the size of a page and its beginning."""
    return symptom.exchange.get("bytes"), symptom.exchange.get("excerpt")


def _name(symptom: Symptom) -> str:
    """Return the name of a file, or the path of a page: ``js/config.json`` of a hundred locales is
    one.
    """
    path = urlsplit(symptom.place).path
    return path.rpartition("/")[2] if "." in path.rpartition("/")[2] else path
