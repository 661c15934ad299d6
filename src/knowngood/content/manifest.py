"""Read a manifest: the digest of every file of a build, which identifies what is served.

A manifest has one line for each file, in the format of `sha256sum`; ``sha256sum -c`` checks it by
hand, inside the folder. :mod:`.manifest_build` makes one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..safety import UsageError, one_line

LARGEST: Final = 64 << 20
"""Bytes of a manifest: half a million files with paths of sixty characters."""

LONGEST: Final = 4096
"""Bytes of a path: Linux's PATH_MAX."""

_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)", re.S)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")


class BadManifest(UsageError):
    """A file that is no manifest, or a folder that none can be made of; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one build.

    Attributes:
        files: the SHA-256 of each file (64 hexadecimal digits) by its path below the folder, with
            slashes.
        digest: the SHA-256 of the manifest's text.
    """

    files: Mapping[str, str]
    digest: str


def parse(text: str) -> Manifest:
    """Return the manifest written in ``text``.

    A line has 64 lower-case hexadecimal digits, two spaces, and a path below the folder; no path
    comes twice. Raises BadManifest, which names the line, for anything else.
    """
    if not text:
        raise BadManifest("is empty; expected a line for each file")
    files: dict[str, str] = {}
    for number, line in enumerate(_lines(text), 1):
        digest, path = _digest_and_path(line, number)
        if path in files:
            raise BadManifest(f"line {number}: {one_line(path)!r} is listed twice")
        files[path] = digest
    return Manifest(MappingProxyType(files), digest_of(text))


def _lines(text: str) -> Iterator[str]:
    """Yield each line without its end, one at a time: a hostile file may have millions."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            line = one_line(text[start:], 100)
            raise BadManifest(f"the last line, {line!r}, has no end: the file was cut short")
        yield text[start:end]
        start = end + 1


def _digest_and_path(line: str, number: int) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadManifest(
            f"line {number}: found {one_line(line, 100)!r}; expected 64 lower-case hexadecimal "
            "digits, two spaces and a path"
        )
    digest, path = match.groups()
    trouble = path_trouble(path)
    if trouble:
        raise BadManifest(f"line {number}: the path {one_line(path, 100)!r} {trouble}")
    return digest, path


def path_trouble(path: str) -> str:
    """Return why ``path`` cannot stand in a manifest; empty when it can."""
    if _UNSAFE.search(path):
        return "holds a backslash, a control character or what is not UTF-8; rename the file"
    if len(path.encode()) > LONGEST:
        return f"has more than {LONGEST} bytes"
    if not {"", ".", ".."}.isdisjoint(path.split("/")):
        return "is absolute or holds `.`, `..` or `//`; expected one below the folder"
    return ""


def read(path: Path) -> Manifest:
    """Return the manifest in a file. Raises BadManifest, which names the file and the line."""
    try:
        return parse(_content(path).decode("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        why = f"line {line}: is not UTF-8"
    except BadManifest as error:
        why = str(error)
    raise BadManifest(f"{path}: {why}")


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise BadManifest("there is no such file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadManifest(f"has more than {LARGEST} bytes")
    return content


def digest_of(text: str) -> str:
    """Return the SHA-256 of a manifest's text."""
    return hashlib.sha256(text.encode()).hexdigest()
