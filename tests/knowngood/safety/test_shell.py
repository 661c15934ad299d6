"""What is written for a shell is one printable line, and a secret is its variable."""

import subprocess

import pytest

from knowngood.safety import Redactor, redaction, shell_printf, shell_word
from knowngood.safety.redactor import MASK

SECRETS = {"hunter22": "TOKEN", "22 sails": "SHIP"}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two secrets that may overlap."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(SECRETS))
    monkeypatch.setattr(redaction._Process, "variables", SECRETS)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("plain", "plain"),
        ("", "''"),
        ("a b", "'a b'"),
        ("it's $TOKEN `id`", "'it'\"'\"'s $TOKEN `id`'"),
        ("caf\xe9", "caf\"$(printf '\\351')\""),
        ("hunter22", '"$TOKEN"'),
        ("Bearer hunter22", '"Bearer $TOKEN"'),
        ("hunter22:x", '"${TOKEN}:x"'),
        ("hunter2222 sails", '"${TOKEN}$SHIP"'),
        ("hunter22$(id)", "\"$TOKEN\"'$(id)'"),
        ("hunter22!", "\"$TOKEN\"'!'"),
        ("\\hunter22", "'\\'\"$TOKEN\""),
        ("hunter22 sails", f"'{MASK}'"),
        ("HUNTER22", f"'{MASK}'"),
        ("aHVudGVyMjI=", f"'{MASK}I='"),
    ],
)
def test_a_word(text: str, word: str) -> None:
    """In double quotes where that is readable and safe; masked where no variable has that form."""
    assert shell_word(text.encode("latin-1")) == word


@pytest.mark.parametrize("data", [bytes(range(256)), b"-n", b"%s%%\\n\\", b"a\n\n", b"'\"$!`", b""])
@pytest.mark.parametrize("secret", [b"", b"hunter22"])
def test_a_command_that_prints_bytes(data: bytes, secret: bytes) -> None:
    """Every byte, in any shell, from one printable line."""
    command = shell_printf(data + secret + data)
    assert command.isascii()
    assert command.isprintable()
    assert "hunter22" not in command
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, env={"TOKEN": "hunter22"}, check=True
    )
    assert done.stdout == data + secret + data
