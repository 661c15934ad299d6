"""The commits that somebody approved on GitHub or GitLab, by a file that CI wrote.

The file is the answer of the host's own GraphQL API, so that no token comes near this program.
The command that writes it stands under Reviews in docs/releases.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..environment import BadEnvironment
from ..safety import one_line
from .git_objects import decoded


def approved_commits(path: Path, host: str) -> frozenset[str]:
    """Return the full names of the commits that were approved by somebody else than the author.

    ``host`` is ``github`` or ``gitlab``. Raises BadEnvironment if the file is no answer of it.
    """
    where = f"gate.reviews = {host!r}: {path}"
    try:
        text = path.read_bytes()
        return frozenset(_READERS[host](json.loads(text)["data"]))
    except OSError as error:
        raise BadEnvironment(
            f"{where}: {error.strerror or error}; let CI write it before the gate: see Reviews in "
            "docs/releases.md"
        ) from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise BadEnvironment(
            f"{where}: found {one_line(decoded(text), 200)!r}; expected the answer to the query "
            "that stands under Reviews in docs/releases.md"
        ) from None


def _on_github(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the commits of a branch whose pull request was merged and approved."""
    for commit in data["repository"]["object"]["history"]["nodes"]:
        if any(map(_is_approved, commit["associatedPullRequests"]["nodes"])):
            yield commit["oid"]


def _is_approved(request: Mapping[str, Any]) -> bool:
    """Return whether each opinion that somebody else holds of a pull request is an approval."""
    author = request["author"] and request["author"]["login"]
    opinions = [
        review["state"]
        for review in request["latestOpinionatedReviews"]["nodes"]
        if review["author"] and review["author"]["login"] != author
    ]
    approved = "APPROVED" in opinions and "CHANGES_REQUESTED" not in opinions
    return bool(request["state"] == "MERGED" and approved)


def _on_gitlab(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the merge commits of merge requests that were approved; where a branch was only moved
    forward, its last commit.
    """
    for request in data["project"]["mergeRequests"]["nodes"]:
        author = request["author"] and request["author"]["username"]
        approvers = {user["username"] for user in request["approvedBy"]["nodes"]} - {author}
        if request["state"] == "merged" and approvers:
            yield request["mergeCommitSha"] or request["diffHeadSha"]


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "github": _on_github,
    "gitlab": _on_gitlab,
}
