"""Make the id of a run, which its requests and records carry."""

from __future__ import annotations

import uuid


def new_run_id() -> str:
    """Return 12 hexadecimal digits; nonces in URLs begin with them."""
    return uuid.uuid4().hex[:12]
