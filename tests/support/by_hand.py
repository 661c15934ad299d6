"""A person with a handbook: types its commands into a shell and compares what they print."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
_CLAIM = re.compile(r"# (?P<claim>.*?)(?: Prints: (?P<prints>.*)| (?P<nothing>Prints nothing\.))?")


@dataclass(frozen=True)
class Command:
    """What to type, as the page has it.

    Attributes:
        section: the headline above it, such as "1. Roll back".
        claim: what the line above it says; empty without one.
        prints: what it must print; None if the page leaves that to the reader.
        text: its lines.
    """

    section: str
    claim: str
    prints: str | None
    text: str


@dataclass(frozen=True)
class Printed:
    """What a command printed when it was typed."""

    command: Command
    output: str
    release: str

    @property
    def right(self) -> bool:
        """Whether that is what the page says: ``…`` is anything, ``$release`` the release."""
        if self.command.prints is None:
            return True
        pattern = re.escape(self.command.prints.replace("$release", self.release))
        return re.fullmatch(pattern.replace("…", ".*"), self.output, re.S) is not None


def commands(page: str) -> list[Command]:
    """Return the commands of a handbook in their order."""
    parsed = []
    for section in re.split(r"^## ", page, flags=re.M):
        for block in _BLOCK.findall(section):
            for part in re.split(r"^(?=# )", block, flags=re.M):
                line, _, rest = part.partition("\n") if part.startswith("# ") else ("# ", "", part)
                match = _CLAIM.fullmatch(line)
                assert match is not None, line
                prints = "" if match["nothing"] else match["prints"]
                if rest.strip():
                    title = section.partition("\n")[0]
                    parsed.append(Command(title, match["claim"], prints, rest))
    return parsed


def type_in(typed: Sequence[Command], folder: Path, release: str = "") -> list[Printed]:
    """Type ``typed`` into one ``sh`` in ``folder``, and return what each command printed.

    Programs in ``folder/bin`` are found before others.
    """
    script = "".join(f"printf '\\036'\n{command.text}\n" for command in typed)
    environ = {name: v for name, v in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        ["sh"],
        input=script.encode(),
        cwd=folder,
        env={**environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        timeout=400,
        check=False,
    )
    outputs = done.stdout.decode("utf-8", "replace").split("\036")[1:]
    assert len(outputs) == len(typed), done.stderr.decode()
    pairs = zip(typed, outputs, strict=True)
    return [Printed(command, output.rstrip("\n"), release) for command, output in pairs]
