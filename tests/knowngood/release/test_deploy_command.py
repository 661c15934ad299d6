"""A deploy command as a process."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from wire import eventually, is_alive

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
        code = deploy_command.show(words, tmp_path, held.fileno(), kill_guard)
    assert code == -signal.SIGKILL
    assert eventually(lambda: not is_alive(pids[0]))
