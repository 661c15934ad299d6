"""Where the records of an environment are: its repository, opened and up to date."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..environment import BadEnvironment, Environment
from .git import GitError, Repository

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://|[^/]+@[^/:]+:|[^/:]+:(?!/?/)", re.I)
_HEADS: Final = "+refs/heads/*:refs/remotes/origin/*"
_TAGS: Final = "refs/tags/*:refs/tags/*"  # no plus: a tag that was moved is told, not taken


def cache() -> Path:
    """The folder for clones, and for records that could not be written."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "knowngood"


def opened(environment: Environment) -> Repository:
    """The repository of an environment: the one at its path, or a bare clone in the cache.

    Raises BadEnvironment where the file names none, GitError where it cannot be had.
    """
    named = environment.release.repository if environment.release is not None else ""
    if not named:
        raise BadEnvironment(
            f"{environment.path}: release.repository: not set; name the git repository, a path or "
            "a URL, that releases are made from"
        )
    if _URL.match(named):
        return _cloned(named)
    path = (environment.path.parent.parent / Path(named).expanduser()).resolve()
    repository = Repository(path)
    try:
        repository.run("rev-parse", "--git-dir")
    except GitError as error:
        raise BadEnvironment(
            f"{environment.path}: release.repository: {path} is no git repository: {error}"
        ) from None
    return repository


def _cloned(url: str) -> Repository:
    """A bare repository in the cache that follows ``url``; empty until it is fetched."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", url.rpartition("/")[2].removesuffix(".git"))
    path = cache() / f"{stem}-{sha256(url.encode()).hexdigest()[:12]}.git"
    repository = Repository(path)
    if not (path / "HEAD").exists():
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GitError(f"{path} cannot be made: {error.strerror or error}") from None
        repository.run("init", "--quiet", "--bare")
    if not repository.config("remote.origin.url"):
        repository.run("config", "remote.origin.url", url)
    return repository


def fetch(repository: Repository) -> None:
    """Bring branches and tags up to date, where there is somewhere to fetch from.

    Raises GitError, also for a tag that is another one there, and for a history that is cut off.
    """
    if repository.config("remote.origin.url"):
        repository.run("fetch", "--no-tags", "origin", _HEADS, _TAGS)
    if repository.run("rev-parse", "--is-shallow-repository").strip() == "true":
        raise GitError(
            f"{repository.path} is shallow, so that no history can be told; "
            f"run: git -C {repository.path} fetch --unshallow"
        )
