"""Make the manifest of a folder: every file with the digest of its content.

Links are resolved, as web servers do. A link that leads out of the folder is refused: its target is
no part of the build.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..safety import one_line
from .manifest import LARGEST, BadManifest, path_trouble

MOST: Final = 1_000_000
"""Files and folders that are looked at: links to folders of links can stand for any number."""

HISTORY: Final = frozenset({".git", ".hg", ".svn"})
"""Folders of version control. They are left out: they change with every fetch, and a server that
hands them out serves files that were not built."""

Inode = tuple[int, int]
"""A file's device and inode."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The manifest of a folder.

    Attributes:
        text: the manifest, as `sha256sum` would write it.
        left_out: paths below the folder that it does not list: those named in ``HISTORY``.
    """

    text: str
    left_out: tuple[str, ...]


def build(folder: Path, output: Inode | None = None) -> Listing:
    """Return the manifest of all files below ``folder``, sorted by the bytes of their paths.

    ``output`` is the file that the manifest is written to; it must not be among those listed.
    Raises BadManifest, which names the file: for what cannot be read, for what is neither file nor
    folder, for links that lead nowhere, out of the folder or in circles.
    """
    name = one_line(str(folder), 500)
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises within a closed folder
        raise BadManifest(f"{name}: there is no such folder")
    walk = _FolderWalk(folder, output)
    digests = {path: walk.digest(path) for path in walk.files()}
    if not digests:
        raise BadManifest(f"{name}: holds no file")
    text = "".join(f"{digests[path]}  {path}\n" for path in sorted(digests, key=str.encode))
    if len(text.encode()) > LARGEST:
        raise BadManifest(f"{name}: its manifest has more than {LARGEST} bytes")
    return Listing(text, tuple(sorted(walk.left_out, key=os.fsencode)))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be listed.

    Attributes:
        path: its path below the root, with a slash at its end; empty for the root itself.
        real: its absolute path once links are resolved.
        above: the absolute paths of the folders through which it was reached, and its own.
    """

    path: str
    real: str
    above: frozenset[str]


class _FolderWalk:
    """Walks through a folder. A file that many links lead to is read once."""

    def __init__(self, folder: Path, output: Inode | None) -> None:
        self._folder = str(folder)
        self._root = os.path.realpath(folder)
        self._output = output
        self._digests: dict[Inode, str] = {}
        self._entries = 0
        self.left_out: list[str] = []

    def files(self) -> Iterator[str]:
        """Yield the path of each file, always in the same order, so that of several problems the
        same one is always reported.
        """
        folders = deque([_Folder("", self._root, frozenset({self._root}))])
        while folders:
            folder = folders.popleft()
            for name in self._names(folder):
                path, real = folder.path + name, self._resolved(folder, name)
                mode = self._stat(path).st_mode
                if stat.S_ISREG(mode):
                    yield path
                elif not stat.S_ISDIR(mode):
                    raise self._bad(path, "is neither a file nor a folder")
                elif real in folder.above:
                    raise self._bad(path, f"is a link that leads in circles, to {real}")
                else:
                    folders.append(_Folder(f"{path}/", real, folder.above | {real}))

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file's content."""
        status = self._stat(path)
        inode = (status.st_dev, status.st_ino)
        if inode == self._output:
            raise self._bad(path, "is where the manifest is written to; write it elsewhere")
        if inode not in self._digests:
            try:
                with Path(self._root, path).open("rb") as file:
                    self._digests[inode] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise self._bad(path, f"cannot be read: {error.strerror or error}") from None
        return self._digests[inode]

    def _names(self, folder: _Folder) -> Iterator[str]:
        """Yield the names in a folder, sorted, without those of version control."""
        try:
            names = os.listdir(Path(self._root, folder.path))  # noqa: PTH208 - its names are enough
        except OSError as error:
            why = f"cannot be read: {error.strerror or error}"
            raise self._bad(folder.path, why) from None
        for name in sorted(names):
            self._entries += 1
            if self._entries > MOST:
                raise self._bad(folder.path, f"is beyond the first {MOST} files and folders")
            trouble = path_trouble(folder.path + name)
            if name in HISTORY:
                self.left_out.append(folder.path + name)
            elif trouble:
                raise self._bad(folder.path + name, trouble)
            else:
                yield name

    def _resolved(self, folder: _Folder, name: str) -> str:
        """Return the absolute path of an entry once links are resolved, which is below the root."""
        path = os.path.join(folder.real, name)  # noqa: PTH118 - a Path costs more than all else
        if not os.path.islink(path):  # noqa: PTH114
            return path
        target = os.path.realpath(path)
        if target != self._root and not target.startswith(f"{self._root.rstrip('/')}/"):
            why = f"is a link that leads out of the folder, to {target}; copy it, or leave it out"
            raise self._bad(folder.path + name, why)
        return target

    def _stat(self, path: str) -> os.stat_result:
        try:
            return os.stat(os.path.join(self._root, path))  # noqa: PTH116, PTH118
        except FileNotFoundError:
            raise self._bad(path, "is a link that leads nowhere, or was removed") from None
        except OSError as error:
            raise self._bad(path, f"cannot be read: {error.strerror or error}") from None

    def _bad(self, path: str, why: str) -> BadManifest:
        full_path = os.path.join(self._folder, path)  # noqa: PTH118
        return BadManifest(f"{one_line(full_path, 500)}: {one_line(why, 500)}")
