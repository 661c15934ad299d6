"""Cache what was read from a file: a hundred locales share most of their files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial, wraps
from hashlib import blake2b
from typing import Final, TypeVar

Result = TypeVar("Result")

_RESULTS: Final = 128
_CHARACTERS: Final = 2_000_000
"""How many results are cached for each function, and how many characters their ``repr`` may have in
all: this keeps the cache of each function below about 4 MB. The names in a bundle of a megabyte
take 100,000; to read them again for each of its pages takes longer than all else."""


def cached_by_content(function: Callable[..., Result]) -> Callable[..., Result]:
    """Cache what ``function`` returns for the bytes that are its first argument.

    The key is a digest, so that no body stays in memory.
    """
    return _cached(function, _RESULTS, _CHARACTERS)


def cached_within(
    most: int, most_characters: int
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Return a decorator that does the same for so many results, and characters of all of them."""
    return partial(_cached, most=most, most_characters=most_characters)


def _cached(
    function: Callable[..., Result], most: int, most_characters: int
) -> Callable[..., Result]:
    results: OrderedDict[tuple[object, ...], tuple[Result, int]] = OrderedDict()
    characters = 0

    @wraps(function)
    def cached(source: bytes, **options: object) -> Result:
        nonlocal characters
        key = (blake2b(source, digest_size=16).digest(), *sorted(options.items()))
        if key in results:
            results.move_to_end(key)  # what locales share outlives what belongs to one of them
            return results[key][0]
        result = function(source, **options)
        results[key] = result, len(repr(result))
        characters += results[key][1]
        while len(results) > most or characters > most_characters:
            characters -= results.popitem(last=False)[1][1]
        return result

    return cached
