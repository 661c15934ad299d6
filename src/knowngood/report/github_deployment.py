"""Write the verdict as a deployment and its status, for GitHub's REST API.

https://docs.github.com/rest/deployments/deployments#create-a-deployment and, for the status,
https://docs.github.com/rest/deployments/statuses#create-a-deployment-status
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..safety import one_line, write_atomically
from ..verdict import VerdictKind
from ..verdict.verdict_document import verified_release
from . import github
from .report import Report

_WIDEST: Final = 140
"""Most characters of a description, by GitHub's documentation of a status."""

_STATES: Final = {VerdictKind.PASSED: "success", VerdictKind.FAILED: "failure"}
_UNDECIDED: Final = "error"
"""The state of every other verdict: GitHub has no word for INCONCLUSIVE."""


def write(path: Path, report: Report) -> None:
    """Write the bodies of the requests to GitHub to ``path`` whole or not at all.

    Raises OSError, and ValueError if it is not known which release was verified.
    """
    write_atomically(path, json.dumps(requests(report.document), indent=1) + "\n")


def requests(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bodies of two requests: ``deployment`` makes a deployment, ``status`` sets its
    status. Raises ValueError if it is not known which release was verified.
    """
    environment, release = one_line(document["environment"], 255), verified_release(document)
    if not release:
        raise ValueError("which release was verified is not known; give --release")
    return {
        "deployment": {
            "ref": one_line(release, 255),
            "task": "deploy",
            "environment": environment,
            "description": f"verified by knowngood {document['knowngood']}",
            "auto_merge": False,  # it is deployed already, so there is nothing to merge
            "required_contexts": [],  # and nothing to wait for
            "payload": {"run": document["run"], "verdict": document["verdict"]},
        },
        "status": {
            "state": _STATES.get(VerdictKind(document["verdict"]), _UNDECIDED),
            "environment": environment,
            "description": one_line(f"{document['verdict']}: {document['reason']}", _WIDEST),
            **_urls(document),
        },
    }


def _urls(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the URLs of the environment and of the page of this run; leave out unknown ones."""
    first = next(iter(document["origins"].values()), "")
    urls = {"environment_url": one_line(first, 1000), "log_url": github.run_url()}
    return {name: url for name, url in urls.items() if url}
