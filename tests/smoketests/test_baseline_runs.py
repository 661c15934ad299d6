"""A run that is held against its own verdict finds nothing new, whatever the fault is.

Faults that strike by chance are left out: which case they hit is another in each run.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

FAULTS = {
    "answers": "config-missing-one-locale,page-no-title,months-english,header-missing",
}
MORE = {
    "edges": "edge-config-missing,edge-differs",
    "bytes": "script-truncated,css-image-missing,gzip-cut-off,etag-changes",
    "samples": "config-one-in-three,version-commit-head,submit-other-id,robots-allows",
    "silence": "submission-refused,script-connection-closed,status-line-broken",
}


@pytest.mark.parametrize(
    "faults",
    [pytest.param(faults, id=name) for name, faults in FAULTS.items()]
    + [pytest.param(faults, id=name, marks=pytest.mark.slow) for name, faults in MORE.items()],
)
def test_a_run_against_its_own_verdict(
    faults: str, suite: Callable, suite_here: Callable, tmp_path: Path
) -> None:
    """Each failure is known, also in a process that orders its sets otherwise."""
    drill = ("--env=local", f"--drill={faults}")
    before = suite_here(*drill)
    assert before.code == 1, before.output
    baseline = (tmp_path / "verdict.json").rename(tmp_path / "before.json")
    seed = str(random.randrange(1, 1 << 32))  # noqa: S311 - to be another each time
    after = suite(*drill, f"--baseline={baseline}", env={"PYTHONHASHSEED": seed})
    assert after.code == 75, f"PYTHONHASHSEED={seed}\n{after.output}"
    assert {cause["state"] for cause in after.verdict["causes"]} == {"known"}
    assert "nothing new is wrong" in after.output
