"""What a start must not load."""

import subprocess
import sys


def test_the_command_line_of_httpx_is_not_loaded() -> None:
    """Nor what it needs: rich, which is here as in many environments, and pygments."""
    code = (
        "import sys, rich, knowngood.fetch, httpx; "
        "print('rich.progress' in sys.modules, 'pygments' in sys.modules, callable(httpx.main))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=400
    )
    assert done.stdout == "False False True\n"
