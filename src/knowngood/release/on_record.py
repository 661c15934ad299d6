"""Is what a push or a rollback has done on record, where others see it?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from . import records, unpushed
from .deploy import DONE, HELD, Deployment


def settled(done: Deployment, earlier: Collection[str], code: int) -> int:
    """Push the records that have not arrived at the origin. Where that fails for others than those
    ``earlier`` ones, nobody else sees what was ``done``: say so, and return 75 in place of 0,
    unless it is offline: then nobody expected more. So where it is on no record at all.
    """
    repository, say = done.ledger.repository, done.say
    left = unpushed.names(repository)
    if left and repository.has_origin:
        mine_first = sorted(left, key=lambda name: name in earlier)
        left, _ = unpushed.push(repository, mine_first[0], mine_first[1:])
    for line in unpushed.warning(repository, left):
        say(line)
    hidden = set(left).difference(earlier)
    if code != DONE:
        return code
    unseen = bool(hidden) and repository.has_origin
    return HELD if _is_unrecorded(done) or unseen else DONE


def _is_unrecorded(done: Deployment) -> bool:
    """Return whether what was ``done`` is on no record, and say so: the next command would go by
    what was there before.
    """
    name = done.environment_name
    there = records.read(done.ledger.repository, datetime.now(UTC), [name]).presumed_live(name)
    if there is not None and there.commit == done.commit:
        return False
    done.say(
        f"{done.release} is live on {name}, and on no record: every command goes by what was there "
        f"before; to record it: knowngood adopt {done.ledger.option} --release={done.release}"
    )
    return True
