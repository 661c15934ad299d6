"""Where the records of an environment are: its repository, opened and up to date."""

from __future__ import annotations

import errno
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import UsageError, one_line, user_folder
from . import unpushed
from .git import ANSWER, SECONDS, GitError, Repository, is_ref_part
from .git_process import with_settings

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://|[^/]+@[^/:]+:|[^/:]+:(?!/?/)", re.I)
_HEADS: Final = "+refs/heads/*:refs/remotes/origin/*"
_PRUNING: Final = (
    "fetch.prune",
    "fetch.pruneTags",
    "remote.origin.prune",
    "remote.origin.pruneTags",
)
_TAGS: Final = "refs/tags/*:refs/tags/*"  # no plus: a tag that was moved there stays as it is here
_PLACE: Final = "XDG_CACHE_HOME"
ANOTHER: Final = "the origin has another one of this name"
"""Why a tag was not fetched that is here, and is on something else there."""

_PARTS: Final = ("HEAD", "objects", "refs")  # by which git knows a repository (its setup.c)

_FAILED: Final = re.compile(r"^ ! \[[^]\n]*\] +(\S+) +-> (\S+) +\((.*)\)$", re.M)


def cache() -> Path:
    """Return the folder for clones, and for records that could not be written. Raises UsageError
    where there is none.
    """
    return user_folder(_PLACE, ".cache")


@contextmanager
def in_cache(folder: Path) -> Iterator[None]:
    """Turn an error of a file in ``folder``, which is in the cache, into a UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder}: {error.strerror or error}; set {_PLACE} to the full path of a folder that "
            "can be written"
        ) from None


def opened(environment: Environment, seconds: float = SECONDS) -> Repository:
    """Return the repository of an environment: the one at its path, or a bare clone in the cache.
    Each git command there may take so many ``seconds``.

    Raises BadEnvironment if the file names none, UsageError if the cache cannot be used,
    GitError where it cannot be cloned.
    """
    named = environment.release.repository if environment.release is not None else ""
    if not named:
        raise BadEnvironment(
            f"{environment.path}: release.repository: not set; name the git repository, a path or "
            "a URL, that releases are made from"
        )
    if not is_ref_part(environment.name):
        raise BadEnvironment(
            f"{environment.path}: the names of records contain the environment's name, which "
            "may therefore hold letters, digits and . _ - alone"
        )
    if _URL.match(named):
        return _cloned(named, seconds)
    path = _path(environment, named)
    repository = Repository(path, seconds=seconds)
    where = f"{environment.path}: release.repository: {path}"
    try:
        outer = _outer(repository)
    except GitError as error:
        if not error.output:  # git itself is missing, or had no time
            raise
        missing = re.search("No such file|not a git repository", str(error))
        make = f"; for a clone there: git clone URL {path}" if missing else ""
        what = "is no git repository" if missing else "cannot be used"
        raise BadEnvironment(f"{where} {what}: {error}{make}") from None
    if outer is not None:
        update = Repository(outer).by_hand("submodule", "update", "--init", str(path))
        raise BadEnvironment(
            f"{where} is a folder within another repository and none of its own: name {outer} if "
            f"that is meant; if it is a submodule: {update}"
        )
    return repository


def _outer(repository: Repository) -> Path | None:
    """Return the repository that git finds from the path of ``repository`` if it is another one,
    above; None if it is this one. Raises GitError if git finds none.
    """
    answer = repository.run("rev-parse", "--absolute-git-dir", "--show-cdup", "--show-prefix")
    git_folder, up, _ = answer.split("\n", 2)
    if up:
        return (repository.path / up).resolve()
    inside = repository.run("rev-parse", "--is-inside-work-tree").strip() == "true"
    return None if inside or Path(git_folder) == repository.path else Path(git_folder)


def place(environment: Environment) -> str:
    """Return where everybody finds the records and locks of an environment: what its file names,
    or, where that is a clone, its origin. Empty if the file names nothing.
    """
    named = environment.release.repository if environment.release is not None else ""
    if not named or _URL.match(named):
        return named
    path = _path(environment, named)
    try:
        outer, origin = _outer(Repository(path)), Repository(path).origin
    except GitError:  # it is on another machine
        return named
    if outer is not None:  # what is above has another origin
        return named
    if not origin or _URL.match(origin):
        return origin or named
    return str((path / origin).resolve())


def _path(environment: Environment, named: str) -> Path:
    return (environment.root / Path(named).expanduser()).resolve()


def _cloned(url: str, seconds: float) -> Repository:
    """Return a bare repository in the cache that follows ``url``; empty until it is fetched. It is
    made under another name and renamed, so that it is there whole or not at all.
    """
    stem = re.sub(r"[^A-Za-z0-9]+", "-", url.rpartition("/")[2].removesuffix(".git"))
    path = cache() / f"{stem}-{sha256(url.encode()).hexdigest()[:12]}.git"
    with in_cache(path.parent):
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as aside:
                _make(Repository(Path(aside) / "new", seconds=min(seconds, ANSWER)), url, path)
    if not all((path / part).exists() for part in _PARTS):
        away = shlex.join(("mv", str(path), f"{path}.damaged"))
        raise GitError(f"{path} is damaged; it is cloned again after: {away}")
    # Said outright: where the folder is damaged git would look for a repository above it.
    return Repository(path, {"GIT_DIR": str(path)}, seconds)


def _make(new: Repository, url: str, path: Path) -> None:
    new.path.mkdir()
    branch = new.run("ls-remote", "--", url, "refs/heads/*").partition("\t")[0]
    form = "sha256" if len(branch) == 64 else "sha1"
    new.run("init", "--quiet", "--bare", f"--object-format={form}")
    new.run("config", "remote.origin.url", url)
    try:
        new.path.rename(path)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:  # somebody else was faster
            raise


def fetch(repository: Repository) -> Mapping[str, str]:
    """Bring branches and tags up to date, if there is an origin.

    Nothing that only this clone has goes away, whatever git is configured to prune; only a remote
    branch that bars the way does. Records that the origin lacks are noted as unpushed.

    Return the tags that could not be fetched, each with why; they are as they were. Raises
    GitError if anything else failed.
    """
    if not repository.uses_origin:
        return {}
    unfetched = _fetched(repository)
    # Nobody makes records by hand in the cache, so there only the noted ones are asked for.
    if not _is_cached(repository) or unpushed.names(repository):
        unpushed.compare(repository)
    return unfetched


def _fetched(repository: Repository) -> Mapping[str, str]:
    """Fetch; return the tags that alone could not be fetched, each with why. Raises GitError."""
    options = with_settings([*(f"{key}=false" for key in _PRUNING), "fetch.output=full"])
    how = ("fetch", "--no-tags", "--no-recurse-submodules")
    try:
        try:
            repository.run(*options, *how, "origin", _HEADS, _TAGS)
        except GitError as error:
            if not any(here.startswith("origin/") for _, here, _ in _FAILED.findall(error.output)):
                raise
            # `topic`, which is gone there, bars the way for `topic/two`. Without the tags, of which
            # none may go away, and only then: it is a second connection.
            repository.run(*options, *how, "--prune", "origin", _HEADS)
            repository.run(*options, *how, "origin", _HEADS, _TAGS)
    except GitError as error:
        if not (unfetched := _tags_alone(error.output)):
            raise
        return unfetched
    _pack(repository)
    return {}


def _tags_alone(output: str) -> Mapping[str, str]:
    """Return the tags that a fetch failed for, by what it printed; none if more failed."""
    failed = _FAILED.findall(output)
    if "fatal: " in output or any(there != here for there, here, _ in failed):
        return {}  # a branch has another name here, origin/NAME
    return {tag: ANOTHER if "clobber" in why else one_line(why, 200) for tag, _, why in failed}


def _pack(repository: Repository) -> None:
    """Put the refs of a new clone in the cache into one file, as git clone does: to list 50,000
    files takes four times as long. Later git packs them now and then.
    """
    if _is_cached(repository) and not (repository.path / "packed-refs").exists():
        repository.run("pack-refs", "--all")


def _is_cached(repository: Repository) -> bool:
    """Return whether a repository is a clone of ours, in the cache."""
    return repository.variables.get("GIT_DIR") == str(repository.path)


def refuse_shallow(repository: Repository) -> None:
    """Raise GitError where the history is cut off, so that nothing follows from it."""
    if repository.is_shallow:
        raise GitError(
            f"{repository.path} is a shallow clone, which has only part of the history; "
            f"run: {repository.by_hand('fetch', '--unshallow')}"
        )
