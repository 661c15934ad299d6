"""A person with a handbook: its steps are typed into one shell, and what comes back is compared."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "docs" / "HANDBOOK.md"
STEP = re.compile(r"^\*\*(\d+)\.\*\* (.*)$", re.M)
BLOCK = re.compile(
    r"^(?P<fence>`{3,})sh\n(?P<command>.*?)\n(?P=fence)\n"
    r"(?:\nWhat must come back:\n\n(?P<again>`{3,})\n(?P<output>.*?)\n(?P=again)\n"
    r"|\n(?P<nothing>Nothing must come back\.)\n)?",
    re.M | re.S,
)


@dataclass(frozen=True)
class Typed:
    """A command of a step, the output that it must give (None: told in words), and its section."""

    section: str
    text: str
    command: str
    output: str | None


@dataclass(frozen=True)
class Came:
    """What came back: standard output without its last line end, and the exit code."""

    typed: Typed
    output: str
    code: int

    @property
    def right(self) -> bool:
        """Whether it is what must come back."""
        return self.code == 0 and self.typed.output in (None, self.output)


def steps(text: str) -> list[Typed]:
    """The commands in a handbook, as a reader finds them."""
    found = []
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        heads = list(STEP.finditer(section))
        ends = [*(head.start() for head in heads[1:]), len(section)]
        for head, end in zip(heads, ends, strict=False):
            for block in BLOCK.finditer(section[head.end() : end]):
                output = "" if block["nothing"] else block["output"]
                title = section.partition("\n")[0]
                found.append(Typed(title, head[2], block["command"], output))
    return found


def with_variables(typed: Sequence[Typed], values: Mapping[str, str]) -> list[Typed]:
    """The same, with other values in the lines of the first command; nothing else differs."""
    first, *rest = typed
    lines = []
    for line in first.command.splitlines():
        name = line.partition("=")[0]
        lines.append(f"{name}={shlex.quote(values[name])}" if name in values else line)
    return [Typed(first.section, first.text, "\n".join(lines), first.output), *rest]


def typed_in(typed: Sequence[Typed], folder: Path, shell: str = "sh") -> list[Came]:
    """Type all of it into one shell in ``folder``; what came back."""
    script = "".join(
        f"printf '\\036{number}\\037'\n{each.command}\nprintf '\\037%s' $?\n"
        for number, each in enumerate(typed)
    )
    (folder / "typed.sh").write_text(script)
    environ = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        [shell, "typed.sh"],
        cwd=folder,
        env={**environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    parts = done.stdout.decode("utf-8", "replace").split("\036")[1:]
    assert len(parts) == len(typed), done.stderr.decode()
    found = []
    for each, part in zip(typed, parts, strict=True):
        _, output, code = part.split("\037")
        found.append(Came(each, output.rstrip("\n"), int(code)))
    return found


@contextmanager
def front(targets: Mapping[str, str], switch: Path) -> Iterator[str]:
    """An origin that is the one of ``targets`` whose name stands in the file ``switch``: each
    connection goes there, byte for byte.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # closed at the end
            while True:
                client, _ = listener.accept()
                target = targets[switch.read_text().strip()]
                threading.Thread(target=_carry, args=(client, target), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _carry(client: socket.socket, target: str) -> None:
    parts = urlsplit(target)
    with client, socket.create_connection((parts.hostname or "", parts.port or 0)) as server:
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
