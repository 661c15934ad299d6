"""What tests of the suite behind a real server share."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import behind_nginx
import pytest
from behind_nginx import Served

import fhr_standin


@pytest.fixture
def nginx() -> str:
    """The nginx program: where it is missing a laptop skips, and CI fails."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        message = "nginx is not installed (Debian: apt-get install nginx-light)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return program


@pytest.fixture
def served(nginx: str, tmp_path: Path, fhr_environment: Callable) -> Iterator[Served]:
    """Eight locales of FHR's content behind nginx, submission at the embedded FHR."""
    site = tmp_path / "site"
    writing = [sys.executable, "-m", "fhr_standin", "--write", str(site), "--locales", "8"]
    subprocess.run(writing, check=True, stdout=subprocess.DEVNULL)
    (tmp_path / "environments").mkdir()
    behind_nginx.certify(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener, fhr_standin.running(locales=4) as fhr:
        port = listener.getsockname()[1]
        origins = {"content": f"https://127.0.0.1:{port}"}
        origins["submission"] = fhr.origins["submission"]
        environment = fhr_environment(origins, 'ca = "file:ca.pem"')
        process = behind_nginx.start(nginx, tmp_path, listener)
        try:
            yield Served(site, environment)
        finally:
            process.terminate()
            process.wait(10)
