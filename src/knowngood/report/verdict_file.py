"""The verdict as a JSON file, for whoever decides by program."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from .. import __version__
from ..ledger import Ledger
from ..run import Ticket
from ..verdict import Verdict


def document(verdict: Verdict, ledger: Ledger, ticket: Ticket, began: float) -> dict[str, Any]:
    """The verdict with all that it rests on, by ``verdict.schema.json``."""
    return {
        "schema": 1,
        "knowngood": __version__,
        "environment": ledger.environment.name,
        "run": ticket.run_id,
        "began": began,
        "seconds": round(time.time() - began, 3),
        "origins": dict(ticket.origins),
        **verdict.to_json(),
        "release": {"expected": None, "seen": None},
        "checks": {
            check: {
                "claim": claim.title,
                "ran": claim.ran,
                "bad": claim.bad,
                "unsteady": bool(claim.asked & set(verdict.unsteady)),
            }
            for check, claim in ledger.claims.items()
        },
        "not_applicable": ledger.inapplicable,
        "requests": {
            "sent": ledger.requests,
            "attempts": ledger.attempts,
            "received_bytes": ledger.received,
            "retried": ledger.retried,
            "slowest": [
                {"seconds": round(took, 3), "request": what} for took, what in ledger.slowest
            ],
        },
        "left_behind": ledger.left_behind,
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write ``content`` to ``path`` whole or not at all. Raises OSError.

    What is there and is no file, such as /dev/null or a pipe, is written to as it stands.
    """
    text = json.dumps(content, indent=2, ensure_ascii=True) + "\n"
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_text(text, "utf-8")
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_text(text, "utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
