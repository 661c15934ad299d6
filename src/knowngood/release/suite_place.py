"""Where the suite is that verified a release: on record, and told to whoever has only a clone of
the releases' repository.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from ..environment import FOLDER, root_above
from ..safety import one_line, shell_word
from . import records
from .git import GitError, Repository
from .record import RecordKind
from .record_name import environment_of


def suite_place(root: Path) -> str:
    """Return the URL of the origin of the suite in ``root``, without a user; where it has none, the
    machine and the folder.
    """
    try:
        url = Repository(root).origin
    except GitError:  # the folder is in no repository
        url = ""
    return url or f"{os.uname().nodename}:{root}"


def hint(folder: Path) -> str:
    """Return where the suite is: in the repository at ``folder``, or as the newest record there
    that says so has it. Empty if none says so, or if ``folder`` is in a suite.
    """
    if (root_above(folder) / FOLDER).is_dir():
        return ""
    repository = Repository(folder)
    try:
        if suites := _suites_in(repository):
            return f"the suite is in another folder: cd {' or cd '.join(suites)}"
        environments = set(map(environment_of, repository.tags("refs/tags/verified/")))
        known = records.read(repository, datetime.now(UTC), environments)
        verified = [known.last(name, RecordKind.VERIFIED) for name in environments]
    except GitError:
        return ""
    telling = (record for record in verified if record is not None and record.suite)
    last = max(telling, key=lambda record: record.when, default=None)
    if last is None:
        return ""
    return (
        f"here are releases, and no suite; by the record {last.name} it is at "
        f"{one_line(last.suite, 300)}: run this command in a clone of that"
    )


def environment_files(repository: Repository, name: str = "*") -> list[Path]:
    """Return the environment files in a repository, those of all its suites; with a ``name``, of
    the environments that are called so. Raises GitError.
    """
    listed = repository.run("ls-files", "-z", "--", f":(top,glob)**/{FOLDER}/{name}.toml")
    return [Path(file) for file in listed.split("\0") if file]


def _suites_in(repository: Repository) -> list[str]:
    """Return the folders of the suites in a repository as words for a shell, the first three."""
    roots = {str(file.parents[1]) for file in environment_files(repository)}
    return [shell_word(os.fsencode(root)) for root in sorted(roots)][:3]
