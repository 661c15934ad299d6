"""Subresource integrity: whether a file has the hash that its element names.

A browser does not run a script with another hash (https://www.w3.org/TR/SRI/).
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

_STRONGEST_FIRST: Final = ("sha512", "sha384", "sha256")


def matches(attribute: str, content: bytes) -> bool:
    """Return whether ``content`` has one of the hashes in an ``integrity`` attribute.

    Only hashes of the strongest algorithm count; an attribute without any allows everything.
    """
    tokens = [token.partition("?")[0].partition("-") for token in attribute.split()]
    for algorithm in _STRONGEST_FIRST:
        hashes = {value for name, _, value in tokens if name == algorithm}
        if hashes:
            return digest(algorithm, content) in hashes
    return True


def digest(algorithm: str, content: bytes) -> str:
    """Return the hash of ``content`` as attributes and policies write it: in base64."""
    return base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
