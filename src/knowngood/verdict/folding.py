"""Group symptoms that one fault of a deployment explains.

A failed push seldom fails one check. A page that is 404 has no title, no language and no scripts;
a person needs to read that it is 404. First comes an origin that gives no answer, then a URL that
is wrong by itself, then the rest. A claim that reads an answer which is a cause is listed under
that cause.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence, Set
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from ..content.problem import Aspect
from ..fetch import AttemptError
from .attempt_error_words import NO_ANSWER
from .impostors import MANY, errors_in_place, impostors, mistyped
from .own_claims import CONVERGED
from .symptom import Group, Symptom

_PROPERTY: Final = re.compile(r"\$(?:[.\w-]|\[\d+\])*?((?:\.[\w-]+)?): (.*?)(?:, found .*)?")
"""What a schema says of one property: its name, where it has one, and what is wrong with it."""
_WRITTEN: Final = re.compile(r"<\w+ (?:src|href)=\"([^\"]+)\">: |placeholder: (\S.*)")
"""What is wrong with a reference, or stands in place of a part of it, as a problem shows it."""


def grouped(symptoms: Iterable[Symptom], answered: Container[str]) -> list[Group]:
    """Group symptoms by the fault that explains them, in the order in which a person should read
    them. ``answered`` are the origins that answered at least once.
    """
    pages, symptoms = impostors(_with_common_places(list(symptoms)))
    errors, symptoms = errors_in_place(symptoms)
    types, symptoms = mistyped(symptoms)
    silent_origins: list[Symptom] = []
    troubled: list[Symptom] = []
    about_one_answer: list[Symptom] = []
    about_several: list[Symptom] = []
    for symptom in symptoms:
        if symptom.trouble in NO_ANSWER and symptom.outcome.origin not in answered:
            silent_origins.append(symptom)
        elif symptom.trouble:
            troubled.append(symptom)
        elif symptom.url and not symptom.others:
            about_one_answer.append(symptom)
        else:
            about_several.append(symptom)
    silent = _united(silent_origins, lambda symptom: [symptom.outcome.origin])
    no_content = [*pages, *errors, *silent, *_troubled(troubled), *types]
    # A success where a refusal was expected says less than what came in place of every page.
    useless = [g for g in no_content if g.replacement or g.core[0].is_useless]
    successes = [group for group in no_content if group not in useless]
    wrong_answers = _alike(_unexplained(about_one_answer, useless))
    unexplained = _unexplained(about_several, [*useless, *wrong_answers])
    wrong_content = [*wrong_answers, *_roots(_alike(unexplained))]
    wrong = {symptom.url for group in wrong_content for symptom in group.core}
    judged = sorted([*successes, *wrong_content], key=lambda group: _rank(group, wrong))
    ordered = sorted([*useless, *judged], key=lambda group: not _is_of_whole_site(group))
    return _referrers_first(ordered)


def _is_of_whole_site(group: Group) -> bool:
    """Return whether another page, such as a login or the server's own, came in place of many, or
    of the start page: that tells why the rest of the site is wrong.
    """
    others = [s for s in group.core if s.outcome.aspect == Aspect.SERVER_PAGE]
    urls = {url for symptom in others for url in (symptom.url, *symptom.others)}
    return len(urls) >= MANY or any(urlsplit(symptom.url).path == "/" for symptom in others)


def _with_common_places(symptoms: Sequence[Symptom]) -> list[Symptom]:
    """Give a file the place that it has in other cases, where its name is only by chance a value of
    its own case: ``/bg/img/bg.png`` is ``/{locale}/img/bg.png`` as everywhere.
    """
    places = {symptom.place for symptom in symptoms}
    return [
        replace(symptom, place=place) if place in places else symptom
        for symptom in symptoms
        for place in [_in_folders(symptom)]
    ]


def _in_folders(symptom: Symptom) -> str:
    """Return the place of a file by its own name, in folders that values name; empty for others."""
    folder, name = symptom.place.rpartition("/")[0], symptom.url.rpartition("/")[2]
    as_deep = symptom.place.count("/") == symptom.url.count("/")
    return f"{folder}/{name}" if "{" in folder and "." in name and as_deep else ""


def _referrers_first(groups: Sequence[Group]) -> list[Group]:
    """Put a broken page or stylesheet before the URLs that only it refers to: they may never have
    existed. Attach those that it writes wrongly.
    """
    ordered: list[Group] = []
    for group in groups:
        found_in = {symptom.found_in for symptom in group.core} - {""}
        broken = [g for g in groups if _breaks(g, found_in)] if found_in else []
        if group.core[0].trouble:
            ordered += [g for g in broken if g not in ordered]
        source = next((g for g in broken if _writes(g, group)), None)
        if source is not None:
            source.attached.extend(group.symptoms)
        elif group not in ordered:
            ordered.append(group)
    return ordered


def _writes(group: Group, lost: Group) -> bool:
    """Return whether a group shows how all URLs of ``lost`` were written: ``src="{{ x }}.js"``."""
    written = {
        text
        for symptom in group.core
        for found in _WRITTEN.findall(symptom.words)
        for text in found
        if text
    }
    urls = [unquote(symptom.url) for symptom in lost.core]
    return bool(lost.core[0].trouble) and all(any(text in url for text in written) for url in urls)


def _breaks(group: Group, urls: Set[str]) -> bool:
    """Return whether the content of all these URLs is wrong."""
    return not group.core[0].trouble and urls <= {symptom.url for symptom in group.core}


def _united(
    symptoms: Iterable[Symptom], keys: Callable[[Symptom], Iterable[Hashable]]
) -> list[Group]:
    """Group symptoms that share a key, directly or through others; keep their order."""
    parent: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = parent[above]
            key = above
        return key

    keyed = [(symptom, list(keys(symptom))) for symptom in symptoms]
    for _, (first, *others) in keyed:
        parent.update((root(other), root(first)) for other in others)
    groups: defaultdict[Hashable, list[Symptom]] = defaultdict(list)
    for symptom, (first, *_) in keyed:
        groups[root(first)].append(symptom)
    return list(map(Group, groups.values()))


def _troubled(symptoms: Sequence[Symptom]) -> list[Group]:
    """Group by URL. Many URLs of one origin are one group if they have the same trouble, are
    redirected alike, or are files of one name: one rule of a server does that.
    """
    alike: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in _united(symptoms, lambda s: [s.url, (s.place, s.refusal)]):
        first = group.core[0]
        alike[first.outcome.origin, first.trouble].append(group)
    groups: list[Group] = []
    for same in alike.values():
        merged = Group([symptom for group in same for symptom in group.core])
        names = {urlsplit(symptom.url).path.rpartition("/")[2] for symptom in merged.core}
        is_rule = merged.core[0].trouble.startswith("3") or (len(names) == 1 and "" not in names)
        groups += [merged] if len(same) >= MANY or is_rule else same
    groups.sort(key=lambda g: (g.core[0].trouble not in NO_ANSWER, -len(g.core)))
    return _without_not_asked(groups)


def _without_not_asked(groups: Sequence[Group]) -> list[Group]:
    """Attach what was not asked to the silence of its origin; return the other groups."""
    silent: dict[str, Group] = {}
    not_asked: list[Group] = []
    for group in groups:
        first = group.core[0]
        if first.trouble == AttemptError.UNREACHABLE:
            not_asked.append(group)
        elif first.trouble in NO_ANSWER:
            silent.setdefault(first.outcome.origin, group)
    explained = [group for group in not_asked if group.core[0].outcome.origin in silent]
    for group in explained:
        silent[group.core[0].outcome.origin].attached.extend(group.core)
    return [group for group in groups if group not in explained]


def _unexplained(symptoms: Iterable[Symptom], groups: Sequence[Group]) -> list[Symptom]:
    """Attach symptoms to the group that is about their URL or another that they read; return those
    that no group explains.
    """
    culprits = {symptom.url: group for group in reversed(groups) for symptom in group.core}
    unexplained: list[Symptom] = []
    for symptom in symptoms:
        urls = (symptom.url, *sorted(symptom.others))
        group = next((culprits[url] for url in urls if url and url in culprits), None)
        group = None if symptom.outcome.aspect == Aspect.BASE else group
        (unexplained if group is None else group.attached).append(symptom)
    return unexplained


def _alike(symptoms: Sequence[Symptom]) -> list[Group]:
    """Group symptoms that share a URL, or a check and either the place or the words. One fixture
    that does not work ends many checks with the same words, and one proxy that loses a header many.
    """
    urls_of: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for symptom in symptoms:
        urls_of[symptom.outcome.origin, symptom.first_words].add(symptom.url)
    common = {key for key, urls in urls_of.items() if len(urls - {""}) >= MANY}

    def keys(symptom: Symptom) -> list[Hashable]:
        check = symptom.outcome.check
        about_url = [symptom.url, (check, symptom.place)] if symptom.url else []
        own_code = symptom.outcome.kind == "check" and not symptom.url
        words = symptom.outcome.origin, symptom.first_words
        everywhere = [words] if words in common and symptom.url else []
        return [
            *about_url,
            *everywhere,
            *_of_documents(symptom),
            ("" if own_code else check, symptom.words, "words"),
        ]

    return _united(symptoms, keys)


def _of_documents(symptom: Symptom) -> list[Hashable]:
    """Return keys that unite what is wrong with the shape of one kind of document: asked for with
    several queries, or the same property in a list and in its item, whose name has a digit.
    """
    if not symptom.has_other_shape or not symptom.url:
        return []
    origin, path = symptom.outcome.origin, urlsplit(symptom.url).path.rstrip("/")
    above, _, name = path.rpartition("/")
    wrong = _PROPERTY.fullmatch(symptom.first_words)
    of_kind = above if any(map(str.isdigit, name)) else path
    return [(origin, path), *([(origin, of_kind, *wrong.groups())] if wrong else [])]


def _roots(groups: Sequence[Group]) -> list[Group]:
    """Attach a group to another whose URL it reads: a page that lacks a reference explains what its
    scripts lack. If both read each other, the page explains the file. Return those that no other
    explains.
    """
    owner = {symptom.url: group for group in groups for symptom in group.core if symptom.url}
    reads: dict[Group, list[Group]] = {}
    for group in groups:
        urls = (url for symptom in group.core for url in sorted(symptom.others))
        read = dict.fromkeys(owner[url] for url in urls if url in owner)
        reads[group] = [other for other in read if other is not group]

    def explains(other: Group, group: Group) -> bool:
        mutual = group in reads[other]
        return not mutual or (other.core[0].is_page and not group.core[0].is_page)

    reasons = {g: [other for other in reads[g] if explains(other, g)] for g in groups}
    unexplained = []
    for group in groups:
        root = next((other for other in reasons[group] if not reasons[other]), None)
        if root is None:
            unexplained.append(group)
        else:
            root.attached.extend(group.core)
    return unexplained


def _rank(group: Group, wrong: Set[str]) -> tuple[bool, bool, bool, int]:
    """Put first the release that is not there, then what is about a URL, then the most cases. That
    an answer is no refusal comes behind what is ``wrong`` with one to the same URL.
    """
    first = group.core[0]
    beside = first.is_unwanted_success and first.url in wrong
    beside = beside and first.outcome.expected.startswith("4")
    return first.outcome.check != CONVERGED, not first.url, beside, -len(cases_of(group.core))


def cases_of(symptoms: Iterable[Symptom]) -> list[str]:
    """Return the cases of symptoms: their values, or else what pytest put in brackets. An empty
    value, as of a site's first page, is written as ``""``.
    """
    cases = set()
    for outcome in (symptom.outcome for symptom in symptoms):
        named = "-".join(outcome.values.values())
        empty = '""' if outcome.values else ""
        cases.add(named or outcome.nodeid.partition("[")[2].rstrip("]") or empty)
    return sorted(cases - {""})
