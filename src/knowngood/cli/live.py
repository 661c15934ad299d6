"""``knowngood live``: which release an environment serves, in one look."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Sequence
from typing import Final

from ..environment import loader
from ..environment.model import BadEnvironment, Environment, Release
from ..fetch.fetcher import Fetcher
from ..readiness import convergence
from ..readiness.convergence import ReleaseWatch
from ..safety.sanitize import one_line
from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR, VerdictKind
from .console import CommandLine, print_line

SECONDS: Final = 10.0
"""How long one look may take: a person waits for it."""

_COUNT: Final = 3  # answers of each edge, so that a backend that differs has a chance to be seen


def main(arguments: Sequence[str]) -> int:
    """Print the release, several where edges differ; 75 and why where none is told."""
    parser = CommandLine("live", main.__doc__)
    parser.add_argument("--env", required=True, metavar="NAME")
    options = parser.parse_args(list(arguments))
    try:
        environment = loader.here(options.env)
        if environment.release is None or environment.serve is not None:
            raise BadEnvironment(
                f"{environment.path}: needs [release], which says where the deployment tells its "
                "release, and no [serve], by which it is there during a run alone"
            )
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood live: error: {error}\n")
        return USAGE_ERROR
    return _say(look(environment, environment.release))


def look(environment: Environment, release: Release) -> tuple[list[str], str]:
    """The releases that the edges name, and what else they answered."""
    fetcher = Fetcher(
        convergence.watcher(environment), uuid.uuid4().hex[:12], time.time() + SECONDS
    )
    fetcher.start()
    try:
        watch = ReleaseWatch(environment, release, fetcher)
        found = watch.look(convergence.addresses(environment, release), _COUNT)
    finally:
        fetcher.close()
    sights = [sight for listed in found.values() for sight in listed]
    names = sorted({sight.shown for sight in sights if sight.names})
    others = sorted({sight.shown for sight in sights if not sight.names})
    return names, ", ".join(others)


def _say(found: tuple[list[str], str]) -> int:
    names, others = found
    if not names:
        sys.stderr.write(f"knowngood live: no release is told: {one_line(others, 200)}\n")
        return EXIT_CODES[VerdictKind.INCONCLUSIVE]
    print_line(", ".join(names))
    return 0
