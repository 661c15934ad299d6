"""``knowngood manifest``: list what was built, at the time it is built."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..content.manifest import BadManifest, digest_of
from ..content.manifest_build import Inode, build
from ..safety.sanitize import one_line
from ..verdict.exit_codes import USAGE_ERROR

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
        status = os.fstat(1)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _refuse(why: str, code: int) -> int:
    sys.stderr.write(f"knowngood manifest: error: {one_line(why, 1200)}\n")
    return code
