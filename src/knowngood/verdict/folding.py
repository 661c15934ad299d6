"""Groups symptoms that one fault of a deployment explains.

A failed push seldom fails one check. A page that is 404 has no title, no language and no scripts;
a person needs to read that it is 404. First comes an origin that gives no answer, then what is
wrong with a URL by itself, then the rest. A claim that reads an answer which is itself a cause is
listed under that cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from ..fetch import AttemptError
from .own_claims import CONVERGED
from .symptom import NO_ANSWER, Symptom

_MANY: Final = 3
"""URLs with one status or error that are one cause: so many are no coincidence."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The symptoms of one cause.

    Attributes:
        core: those that show it themselves.
        attached: those of claims that read an answer which the core finds wrong.
        page: the one page that came in place of all that the core is about; empty for none.
        sent_as: the one media type that files of several kinds came under; empty for none.
    """

    core: list[Symptom]
    attached: list[Symptom] = field(default_factory=list)
    page: str = ""
    sent_as: str = ""

    @property
    def symptoms(self) -> list[Symptom]:
        """All symptoms."""
        return [*self.core, *self.attached]


def fold(symptoms: Iterable[Symptom], answered: Container[str]) -> list[Group]:
    """Group symptoms by the fault that explains them, in the order in which a person should read
    them. ``answered`` are the origins that answered at least once.
    """
    impostors, symptoms = _impostors(list(symptoms))
    mistyped, symptoms = _mistyped(symptoms)
    dead: list[Symptom] = []
    troubled: list[Symptom] = []
    direct: list[Symptom] = []
    rest: list[Symptom] = []
    for symptom in symptoms:
        if symptom.trouble in NO_ANSWER and symptom.outcome.origin not in answered:
            dead.append(symptom)
        elif symptom.trouble:
            troubled.append(symptom)
        elif symptom.url and not symptom.others:
            direct.append(symptom)
        else:
            rest.append(symptom)
    groups = [*_united(dead, lambda symptom: [symptom.outcome.origin]), *_troubled(troubled)]
    groups = [*impostors, *groups, *mistyped]
    culprits = [g for g in groups if g.page or g.sent_as or g.core[0].is_useless]
    alike = _alike(_attach(direct, culprits))
    rest = _attach(rest, [*culprits, *alike])
    # A success where a refusal was expected says less than what came in place of every page.
    groups, successes = culprits, [group for group in groups if group not in culprits]
    groups += sorted([*successes, *alike, *_explained(_alike(rest))], key=_rank)
    return _referrers_first(groups)


def _impostors(symptoms: Sequence[Symptom]) -> tuple[list[Group], list[Symptom]]:
    """Return groups of symptoms of one web page that came in place of several answers, such as that
    of a maintenance, a login or another site; and the symptoms that are left.
    """
    groups: defaultdict[tuple[str, str], Group] = defaultdict(lambda: Group([]))
    for symptom in symptoms:
        if symptom.page and symptom.url:
            groups[symptom.outcome.origin, symptom.page].core.append(symptom)
    impostors = []
    for (_, page), group in groups.items():
        impostor = _impostor(group.core)
        if impostor:
            impostors.append(replace(group, core=impostor, page=page))
    return impostors, _without(symptoms, impostors)


def _without(symptoms: Iterable[Symptom], groups: Iterable[Group]) -> list[Symptom]:
    """Return the symptoms that are not of these groups."""
    grouped = {id(symptom) for group in groups for symptom in group.core}
    return [symptom for symptom in symptoms if id(symptom) not in grouped]


def _mistyped(symptoms: Sequence[Symptom]) -> tuple[list[Group], list[Symptom]]:
    """Return groups of symptoms of files of several kinds that came under one media type, as from
    a server that knows none; and the symptoms that are left.
    """
    groups: defaultdict[tuple[str, str], list[Symptom]] = defaultdict(list)
    for symptom in symptoms:
        if symptom.sent_as:
            groups[symptom.outcome.origin, symptom.sent_as].append(symptom)
    mistyped = [
        Group(core, sent_as=media_type)
        for (_, media_type), core in groups.items()
        if len({symptom.ending for symptom in core}) > 1
    ]
    return mistyped, _without(symptoms, mistyped)


def _impostor(symptoms: list[Symptom]) -> list[Symptom]:
    """Return those of ``symptoms``, of pages with one title, that one page in place of other
    answers explains.

    Pages of one site may have a title in common, or be the same page: at least two of three URLs
    must be such that no page belongs there. Where nothing should be there, and what came is all
    that came elsewhere, two such URLs are enough, or any three.
    """
    came = [s for s in symptoms if not s.is_unwanted_success or _came_elsewhere(s, symptoms)]
    if len(_names(came)) >= _MANY and len(_names(came, no_pages=True)) > 1:
        return came
    made_up = next((symptom for symptom in symptoms if symptom.is_unwanted_success), None)
    same = [s for s in symptoms if made_up is not None and _bytes(s) == _bytes(made_up)]
    enough = len({symptom.url for symptom in same}) >= _MANY
    return same if enough or len(_names(same, no_pages=True)) > 1 else []


def _names(symptoms: Iterable[Symptom], *, no_pages: bool = False) -> set[str]:
    """Return the names of what symptoms are about, or of such where no page belongs."""
    return {_name(symptom) for symptom in symptoms if symptom.wants_no_page or not no_pages}


def _came_elsewhere(symptom: Symptom, symptoms: Iterable[Symptom]) -> bool:
    others = (other for other in symptoms if other.url != symptom.url)
    return _bytes(symptom) in map(_bytes, others)


def _bytes(symptom: Symptom) -> tuple[object, ...]:
    """Return how large a page is, and how it begins."""
    exchange = symptom.outcome.exchanges[0]
    return exchange.get("bytes"), exchange.get("excerpt")


def _name(symptom: Symptom) -> str:
    """Return what tells an answer from others of its kind: the file ``js/config.json`` of a hundred
    locales is one.
    """
    path = urlsplit(symptom.place).path
    return path.rpartition("/")[2] if "." in path.rpartition("/")[2] else path


def _referrers_first(groups: Sequence[Group]) -> list[Group]:
    """Put a broken page or stylesheet before the URLs that only it refers to: it may be so broken
    that it asks for what never was.
    """
    ordered: list[Group] = []
    for group in groups:
        found_in = {symptom.found_in for symptom in group.core} - {""}
        if group.core[0].trouble and found_in:
            ordered += [g for g in groups if g not in ordered and _breaks(g, found_in)]
        if group not in ordered:
            ordered.append(group)
    return ordered


def _breaks(group: Group, urls: Set[str]) -> bool:
    """Return whether the content of all these URLs is wrong."""
    return not group.core[0].trouble and urls <= {symptom.url for symptom in group.core}


def _united(
    symptoms: Iterable[Symptom], keys: Callable[[Symptom], Iterable[Hashable]]
) -> list[Group]:
    """Group symptoms that share a key, directly or by way of others; keep their order."""
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
    """Group by URL; many URLs of one origin in the same trouble are one group."""
    alike: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in _united(symptoms, lambda s: [s.url, (s.place, s.refusal)]):
        first = group.core[0]
        alike[first.outcome.origin, first.trouble].append(group)
    groups: list[Group] = []
    for same in alike.values():
        merged = [Group([symptom for group in same for symptom in group.core])]
        groups += merged if len(same) >= _MANY else same
    groups.sort(key=lambda g: (g.core[0].trouble not in NO_ANSWER, -len(g.core)))
    return _without_not_asked(groups)


def _without_not_asked(groups: Sequence[Group]) -> list[Group]:
    """Attach what was not asked, since its origin had been given up, to the silence that led to
    that; return the other groups.
    """
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


def _attach(symptoms: Iterable[Symptom], groups: Sequence[Group]) -> list[Symptom]:
    """Attach symptoms to the group that has found their URL, or another that they read, wrong;
    return those that no group explains.
    """
    culprits = {symptom.url: group for group in reversed(groups) for symptom in group.core}
    left: list[Symptom] = []
    for symptom in symptoms:
        urls = (symptom.url, *sorted(symptom.others))
        group = next((culprits[url] for url in urls if url and url in culprits), None)
        (left if group is None else group.attached).append(symptom)
    return left


def _alike(symptoms: Sequence[Symptom]) -> list[Group]:
    """Group symptoms that share a URL, or a check and either the place or the words. One fixture
    that does not work ends many checks with the same words.
    """

    def keys(symptom: Symptom) -> list[Hashable]:
        check = symptom.outcome.check
        about_url = [symptom.url, (check, symptom.place)] if symptom.url else []
        own_code = symptom.outcome.kind == "check" and not symptom.url
        return [*about_url, ("" if own_code else check, symptom.words, "words")]

    return _united(symptoms, keys)


def _explained(groups: Sequence[Group]) -> list[Group]:
    """Attach a group to another that is about what it reads: a page that lacks a reference explains
    what its scripts lack. Where both read each other, the page explains the file. Return those that
    are left.
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
    left = []
    for group in groups:
        root = next((other for other in reasons[group] if not reasons[other]), None)
        if root is None:
            left.append(group)
        else:
            root.attached.extend(group.core)
    return left


def _rank(group: Group) -> tuple[bool, bool, int]:
    """Put first the release that is not there, then what is about a URL, then the most cases."""
    first = group.core[0]
    return first.outcome.check != CONVERGED, not first.url, -len(cases_of(group.core))


def cases_of(symptoms: Iterable[Symptom]) -> list[str]:
    """Return the cases that meet symptoms: their values, or else what pytest put in brackets. A
    value that is empty, as of a site's first page, is written as ``""``.
    """
    cases = set()
    for outcome in (symptom.outcome for symptom in symptoms):
        named = "-".join(outcome.values.values())
        empty = '""' if outcome.values else ""
        cases.add(named or outcome.nodeid.partition("[")[2].rstrip("]") or empty)
    return sorted(cases - {""})
