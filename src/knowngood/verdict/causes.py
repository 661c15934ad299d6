"""Make causes of outcomes: one for each fault, however many claims and cases it breaks.

::

    Outcome ──► Symptom ──────► Group ───────────► lead ────► sentence ─────► Cause
                :mod:`.symptom` :mod:`.folding`    (here)     :mod:`.cause_words`
                                :mod:`.impostors`

An outcome is read as one symptom or several. Those that one fault explains are a group. The lead is
the symptom of a group that shows the fault best, and the sentence is written about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from ..content.problem import Aspect
from ..fetch import AttemptError
from .cause_words import CauseWords, is_compared, sides
from .fault_keys import cause_key
from .folding import cases_of, grouped
from .outcome import FAILED, Outcome
from .symptom import Group, Symptom, lasting

URLS: Final = 200
"""URLs that a cause keeps."""


@dataclass(frozen=True, slots=True)
class ClaimAtFault:
    """A claim that a cause breaks.

    Attributes:
        check: file and function of the check.
        claim: what it claims.
        problem: what the check says, in one line; empty if the cause says the same.
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
            if it could not be confirmed; ``advisory``, if it decides nothing.
        sentence: what is wrong, in one line.
        kind: what went wrong, as in :class:`.Outcome`.
        key: the same for the same fault in another run.
        expected: what would have been right, where that fits a few words.
        got: what there was instead.
        problems: lines that say more than the sentence.
        exchanges: one exchange that shows it, or the two that were compared.
        urls: the URLs it is about, that of the first exchange first.
        cases: the cases of the first claim that meet it, sorted.
        claims: the claims that do not hold, the one that shows it best first.
        accepted: until when and why it decides nothing.
        browser: what the browser shows of the page, as in :class:`.Outcome`.
    """

    state: str
    sentence: str
    kind: str
    key: str = ""
    expected: str = ""
    got: str = ""
    problems: tuple[str, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    urls: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    claims: tuple[ClaimAtFault, ...] = ()
    accepted: tuple[str, ...] = ()
    browser: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def find_causes(
    outcomes: Iterable[Outcome],
    answered: Container[str] = (),
    params: Mapping[str, int] = MappingProxyType({}),
    *,
    state: str = "failed",
    accepted: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Cause, ...]:
    """Fold ``outcomes`` into causes, in the order in which a person should read them.

    ``answered`` are the origins that answered at least once; ``params`` says how many values each
    param has. ``accepted`` says, by node id, why an outcome decides nothing: a cause of only such
    outcomes is advisory, any other has ``state``.
    """
    symptoms = [symptom for outcome in outcomes for symptom in Symptom.all_of(outcome)]
    groups = [_deciding(group, accepted) for group in grouped(symptoms, answered)]
    return tuple(_cause(group, answered, params, state, accepted) for group in groups)


def _deciding(group: Group, accepted: Container[str]) -> Group:
    """Return the group with a core of deciding symptoms alone, if it has any: reports show it."""
    core = [symptom for symptom in group.core if symptom.outcome.nodeid not in accepted]
    if not core:
        return group
    others = [symptom for symptom in group.core if symptom.outcome.nodeid in accepted]
    return replace(group, core=core, attached=[*group.attached, *others])


def _cause(
    group: Group,
    answered: Container[str],
    params: Mapping[str, int],
    state: str,
    accepted: Mapping[str, str],
) -> Cause:
    lead = _lead(group.core)
    outcome = lead.outcome
    odd_one = _odd_one(lead, group.core, params)
    words = CauseWords(group, lead, odd_one, answered, params)
    exchanges = tuple(outcome.exchanges[:2])
    outcomes = [symptom.outcome for symptom in group.symptoms]
    why = [accepted.get(outcome.nodeid, "") for outcome in outcomes]
    advisory = all(why)
    expected, got = sides(outcome)
    urls = dict.fromkeys((odd_one or lead.url, *(symptom.url for symptom in group.core)))
    return Cause(
        state="advisory" if advisory else state,
        sentence=words.sentence(),
        kind=outcome.kind,
        key=cause_key(lead, answered),
        expected=expected,
        got=got,
        problems=_problems(words),
        exchanges=exchanges[::-1] if odd_one else exchanges,
        urls=tuple([url for url in urls if url] or outcome.reads)[:URLS],
        cases=tuple(cases_of([s for s in group.core if s.outcome.check == outcome.check])),
        claims=_claims(lead, group.symptoms),
        accepted=tuple(dict.fromkeys(why)) if advisory else (),
        browser=outcome.browser,
    )


def _problems(words: CauseWords) -> tuple[str, ...]:
    """Return the lines that say more than the sentence."""
    outcome = words.lead.outcome
    more_lines = tuple(outcome.message.splitlines()[1:])
    if words.lead.trouble:
        return (*words.more_places(), *(more_lines if outcome.result != FAILED else ()))
    return (*(() if sides(outcome)[0] else more_lines), *words.other_problems())


def _lead(core: Sequence[Symptom]) -> Symptom:
    """Return the symptom that shows a cause best.

    By rank: one that was asked at all, rather than left out when its origin was given up; one that
    knows what came instead, of a page first, or compared two answers; one of the check that meets
    the cause in most cases; one that says most of the answer; one whose URL has the fewest folders;
    and one of a check that reads little else.
    """
    counts = Counter((symptom.outcome.check, symptom.place) for symptom in core)

    def order(symptom: Symptom) -> tuple[bool, bool, bool, bool, int, int, int, int]:
        given_up = symptom.trouble == AttemptError.UNREACHABLE
        return (
            given_up,
            not symptom.tells_what_came,
            symptom.outcome.aspect != Aspect.SERVER_PAGE,
            not is_compared(symptom.outcome),
            -counts[symptom.outcome.check, symptom.place],
            _weakness(symptom),
            symptom.url.count("/"),
            len(symptom.others),
        )

    return min(core, key=order)


def _weakness(symptom: Symptom) -> int:
    """Return how little a symptom says of an answer. An answer that cannot be read at all says
    most, as does a page that loads what nobody asks for; then one that breaks its schema, or what
    the check reads in it; then all else; and least, where its links lead.
    """
    if symptom.outcome.aspect == Aspect.LINK:
        return 4
    if symptom.outcome.kind == "schema":
        return 1
    if symptom.has_other_shape:
        return 2
    return 0 if symptom.outcome.aspect else 3


def _odd_one(lead: Symptom, core: Sequence[Symptom], params: Mapping[str, int]) -> str:
    """Return the one URL that all other cases differ from: that one is wrong, and not all others.
    Empty if there is none.
    """
    outcomes = [symptom.outcome for symptom in core]
    compared = {
        lasting(str(outcome.exchanges[1]["url"])) if len(outcome.exchanges) > 1 else ""
        for outcome in outcomes
    }
    if lead.trouble or len(compared) > 1 or not compared.isdisjoint(s.url for s in core):
        return ""
    for name in lead.outcome.values:
        others = params.get(name, 0) - 1
        if others > 1 and others == len({outcome.values.get(name) for outcome in outcomes}):
            return compared.pop()
    return ""


def _claims(lead: Symptom, symptoms: Sequence[Symptom]) -> tuple[ClaimAtFault, ...]:
    """Return the claims of symptoms: that of ``lead`` first, then those with most cases."""
    outcomes = [symptom.outcome for symptom in symptoms]
    counts = Counter({outcome.nodeid: outcome.check for outcome in outcomes}.values())
    first = {outcome.check: outcome for outcome in reversed(outcomes)}
    order = sorted(counts, key=lambda name: (name != lead.outcome.check, -counts[name]))
    return tuple(
        ClaimAtFault(
            check=name,
            claim=first[name].claim,
            problem="" if lead.is_useless else first[name].first_line,
            cases=counts[name],
            place=first[name].place,
        )
        for name in order
    )
