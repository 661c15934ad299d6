"""``knowngood manifest``."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import click

from ..content import manifest, manifest_build
from ..safety import one_line
from .console import answering, print_error


@click.command("manifest")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Print the SHA-256 of every file below DIR, one a line, as sha256sum does.

    Links are listed with what they lead to; .git, .hg and .svn are left out. Redirect it into a
    file outside of DIR:

    \b
        knowngood manifest public > manifest.txt
        knowngood verify --env=stage --manifest=manifest.txt

    `cd public && sha256sum -c ../manifest.txt` checks it by hand. The last line, on stderr, is the
    SHA-256 of the manifest itself: it stands for the whole build.

    Exit codes: 0 printed, 3 could not be written, 4 DIR cannot be listed; nothing is printed then.
    """
    listing = manifest_build.build(folder, _output_file())
    with answering():
        sys.stdout.buffer.write(listing.text.encode())
    for path in listing.left_out:
        print_error(f"left out: {one_line(path, 500)} (version control's own)")
    print_error(f"sha256 of the whole: {manifest.digest_of(listing.text)}")
    return 0


def _output_file() -> manifest_build.Inode | None:
    """Return the file that the standard output goes to, if it is one."""
    try:
        status = os.fstat(1)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
