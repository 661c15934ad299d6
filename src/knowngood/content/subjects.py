"""Read what a release was built into: artefacts by name and digest, such as container images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ..safety import UsageError, one_line

CONTENT: Final = "content"
"""The name that a record gives to the manifest of what is served; no artefact can have it."""

NO_SUBJECTS: Final[Mapping[str, str]] = MappingProxyType({})

_SUBJECT: Final = re.compile(r"([\w.+/:@-]{1,255})=sha256:([0-9a-f]{64})", re.A)


class BadSubject(UsageError):
    """A value of ``--subject`` that names no artefact; the message says why."""


def parse(values: Iterable[str]) -> Mapping[str, str]:
    """Return the SHA-256 of each artefact by its name, of values ``NAME=sha256:DIGEST``.

    Raises BadSubject.
    """
    subjects: dict[str, str] = {}
    for value in values:
        match = _SUBJECT.fullmatch(value)
        if match is None:
            raise BadSubject(
                f"--subject: found {one_line(value, 120)!r}; expected NAME=sha256: and 64 "
                "lower-case hexadecimal digits, such as ghcr.io/example/app=sha256:0123…"
            )
        name, digest = match.groups()
        if name == CONTENT or name in subjects:
            raise BadSubject(f"--subject: {name} is taken; give each artefact a name of its own")
        subjects[name] = digest
    return subjects


def to_arguments(subjects: Mapping[str, str]) -> list[str]:
    """Return the options that name these artefacts."""
    return [f"--subject={name}=sha256:{digest}" for name, digest in subjects.items()]
