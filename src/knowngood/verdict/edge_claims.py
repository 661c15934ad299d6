"""Make outcomes of the engine's own claims about edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from ..environment import Environment
from ..fetch import AttemptError, Blocked, NoAnswer, describe, is_turned_away, respond
from ..readiness import Convergence, Edge
from ..safety import and_more, listed, one_line, plural
from . import own_claims
from .attempt_error_words import BROKEN_ANSWER, NO_ANSWER, error_words, origin_url
from .cause_words import path_of
from .outcome import FAILED, INCONCLUSIVE, Outcome, classify
from .symptom import Symptom

SHOWN: Final = 8  # URLs that differ between edges


def not_converged(result: Convergence, environment: Environment) -> Outcome:
    """Return the failed claim that every edge serves the release. If no missing edge answered, the
    kind of their silence decides its result.
    """
    edges = len(result.missing)
    total = len(result.there) + edges
    where = environment.release.path if environment.release else ""
    table = "\n".join(filter(None, (result.table(), result.hint)))
    seen = [edge.last.exchange for edge in result.missing if edge.last is not None]
    claim = own_claims.broken(
        own_claims.CONVERGED,
        "release",
        "",
        exchanges=tuple(describe(exchange, environment) for exchange in seen[:1]),
    )
    seen_words = _seen(result, page=Symptom.of(claim).page)
    message = (
        f"{where}: expected release {one_line(result.expected, 60)}, {seen_words}, "
        f"at {edges} of {plural(total, 'edge')} after {result.seconds:.0f} s\n{table}"
    )
    claim = replace(claim, message=message)
    answered = any(edge.last is not None and not edge.last.silent for edge in result.missing)
    if answered:
        return claim
    silences = [_by_silence(claim, edge, environment) for edge in result.missing]
    return next((silence for silence in silences if silence.result == FAILED), silences[0])


def _seen(result: Convergence, page: str) -> str:
    """Return what most of the missing edges gave in place of the release; ``page`` is the title of
    the web page that the first gave.
    """
    mixed = next((edge for edge in result.missing if edge.is_mixed), None)
    if mixed is not None:
        return f"found it and {one_line(mixed.other, 60)} in turn"
    everywhere = ", as for every other URL" if result.alike else ""
    if page:
        return f'found the web page "{one_line(page, 60)}"{everywhere}'
    words = [
        f"found {edge.answer}" if edge.last is not None and edge.last.names else edge.answer
        for edge in result.missing
    ]
    return max(words, key=words.count, default="") + everywhere


def _by_silence(claim: Outcome, edge: Edge, environment: Environment) -> Outcome:
    if edge.last is None:
        return replace(claim, result=INCONCLUSIVE, kind="budget")
    exchange = edge.last.exchange
    fields: dict[str, Any] = {"kind": "status", "exchanges": (describe(exchange, environment),)}
    try:
        respond(exchange)
    except (NoAnswer, Blocked) as error:
        classified = classify(error)
        fields |= {"result": classified.result, "kind": classified.kind}
    if is_turned_away(exchange):
        fields |= {"result": INCONCLUSIVE, "kind": "blocked"}
    last = exchange.attempts[-1]
    return replace(
        claim, began=last.began, phase=last.phase, origin=exchange.probe.origin, **fields
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The edges that give the same answer.

    Attributes:
        edges: their addresses.
        size: how many bytes the answer has; empty if that is not known.
    """

    edges: Sequence[str]
    size: str

    def __str__(self) -> str:
        return ", ".join(self.edges) + (f" ({self.size} bytes)" if self.size else "")


def differing(
    bodies: Mapping[str, Mapping[str, str]],
    params: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Outcome:
    """Return the failed claim that edges serve the same bytes. ``bodies`` are the digests and sizes
    by edge, by URL; ``params`` are the values that stand in URLs, by name.
    """
    groups = {url.rstrip("?"): _alike(at) for url, at in bodies.items()}  # "?" is of a nonce
    places = _places(groups, params)
    verb = "differ" if len(places) > 1 else "differs"
    lines = [f"{listed(places)} {verb} {_between(list(groups.values()))}"]
    lines.append("an answer that may differ has varies=True in the mark that asks for it")
    for url, sides in list(groups.items())[:SHOWN]:
        lines.append(f"{one_line(url, 300)}: {' differs from '.join(map(str, sides))}")
    return own_claims.broken(own_claims.ALIKE, "content", "\n".join(lines), reads=tuple(bodies))


def _places(urls: Iterable[str], params: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the paths of URLs, with ``{locale}`` for a folder that is a locale: those of several
    locales are one place, with their number.
    """
    names = {value: f"{{{name}}}" for name, values in params.items() for value in values}
    places: dict[str, set[str]] = {}
    for url in urls:
        path = path_of(url)
        place = "/".join(names.get(folder, folder) for folder in path.split("/"))
        places.setdefault(place, set()).add(path)
    return [
        one_line(f"{place} ({len(paths)} URLs)" if len(paths) > 1 else min(paths), 300)
        for place, paths in places.items()
    ]


def _alike(digests: Mapping[str, str]) -> list[_Side]:
    """Return the edges with the same answer as one side, that with the fewest first."""
    by_digest: dict[str, list[str]] = {}
    for edge, digest in sorted(digests.items()):
        by_digest.setdefault(digest, []).append(edge)
    sides = (_Side(edges, digest.partition(" ")[2]) for digest, edges in by_digest.items())
    return sorted(sides, key=lambda side: len(side.edges))


def _between(groups: Sequence[list[_Side]]) -> str:
    """Return where answers differ, in words: at one edge from all others, which are alike, if it is
    the same edge for each URL, whose sides ``groups`` has; or between which two.
    """
    odd = {sides[0].edges[0] if _has_odd_edge(sides) else "" for sides in groups}
    edge = odd.pop() if len(odd) == 1 else ""
    if edge:
        return f"at {edge} from the other edges"
    all_edges = {edge for sides in groups for side in sides for edge in side.edges}
    return f"between {' and '.join(sorted(all_edges))}" if len(all_edges) == 2 else "between edges"


def _has_odd_edge(sides: Sequence[_Side]) -> bool:
    return len(sides) == 2 and len(sides[0].edges) == 1 < len(sides[1].edges)


def varying(urls: Sequence[str]) -> str:
    """Return a warning on URLs whose answers vary by themselves."""
    return (
        f"{listed([one_line(url, 300) for url in urls])}: each answer is another, as with a nonce, "
        "at every edge; only the words that stay the same were compared between edges; varies=True "
        "in the mark leaves such an answer out"
    )


def lacking(exchanges: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return the failed claim that every address of a name serves the URLs of that name."""
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for exchange in exchanges:
        alike.setdefault(_lack(exchange), []).append(exchange)
    most_first = sorted(alike.items(), key=lambda item: -len(item[1]))
    lines = [_of_address(lack, asked) for lack, asked in most_first]
    shown = [asked[0] for _, asked in most_first]
    errors = {exchange["attempts"][-1]["error"] for exchange in exchanges}
    return own_claims.broken(
        own_claims.EVERYWHERE,
        AttemptError.TLS if errors == {AttemptError.TLS} else "content",
        "\n".join([*lines[:SHOWN], *and_more(len(lines) - SHOWN)]),
        exchanges=tuple(shown[:SHOWN]),
        reads=tuple(exchange["url"] for exchange in exchanges),
    )


def _lack(exchange: Mapping[str, Any]) -> str:
    """Return what an address gives in place of what its name serves, with a verb."""
    address = exchange["connect_to"].strip(":")
    attempt = exchange["attempts"][-1]
    if attempt["error"] in NO_ANSWER:
        words = error_words(attempt["error"], attempt["phase"])
        return f"gives no answer at {address}: {words}"
    words = BROKEN_ANSWER.get(attempt["error"], f"is {exchange.get('status')}")
    return f"{words} at {address}"


def _of_address(lack: str, exchanges: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentence of exchanges that lack the same: of a whole origin if it is silent."""
    urls = [exchange["url"] for exchange in exchanges]
    if exchanges[0]["attempts"][-1]["error"] in NO_ANSWER:
        return f"{origin_url(urls[0])} {lack}"
    are = lack.replace("is ", "are ", 1) if len(urls) > 1 else lack
    return f"{listed(urls, 1)} {are}"
