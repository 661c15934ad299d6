"""``knowngood approve``, and what the gate makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from command_run import Run
from release_side import Note, git

from knowngood.release.git import Repository


def test_approve(
    run: Run, project: Path, noted: Note, keys: Callable[[str], str], site: Repository
) -> None:
    """Bob says yes to what Ann pushes, by hand, and it is taken back; Ann's own does not count."""
    signers = keys("bob") + keys("ann")
    (project / "environments" / "signers").write_text(signers)
    prod = project / "environments" / "prod.toml"
    rules = '[gate]\nsigners = "file:signers"\napprove = "*"\n'
    prod.write_text(prod.read_text("utf-8").replace("[gate]\n", rules), "utf-8")
    noted("v2", "stage", "PASSED", 1)
    words = ("--env=prod", "--release=v2")
    ended = run("approve", *words, "--why=mine")
    assert ended.code == 0, ended.output
    assert ended.out.startswith("recorded: approved/prod/v2/")
    assert "ann@example.org is who pushes" in run("gate", *words, "--offline").out
    by_bob = (
        "user.name=Bob",
        "user.email=bob@work.example",
        f"user.signingKey={site.path.parent / 'bob.key'}",
    )
    options = [word for setting in by_bob for word in ("-c", setting)]
    tag = f"approved/prod/v2/{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}"
    git(site.path, *options, "tag", "-s", "-m", "APPROVED: looked at it", tag, "v2^{}")
    assert "is not approved" not in run("gate", *words, "--offline").out
    assert run("approve", *words, "--undo").code == 0
    assert "v2 is not approved for prod" in run("gate", *words, "--offline").out
