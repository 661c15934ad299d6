"""Folds outcomes into causes: one fault of a deployment, however many claims and cases meet it.

A failed push seldom fails one check. A page that is 404 has no title, no language and no scripts;
a person needs to read that it is 404. First comes an origin that gives no answer, then what is
wrong with a URL by itself, then the rest. A claim that reads an answer which is itself a cause is
listed under that cause.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final

from ..fetch import AttemptError
from .cause_words import is_compared, more_places, sentence, sides
from .evidence import CONVERGED
from .outcome import Outcome
from .symptom import NO_ANSWER, Symptom

_MANY: Final = 3
"""URLs with one status or error that are one cause: so many are no coincidence."""

_URLS: Final = 200  # URLs that a cause keeps


@dataclass(frozen=True, slots=True)
class ClaimAtFault:
    """A claim that does not hold for a cause.

    Attributes:
        check: file and function of the check.
        claim: what it claims.
        problem: what it found, in one line; empty where the cause says the same.
        cases: how many of its cases meet the cause.
        place: file and line of the check.
    """

    check: str
    claim: str
    problem: str
    cases: int
    place: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One fault of a deployment.

    Attributes:
        state: how far it counts: ``failed``; ``known``, if the baseline has it, too; ``unsettled``,
            if it could not be confirmed.
        sentence: what is wrong, in one line.
        kind: what went wrong, as in :class:`.Outcome`.
        expected: what would have been right, where that fits a few words.
        got: what there was instead.
        problems: lines that say more than the sentence.
        exchanges: one exchange that shows it, or the two that were compared.
        urls: the URLs it is about, that of the first exchange first.
        cases: the cases of the first claim that meet it, sorted.
        claims: the claims that do not hold, the one that shows it best first.
    """

    state: str
    sentence: str
    kind: str
    expected: str = ""
    got: str = ""
    problems: tuple[str, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    urls: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    claims: tuple[ClaimAtFault, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Group:
    """Symptoms of one cause.

    Attributes:
        core: those that show it themselves.
        attached: those of claims that read an answer which the core finds wrong.
    """

    core: list[Symptom]
    attached: list[Symptom] = field(default_factory=list)

    @property
    def symptoms(self) -> list[Symptom]:
        """All symptoms."""
        return [*self.core, *self.attached]


def find_causes(
    outcomes: Iterable[Outcome],
    answered: Container[str] = (),
    params: Mapping[str, int] = MappingProxyType({}),
    *,
    state: str = "failed",
) -> tuple[Cause, ...]:
    """Fold ``outcomes`` into causes, in the order in which a person should read them.

    ``answered`` are the origins that answered at least once; ``params`` says how many values each
    param has.
    """
    dead: list[Symptom] = []
    useless: list[Symptom] = []
    direct: list[Symptom] = []
    rest: list[Symptom] = []
    for symptom in (s for outcome in outcomes for s in Symptom.all_of(outcome)):
        if symptom.trouble in NO_ANSWER and symptom.outcome.origin not in answered:
            dead.append(symptom)
        elif symptom.trouble:
            useless.append(symptom)
        elif symptom.url and not symptom.others:
            direct.append(symptom)
        else:
            rest.append(symptom)
    groups = [*_united(dead, lambda symptom: [symptom.outcome.origin]), *_troubled(useless)]
    alike = _alike(_attach(direct, groups))
    rest = _attach(rest, [*groups, *alike])
    groups += sorted([*alike, *_explained(_alike(rest))], key=_rank)
    groups = _referrers_first(groups)
    return tuple(_cause(group, answered, params, state) for group in groups)


def _referrers_first(groups: Sequence[_Group]) -> list[_Group]:
    """Put a broken page or stylesheet before the URLs that only it refers to: it may be so broken
    that it asks for what never was.
    """
    ordered: list[_Group] = []
    for group in groups:
        found_in = {symptom.found_in for symptom in group.core} - {""}
        broken = (g for g in groups if not g.core[0].trouble and g not in ordered)
        referrers = [g for g in broken if found_in and found_in <= {s.url for s in g.core}]
        if group.core[0].trouble:
            ordered += referrers
        if group not in ordered:
            ordered.append(group)
    return ordered


def _united(
    symptoms: Iterable[Symptom], keys: Callable[[Symptom], Iterable[Hashable]]
) -> list[_Group]:
    """Group symptoms that share a key, directly or by way of others; keep their order."""
    group_of: dict[Hashable, dict[int, Symptom]] = {}
    names_of: dict[int, list[Hashable]] = {}
    for number, symptom in enumerate(symptoms):
        united = {number: symptom}
        names = list(keys(symptom))
        for group in {id(g): g for g in map(group_of.get, names) if g is not None}.values():
            united |= group
            names += names_of.pop(id(group))
        group_of |= dict.fromkeys(names, united)
        names_of[id(united)] = names
    groups = [group_of[names[0]] for names in names_of.values()]
    return [_Group([group[number] for number in sorted(group)]) for group in groups]


def _troubled(symptoms: Sequence[Symptom]) -> list[_Group]:
    """Group by URL; many URLs of one origin in the same trouble are one group."""
    alike: defaultdict[tuple[str, str], list[_Group]] = defaultdict(list)
    for group in _united(symptoms, lambda symptom: [symptom.url, symptom.place]):
        first = group.core[0]
        alike[first.outcome.origin, first.trouble].append(group)
    groups: list[_Group] = []
    for same in alike.values():
        merged = [_Group([symptom for group in same for symptom in group.core])]
        groups += merged if len(same) >= _MANY else same
    groups.sort(key=lambda g: (g.core[0].trouble not in NO_ANSWER, -len(g.core)))
    return _without_not_asked(groups)


def _without_not_asked(groups: Sequence[_Group]) -> list[_Group]:
    """Attach what was not asked, since its origin had been given up, to the silence that led to
    that; return the other groups.
    """
    silent: dict[str, _Group] = {}
    not_asked: list[_Group] = []
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


def _attach(symptoms: Iterable[Symptom], groups: Sequence[_Group]) -> list[Symptom]:
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


def _alike(symptoms: Sequence[Symptom]) -> list[_Group]:
    """Group symptoms that share a URL, or a check and either the place or the words."""

    def keys(symptom: Symptom) -> list[Hashable]:
        check = symptom.outcome.check
        about_url = [symptom.url, (check, symptom.place)] if symptom.url else []
        return [*about_url, (check, symptom.words, "words")]

    return _united(symptoms, keys)


def _explained(groups: Sequence[_Group]) -> list[_Group]:
    """Attach a group to another that is about what it reads: a page that lacks a reference explains
    what its scripts lack. Where both read each other, the page explains the file. Return those that
    are left.
    """
    owner = {symptom.url: group for group in groups for symptom in group.core if symptom.url}
    reads: dict[int, dict[int, _Group]] = {}
    for group in groups:
        urls = (url for symptom in group.core for url in sorted(symptom.others) if url in owner)
        others = {id(owner[url]): owner[url] for url in urls if owner[url] is not group}
        reads[id(group)] = others

    def explains(other: _Group, group: _Group) -> bool:
        mutual = id(group) in reads[id(other)]
        return not mutual or (other.core[0].is_page and not group.core[0].is_page)

    reasons = {
        id(group): [other for other in reads[id(group)].values() if explains(other, group)]
        for group in groups
    }
    left = []
    for group in groups:
        roots = (other for other in reasons[id(group)] if not reasons[id(other)])
        reason = next(roots, None)
        if reason is None:
            left.append(group)
        else:
            reason.attached.extend(group.core)
    return left


def _rank(group: _Group) -> tuple[bool, bool, int]:
    """Put first the release that is not there, then what is about a URL, then the most cases."""
    first = group.core[0]
    return first.outcome.check != CONVERGED, not first.url, -len(_cases(group.core))


def _cause(group: _Group, answered: Container[str], params: Mapping[str, int], state: str) -> Cause:
    lead = _lead(group.core)
    outcome = lead.outcome
    expected, got = sides(outcome)
    more_lines = tuple(outcome.message.splitlines()[1:])
    urls = dict.fromkeys((lead.url, *(symptom.url for symptom in group.core)))
    return Cause(
        state=state,
        sentence=sentence(lead, group.core, answered, params),
        kind=outcome.kind,
        expected=expected,
        got=got,
        problems=more_places(lead, group.core) if lead.trouble else () if expected else more_lines,
        exchanges=tuple(outcome.exchanges[:2]),
        urls=tuple([url for url in urls if url] or outcome.reads)[:_URLS],
        cases=tuple(_cases([s for s in group.core if s.outcome.check == outcome.check])),
        claims=_claims(lead, group.symptoms),
    )


def _lead(core: Sequence[Symptom]) -> Symptom:
    """Return the symptom that shows a cause best: one that compared what is wrong, of the check
    that meets it in most cases, at the URL with the fewest folders. What was not asked, since the
    origin was given up, shows it worst.
    """
    counts = Counter((symptom.outcome.check, symptom.place) for symptom in core)

    def order(symptom: Symptom) -> tuple[bool, bool, int, int]:
        given_up = symptom.trouble == AttemptError.UNREACHABLE
        return (
            given_up,
            not is_compared(symptom.outcome),
            -counts[symptom.outcome.check, symptom.place],
            symptom.url.count("/"),
        )

    return min(core, key=order)


def _cases(symptoms: Iterable[Symptom]) -> list[str]:
    """Return the cases that meet symptoms: their values, or else what pytest put in brackets."""
    cases = set()
    for outcome in (symptom.outcome for symptom in symptoms):
        named = "-".join(outcome.values.values())
        cases.add(named or outcome.nodeid.partition("[")[2].rstrip("]"))
    return sorted(cases - {""})


def _claims(lead: Symptom, symptoms: Sequence[Symptom]) -> tuple[ClaimAtFault, ...]:
    """Return the claims of symptoms: that of ``lead`` first, then those that most cases meet.

    Of an answer that cannot be used nothing else is worth saying; of another each claim says what
    it found.
    """
    outcomes = [symptom.outcome for symptom in symptoms]
    counts = Counter({outcome.nodeid: outcome.check for outcome in outcomes}.values())
    first = {outcome.check: outcome for outcome in reversed(outcomes)}
    order = sorted(counts, key=lambda name: (name != lead.outcome.check, -counts[name]))
    return tuple(
        ClaimAtFault(
            check=name,
            claim=first[name].claim,
            problem="" if lead.trouble else first[name].message.partition("\n")[0],
            cases=counts[name],
            place=first[name].place,
        )
        for name in order
    )
