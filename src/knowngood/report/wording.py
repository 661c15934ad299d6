"""How several reports write an attempt, an exchange, a check and a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..verdict.evidence import plural


def attempt_words(attempt: Mapping[str, Any]) -> str:
    """Return an attempt in a few words: ``timeout (connect) 5.0 s``."""
    result = attempt["error"] or attempt["status"]
    phase = f" ({attempt['phase']})" if attempt["phase"] else ""
    return f"{result}{phase} {attempt['seconds']} s"


def got_words(exchange: Mapping[str, Any]) -> str:
    """Return what an exchange ended in: status, media type, size, address, attempts, time."""
    effort = f"{plural(len(exchange['attempts']), 'attempt')} in {exchange['seconds']:.2f} s"
    if "status" not in exchange:
        return f"no usable answer, {effort}"
    target = f" → {exchange['location']}" if exchange.get("location") else ""
    return (
        f"{exchange['status']}{target}, {exchange['media_type'] or 'no media type'}, "
        f"{exchange['bytes']} bytes from {exchange['address'] or 'unknown'}, {effort}"
    )


def claim_words(check: str, claim: str) -> str:
    """Return what a check claims; of one without a docstring, its file and function."""
    return claim or check


def name_of(check: str) -> str:
    """Return ``test_config.py::test_debug_is_off`` as ``config: debug is off``."""
    file, _, function = check.partition("::")
    stem = file.removesuffix(".py").removeprefix("test_").replace("_", " ")
    return f"{stem}: {function.removeprefix('test_').replace('_', ' ')}"


def curl_line(exchange: Mapping[str, Any]) -> str:
    """Return the command line that sends the request of an exchange again; empty without one."""
    return str(exchange.get("curl", ""))
