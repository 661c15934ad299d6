"""What a soak showed: tables, and what must hold. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Final

from .noise import KINDS, Noise
from .soaking import Ended
from .tables import table
from .targets import Target

_INCONCLUSIVE: Final = 0.01  # share of sound runs that may end so
_TROUBLE: Final = 0.04  # share of requests, or the noise was not there
_HEAD: Final = (
    *("seed", "runs", "PASSED", "FAILED", "INCONCLUSIVE", "requests"),
    *("reset", "answer lost", "503", "stalled", "down", "brownouts"),
    *("flaky a run", "seconds", "CPU s", ""),
)


def noise_words(noise: Noise) -> Iterator[str]:
    """The noise in words."""
    yield (
        f"noise: of all requests {noise.reset_before:.1%} reset before they are passed on, "
        f"{noise.reset_after:.1%} after (the answer is lost), {noise.unavailable:.1%} answered "
        f"503, {noise.stalled:.1%} held for {noise.stall:g} s;"
    )
    yield (
        f"a brownout of {1000 * noise.brownout:.0f} ms (connections refused, or reset, or all "
        f"answered 503) within {noise.first:g} s and then every {noise.every:g} s on average"
    )


def sound(runs: Sequence[Ended]) -> Iterator[str]:
    """Runs against a sound deployment, a row a seed, and each that did not pass."""
    ordered = sorted(runs, key=lambda run: int(_series(run)))
    rows = [_row(seed, list(some)) for seed, some in groupby(ordered, _series)]
    yield f"a sound deployment: {len(runs)} runs"
    yield from table([_HEAD, *rows, _row("all", ordered)])
    yield (
        "reset to brownouts: what the proxy did, and down what met a brownout and reached it; "
        "flaky: median and most; seconds, CPU s: medians"
    )
    for run in ordered:
        if run.verdict != "PASSED":
            yield f"seed {run.seed}: {run.verdict}: {run.reason}"


def _series(ended: Ended) -> str:
    return ended.seed.partition(".")[0]


def _row(name: str, runs: Sequence[Ended]) -> tuple[str, ...]:
    verdicts = Counter(run.verdict for run in runs)
    done: Counter[str] = Counter()
    for run in runs:
        done.update(run.injected)
    flaky = [run.flaky for run in runs]
    return (
        name,
        str(len(runs)),
        *(str(verdicts[kind]) for kind in ("PASSED", "FAILED", "INCONCLUSIVE")),
        str(done["requests"]),
        *(str(done[kind]) for kind in (*KINDS, "down", "brownouts")),
        f"{median(flaky):.0f}, {max(flaky)}",
        f"{median(run.seconds for run in runs):.1f}",
        f"{median(run.cpu for run in runs):.1f}",
        "",
    )


def lost(runs: Sequence[Ended]) -> Iterator[str]:
    """Runs that lost the network, a row a kind, and each that failed."""
    yield f"the network is lost, that of the control as well: {len(runs)} runs"
    yield from table([("", *_HEAD[1:]), *(_row(kind, some) for kind, some in _by_fault(runs))])
    for run in runs:
        if run.verdict == "FAILED":
            yield f"{run.fault}, seed {run.seed}: FAILED: {run.reason}"


def _by_fault(runs: Sequence[Ended]) -> Iterator[tuple[str, list[Ended]]]:
    by_fault: defaultdict[str, list[Ended]] = defaultdict(list)
    for run in runs:
        by_fault[run.fault].append(run)
    yield from by_fault.items()


def sensitivity(runs: Sequence[Ended], exempt: Mapping[str, str]) -> Iterator[str]:
    """Runs against faults, a row a fault."""
    rows = [_fault_row(fault, some) for fault, some in _by_fault(runs)]
    yield f"a deployment with a fault: {len(rows)} faults, {len(runs)} runs"
    yield from table([("fault", "caught", "flaky", "seconds", "by"), *rows])
    for why in dict.fromkeys(exempt.values()):
        names = [fault for fault, reason in exempt.items() if reason == why]
        yield f"not run, since {why}: {', '.join(names)}"


def _fault_row(fault: str, runs: Sequence[Ended]) -> tuple[str, ...]:
    caught = sum(run.caught for run in runs)
    named = Counter(check for run in runs for check in run.caught_by)
    most = ", ".join(check.partition("::")[2] for check, _ in named.most_common(2))
    missed = [f"{run.verdict}: {run.reason}" for run in runs if not run.caught]
    return (
        fault,
        f"{caught} of {len(runs)}",
        f"{median(run.flaky for run in runs):.0f}",
        f"{median(run.seconds for run in runs):.1f}",
        f"MISSED {missed[0]}" if missed else most,
    )


def judge(
    runs: Sequence[Ended], without_network: Sequence[Ended], faulty: Sequence[Ended]
) -> list[Target]:
    """What must hold of the runs that were made."""
    lost_targets = _held(without_network) if without_network else ()
    return [*_steady(runs), *lost_targets, *(_caught(faulty) if faulty else ())]


def _steady(runs: Sequence[Ended]) -> Iterator[Target]:
    count = Counter(run.verdict for run in runs)
    failed, open_ = count["FAILED"], count["INCONCLUSIVE"]
    other = len(runs) - failed - open_ - count["PASSED"]
    bound = f", at most {min(1.0, 3 / len(runs)):.1%} at 95 % confidence" if not failed else ""
    yield Target("sound: none FAILED", f"{failed} of {len(runs)}{bound}", not failed)
    demand = f"sound: at most {_INCONCLUSIVE:.0%} INCONCLUSIVE"
    measured = f"{open_} of {len(runs)}"
    yield Target(demand, measured, open_ <= _INCONCLUSIVE * len(runs) and not other)
    untold = sum(max(0, run.documents - run.reported) for run in runs)
    left = sum(run.documents for run in runs)
    demand = "sound: nothing left behind that is not told"
    yield Target(demand, f"{left} documents left, {untold} not told", not untold)
    trouble = sum(_troubled(runs))
    asked = sum(run.injected["requests"] for run in runs)
    demand = f"sound: at least {_TROUBLE:.0%} of requests met trouble"
    yield Target(demand, f"{trouble / asked:.1%}", trouble >= _TROUBLE * asked)


def _held(runs: Sequence[Ended]) -> Iterator[Target]:
    count = Counter(run.verdict for run in runs)
    measured = ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items()))
    allowed = count["INCONCLUSIVE"] + count["PASSED"]
    yield Target("network lost: none FAILED", measured, allowed == len(runs))


def _troubled(runs: Iterable[Ended]) -> Iterator[int]:
    for run in runs:
        yield sum(count for kind, count in run.injected.items() if kind in (*KINDS, "down"))


def _caught(runs: Sequence[Ended]) -> Iterator[Target]:
    missed = sum(not run.caught for run in runs)
    measured = f"{len(runs) - missed} of {len(runs)} runs"
    yield Target("a fault: FAILED, by a check that names it", measured, not missed)
