"""A suite of another team that is drilled: one file of checks, one environment, one deployment."""

from pathlib import Path

from suite_run import PYPROJECT


def write_suite(root: Path, environment: str, suite: str, deployment: str) -> None:
    """Write the suite below ``root``; its environment is called ``ours``."""
    for folder in ("environments", "checks"):
        (root / folder).mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "environments" / "ours.toml").write_text(environment)
    (root / "checks" / "test_page.py").write_text(suite)
    (root / "deployment.py").write_text(deployment)
