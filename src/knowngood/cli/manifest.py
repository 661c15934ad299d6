"""``knowngood manifest``: list what was built, at the time it is built.

Links are resolved: what is listed is what a web server answers at a path. A link that leads out of
the folder is refused, since what it leads to is no part of the build, and may be another thing
where the build is deployed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..content.manifest import LARGEST, BadManifest, digest_of, path_trouble
from ..safety.sanitize import one_line
from ..verdict.exit_codes import USAGE_ERROR

MOST: Final = 1_000_000
"""Files and folders that are looked at: links to folders of links can stand for any number."""

HISTORY: Final = frozenset({".git", ".hg", ".svn"})
"""What version control keeps of its own in a checkout. It is not part of what is built: it changes
with every fetch, and where a server hands it out, that is a file that was not built."""

USAGE: Final = """\
usage: knowngood manifest DIR

Print the SHA-256 of every file below DIR, one a line, as sha256sum does; links are listed with what
they lead to, .git, .hg and .svn are left out. Redirect it into a file outside of DIR:

    knowngood manifest public > manifest.txt
    knowngood verify --env=stage --manifest=manifest.txt

`cd public && sha256sum -c ../manifest.txt` checks it by hand. The last line, on stderr, is the
SHA-256 of the manifest itself: it stands for the whole build.

exit codes: 0 printed, 3 could not be written, 4 DIR cannot be listed; nothing is printed then
"""
_NOT_WRITTEN: Final = 3

Inode = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """The ``text`` of a folder's manifest, and the paths that it leaves out."""

    text: str
    left_out: tuple[str, ...]


def build(folder: Path, output: Inode | None = None) -> Listing:
    """The manifest of all files below ``folder``, in the order of their paths' bytes.

    ``output`` is the device and inode of the file that the manifest goes to, which must not be
    listed itself. Raises BadManifest, which names the file: for what cannot be read, for what is
    neither file nor folder, for links that lead nowhere, out of the folder or in circles.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises within a closed folder
        raise BadManifest(f"{one_line(str(folder), 500)}: there is no such folder")
    walk = _FolderWalk(folder, output)
    digests = {path: walk.digest(path) for path in walk.files()}
    if not digests:
        raise BadManifest(f"{one_line(str(folder), 500)}: holds no file")
    lines = (f"{digests[path]}  {path}\n" for path in sorted(digests, key=str.encode))
    text = "".join(lines)
    if len(text.encode()) > LARGEST:
        raise BadManifest(f"{one_line(str(folder), 500)}: needs more than {LARGEST} bytes")
    return Listing(text, tuple(sorted(walk.left_out, key=os.fsencode)))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way: its path below the root (with a slash at its end, unless it is the root
    itself), its place without links, and the places of those that it was reached through.
    """

    path: str
    place: str
    above: frozenset[str]


class _FolderWalk:
    """Walks over a folder; a file that many links lead to is read once."""

    def __init__(self, folder: Path, output: Inode | None) -> None:
        self._folder = str(folder)
        self._root = os.path.realpath(folder)
        self._output = output
        self._known: dict[Inode, str] = {}
        self._seen = 0
        self.left_out: list[str] = []

    def files(self) -> Iterator[str]:
        """The path of each file; the same folder gives the same order, and the same first error."""
        left = deque([_Folder("", self._root, frozenset({self._root}))])
        while left:
            folder = left.popleft()
            for name in self._names(folder):
                path, place = folder.path + name, self._place(folder, name)
                mode = self._stat(path).st_mode
                if stat.S_ISREG(mode):
                    yield path
                elif stat.S_ISDIR(mode):
                    left.append(self._below(folder, path, place))
                else:
                    raise self._bad(path, "is neither a file nor a folder")

    def _below(self, folder: _Folder, path: str, place: str) -> _Folder:
        if place in folder.above:
            raise self._bad(path, f"is a link that leads in circles, to {place}")
        return _Folder(f"{path}/", place, folder.above | {place})

    def digest(self, path: str) -> str:
        """The SHA-256 of a file's content."""
        found = self._stat(path)
        inode = (found.st_dev, found.st_ino)
        if inode == self._output:
            raise self._bad(path, "is where the manifest is written to; write it elsewhere")
        if inode not in self._known:
            try:
                with Path(self._root, path).open("rb") as file:
                    self._known[inode] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise self._bad(path, f"cannot be read: {error.strerror or error}") from None
        return self._known[inode]

    def _names(self, folder: _Folder) -> Iterator[str]:
        """What a folder holds, without what version control keeps."""
        try:
            names = os.listdir(Path(self._root, folder.path))  # noqa: PTH208 - its names are enough
        except OSError as error:
            why = f"cannot be read: {error.strerror or error}"
            raise self._bad(folder.path, why) from None
        for name in sorted(names):
            self._seen += 1
            if self._seen > MOST:
                raise self._bad(folder.path, f"is beyond the first {MOST} files and folders")
            trouble = path_trouble(folder.path + name)
            if name in HISTORY:
                self.left_out.append(folder.path + name)
            elif trouble:
                raise self._bad(folder.path + name, trouble)
            else:
                yield name

    def _place(self, folder: _Folder, name: str) -> str:
        """Where an entry is once links are resolved, which must be below the root."""
        place = os.path.join(folder.place, name)  # noqa: PTH118 - a Path costs more than all else
        if not os.path.islink(place):  # noqa: PTH114
            return place
        target = os.path.realpath(place)
        if target != self._root and not target.startswith(f"{self._root.rstrip('/')}/"):
            why = f"is a link that leads out of the folder, to {target}; copy it, or leave it out"
            raise self._bad(folder.path + name, why)
        return target

    def _stat(self, path: str) -> os.stat_result:
        try:
            return os.stat(os.path.join(self._root, path))  # noqa: PTH116, PTH118
        except FileNotFoundError:
            raise self._bad(path, "is a link that leads nowhere, or went away") from None
        except OSError as error:
            raise self._bad(path, f"cannot be read: {error.strerror or error}") from None

    def _bad(self, path: str, why: str) -> BadManifest:
        where = os.path.join(self._folder, path)  # noqa: PTH118
        return BadManifest(f"{one_line(where, 500)}: {one_line(why, 500)}")


def main(arguments: Sequence[str]) -> int:
    """``knowngood manifest DIR``; the exit code."""
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write(USAGE)
        return 0
    if len(arguments) != 1 or arguments[0].startswith("-"):
        return _refuse(f"needs one folder, and got {' '.join(arguments) or 'none'}", USAGE_ERROR)
    try:
        built = build(Path(arguments[0]), _output())
    except BadManifest as error:
        return _refuse(str(error), USAGE_ERROR)
    try:
        sys.stdout.buffer.write(built.text.encode())
        sys.stdout.flush()
    except OSError as error:
        return _refuse(f"cannot be written: {error.strerror or error}", _NOT_WRITTEN)
    for path in built.left_out:
        sys.stderr.write(f"left out: {one_line(path, 500)} (version control's own)\n")
    sys.stderr.write(f"sha256 of the whole: {digest_of(built.text)}\n")
    return 0


def _output() -> Inode | None:
    """The file that the standard output goes to, if it is one."""
    try:
        found = os.fstat(1)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _refuse(why: str, code: int) -> int:
    sys.stderr.write(f"knowngood manifest: error: {one_line(why, 1200)}\n")
    return code
