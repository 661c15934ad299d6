"""The id of a run, which also makes its requests and its records its own."""

from __future__ import annotations

import uuid


def new_run_id() -> str:
    """Return 12 hexadecimal digits, by which nonces of a run are known in URLs and messages."""
    return uuid.uuid4().hex[:12]
