"""examples/: each suite passes against the real service, and names the URL of a fault.

The services come from PyPI, each in a virtual environment of its own, of which ``.ci/run`` makes
one a day.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fault_proxy import Fault, proxied, replaced, status, without
from missing_part import missing
from suite_run import ROOT, SuiteRun
from wire import HOST, eventually

Suite = Callable[..., SuiteRun]


@dataclass(frozen=True)
class Example:
    """A suite of examples/.

    Attributes:
        name: its folder, which is the name of its one origin, too.
        secret: the environment variable that it reads.
        faults: what it must catch, by what a fault is: the fault and a pattern for the path of the
            first cause.
    """

    name: str
    secret: str
    faults: Mapping[str, tuple[Fault, str]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return ROOT / "examples" / self.name

    @property
    def variables(self) -> dict[str, str]:
        """What the service and the suite read."""
        return {self.secret: "a-secret-of-the-test"}


EXAMPLES = [
    Example(
        "kinto",
        "KINTO_PASSWORD",
        {
            "storage is down": (
                Fault("GET /v1/__heartbeat__", replaced('"storage":true', '"storage":false')),
                "/v1/__heartbeat__",
            ),
            "lists end early": (
                Fault("GET /v1/buckets/.*/records.*", without("next-page")),
                "/v1/buckets/.*/records",
            ),
            "anybody makes buckets": (
                Fault("PUT /v1/buckets/smoke-refused", status(201)),
                "/v1/buckets/smoke-refused",
            ),
        },
    ),
    Example(
        "datasette",
        "BAKERY_TOKEN",
        {
            "a stylesheet is lost": (
                Fault(r"GET /-/static/app\.css.*", status(404)),
                r"/-/static/app\.css",
            ),
            "a page of the table is short": (
                Fault(r"GET /bakery/breads\.json.*_next=200", replaced('"id": 250', '"id": 251')),
                r"/bakery/breads\.json",
            ),
            "GraphQL answers with an error": (
                Fault(
                    "POST /graphql/bakery",
                    replaced(r"^.*$", '{"data": null, "errors": [{"message": "no such table"}]}'),
                ),
                "/graphql/bakery",
            ),
        },
    ),
    Example(
        "jupyter",
        "JUPYTER_TOKEN",
        {
            "anybody sees the status": (
                Fault("GET /api/status", status(200)),
                "/api/status",
            ),
            "files come back changed": (
                Fault(r"GET /api/contents/smoke-.*", replaced(r"rye\\n", "rye")),
                r"/api/contents/smoke-.*",
            ),
            "kernels refuse WebSockets": (
                Fault(r"GET /api/kernels/.*/channels.*", status(503)),
                r"/api/kernels/.*/channels",
            ),
        },
    ),
]
CAUGHT = [(example, name) for example in EXAMPLES for name in example.faults]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Example], str]]:
    """Start the service of an example once, and return its URL."""
    urls: dict[str, str] = {}
    with contextlib.ExitStack() as stack:

        def url(example: Example) -> str:
            if example.name not in urls:
                folder = tmp_path_factory.mktemp(example.name)
                urls[example.name] = stack.enter_context(started(example, folder))
            return urls[example.name]

        yield url


@contextlib.contextmanager
def started(example: Example, folder: Path) -> Iterator[str]:
    """The URL of the service, which is ended with the block."""
    if not (example.folder / ".venv").exists():
        missing(
            f"needs examples/{example.name}/.venv: "
            "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
        )
    port = free_port()
    with (folder / "output").open("w+b") as output:
        process = subprocess.Popen(
            [example.folder / "start", str(port)],
            env={**os.environ, **example.variables, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            eventually(lambda: is_open(port) or process.poll() is not None, 60)
            assert is_open(port), (folder / "output").read_text()
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as connection:
        return connection.connect_ex((HOST, port)) == 0


def run(suite: Suite, example: Example, url: str) -> SuiteRun:
    """Run the suite of the example against ``url``."""
    origin = f"--origin={example.name}={url}"
    return suite("--env=local", origin, cwd=example.folder, env=example.variables)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_passes(
    example: Example, services: Callable[[Example], str], suite: Suite
) -> None:
    """Against the real service every check holds, and what was written is deleted."""
    with proxied(services(example)) as url:
        ended = run(suite, example, url)
    assert ended.code == 0, ended.output
    assert "warning" not in ended.output, ended.output


@pytest.mark.parametrize(
    ("example", "fault"), CAUGHT, ids=[f"{example.name}-{fault}" for example, fault in CAUGHT]
)
def test_an_example_catches_a_fault(
    example: Example, fault: str, services: Callable[[Example], str], suite: Suite
) -> None:
    """The first cause names the URL whose answer was changed."""
    change, path = example.faults[fault]
    with proxied(services(example), change) as url:
        ended = run(suite, example, url)
    assert ended.code == 1, ended.output
    cause = ended.verdict["causes"][0]
    named = [exchange["url"] for exchange in cause["exchanges"]] or [cause["sentence"]]
    assert re.search(path, named[0]), ended.output
