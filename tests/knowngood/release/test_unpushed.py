"""A record that has not arrived at the origin is told, and goes out with the next one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pushed_site import with_origin
from release_side import Note, git

from knowngood.release import clone, record_store, unpushed
from knowngood.release.git import Repository
from knowngood.release.record_store import RecordNotWritten
from knowngood.safety import process_group


@pytest.fixture
def origin(site: Repository, tmp_path: Path) -> Path:
    """The origin of the site, which has its releases."""
    return with_origin(site, tmp_path)


def records_at(origin: Path) -> list[str]:
    """The records that arrived."""
    return git(origin, "tag", "-l", "verified/*").split()


def test_it_goes_out_with_the_next_one(site: Repository, note: Note, origin: Path) -> None:
    """A FAILED that was recorded without network is at the origin after the next push of any."""
    failed = note("v2", verdict="FAILED", days=2)
    origin.rename(origin.with_name("away"))
    with pytest.raises(RecordNotWritten, match="it goes out with the next record that is pushed"):
        record_store.push(site, failed.name)
    origin.with_name("away").rename(origin)
    [warning] = unpushed.warning(site, unpushed.names(site))
    assert warning.startswith(f"not at the origin, where others would see it: {failed.name}")
    record_store.push(site, note("v1").name)
    assert failed.name in records_at(origin)
    assert unpushed.warning(site, unpushed.names(site)) == []


def test_one_that_is_refused_holds_no_other_back(
    site: Repository, note: Note, origin: Path
) -> None:
    """The server takes the others; the one stays on the list."""
    hook = origin / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in */v2/*) exit 1;; esac\n')
    hook.chmod(0o755)
    refused, good = note("v2"), note("v1")
    record_store.push(site, good.name)
    assert records_at(origin) == [good.name]
    assert unpushed.names(site) == [refused.name]
    with pytest.raises(RecordNotWritten, match="hook declined"):
        record_store.push(site, refused.name)


def test_one_that_a_person_has_pushed(site: Repository, note: Note, origin: Path) -> None:
    """It is no longer on the list once the origin was asked."""
    git(site.path, "push", "--quiet", "origin", f"refs/tags/{note('v2').name}")
    other = note("v1")
    clone.fetch(site)
    assert records_at(origin)
    assert unpushed.names(site) == [other.name]


def test_a_lightweight_tag(site: Repository, note: Note, origin: Path) -> None:
    """It has a record's name and says nothing. It stays here: there everybody would doubt its
    release.
    """
    git(site.path, "tag", "verified/stage/v2/20261124T120000.000000Z", "v2^{commit}")
    clone.fetch(site)
    assert unpushed.names(site) == []
    record = note("v1")
    record_store.push(site, record.name)
    assert records_at(origin) == [record.name]


def test_one_that_was_made_by_hand(site: Repository, note: Note, origin: Path) -> None:
    """The origin is asked, so it is told, and goes out with the next one of any."""
    by_hand = "verified/stage/v2/20261124T120000.000000Z"
    git(site.path, "tag", "-a", "-m", "PASSED: verified by hand", by_hand, "v2^{commit}")
    assert unpushed.warning(site, unpushed.names(site)) == []
    clone.fetch(site)
    [warning] = unpushed.warning(site, unpushed.names(site))
    assert warning.startswith(f"not at the origin, where others would see it: {by_hand}; ")
    record = note("v1")
    record_store.push(site, record.name)
    assert sorted(records_at(origin)) == sorted([by_hand, record.name])
    clone.fetch(site)
    assert unpushed.names(site) == []


@pytest.mark.parametrize("days", [range(1, 4), range(1, 7)])
def test_what_is_printed_pushes_all(
    site: Repository, note: Note, origin: Path, days: range
) -> None:
    """Also of more than the message names, and however many are there already; of so many also
    their releases, which a new origin lacks.
    """
    git(origin, "tag", "-d", "v1")
    record_store.push(site, note("v2", days=9).name)
    records = [note("v1", days=day).name for day in days]
    clone.fetch(site)
    [warning] = unpushed.warning(site, unpushed.names(site))
    command = warning.partition("to push it: ")[2]
    subprocess.run(command, shell=True, check=True, capture_output=True)  # noqa: S602
    assert set(records) < set(records_at(origin))
    assert git(origin, "tag", "-l", "v1").split() == (["v1"] if len(days) > 3 else [])
    clone.fetch(site)
    assert unpushed.names(site) == []


def test_many_that_are_not_at_the_origin(
    site: Repository, note: Note, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many go out with one that a command line holds them; the next takes the rest."""
    monkeypatch.setattr(unpushed, "_AT_ONCE", 2)
    records = [note("v1", days=day) for day in (1, 2, 3)]
    record_store.push(site, note("v2").name)
    assert len(records_at(origin)) == 3
    record_store.push(site, note("v2", days=2).name)
    assert len(records_at(origin)) == len(records) + 2


def test_thousands_that_are_not_at_the_origin(
    site: Repository, note: Note, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process for each of them would take a minute."""
    records = [note("v1", days=day) for day in range(1, 9)]
    processes = []
    run = process_group.run

    def counted(command: Sequence[str], *options: Any, **more: Any) -> object:
        processes.append(command)
        return run(command, *options, **more)

    monkeypatch.setattr(process_group, "run", counted)
    assert len(unpushed.names(site)) == len(records)
    assert len(processes) == 2


def test_the_others_hold_none_back(
    site: Repository, note: Note, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose hook takes too long for all of them has the one at least."""
    hook = origin / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in */v2/*) sleep 60;; esac\n')
    hook.chmod(0o755)
    note("v2")
    record_store.push(replace(site, seconds=2.0), note("v1").name)
    assert len(records_at(origin)) == 1


def test_one_alone(site: Repository, note: Note, origin: Path) -> None:
    """The others go out with another one."""
    other = note("v2")
    record_store.push(site, note("v1").name, alone=True)
    assert unpushed.names(site) == [other.name]


def test_one_that_was_never_written(site: Repository, note: Note, origin: Path) -> None:
    """A process that was killed before its tag was made has recorded nothing."""
    record = note("v2")
    git(site.path, "tag", "-d", record.name)
    assert unpushed.names(site) == []
    assert records_at(origin) == []


def test_without_an_origin_there_is_nothing_to_push(site: Repository, note: Note) -> None:
    """The repository is all there is."""
    note("v2")
    assert unpushed.warning(site, unpushed.names(site)) == []
