"""A name that no release has is a mistake in what was typed, where git can tell that; it is never
what makes a sound deployment fail, nor a bad one pass unseen.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_run import Run
from pushed_site import live, serves, with_origin
from release_side import git

from knowngood.release import release_name
from knowngood.release.git import Repository

pytestmark = pytest.mark.usefixtures("history", "in_one_process")

VERIFY = ("verify", "--env=prod", "--release=v9typo")


@pytest.mark.parametrize("origin", [False, True])
def test_a_verification(run: Run, site: Repository, tmp_path: Path, origin: bool) -> None:
    """Every edge serves a release that git knows, and git has none of this name."""
    if origin:
        with_origin(site, tmp_path)
    ended = run(*VERIFY, "--record")
    assert ended.code == 4, ended.output
    has = "and its origin have" if origin else "has"
    assert f"'v9typo': {site.path} {has} no such tag; near: v3, v2, v1" in ended.output
    assert "recorded" not in ended.output


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--release=refs/tags/v1"),
        ("rollback", "--to=refs/tags/v1"),
        ("gate", "--release=refs/tags/v2"),
    ],
    ids=lambda words: words[0],
)
def test_the_full_name_of_a_tag(run: Run, words: tuple[str, ...]) -> None:
    """As CI has it in a variable."""
    options = ("--yes",) if words[0] == "rollback" else ()
    ended = run(words[0], "--env=prod", words[1], *options)
    assert ended.code == 0, ended.output


@pytest.mark.parametrize(
    "words",
    [
        ("push", "--env=prod", "--release=v9typo", "--override=now"),
        ("rollback", "--env=prod", "--to=v9typo", "--yes"),
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_deployed(run: Run, project: Path, words: tuple[str, ...]) -> None:
    """Of a release that there is not."""
    ended = run(*words)
    assert ended.code == 4
    assert "has no such tag or commit; near: v3, v2, v1" in ended.output
    assert live(project) == "v1"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("V2", "near: v2, "),
        ("release", "it is a branch at v3\n"),
        ("topic/two", "it is a branch, without a tag\n"),
    ],
)
def test_what_is_meant(run: Run, site: Repository, name: str, meant: str) -> None:
    """A name in other letters, and a branch: $GITHUB_REF_NAME of a push to one."""
    head = git(site.path, "commit-tree", "-m", "Go on", "HEAD^{tree}").strip()
    git(site.path, "update-ref", "refs/remotes/origin/topic/two", head)
    for command in ("verify", "push"):
        ended = run(command, "--env=prod", f"--release={name}")
        assert ended.code == 4, ended.output
        assert f"; {meant}" in ended.output


def test_releases_that_are_branches(run: Run, project: Path, site: Repository) -> None:
    """As on a preview, which names branch and commit: it did not arrive."""
    version = {"version": "topic", "commit": site.commit_of("v1")}
    (project / "releases" / "v1" / "__version__").write_text(json.dumps(version))
    failed(run, "verify", "--env=prod", "--release=release")


@pytest.mark.parametrize("name", ["v9", "v2-4-gabcdef0", "release 9", "abcdef0123", "4711"])
def test_it_is_live(run: Run, project: Path, name: str) -> None:
    """Whatever git says of the name: a tag may be made when the release has PASSED."""
    (project / "releases" / "v1" / "__version__").write_text(json.dumps({"version": name}))
    assert run("verify", "--env=prod", f"--release={name}").code == 0


def failed(run: Run, *words: str) -> None:
    """It did not arrive, or by half: FAILED, as ever."""
    ended = run(*(words or VERIFY))
    assert ended.code == 1, ended.output
    assert "no such tag" not in ended.output


@pytest.mark.parametrize("name", ["abcdef0123", "4711", "release-9"])
def test_a_name_of_another_kind(run: Run, name: str) -> None:
    """A commit that was not fetched, or a build: git cannot tell."""
    failed(run, "verify", "--env=prod", f"--release={name}")


def test_a_tag_that_was_not_fetched(run: Run, site: Repository, tmp_path: Path) -> None:
    """The origin is asked."""
    origin = with_origin(site, tmp_path)
    git(origin, "tag", "v9typo", "v2")
    failed(run)


def test_an_origin_that_does_not_answer(run: Run, site: Repository, tmp_path: Path) -> None:
    """It may have the tag."""
    with_origin(site, tmp_path).rename(tmp_path / "away")
    failed(run)


def test_an_origin_that_hangs(
    run: Run, site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not waited for until the run itself is ended."""
    monkeypatch.setattr(release_name, "_SECONDS", 1.0)
    with_origin(site, tmp_path)
    git(site.path, "config", "remote.origin.uploadpack", "sleep 60; git upload-pack")
    failed(run)


def test_a_checkout_without_tags(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """As CI makes it."""
    git(tmp_path, "clone", "--quiet", "--no-tags", str(site.path), "checkout")
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace("../site", "../checkout"))
    failed(run)


def test_a_shallow_clone(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """It has some of the tags."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{site.path}", "checkout")
    git(tmp_path / "checkout", "fetch", "--quiet", "--depth=1", "origin", "tag", "v1")
    git(tmp_path / "checkout", "remote", "remove", "origin")
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace("../site", "../checkout"))
    failed(run)


@pytest.mark.parametrize("version", ["v8", "", "not json"])
def test_what_is_there_is_no_release(run: Run, project: Path, version: str) -> None:
    """It may be what was deployed, and lost its name."""
    text = version if version == "not json" else json.dumps({"version": version})
    (project / "releases" / "v1" / "__version__").write_text(text)
    failed(run)


def test_another_release_did_not_arrive(run: Run, project: Path) -> None:
    """Git has it."""
    serves(project, "v3")
    failed(run, "verify", "--env=prod", "--release=v2")


def test_no_repository_to_ask(run: Run, project: Path) -> None:
    """The environment names none."""
    path = project / "environments" / "prod.toml"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("repository")))
    failed(run)
