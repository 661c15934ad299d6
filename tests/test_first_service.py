"""docs/your-first-service.md is true: its commands print what it shows."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from suite_run import WITHOUT_PLUGINS
from wire import eventually

PAGE = Path(__file__).parent.parent / "docs" / "your-first-service.md"
SERVE = "python3 -m http.server"
INSTALL = "python3 -m venv"  # the tests of the wheel install it


class Block(NamedTuple):
    """A fenced block: its language, the file that it is, and its text."""

    language: str
    file: str
    text: str


def blocks(port: int) -> list[Block]:
    """The blocks of the page, for a server at ``port``."""
    text = PAGE.read_text("utf-8").replace(":8000", f":{port}").replace(" 8000 ", f" {port} ")
    return [Block(*found) for found in re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```\n", text, re.S)]


def is_shown(expected: str, output: str) -> bool:
    """Whether ``output`` has these lines, with anything in place of a line ``…``."""
    lines = (
        r"(?:.*\n)*" if line == "…" else f"{re.escape(line)}\n" for line in expected.split("\n")
    )
    pattern = "".join(lines).removesuffix("\n")
    return re.fullmatch(re.sub(r"\d+\\ bytes", r"\\d+\\ bytes", pattern), output) is not None


def typed(command: str) -> str:
    """What a command prints, with the programs of this Python."""
    programs = Path(sys.executable).parent
    variables = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    ended = subprocess.run(
        ["sh", "-c", command.replace(".venv/bin/", f"{programs}/")],
        env={**variables, **WITHOUT_PLUGINS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.stdout


@contextmanager
def served(port: int) -> Iterator[None]:
    """The site of the page at ``port``, until it ends."""
    command = [sys.executable, "-m", *f"http.server {port} --bind 127.0.0.1 -d site".split()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            assert eventually(lambda: is_open(port))
            yield
        finally:
            server.terminate()


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with closing(socket.socket()) as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def test_every_step_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the empty folder to the verdict, as a person types it."""
    monkeypatch.chdir(tmp_path)
    port = free_port()
    output = ""
    Path("site").mkdir()
    with served(port):
        for block in blocks(port):
            if block.file:
                Path(block.file).parent.mkdir(parents=True, exist_ok=True)
                Path(block.file).write_text(block.text)
            elif block.language == "sh" and not block.text.startswith((SERVE, INSTALL)):
                output = typed(block.text)
            elif block.language == "text":
                assert is_shown(block.text, output), output
