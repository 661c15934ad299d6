"""``python -m benchmarks``: measure, print, and say which targets are met."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from . import tables
from .console import MET, MISSED, code_of, count_up_to, machine, progress, say
from .process import find
from .results import Results
from .scale import FULL, QUICK, Scale
from .sections import SECTIONS
from .targets import judge

_MOST: Final = 100  # repetitions


def main() -> int:
    """Run what the command line asks for; the exit code says whether every target was met."""
    options = _options()
    scale = QUICK if options.quick else FULL
    scale = replace(scale, repeat=options.repeat or scale.repeat)
    results = Results(scale.repeat, scale.locales, scale.rtts[-1], options.quick)
    names = options.only or list(SECTIONS)
    run = partial(_run, names, scale, results, options.json)
    return code_of("python -m benchmarks", run)


def _run(names: list[str], scale: Scale, results: Results, file: Path | None) -> int:
    for program in ("nginx", "curl"):
        find(program)
    say(machine())
    say("")
    for name in names:
        measure, show = SECTIONS[name]
        measure(scale, results, progress)
        for line in show(results):
            say(line)
        say("")
    targets = judge(results)
    for line in tables.targets(targets, judged=not results.quick):
        say(line)
    if file is not None:
        judged = [{"demand": t.demand, "measured": t.measured, "met": t.met} for t in targets]
        content = {**results.to_json(), "targets": judged}
        file.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    missed = any(target.met is False for target in targets)
    return MISSED if missed and not results.quick else MET


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed and memory of a full run, beside curl and naive suites. "
        "Exit code: 0 every target that was measured is met, 1 one is missed, 2 not measured.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--repeat",
        type=count_up_to(_MOST),
        metavar="N",
        help=f"measure everything N times (default: {FULL.repeat}; with --quick {QUICK.repeat})",
    )
    add("--quick", action="store_true", help="a small run, to see that all works; judges nothing")
    add("--only", action="append", choices=SECTIONS, help="this part alone; may be repeated")
    add("--json", type=Path, metavar="FILE", help="write every measurement to FILE as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
