"""What tests of whole runs share: an environment file of their own, and a run as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]  # benchmarks and helpers, not installed
LOCALES = ["ar", "de", "en-US", "fr", "he"]
FHR = """
description = "FHR in a test"
writes = true
{extra}
[params]
locale = {locales}
rtl = ["ar", "fa", "ur"]
page = ["", "v4/", "mobile/?v=1"]
elsewhere = ["fonts.googleapis.com"]

[aliases]
he = "en-US"

[release]
url = "content:/__version__"

[budget]
probe = {probe}

[headers.config]
paths = '/[^/]+/js/config\\.json'
cache-control = {{ max_age = 600 }}

[headers.everything]
paths = '/.*'
x-content-type-options = "nosniff"
set-cookie = false

"""


@dataclass(frozen=True)
class Ended:
    """A run that has ended: its exit code, its verdict file (empty without one), its output."""

    code: int
    verdict: Mapping[str, Any]
    output: str

    def failed_checks(self) -> set[str]:
        """The checks that failed in any case, or needed too many retries."""
        checks = self.verdict["checks"].items()
        return {name for name, check in checks if check["bad"] or check["unsteady"]}


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: half of the time of a whole run is waiting."""
    return (os.cpu_count() or 1) + 1


Suite = Callable[..., Ended]


@pytest.fixture
def fhr_environment(tmp_path: Path) -> Callable[..., Path]:
    """Writes an environment file for FHR with five locales, at these origins."""

    def write(
        origins: Mapping[str, str], extra: str = "", tables: str = "", probe: float = 3
    ) -> Path:
        path = tmp_path / "environments" / "test.toml"
        path.parent.mkdir(exist_ok=True)
        table = "".join(f'{name} = "{url}"\n' for name, url in origins.items())
        text = FHR.format(extra=extra, locales=json.dumps(LOCALES), probe=probe)
        path.write_text(f"{text}[origins]\n{table}\n{tables}", "utf-8")
        return path

    return write


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Runs pytest as a process: FHR's checks by default, or those of another folder."""

    def run(*options: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Ended:
        target = tmp_path / "verdict.json"
        target.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, f"--verdict-file={target}", *options],
            cwd=cwd,
            env={**{k: v for k, v in os.environ.items() if "PYTEST" not in k}, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        verdict = json.loads(target.read_text("utf-8")) if target.exists() else {}
        return Ended(done.returncode, verdict, done.stdout + done.stderr)

    return run
