"""docs/your-first-service.md and docs/your-first-release.md: each command prints what is shown."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from suite_run import WITHOUT_PLUGINS
from wire import eventually

DOCS = Path(__file__).parent.parent / "docs"
SERVE = re.compile(r"python3 -m (http\.server (\d+) .*)")
INSTALL = "python3 -m venv"  # the tests of the wheel install it


class Block(NamedTuple):
    """A fenced block: its language, the file that it is, and its text."""

    language: str
    file: str
    text: str


def blocks(page: str) -> list[Block]:
    """The blocks of a page, with free ports in place of its own."""
    text = (DOCS / page).read_text("utf-8")
    for port in {number for _, number in SERVE.findall(text)}:
        text = re.sub(rf"(?<=[: ]){port}\b", str(free_port()), text)
    return [Block(*found) for found in re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```\n", text, re.S)]


def is_shown(expected: str, output: str) -> bool:
    """Whether ``output`` has these lines; ``…`` stands for any lines, or for a part of one."""
    lines = (
        r"(?:.*\n)*" if line == "…" else f"{re.escape(line).replace('…', '.+')}\n"
        for line in expected.split("\n")
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
def served(command: str) -> Iterator[None]:
    """A folder of the page that is served by this command, until it ends."""
    words, port = SERVE.findall(command)[0]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-m", *words.split()], **quiet) as server:
        try:
            assert eventually(lambda: is_open(int(port)))
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


@pytest.mark.parametrize("page", ["your-first-service.md", "your-first-release.md"])
def test_every_step_does_what_it_shows(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the empty folder to the verdict, as a person types it."""
    monkeypatch.chdir(tmp_path)
    output = ""
    with ExitStack() as servers:
        for block in blocks(page):
            if block.file:
                Path(block.file).parent.mkdir(parents=True, exist_ok=True)
                Path(block.file).write_text(block.text)
            elif SERVE.match(block.text):
                servers.enter_context(served(block.text))
            elif block.language == "sh" and not block.text.startswith(INSTALL):
                output = typed(block.text)
            elif block.language == "text":
                assert is_shown(block.text, output), output
