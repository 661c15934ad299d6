"""Installing the hooks: where git looks for them, and never over what somebody else wrote."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from clones import COMMAND, Clone

ROOT = Path(__file__).parents[3]
OTHER = "#!/bin/sh\necho \x1b[2Jmine\n"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(".sample")}


def test_a_clone_gets_two_hooks_and_a_server_one(clone: Clone, server: Clone) -> None:
    """Each is told, can be run by everybody, and nothing else is left there."""
    done = clone.hooks("install")
    folder = clone.path / ".git" / "hooks"
    assert done.stdout == f"installed {folder}/commit-msg\ninstalled {folder}/pre-push\n"
    assert names(folder) == {"commit-msg", "pre-push"}
    assert stat.S_IMODE((folder / "commit-msg").stat().st_mode) == 0o755
    assert clone.hooks("install", "--server", str(server.path)).returncode == 0
    assert names(server.path / "hooks") == {"update"}


def test_installing_again_replaces_what_is_ours(clone: Clone) -> None:
    """Another Python may have installed it."""
    clone.hooks("install")
    hook = clone.path / ".git" / "hooks" / "pre-push"
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    assert clone.hooks("install").returncode == 0
    assert sys.executable in hook.read_text()


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "folder"])
def test_another_s_hook_is_left_alone(clone: Clone, kind: str) -> None:
    """The message says what is there and what to do; no other hook is written either."""
    hook = clone.path / ".git" / "hooks" / "pre-push"
    elsewhere = clone.path / "elsewhere"
    if kind == "folder":
        hook.mkdir()
    elif kind == "file":
        hook.write_text(OTHER)
    else:
        hook.symlink_to(elsewhere)
    if kind == "link":
        elsewhere.write_text(OTHER)
    done = clone.hooks("install")
    assert done.returncode == 4
    assert f"{hook} is there, and not ours" in done.stderr
    assert "--force" in done.stderr
    assert "\x1b" not in done.stderr
    assert names(hook.parent) == {"pre-push"}


def test_force_keeps_what_was_there(clone: Clone) -> None:
    """As NAME.old, and never over an older one."""
    hook = clone.path / ".git" / "hooks" / "pre-push"
    hook.write_text(OTHER)
    done = clone.hooks("install", "--force")
    assert f"kept {hook}.old, which was pre-push" in done.stdout
    assert hook.with_name("pre-push.old").read_text() == OTHER
    assert "knowngood" in hook.read_text()
    hook.write_text("another")
    done = clone.hooks("install", "--force")
    assert done.returncode == 4
    assert "is there already" in done.stderr
    assert hook.read_text() == "another"


@pytest.mark.parametrize("value", ["githooks", "/{}/absolute"])
def test_core_hooks_path_is_honoured(clone: Clone, tmp_path: Path, value: str) -> None:
    """From any folder of the checkout, and said, since others may use the same folder."""
    clone.git("config", "core.hooksPath", value.format(tmp_path))
    (clone.path / "deeper").mkdir()
    done = clone.hooks("install", "deeper")
    assert "core.hooksPath: these hooks are run for all who use" in done.stdout
    assert names(Path(clone.path, value.format(tmp_path))) == {"commit-msg", "pre-push"}
    assert "no review mark" in clone.refused("commit", "--allow-empty", "-m", "Go on")


def test_a_bare_repository_needs_the_word_server(clone: Clone, server: Clone) -> None:
    """Nobody commits there."""
    done = clone.hooks("install", str(server.path))
    assert done.returncode == 4
    assert "allowed: --server" in done.stderr


def test_where_the_python_is_gone_the_hook_refuses(clone: Clone, tmp_path: Path) -> None:
    """With a word on what to do. Its path may hold anything."""
    strange = tmp_path / 'it\'s $(touch pwned) "here"'
    strange.mkdir()
    python = strange / "python"
    python.symlink_to(sys.executable)
    library = os.pathsep.join(path for path in sys.path if path)
    env = {"PYTHONPATH": library}
    assert clone.run(str(python), "-m", *COMMAND[2:], "install", env=env).returncode == 0
    commit = ("git", "commit", "--allow-empty", "-m", "Go on. r=alice")
    assert clone.run(*commit, env=env).returncode == 0
    shutil.rmtree(strange)
    said = clone.refused(*commit[1:])
    assert f"{python}, which the hook needs, is gone" in said
    assert "next: knowngood hooks install" in said
    assert not (clone.path / "pwned").exists()


def test_a_checkout_does_not_get_into_the_hook(clone: Clone) -> None:
    """Its modules stand in the folder that the hook runs in, and are not ours."""
    clone.hooks("install")
    (clone.path / "argparse.py").write_text("raise SystemExit(0)\n")
    (clone.path / "knowngood.py").write_text("raise SystemExit(0)\n")
    assert "no review mark" in clone.refused("commit", "--allow-empty", "-m", "Go on")


def test_hooks_are_sound_sh(clone: Clone, server: Clone) -> None:
    """A plain POSIX shell takes them."""
    clone.hooks("install")
    clone.hooks("install", "--server", str(server.path))
    for folder in (clone.path / ".git" / "hooks", server.path / "hooks"):
        for name in names(folder):
            assert subprocess.run(["sh", "-n", str(folder / name)], check=False).returncode == 0


def test_the_framework_s_hooks_are_those_that_there_are() -> None:
    """What .pre-commit-hooks.yaml calls is a command of ours, at the stage it is for."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    entries = [line.partition(": ")[2] for line in text.splitlines() if line.startswith("  entry:")]
    stages = [line.partition(": ")[2] for line in text.splitlines() if "stages:" in line]
    assert entries == ["knowngood hooks run commit-msg", "knowngood hooks run pre-push"]
    assert stages == ["[commit-msg]", "[pre-push]"]
