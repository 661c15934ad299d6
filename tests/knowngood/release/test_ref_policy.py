"""The hook of a server as git runs it: real pushes to a real bare repository."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from clones import COMMAND, Clone

MARKED = "Bug 2 - Go on. r=bob"


@pytest.fixture
def watched(clone: Clone, server: Clone) -> Clone:
    """The clone, without hooks; its server has them."""
    assert server.hooks("install", "--server").returncode == 0
    return clone


def released(clone: Clone, name: str = "v1") -> str:
    """HEAD with all that the release branch asks of it, at the origin; its name."""
    clone.put(clone.tag(name, f"Release {name}"), clone.record("verified", name))
    return clone.git("rev-parse", "HEAD")


def test_a_verified_release_goes_through(watched: Clone, server: Clone) -> None:
    """Tag and record first, the branch after them."""
    for name in ("v1", "v2"):
        watched.commit(MARKED)
        tags = (watched.tag(name, f"Release {name}"), watched.record("verified", name))
        watched.git("push", "-q", "--atomic", "origin", *tags)
        watched.git("push", "-q", "origin", "main:release")
    assert server.git("rev-parse", "release") == watched.git("rev-parse", "HEAD")


def test_a_release_needs_a_tag_and_a_record(watched: Clone) -> None:
    """The refusal names what is missing."""
    said = watched.refused("push", "origin", "main:release")
    assert "no annotated release tag" in said
    assert "no record verified/… on" in said
    watched.git("tag", "v1")
    watched.record("verified", "v1", verdict="INCONCLUSIVE", reason="nobody said PASSED")
    watched.record("pushed", "v1")
    watched.put("--tags")
    said = watched.refused("push", "origin", "main:release")
    assert "no record verified/… on" in said
    assert "(v1 is a lightweight one: take another name); next: git tag -a RELEASE " in said
    watched.put(watched.tag("v1.1", "Release v1.1"))
    assert "annotated" not in watched.refused("push", "origin", "main:release")


def test_a_record_of_another_commit_is_not_taken(watched: Clone) -> None:
    """What was verified is what may be released, not what came after."""
    released(watched)
    watched.commit(MARKED)
    watched.put(watched.tag("v2", "Release v2"))
    said = watched.refused("push", "origin", "main:release")
    assert "no record verified/… on" in said
    assert "annotated" not in said


def test_a_release_that_failed_since_is_not_taken(watched: Clone) -> None:
    """On the same environment; that it passes there once more makes it good again."""
    released(watched)
    failed = watched.record("verified", "v1", verdict="FAILED")
    watched.put(failed, watched.record("verified", "v0", "dev"), f"{failed}^0:refs/heads/topic")
    server = watched.git("remote", "get-url", "origin")
    watched.git("-C", server, "update-ref", "-d", "refs/tags/v1")
    said = watched.refused("push", "origin", "main:release")
    assert "no annotated release tag" in said
    assert "no record" not in said  # it passed on dev
    watched.put("v1")
    dev = watched.git("-C", server, "for-each-ref", "--format=%(refname)", "refs/tags/verified/dev")
    watched.git("-C", server, "update-ref", "-d", dev)
    assert "one says FAILED later" in watched.refused("push", "origin", "main:release")
    watched.put(watched.record("verified", "v1"))
    watched.git("push", "-q", "origin", "main:release")


def test_the_server_refuses_what_the_clone_let_through(watched: Clone, server: Clone) -> None:
    """Unmarked commits, force and deletion: a hook of a clone can be passed over."""
    released(watched)
    watched.put("main:release")
    before = server.git("rev-parse", "release")
    watched.commit("No mark")
    released(watched, "v2")
    assert ": No mark: no review mark" in watched.refused("push", "origin", "main:release")
    watched.git("reset", "-q", "--hard", "HEAD^")
    watched.commit("Bug 3 - Elsewhere. r=alice", "--amend")
    released(watched, "v3")
    assert "only moves forward" in watched.refused("push", "-f", "origin", "main:release")
    assert "never deleted" in watched.refused("push", "origin", ":release")
    assert server.git("rev-parse", "release") == before


def test_a_replacement_hides_no_commit(watched: Clone, server: Clone) -> None:
    """refs/replace/ can be pushed, and shows a marked commit in place of another."""
    released(watched)
    watched.put("main:release")
    bad = watched.commit("No mark")
    watched.commit(MARKED, "--amend")
    watched.git("replace", bad, "HEAD")
    watched.put(f"refs/replace/{bad}", watched.tag("v2", "Release v2", bad))
    assert server.git("log", "-1", "--format=%s", bad) == MARKED
    assert "no review mark" in watched.refused("push", "origin", f"{bad}:refs/heads/release")


def test_an_alias_of_the_branch_is_the_branch(watched: Clone, server: Clone) -> None:
    """A symbolic ref moves what it stands for."""
    released(watched)
    watched.put("main:release")
    server.git("symbolic-ref", "refs/heads/latest", "refs/heads/release")
    watched.commit("No mark")
    assert "no review mark" in watched.refused("push", "origin", "main:latest")


@pytest.mark.parametrize("family", ["verified", "pushed", "overridden", "rolled-back"])
def test_a_record_is_written_once(watched: Clone, server: Clone, family: str) -> None:
    """It is neither moved nor deleted, nor barred by a tag of its folder's name."""
    ref = watched.record(family, "v1", "prod")
    watched.put(ref)
    before = server.git("rev-parse", ref)
    watched.tag(ref.removeprefix("refs/tags/"), "prod v1 PASSED again", "--force")
    assert "never moved or deleted" in watched.refused("push", "-f", "origin", ref)
    assert "never moved or deleted" in watched.refused("push", "origin", f":{ref}")
    assert server.git("rev-parse", ref) == before


def test_the_tag_of_a_release_on_record_stays(watched: Clone, server: Clone) -> None:
    """Neither moved nor deleted. A tag that no record names is its owner's."""
    released(watched, "team/v1")
    watched.put(watched.tag("latest", "Latest"))
    watched.commit(MARKED)
    for name in ("team/v1", "latest"):
        watched.tag(name, "Moved", "--force")
    message = watched.refused("push", "--force", "origin", "refs/tags/team/v1")
    assert "team/v1 is the release of verified/stage/team/v1/" in message
    assert "never moved or deleted" in watched.refused("push", "origin", ":refs/tags/team/v1")
    watched.git("push", "-q", "--force", "origin", "refs/tags/latest")
    watched.git("push", "-q", "origin", ":refs/tags/latest")
    assert server.git("tag", "-l", "team/v1") == "team/v1"


def test_only_a_record_is_let_in_under_a_record_s_name(watched: Clone) -> None:
    """It would stay for good, and shut every gate that reads it."""
    name = "verified/stage/v1/20261125T100000.000000Z"
    none = "kept for a record, and this is none: "
    watched.git("tag", name)
    assert f"{none}it is a lightweight tag" in watched.refused("push", "origin", name)
    watched.tag(name, "stage v1 PASSED", "--force")
    assert f"{none}its message holds no record" in watched.refused("push", "origin", name)
    barrier = watched.tag("pushed", "in the way")
    assert f"{none}its name is not" in watched.refused("push", "origin", barrier)
    ref = watched.record("verified", "v1", "stage")
    other = ref.replace("/stage/", "/prod/")
    said = watched.refused("push", "origin", f"{ref}:{other}")
    assert f"{none}its name and its message do not tell the same" in said
    later = watched.record("verified", "v1", when=datetime.now(UTC) + timedelta(days=1))
    assert f"{none}it is from the future" in watched.refused("push", "origin", later)
    watched.commit(MARKED)
    moved = watched.git("cat-file", "tag", ref).split("\n", 1)[1]
    raw = f"object {watched.git('rev-parse', 'HEAD')}\n{moved}\n".encode()
    forged = watched.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=raw)
    assert f"{none}it is on " in watched.refused("push", "origin", f"{forged}:{ref}")


@pytest.mark.parametrize("verdict", ["PASSED", "FAILED"])
def test_a_record_is_on_the_commit_of_its_release(watched: Clone, verdict: str) -> None:
    """On another it would have every gate say that the release's tag was moved, for good. A release
    that the server does not know yet may still come.
    """
    watched.put(watched.tag("v1", "Release v1"))
    watched.commit(MARKED)
    said = watched.refused("push", "origin", watched.record("verified", "v1", verdict=verdict))
    assert f"its release v1 is {watched.git('rev-parse', 'v1^{commit}')[:12]}, so" in said
    watched.git("push", "-q", "origin", watched.record("verified", "v2", verdict=verdict))


def test_a_server_may_ask_before_it_lets_objects_in(watched: Clone, server: Clone) -> None:
    """A hook pre-receive that calls us sees what lies in quarantine, and only there."""
    (server.path / "hooks" / "update").unlink()
    before = server.path / "hooks" / "pre-receive"
    call = shlex.join([*COMMAND, "run", "update"])
    before.write_text(f'#!/bin/sh\nread old new ref\nexec {call} "$ref" "$old" "$new"\n')
    before.chmod(0o755)
    watched.commit(MARKED)
    watched.git("push", "-q", "origin", watched.record("verified", "v1"))
    name = watched.commit("No mark")
    assert f"{name[:12]} by Ann" in watched.refused("push", "origin", "main:release")
    assert server.run("git", "cat-file", "-e", name).returncode != 0


def test_records_are_signed_by_somebody_who_may(
    watched: Clone, server: Clone, keys: Callable[[str], str]
) -> None:
    """Not signed, signed by a stranger, and changed after signing are refused; release tags and
    the branch ask for no signature of their own.
    """
    unsigned = watched.record("verified", "v1")
    (server.path / "signers").write_text(keys("ada"))
    server.git("config", "knowngood.signers", "signers")
    said = watched.refused("push", "origin", unsigned)
    assert "is not signed by anybody in" in said
    assert "git config knowngood.signers" in said
    signed = watched.record("verified", "v1")
    raw = watched.git("cat-file", "tag", signed).replace('"attempts": 0', '"attempts": 7')
    forged = watched.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=f"{raw}\n".encode())
    said = watched.refused("push", "origin", f"{forged}:{signed}")
    assert "is not signed by anybody" in said
    watched.git("config", "tag.gpgSign", "false")
    watched.git("push", "-q", "origin", signed, watched.tag("v1", "Release v1"))
    watched.git("push", "-q", "origin", "main:release")
    keys("eve")
    said = watched.refused("push", "origin", watched.record("verified", "v1"))
    assert "is not signed by anybody" in said


def test_bad_news_needs_no_key(watched: Clone, server: Clone, keys: Callable[[str], str]) -> None:
    """Who has none can still say that a release is bad, and does not lose it."""
    bad, good = watched.record("verified", "v1", verdict="FAILED"), watched.record("verified", "v1")
    (server.path / "signers").write_text(keys("ada"))
    server.git("config", "knowngood.signers", "signers")
    watched.git("push", "-q", "origin", bad)
    assert "is not signed by anybody in" in watched.refused("push", "origin", good)


def test_a_record_that_nobody_signed_opens_no_gate(
    watched: Clone, server: Clone, keys: Callable[[str], str]
) -> None:
    """One that was there before signatures were asked for."""
    released(watched)
    (server.path / "signers").write_text(keys("ada"))
    server.git("config", "knowngood.signers", str(server.path / "signers"))
    assert "no record verified/… on" in watched.refused("push", "origin", "main:release")


def test_a_key_of_the_server_s_own_ring_is_no_allowed_signer(
    watched: Clone, server: Clone, keys: Callable[[str], str]
) -> None:
    """What its gpg calls good was signed by nobody whom the file names."""
    ref = watched.record("verified", "v1")
    (server.path / "signers").write_text(keys("ada"))
    server.git("config", "knowngood.signers", "signers")
    gpg = server.path / "gpg"
    gpg.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] NEWSIG'\n"
        "echo '[GNUPG:] GOODSIG 0123456789ABCDEF Eve'\n"
        "echo '[GNUPG:] TRUST_ULTIMATE 0 pgp'\n"
    )
    gpg.chmod(0o755)
    server.git("config", "gpg.program", str(gpg))
    block = "-----BEGIN PGP SIGNATURE-----\n\nnone\n-----END PGP SIGNATURE-----\n"
    raw = f"{watched.git('cat-file', 'tag', ref)}\n{block}".encode()
    signed = watched.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=raw)
    watched.git("update-ref", ref, signed)
    watched.git("push", "-q", "../server.git", f"{signed}:refs/tags/elsewhere")
    assert server.run("git", "verify-tag", "elsewhere").returncode == 0
    assert "is not signed by anybody" in watched.refused("push", "origin", ref)


@pytest.mark.parametrize("path", ["nowhere", "", ".", "a\nb"])
def test_signers_that_are_not_there_refuse(watched: Clone, server: Clone, path: str) -> None:
    """Nobody may sign is not anybody may."""
    server.git("config", "knowngood.signers", path)
    said = watched.refused("push", "origin", watched.record("verified", "v1"))
    assert "git config knowngood.signers: found" in said
