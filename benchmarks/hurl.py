"""hurl, where it is installed: the same URLs, the status of each asserted.

It runs files in parallel, and the requests of a file one after the other on a connection that it
keeps. So there are as many files as requests may be under way at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .errors import BenchmarkError
from .process import Usage, measure, require
from .results import CONCURRENCY

_WITHIN: Final = 300.0  # seconds


def is_installed() -> bool:
    """Return whether ``hurl`` is found on PATH."""
    return shutil.which("hurl") is not None


def run(cases: Sequence[tuple[int, str]], folder: Path) -> Usage:
    """Ask for the URLs of ``cases``, pairs of status and URL. Raises BenchmarkError if one is
    answered with another status.
    """
    files = _write(cases, folder)
    command: list[str | Path] = [
        *("hurl", "--parallel", "--jobs", str(CONCURRENCY), "--no-output"),
        *("--http1.1", "--path-as-is", "--noproxy", "*"),
        *files,
    ]
    return require(measure(command, folder, _WITHIN), "hurl --parallel")


def text(cases: Sequence[tuple[int, str]]) -> str:
    """Return the hurl file that asks for these URLs in turn and asserts the status of each.

    Raises BenchmarkError for a URL with a character that means something else in such a file.
    """
    for _, url in cases:
        if "#" in url or "\\" in url or "{{" in url:
            raise BenchmarkError(f"hurl: {url}: found #, \\ or {{{{, which its files cannot hold")
    return "".join(f"GET {url}\nHTTP {status}\n\n" for status, url in cases)


def _write(cases: Sequence[tuple[int, str]], folder: Path) -> list[Path]:
    """Write the cases in turn to as many files as are run at once; return those with any."""
    files = []
    for number in range(min(CONCURRENCY, len(cases))):
        path = folder / f"{number}.hurl"
        path.write_text(text(cases[number::CONCURRENCY]), "utf-8")
        files.append(path)
    return files
