"""A run of the tests leaves nothing in the machine's temporary folder but what pytest keeps."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from suite_run import OPTIONS, ROOT


def test_tests_have_one_of_their_own() -> None:
    """Locks of runs lie there, thousands of them."""
    folder = Path(tempfile.gettempdir())
    assert folder.name.startswith("knowngood-tests-")
    (folder / "left.lock").touch()


def test_it_goes_away_with_them(tmp_path: Path) -> None:
    """With all that is in it; folders of tests that failed stay in pytest's own."""
    first = f"{__file__}::{test_tests_have_one_of_their_own.__name__}"
    variables = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    command = [sys.executable, "-m", "pytest", "-q", *OPTIONS, "-p", "no:cacheprovider", first]
    environment = {**variables, "TMPDIR": str(tmp_path)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=400)
    (of_pytest,) = tmp_path.iterdir()
    assert of_pytest.name.startswith("pytest-of-")
    assert list(of_pytest.glob("*/*")) == []
