"""What a run loads before its first request."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_what_most_runs_do_not_need_is_not_loaded() -> None:
    """Neither what retries nor what explains failures, reads pages or opens them: each is loaded
    when it is needed, since together they make the start of a run 20 ms longer. What says what is
    wrong with an environment file takes a quarter of the start.
    """
    code = (
        "import sys, pathlib, knowngood.session.registration, knowngood.environment\n"
        f"knowngood.environment.load('local', pathlib.Path({str(ROOT)!r}))\n"
        "package = 'knowngood.'\n"
        "late = {'tenacity', 'jsonschema', 'playwright', 'tinycss2', 'selectolax', 'zoneinfo'}\n"
        "late |= {package + name for name in\n"
        "         ('browser', 'content.links', 'content.json_schema', 'session.failure')}\n"
        "print(late & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=400)
    assert done.stdout.strip() == "set()"
