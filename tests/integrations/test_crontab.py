"""integrations/crontab: run by Debian's cron, and its mail read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from integration_files import FOLDER
from missing_part import missing, needed
from suite_run import PYPROJECT

import fhr_standin

CRONTAB = (FOLDER / "crontab").read_text("utf-8")
CHECK = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 404
'''
# The machine's own tables, mail and process numbers are out of sight; nothing of it is changed.
PRIVATE = """
set -e
mount --bind programs /usr/sbin
mount --bind spool /var/spool/cron
mount --bind nothing /etc/cron.d
mount --bind crontab /etc/crontab
mount --bind run /run
exec /usr/sbin/cron -f
"""
SENDMAIL = """#!/bin/sh
cat >{folder}/coming.$$ && mv {folder}/coming.$$ {folder}/mail/$$
"""
KNOWNGOOD = """#!/bin/sh
{python} -m knowngood "$@"
code=$?
echo "$code" >>{folder}/codes
echo "$TOKEN" >{folder}/token
exit "$code"
"""


SECRET = "s3cr3t $value"  # noqa: S105


@dataclass(frozen=True)
class Machine:
    """A machine whose cron has our crontab, for each minute.

    Attributes:
        folder: where its suite, its mail and its processes' exit codes are.
    """

    folder: Path

    def codes(self) -> list[int]:
        """Return the exit codes of the runs so far."""
        path = self.folder / "codes"
        return [int(code) for code in path.read_text().split()] if path.exists() else []

    def mail(self) -> list[Message]:
        """Return what cron has sent, oldest first."""
        files = sorted((self.folder / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
        return [message_from_bytes(path.read_bytes()) for path in files]


@pytest.fixture
def standin() -> Iterator[fhr_standin.Standin]:
    """What the suite looks at."""
    with fhr_standin.running(locales=2) as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, standin: fhr_standin.Standin) -> Iterator[Machine]:
    """It runs with the test. Only root may hide the machine's own tables from cron."""
    cron = needed("cron", "apt-get install cron")
    if os.geteuid() != 0:
        missing("needs root")
    for name in ("programs", "spool/crontabs", "nothing", "run", "mail", "suite/.venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(cron, tmp_path / "programs")
    program(tmp_path / "programs" / "sendmail", SENDMAIL.format(folder=tmp_path))
    (tmp_path / "crontab").touch()
    table = CRONTAB.replace("*/5", "*").replace("/srv/smoketests", str(tmp_path / "suite"))
    table = table.replace("/etc/knowngood", str(tmp_path))
    (tmp_path / "prod.env").write_text(f"TOKEN='{SECRET}'\n")
    (tmp_path / "spool" / "crontabs" / "root").write_text(
        f"XDG_STATE_HOME={tmp_path}/state\nTMPDIR={tmp_path}\n{table}"
    )
    (tmp_path / "spool" / "crontabs" / "root").chmod(0o600)
    suite(tmp_path / "suite", standin.origins["content"])
    knowngood = KNOWNGOOD.format(python=sys.executable, folder=tmp_path)
    program(tmp_path / "suite" / ".venv" / "bin" / "knowngood", knowngood)
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    process = subprocess.Popen([*command, "sh", "-c", PRIVATE], cwd=tmp_path)
    yield Machine(tmp_path)
    process.kill()
    process.wait()


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def suite(folder: Path, origin: str) -> None:
    """Write a suite of one check, which fails."""
    for name in ("checks", "environments"):
        (folder / name).mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "checks" / "test_it.py").write_text(CHECK)
    (folder / "environments" / "prod.toml").write_text(
        f'description = "prod"\n[origins]\ncontent = "{origin}"\n[budget]\nprobe = 15\n'
    )


def test_its_lines_are_those_of_a_crontab() -> None:
    """Comments, variables, and five fields before a command without ``%``."""
    kinds = re.compile(r"#.*|[A-Z]+=\S+|(\S+ ){5}[^%]+|")
    assert [line for line in CRONTAB.splitlines() if not kinds.fullmatch(line)] == []


def test_runs_do_not_pile_up(tmp_path: Path) -> None:
    """While one goes on, the next is left out, without a word that would be mailed."""
    needed("flock", "apt-get install util-linux")
    (command,) = re.findall(r"^\*.{5,12}\* (cd .+)$", CRONTAB, re.M)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    # the first run starts the second
    program(
        tmp_path / ".venv" / "bin" / "knowngood",
        '#!/bin/sh\necho run >>runs\n[ -e second ] || { touch second; sh -c "$COMMAND"; }\n',
    )
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "SUITE": str(tmp_path), "COMMAND": command},
        capture_output=True,
        check=False,
        timeout=400,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.parametrize("written", [True, False])
def test_its_secrets_come_from_a_file(tmp_path: Path, written: bool) -> None:
    """As systemd reads them, so that one file does for both; without one it runs all the same."""
    needed("flock", "apt-get install util-linux")
    (command,) = re.findall(r"^\*.{5,12}\* (cd .+)$", CRONTAB, re.M)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program(tmp_path / ".venv" / "bin" / "knowngood", '#!/bin/sh\necho "token: $TOKEN"\n')
    secrets = tmp_path / "prod.env"
    if written:
        secrets.write_text(f"TOKEN='{SECRET}'\n")
    done = subprocess.run(
        ["sh", "-c", command],
        env={"PATH": os.environ["PATH"], "SUITE": str(tmp_path), "SECRETS": str(secrets)},
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
    )
    assert (done.stdout, done.stderr) == (f"token: {SECRET if written else ''}\n", "")


@pytest.mark.slow
def test_cron_mails_once(machine: Machine) -> None:
    """In the first minute that it FAILED; in the second nothing is new."""
    never = threading.Event()
    for _ in range(2400):
        if len(machine.codes()) >= 2:
            break
        never.wait(0.1)
    assert machine.codes()[:2] == [1, 0]
    (mail,) = machine.mail()
    assert mail["To"] == "ops@example.org"
    assert "knowngood watch --env=prod" in mail["Subject"]
    text = mail.get_payload()
    assert "prod FAILED since" in text
    assert "/robots.txt is 200, expected 404" in text
    assert "look: curl" in text
    assert (machine.folder / "token").read_text() == f"{SECRET}\n"
    assert SECRET not in mail.as_string(), "cron mails the variables of its table"
