"""A deploy command as a process."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from wire import eventually, is_alive

from knowngood.environment import Environment
from knowngood.environment.release_settings import DeployCommand
from knowngood.release import deploy_command


def test_a_command_ends_where_its_guard_is_killed(tmp_path: Path) -> None:
    """Somebody may kill that alone, such as the kernel for want of memory."""
    pids: list[int] = []

    def kill_guard(line: str) -> None:
        guard, command = map(int, line.removeprefix("| ").split())
        pids.append(command)
        os.kill(guard, signal.SIGKILL)

    with tempfile.TemporaryFile() as held:
        words = ["sh", "-c", "echo $PPID $$; exec sleep 600"]
        trouble = deploy_command.show(words, tmp_path, held.fileno(), kill_guard)
    assert trouble == "deploy.command ended with signal 9"
    assert eventually(lambda: not is_alive(pids[0]))


@pytest.mark.parametrize(
    "start",
    [
        b"#!/bin/sh\n",
        b"#! /bin/sh -e\n",
        b"#!/usr/bin/env -S python3 -u\r\n",
        b"#!/usr/bin/env A=1 python9\n",
        b"#!/usr/bin/perl -w\r\n",
        b"#!sh\n",
        b"\x7fELF\2\1\1\0",
    ],
)
def test_a_program_that_can_be_started(
    tmp_path: Path, environments: Callable[..., Environment], start: bytes
) -> None:
    """A carriage return harms neither perl nor env -S; a path is taken from the suite's folder."""
    path = tmp_path / "deploy"
    path.write_bytes(start)
    path.chmod(0o755)
    (environments("prod").root / "sh").symlink_to(str(shutil.which("sh")))
    environment = replace(environments("prod"), deploy=DeployCommand((str(path),)))
    deploy_command.refuse_unrunnable(environment)
