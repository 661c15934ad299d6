"""One run for each report file: a second one would overwrite the verdict of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..report import github
from ..safety import UsageError, lock


@contextmanager
def held(reports: Mapping[str, Path], command: Sequence[str]) -> Iterator[None]:
    """Hold the locks of ``reports``, paths by their options, while inside.

    A second process is told the ``command``. Raises LockUnavailable, and UsageError if two
    options name one file.
    """
    with ExitStack() as locks:
        for path, option in files(reports).items():
            busy = f"{option} {path} is being written"
            locks.enter_context(lock.held(lock.path_for("report", str(path)), busy, command))
        yield


def files(reports: Mapping[str, Path]) -> dict[Path, str]:
    """Return the files that only one run may write, with the option of each.

    A device or a pipe is nobody's, and to GitHub's summary every run of a step adds its own.
    Raises UsageError.
    """
    options: dict[Path, str] = {}
    for option, path in reports.items():
        target = path.resolve()
        if path == github.summary_file() or (target.exists() and not target.is_file()):
            continue
        if target in options:
            raise UsageError(f"{options[target]} and {option} both name {path}; give each its own")
        options[target] = option
    return options
