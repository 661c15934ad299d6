"""What to do where git refuses to write or to push a record: the ends of sentences."""

from __future__ import annotations

import re
from typing import Final

from .git import Repository

_IN_THE_WAY: Final = re.compile(r"'refs/tags/([^']+)' exists; cannot create")
_SIGNING: Final = re.compile(r"\bsign(?:ed|ingkey)?\b", re.I)


def on_the_way(repository: Repository, why: str) -> str:
    """Return what to do about a tag that has the name of a folder of records; empty where that is
    not ``why`` git refused. Raises GitError.
    """
    barred = _IN_THE_WAY.search(why)
    if barred is None:
        return ""
    run, tag = repository.by_hand, barred[1]
    away = f"{run('tag', f'old-{tag}', tag)} && {run('tag', '-d', tag)}"
    there = f"; {run('push', 'origin', f':refs/tags/{tag}')}" if repository.origin else ""
    return f"; the tag {tag} bars the way; give it another name: {away}{there}"


def on_signing(repository: Repository, why: str) -> str:
    """Return what to do where git cannot sign; empty where that is not ``why`` it refused."""
    if not _SIGNING.search(why):
        return ""
    settings = (("user.signingKey", ""), ("tag.gpgSign", "false"))
    unsigned = " && ".join(repository.by_hand("config", *setting) for setting in settings)
    return (
        "; set git's user.signingKey to a key that can be used here, or have no record signed: "
        f"{unsigned}"
    )
