"""Bounds of what is judged: a server may send anything, and no parser may hang or swell on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Final, TypeVar

from .errors import DeploymentError

Found = TypeVar("Found")

_KEPT: Final = 128  # results of each judge
_LONGEST: Final = 16 * 1024
"""Characters of a result, as Python writes it, that is worth keeping: a thousand strings of a
script, say. What each judge keeps is 4 MB at most, whatever it is given."""


class ContentTooLarge(DeploymentError):
    """An answer beyond what any sound deployment sends: too large or too deep to be judged."""


def cached_by_content(judge: Callable[..., Found]) -> Callable[..., Found]:
    """Keep what ``judge`` found, since a hundred locales share their files: by a digest of the
    source, its first argument, so that no body is held, and only where it is short.
    """
    known: OrderedDict[tuple[object, ...], Found] = OrderedDict()

    @wraps(judge)
    def judged(source: bytes, **options: object) -> Found:
        key = (blake2b(source, digest_size=16).digest(), *sorted(options.items()))
        if key in known:
            known.move_to_end(key)  # what locales share outlives what each has for itself
            return known[key]
        found = judge(source, **options)
        if len(repr(found)) <= _LONGEST:
            known[key] = found
            if len(known) > _KEPT:
                known.popitem(last=False)
        return found

    return judged
