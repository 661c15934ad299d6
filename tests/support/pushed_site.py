"""A site that is pushed and rolled back for real: a link that is flipped, a server behind it, and a
suite of one check.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from release_side import all_of, all_read, git
from suite_run import PYPROJECT

from knowngood.release import records
from knowngood.release.git import Repository

ENVIRONMENT = """
description = "{name}"
{extra}
[origins]
content = "{url}"
[release]
url = "content:/__version__"
repository = "../site"
[budget]
converge = 1
probe = 15
[gate]
no_change = []
[deploy]
command = ["./deploy", "{{release}}", "{{commit}}", "{{env}}"]
"""
DEPLOY = """#!/bin/sh
echo "putting $1 on $3"
echo "$@" >> deployed
ln -s "$PWD/releases/$1" next && mv -T next live
"""
CHECK = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 200
'''


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing on the terminal."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served_project(path: Path, site: Repository) -> Iterator[Path]:
    """Yield a suite whose prod serves whatever `live` leads to; v3 lacks a file."""
    for folder in ("environments", "checks"):
        (path / folder).mkdir(parents=True)
    (path / "pyproject.toml").write_text(PYPROJECT)
    (path / "checks" / "test_it.py").write_text(CHECK)
    (path / "deploy").write_text(DEPLOY)
    (path / "deploy").chmod(0o755)
    for release in ("v1", "v2", "v3"):
        build(path, release, site)
    (path / "releases" / "v3" / "robots.txt").unlink()
    (path / "live").symlink_to(path / "releases" / "v1")
    handler = partial(Quiet, directory=str(path / "live"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    environment(path, "prod", f"http://127.0.0.1:{server.server_port}", 'promotes_from = "stage"')
    environment(path, "stage", "http://127.0.0.2:9")
    try:
        yield path
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def build(project: Path, release: str, site: Repository) -> None:
    """Make a release, as it is served."""
    folder = project / "releases" / release
    folder.mkdir(parents=True)
    version = {"version": release, "commit": site.commit_of(release)}
    (folder / "__version__").write_text(json.dumps(version))
    (folder / "robots.txt").write_text("User-agent: *\n")


def environment(project: Path, name: str, url: str, extra: str = "") -> None:
    """Write an environment file."""
    text = ENVIRONMENT.format(name=name, url=url, extra=extra)
    (project / "environments" / f"{name}.toml").write_text(text)


def serves(project: Path, release: str) -> None:
    """Have prod serve a release, which no record says."""
    (project / "live").unlink()
    (project / "live").symlink_to(project / "releases" / release)


def live(project: Path) -> str:
    """The release that is served."""
    return (project / "live").resolve().name


def happened(site: Repository, days: float = 0.5) -> list[tuple[str, str, str]]:
    """What is on record of today on prod, oldest first."""
    now = datetime.now(UTC)
    found = all_read(records.read(site, now, ["prod"]))
    assert found.bad == ()
    today = [r for r in reversed(all_of(found)) if r.when > now - timedelta(days=days)]
    return [(str(r.kind), r.release, r.verdict) for r in today]


def with_origin(site: Repository, folder: Path) -> Path:
    """Give the site an origin that has all of it; its path."""
    bare = folder / "origin.git"
    git(folder, "clone", "--quiet", "--bare", str(site.path), str(bare))
    git(site.path, "remote", "add", "origin", str(bare))
    return bare


SLOW = """#!/bin/sh
(trap '' TERM; exec sleep 60) &
echo $$ $! > pids
mv pids reached
sleep 60
"""
"""A deploy command that does not end, nor does what it has started."""


@contextmanager
def pushing(project: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a push of v2 to prod that has come to the file `reached`; it ends with the context."""
    process = subprocess.Popen(
        [sys.executable, "-m", "knowngood", "push", "--env=prod", "--release=v2", *words],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    never = threading.Event()
    try:
        while not (project / "reached").exists():
            assert process.poll() is None, process.communicate()[0].decode()
            never.wait(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(pid: int) -> bool:
    """Return whether no process has this number, or it has ended and nobody has noticed."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return True
    return state == "Z"
