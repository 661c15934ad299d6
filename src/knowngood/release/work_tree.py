"""What differs between the files of a clone and its last commit. No program is run on them that the
clone is configured to run: it could show git what was committed in place of what is there.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from .git import Repository

_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:\S+ .*\n)*?"
    rb"oid sha256:([0-9a-f]{64})\nsize \d+\n"
)


def changed(repository: Repository) -> list[str]:
    """Return the files that differ; those that git was never told of do not count. Raises
    GitError.
    """
    words = ("status", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=none")
    listed = repository.run(*repository.without_programs(), *words).split("\0")
    differing = [(line[:2], line[3:]) for line in listed if line]
    return [path for how, path in differing if how != " M" or not _is_of_lfs(repository, path)]


def _is_of_lfs(repository: Repository, path: str) -> bool:
    """Return whether a file is the one that git LFS puts in the place of its pointer."""
    pointer = _POINTER.fullmatch(repository.read("cat-file", "blob", f":0:{path}"))
    if pointer is None:
        return False
    try:
        with (repository.path / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return False
    return digest.encode() == pointer[1]
