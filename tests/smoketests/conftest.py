"""What tests of the suite share: an embedded FHR, and its content behind a real server."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import behind_nginx
import pytest
from behind_nginx import Served

import fhr_standin
from fhr_standin import Standin
from fhr_standin.locales import choose
from fhr_standin.site import Site
from fhr_standin.write import write


@pytest.fixture(scope="module")
def one_standin() -> Iterator[Standin]:
    """The embedded FHR with five locales, for all tests of a module."""
    with fhr_standin.running(locales=5) as standin:
        yield standin


@pytest.fixture
def standin(one_standin: Standin) -> Standin:
    """The embedded FHR with five locales, as if it had just been started; tests arm it."""
    one_standin.arm()
    return one_standin


@pytest.fixture
def nginx() -> str:
    """The nginx program: where it is missing a laptop skips, and CI fails."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        message = "nginx is not installed (Debian: apt-get install nginx-light)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return program


@pytest.fixture
def served(
    nginx: str, tmp_path: Path, standin: Standin, fhr_environment: Callable
) -> Iterator[Served]:
    """Eight locales of FHR's content behind nginx, submission at the embedded FHR."""
    site = tmp_path / "site"
    write(Site(choose(8)), site)
    (tmp_path / "environments").mkdir()
    behind_nginx.certify(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        origins = {**standin.origins, "content": f"https://127.0.0.1:{port}"}
        environment = fhr_environment(origins, 'ca = "file:ca.pem"')
        process = behind_nginx.start(nginx, tmp_path, listener)
        try:
            yield Served(site, environment)
        finally:
            process.terminate()
            process.wait(60)
