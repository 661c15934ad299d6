"""Cache what was read from a file: a hundred locales share most of their files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Final, TypeVar

Result = TypeVar("Result")

_RESULTS: Final = 128  # cached for each function
_LONGEST_RESULT: Final = 16 * 1024
"""Characters of a result's ``repr`` up to which it is cached: a thousand strings of a script, say.
With ``_RESULTS`` this keeps the cache of each function below about 4 MB."""


def cached_by_content(function: Callable[..., Result]) -> Callable[..., Result]:
    """Cache what ``function`` returns for the bytes that are its first argument.

    The key is a digest, so that no body stays in memory, and only short results are cached.
    """
    results: OrderedDict[tuple[object, ...], Result] = OrderedDict()

    @wraps(function)
    def cached(source: bytes, **options: object) -> Result:
        key = (blake2b(source, digest_size=16).digest(), *sorted(options.items()))
        if key in results:
            results.move_to_end(key)  # what locales share outlives what belongs to one of them
            return results[key]
        result = function(source, **options)
        if len(repr(result)) <= _LONGEST_RESULT:
            results[key] = result
            if len(results) > _RESULTS:
                results.popitem(last=False)
        return result

    return cached
