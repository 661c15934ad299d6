"""The files that git runs as its hooks: a few lines of sh that call us.

They name the Python that installed them by its path, since a hook runs with whatever PATH its
caller has. If that Python is gone they refuse.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..safety import UsageError, one_line, write_atomically
from .git import GitError, Repository

_CLIENT: Final = ("commit-msg", "pre-push")
_SERVER: Final = ("update",)

_OURS: Final = "# Written by `knowngood hooks install`, which replaces it; not for editing."
# -P: without it Python would look for modules in the folder it runs in, the checkout, first.
_SCRIPT: Final = """\
#!/bin/sh
{ours}
python={python}
if [ ! -x "$python" ]; then
    printf '%s\\n' "knowngood: {name} refuses this: $python, which the hook needs, is gone" \\
        "knowngood:   next: knowngood hooks install, from where knowngood is now" >&2
    exit 1
fi
exec "$python" -P -m knowngood hooks run {name} "$@"
"""


class HooksNotInstalled(UsageError):
    """No hook was written; the message says what stands in the way and what to do."""


def install(directory: Path, *, server: bool, force: bool) -> list[str]:
    """Write the hooks of a clone, or of a server, into the repository at ``directory``; return
    lines that say what was done. ``force`` keeps what is there as NAME.old. Raises
    HooksNotInstalled, GitError.
    """
    folder, shared = _folder(directory, server)
    paths = [folder / name for name in (_SERVER if server else _CLIENT)]
    foreign = [path for path in paths if os.path.lexists(path) and not _is_ours(path)]
    _make_room(foreign, force)
    lines = [f"kept {_old(path)}, which was {path.name}" for path in foreign]
    for path in paths:
        _write(path)
        lines.append(f"installed {path}")
    return [*lines, *([f"core.hooksPath: these hooks are run for all who use {folder}"] * shared)]


def _folder(directory: Path, server: bool) -> tuple[Path, bool]:
    """Return where git looks for the hooks, and whether its configuration says so."""
    if not directory.is_dir():
        raise HooksNotInstalled(f"{one_line(str(directory))}: there is no such folder")
    here = Repository(directory)
    try:
        bare = here.is_bare
        where = "--absolute-git-dir" if bare else "--show-toplevel"
        top = Repository(Path(here.run("rev-parse", where).removesuffix("\n")))
    except GitError as error:
        raise HooksNotInstalled(
            f"{one_line(str(directory))} is no git repository: {error}"
        ) from None
    if bare and not server:
        raise HooksNotInstalled(f"{top.path} is bare: nobody commits there; allowed: --server")
    # git takes a relative core.hooksPath from the folder in which hooks run, which is this one.
    hooks = top.run("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return Path(hooks.removesuffix("\n")), top.setting("core.hooksPath") is not None


def _is_ours(path: Path) -> bool:
    with suppress(OSError):
        return path.read_bytes().split(b"\n")[1:2] == [_OURS.encode()]
    return False


def _old(path: Path) -> Path:
    return path.with_name(f"{path.name}.old")


def _make_room(foreign: list[Path], force: bool) -> None:
    """Move aside what is not ours: all of it or nothing."""
    for path in foreign:
        if not force:
            raise HooksNotInstalled(
                f"{path} is there, and not ours; nothing was written; next: --force, which keeps "
                f"it as {_old(path).name}, or call from it: "
                f'{shlex.quote(_python())} -P -m knowngood hooks run {path.name} "$@"'
            )
        if os.path.lexists(_old(path)):
            raise HooksNotInstalled(
                f"{_old(path)} is there already; nothing was written; next: give it another name"
            )
    for path in foreign:
        with _as_our_error(path):
            path.rename(_old(path))


def _write(path: Path) -> None:
    """Write a hook atomically: git never runs half of one."""
    script = _SCRIPT.format(ours=_OURS, python=shlex.quote(_python()), name=path.name)
    with _as_our_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, script.encode("utf-8", "surrogateescape"), mode=0o755)


def _python() -> str:
    if not sys.executable:
        raise HooksNotInstalled(
            "Python does not know where it is itself; next: run it by its full path"
        )
    return sys.executable


@contextmanager
def _as_our_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HooksNotInstalled(f"{path}: {error.strerror or error}") from None
