"""The hooks of a clone as git runs them: real commits, real pushes to a real bare repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clones import COMMAND, Clone
from release_side import cpu_seconds

HOSTILE = "\x1b[2J\x1b]0;pwned\x07 $(touch pwned) `id` ; --force \u202e"
MARKED = "Bug 2 - Go on. r=bob"


@pytest.fixture
def guarded(clone: Clone, server: Clone) -> Clone:
    """The clone, with the hooks of a clone; its server has none."""
    assert clone.hooks("install").returncode == 0
    return clone


# -- commit-msg


def test_a_commit_with_a_mark_is_made(guarded: Clone) -> None:
    """At the end of the subject, or as a trailer."""
    guarded.git("commit", "--allow-empty", "-m", MARKED)
    guarded.git("commit", "--allow-empty", "-m", "Go on", "-m", "It works.", "-m", "r=alice,bob")


def test_a_commit_without_a_mark_is_not_made(guarded: Clone) -> None:
    """The refusal says what was found, what is allowed, and a command that goes on from there."""
    said = guarded.refused("commit", "--allow-empty", "-m", "Go on r?bob")
    assert 'found: "Go on r?bob": no review mark' in said
    assert "allowed: r=NAME" in said
    assert guarded.git("rev-list", "--count", "HEAD") == "1"
    command = said.split("next: ")[1].split(" (with")[0]
    env = {"GIT_EDITOR": "sed -i '1s/r?bob/r=bob/'"}
    done = guarded.run("sh", "-c", f"mkdir deeper; cd deeper; {command} --allow-empty", env=env)
    assert done.returncode == 0, done.stderr
    assert guarded.git("log", "-1", "--format=%s") == "Go on r=bob"


def test_what_a_commit_says_is_printed_plain(guarded: Clone) -> None:
    """No escape sequence of a message reaches the terminal, and no shell."""
    said = guarded.refused("commit", "--allow-empty", "-m", f"-rf {HOSTILE}")
    assert r"\x1b[2J" in said
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    assert not (guarded.path / "pwned").exists()


def test_a_message_in_an_old_encoding_is_read(guarded: Clone) -> None:
    """A reviewer's name may begin with a letter that is no UTF-8."""
    message = "Mend it. r=Émile".encode("latin-1")
    guarded.git("commit", "--allow-empty", "-F", "-", stdin=message)


def test_a_mark_in_a_comment_is_none(guarded: Clone) -> None:
    """Nor below the scissors of `git commit -v`, where the change itself is shown."""
    (guarded.path / "page.js").write_text("x ? r=alice : r\n")
    guarded.git("add", "page.js")
    env = {"GIT_EDITOR": "sed -i '1s/.*/Go on/; 2s/.*/# r=alice/'"}
    done = guarded.run("git", "commit", "-v", env=env)
    assert done.returncode != 0
    assert 'found: "Go on"' in done.stderr


def test_a_number_sign_on_the_command_line_is_no_comment(guarded: Clone) -> None:
    """The line is kept where git opens no editor."""
    guarded.git("commit", "--allow-empty", "-m", "#123 Mend it. r=alice")


def test_a_merge_needs_no_mark(guarded: Clone) -> None:
    """One that git makes, one with a conflict that a person ends, and another message for it."""
    guarded.git("switch", "-q", "-c", "topic")
    (guarded.path / "a").write_text("topic")
    guarded.git("add", "a")
    guarded.commit(MARKED)
    guarded.git("switch", "-q", "main")
    guarded.git("merge", "--no-ff", "--no-edit", "topic~0", "-m", "Merge topic")
    guarded.git("commit", "--amend", "--allow-empty", "-m", "Merge what topic has")
    guarded.git("reset", "-q", "--hard", "HEAD^")
    (guarded.path / "a").write_text("main")
    guarded.git("add", "a")
    guarded.commit(MARKED)
    guarded.refused("merge", "topic")
    guarded.git("add", "a")
    guarded.git("commit", "--no-edit")
    assert guarded.git("rev-list", "--merges", "--count", "HEAD") == "1"


def test_a_revert_needs_a_mark_of_its_own(guarded: Clone) -> None:
    """The quoted subject has the mark of what is taken back."""
    (guarded.path / "a").write_text("a")
    guarded.git("add", "a")
    guarded.commit(MARKED)
    guarded.git("revert", "--no-commit", "HEAD")
    quoted = f'Revert "{MARKED}"'
    said = guarded.refused("commit", "-m", quoted, "-m", "This reverts commit 1234567.")
    assert "no review mark" in said
    guarded.git("commit", "-m", f"{quoted} r=carol")


@pytest.mark.parametrize("how", ["--fixup", "--squash"])
def test_a_commit_to_squash(guarded: Clone, how: str) -> None:
    """It may be made, since git will squash it; as it is it does not get to the release branch."""
    guarded.git("commit", "-q", "--allow-empty", "-m", MARKED)
    guarded.git("commit", "-q", "--allow-empty", f"{how}=HEAD", "--no-edit")
    said = guarded.refused("push", "origin", "HEAD:release")
    assert f"{how.removeprefix('--')}! {MARKED}: no review mark" in said


def test_a_git_folder_may_lie_elsewhere(guarded: Clone, tmp_path: Path) -> None:
    """Its settings hold, as git hands its place on."""
    moved = tmp_path / "moved.git"
    (guarded.path / ".git").rename(moved)
    where = (f"--git-dir={moved}", f"--work-tree={guarded.path}")
    guarded.git(*where, "config", "knowngood.mark", "^Seen by \\w+$")
    guarded.git(*where, "commit", "--allow-empty", "-m", "Seen by bob")
    said = guarded.refused(*where, "commit", "--allow-empty", "-m", MARKED)
    assert "^Seen by" in said


def test_another_pattern_may_be_configured(guarded: Clone) -> None:
    """It takes the place of r=NAME, and the refusal names it."""
    guarded.git("config", "knowngood.mark", "^Reviewed-by: \\w+")
    guarded.git("commit", "--allow-empty", "-m", "Go on", "-m", "Reviewed-by: bob")
    said = guarded.refused("commit", "--allow-empty", "-m", MARKED)
    assert "what ^Reviewed-by: \\w+ matches (git config knowngood.mark)" in said


@pytest.mark.parametrize("pattern", ["r=(", "", ".*", "(?P<a>x)\n(?P<a>y\x1b)", "x{99999999999}"])
def test_a_bad_pattern_refuses_and_names_its_key(guarded: Clone, pattern: str) -> None:
    """A rule that cannot be read, or that everything keeps, is not passed over."""
    guarded.git("config", "knowngood.mark", pattern)
    (guarded.path / "message").write_text(MARKED)
    done = guarded.hooks("run", "commit-msg", "message")
    assert done.returncode == 1
    assert "git config knowngood.mark: found" in done.stderr
    assert "\x1b" not in done.stderr


# -- pre-push


def test_a_push_of_marked_commits_goes_through(guarded: Clone, server: Clone) -> None:
    """To begin with and from there on; what the server had before is not looked at."""
    guarded.commit("Old times, no mark")
    guarded.git("push", "-q", "origin", "main")
    guarded.commit(MARKED)
    guarded.git("push", "-q", "origin", "HEAD:release")
    guarded.commit(MARKED)
    guarded.git("push", "-q", "origin", "HEAD^{/Bug 2}:refs/heads/release")
    assert server.git("rev-parse", "release") == guarded.git("rev-parse", "HEAD")


def test_a_push_names_each_commit_without_a_mark(guarded: Clone) -> None:
    """With author and subject, made plain."""
    guarded.put("main:release")
    name = guarded.commit(f"One {HOSTILE}", "--author", "Eve\x1b[31m <eve@example.org>")
    guarded.commit(MARKED)
    guarded.commit("Two", "--author", "$(touch pwned) <m@example.org>")
    said = guarded.refused("push", "origin", "main:release")
    assert f"{name[:12]} by Eve\\x1b[31m: One \\x1b[2J" in said
    assert "by $(touch pwned): Two" in said
    assert MARKED not in said
    assert "\x1b" not in said
    assert "git rebase --interactive" in said


def test_other_branches_are_not_looked_at(guarded: Clone) -> None:
    """Only the release branch is, under whatever name it goes."""
    guarded.commit("No mark")
    guarded.git("push", "-q", "origin", "main", "main:topic")
    guarded.git("config", "knowngood.branch", "refs/heads/shipping")
    guarded.commit("No mark either")
    guarded.git("push", "-q", "origin", "main:release")
    guarded.commit("Nor here")
    assert "no review mark" in guarded.refused("push", "origin", "main:shipping")


@pytest.mark.parametrize("name", ["a\nb", "--all", "", "a..b", "\x1b"])
def test_a_bad_name_of_the_branch_refuses(guarded: Clone, name: str) -> None:
    """It would guard nothing."""
    guarded.git("config", "knowngood.branch", name)
    done = guarded.hooks("run", "pre-push", "origin")
    assert done.returncode == 1
    assert "git config knowngood.branch: found" in done.stderr


def test_the_branch_moves_forward_only(guarded: Clone) -> None:
    """Neither force nor deletion goes through."""
    guarded.commit(MARKED)
    guarded.put("main:release")
    guarded.git("reset", "-q", "--hard", "HEAD^")
    guarded.commit("Bug 3 - Another way. r=alice")
    said = guarded.refused("push", "--force", "origin", "main:release")
    assert "only moves forward" in said
    assert "never deleted" in guarded.refused("push", "origin", ":release")


def test_a_forced_push_over_what_is_not_known_here_is_refused(
    guarded: Clone, tmp_path: Path
) -> None:
    """Somebody else has pushed in between."""
    guarded.put("main:release")
    guarded.git("clone", "-q", "-b", "release", str(tmp_path / "server.git"), "../other")
    other = Clone(tmp_path / "other")
    other.commit(MARKED)
    other.git("push", "-q", "origin", "release")
    guarded.commit(MARKED)
    said = guarded.refused("push", "--force", "origin", "main:release")
    assert "not known here; next: git fetch" in said


def test_a_shallow_clone_can_push(guarded: Clone, tmp_path: Path) -> None:
    """Forward from where it begins; elsewhere the refusal says how to see more."""
    for _ in range(3):
        guarded.commit(MARKED)
    guarded.put("main:release")
    url = f"file://{tmp_path}/server.git"
    guarded.git("clone", "-q", "--depth=1", "-b", "release", url, "../shallow")
    shallow = Clone(tmp_path / "shallow")
    shallow.hooks("install")
    shallow.commit(MARKED)
    shallow.git("push", "-q", "origin", "release")
    shallow.commit("No mark")
    assert "no review mark" in shallow.refused("push", "origin", "release")
    shallow.git("reset", "-q", "--hard", "origin/release~1")
    shallow.commit(MARKED)
    said = shallow.refused("push", "--force", "origin", "release")
    assert "git fetch --unshallow" in said


def test_thousands_of_commits_are_looked_at_in_seconds(guarded: Clone, server: Clone) -> None:
    """Ten are named and the rest is counted."""
    guarded.put("main:release")
    who = "committer A <a@example.org> 1700000000 +0000\ndata 8\nNo mark\n\n"
    stream = "".join(f"commit refs/heads/many\n{who}" for _ in range(3_000))
    first = stream.replace("No mark\n\n", "No mark\n\nfrom refs/heads/main^0\n", 1)
    guarded.git("fast-import", "--quiet", stdin=first.encode())
    began = cpu_seconds()
    said = guarded.refused("push", "origin", "many:release")
    assert cpu_seconds() - began < 10
    assert said.count("by A:") == 10
    assert "and 2990 more" in said


def test_a_message_of_megabytes_is_not_read(guarded: Clone) -> None:
    """It is refused, and named."""
    guarded.put("main:release")
    message = MARKED.encode() + b"\n\n" + b"x" * (5 << 20)
    guarded.git("commit", "-q", "--no-verify", "--allow-empty", "-F", "-", stdin=message)
    assert "and not read" in guarded.refused("push", "origin", "main:release")


def test_the_framework_hands_over_one_branch(guarded: Clone, server: Clone) -> None:
    """pre-commit takes git's input for itself and sets variables."""
    guarded.put("main:release")
    guarded.commit("No mark")
    env = {
        "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/release",
        "PRE_COMMIT_REMOTE_NAME": "origin",
        "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main",
    }
    done = guarded.run(*COMMAND, "run", "pre-push", env=env)
    assert done.returncode == 1
    assert "no review mark" in done.stderr
    guarded.commit(MARKED, "--amend")
    head = {"PRE_COMMIT_TO_REF": guarded.git("rev-parse", "HEAD")}
    assert guarded.run(*COMMAND, "run", "pre-push", env={**env, **head}).returncode == 0


# -- the command


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "\x1b[2J"],
        ["run", "commit-msg"],
        ["run", "commit-msg", "not-there"],
        ["run", "update", "refs/heads/release", "--upload-pack=x", "0"],
        ["install", "--what"],
        ["install", "not-there"],
        ["fly"],
        [],
    ],
)
def test_a_wrong_call_is_a_usage_error(clone: Clone, words: list[str]) -> None:
    """It says what was found, without control characters, and never lets git go on."""
    done = clone.hooks(*words)
    assert done.returncode == 4
    assert "error: " in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["install", "--help"], ["run", "-h"]])
def test_help_says_what_there_is(clone: Clone, words: list[str]) -> None:
    """On the standard output; that of the group names the settings."""
    done = clone.hooks(*words)
    assert done.returncode == 0
    assert "Usage: knowngood hooks" in done.stdout
    assert ("knowngood.signers" in done.stdout) == (words == ["--help"])


def test_hooks_load_neither_pytest_nor_an_http_client() -> None:
    """A server that runs them needs no part of the checks."""
    code = (
        "import sys, knowngood.cli.hooks, knowngood.release.hooks, knowngood.release.hook_scripts\n"
        "print({'pytest', 'httpx', 'pycurl', 'tenacity', 'jsonschema'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout.strip() == "set()"
