"""Compare what is served with what was built: digests of answers with those of a manifest.

A URL stands for the file at its path, or for the ``index.html`` of the folder there. Two kinds of
URL are not compared: the version document, which the deployment writes, and those that the
environment lists as not built.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ..environment import Release
from ..safety import and_more, listed, one_line
from . import own_claims
from .outcome import Outcome

SHOWN: Final = 8  # of each kind of difference


class ServedFile(NamedTuple):
    """What a URL answered with 200.

    Attributes:
        url: the whole URL.
        edge: the edge that was asked; empty if the origin has none.
        digest: the SHA-256 of the decoded body.
    """

    url: str
    edge: str
    digest: str


class DifferingFile(NamedTuple):
    """An answer that is not the file that was built.

    Attributes:
        served: the answer.
        path: the file's path in the manifest.
        built: the file's digest in the manifest.
    """

    served: ServedFile
    path: str
    built: str


@dataclass(frozen=True, slots=True)
class BuildComparison:
    """What is served, compared with a manifest.

    Attributes:
        compared: how many URLs have a file in the manifest.
        differing: the answers that are not that file.
        unlisted: the URLs that have no file in the manifest.
    """

    compared: int
    differing: tuple[DifferingFile, ...]
    unlisted: tuple[str, ...]

    @property
    def doubt(self) -> str:
        """Why the comparison proves nothing; empty if it proves something.

        If the manifest lacks most of what is served, it is of another folder or site.
        """
        if not self.compared and not self.unlisted:
            return "nothing was compared with --manifest: no answer is a file of the deployment"
        if self.compared >= len(self.unlisted):
            return ""
        return (
            f"--manifest has {self.compared} of {self.compared + len(self.unlisted)} files that "
            "were served, so it is of something else: make it of the folder that is served"
        )


def compare(
    files: Mapping[str, str], served: Iterable[ServedFile], release: Release
) -> BuildComparison:
    """Compare what was ``served`` with the ``files`` of a manifest (path → digest)."""
    document = _path(release.path)
    compared: set[str] = set()
    differing: list[DifferingFile] = []
    unlisted: set[str] = set()
    for answer in sorted(served):
        path = _path(answer.url)
        file = _file(path, files)
        if path == document or (path and release.unbuilt.fullmatch(path)):
            continue
        if file is None:
            unlisted.add(answer.url)
            continue
        compared.add(answer.url)
        if answer.digest != files[file]:
            differing.append(DifferingFile(answer, file, files[file]))
    return BuildComparison(len(compared), tuple(differing), tuple(sorted(unlisted)))


def _path(url: str) -> str | None:
    """Return the path of a URL as a server looks it up: decoded, without ``//`` and ``..``. None if
    it is not UTF-8.
    """
    try:
        path = unquote(urlsplit(url).path, errors="strict")
    except ValueError:
        return None
    plain_path = posixpath.normpath(f"/{path.lstrip('/')}")
    return f"{plain_path}/" if path.endswith("/") and plain_path != "/" else plain_path


def _file(path: str | None, files: Container[str]) -> str | None:
    """Return the file that is served at ``path``; None if the manifest has no such file. Some
    servers accept the path of a folder without its slash.
    """
    if path is None:
        return None
    name = path[1:]
    index = f"{name.rstrip('/')}/index.html".lstrip("/")
    return next((file for file in (name, index) if file in files), None)


def claim(comparison: BuildComparison) -> Outcome | None:
    """Return the failed claim that what is served was built; None if it holds or is in doubt."""
    if comparison.doubt or not (comparison.differing or comparison.unlisted):
        return None
    return own_claims.broken(
        own_claims.BUILT,
        "content",
        "\n".join([*_differing(comparison.differing), *_unlisted(comparison.unlisted)]),
        reads=(*(file.served.url for file in comparison.differing), *comparison.unlisted),
    )


def _differing(files: Iterable[DifferingFile]) -> list[str]:
    """Return three lines for each difference; answers that differ in the same way share them."""
    alike: defaultdict[tuple[str, str], list[DifferingFile]] = defaultdict(list)
    for file in files:
        alike[file.served.digest, file.built].append(file)
    lines = []
    for (served, built), group in list(alike.items())[:SHOWN]:
        first, edge = group[0].served, group[0].served.edge
        at_edge = f" at {one_line(edge)}" if edge else ""
        lines += [
            f"{one_line(first.url, 300)}{at_edge} is not the file that was built: "
            f"{listed([one_line(file.path, 100) for file in group], 1)}",
            f"  served sha256 {served}",
            f"  built  sha256 {built}",
        ]
    return [*lines, *and_more(len(alike) - SHOWN)]


def _unlisted(urls: tuple[str, ...]) -> list[str]:
    lines = [f"{one_line(url, 300)} is served and was not built" for url in urls[:SHOWN]]
    return [*lines, *and_more(len(urls) - SHOWN)]
