"""What tests of whole runs share: an environment file of their own, and runs of the suite.

``--slow`` says what becomes of the tests with the mark ``slow``, which only guard against drift.
"""

import gc
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]  # benchmarks and helpers, not installed

from forked_standins import forked_standins  # noqa: E402 - found by the path above
from suite_run import SuiteRun, run_here, run_process  # noqa: E402 - found by the path above

from knowngood.safety import redaction  # noqa: E402 - after the path, too

# Who started the tests may ignore these, as nohup and a shell's jobs do, and runs would inherit it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

LOCALES = ["ar", "de", "en-US", "fr", "he"]
FHR = """
description = "FHR in a test"
writes = true
{extra}
[params]
locale = {locales}
rtl = ["ar"]
page = ["", "v4/", "mobile/?v=1"]
heartbeat = ["__heartbeat__", "__lbheartbeat__"]
elsewhere = ["fonts.googleapis.com"]
other_environments = ["fhr-dev.example.org"]
oldest_firefox = ["38"]
asks_for = [
    "=RequestCurrentPrefs",
    "=RequestCurrentPayload",
    "=EnableDataSubmission",
    "=DisableDataSubmission",
    "v4/=RequestCurrentEnvironment",
    "v4/=RequestTelemetryPingList",
    "v4/=RequestTelemetryPingData",
    "mobile/=RequestCurrentPayload",
]

[aliases]
{aliases}

[send]
User-Agent = "Mozilla/5.0 Gecko/20100101 Firefox/38.0"
Accept-Language = "de,en;q=0.5"

[release]
url = "content:/__version__"

[budget]
probe = {probe}
attempts = {attempts}
settle = 0

[headers.config]
paths = '/[^/]+/js/config\\.json'
cache-control = {{ max_age = 600 }}

[headers.everything]
paths = '/.*'
x-content-type-options = "nosniff"
set-cookie = false

"""


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: a third of the time of a test is waiting."""
    return (os.cpu_count() or 1) + 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--slow``: none of the slow tests, some of them by the day's date, or nothing else."""
    parser.addoption(
        "--slow",
        choices=["none", "sample", "all"],
        default="sample" if os.environ.get("CI") == "true" else "none",
        help="tests marked slow: leave them out (default), run a sample of them, too, that is "
        "drawn by the day's date (default under CI=true), or run only them",
    )


@pytest.hookimpl(trylast=True)  # pytest has its own folder by then
def pytest_configure(config: pytest.Config) -> None:
    """Note the day once, so that a sample is the same in every process also at midnight.

    Runs of the tests are no steps of a job: on GitHub Actions they write to no page of it. They are
    hundreds of processes, each of which would compile every module again without bytecode.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    os.environ.pop("GITHUB_ACTIONS", None)
    config.addinivalue_line("markers", "slow: guards against drift; see CONTRIBUTING.md")
    os.environ.setdefault("KNOWNGOOD_TESTS_DAY", date.today().isoformat())
    if not hasattr(config, "workerinput"):  # workers have the variables of the process before them
        _own_temporary_folder(config)
    tempfile.gettempdir()  # is asked once: now, and not where a test has set TMPDIR


def _own_temporary_folder(config: pytest.Config) -> None:
    """Have what runs leave in the machine's temporary folder, as their locks, go away with the
    tests. pytest's own folder stays where a person looks for it.
    """
    config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined] # as xdist does
    folder = tempfile.TemporaryDirectory(prefix="knowngood-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["TMPDIR"] = tempfile.tempdir = folder.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by ``--slow``. Slow tests begin first: the others run while one waits for minutes."""
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    match config.getoption("--slow"):
        case "none":
            left_out = set(slow)
            selected = [item for item in items if item not in left_out]
        case "all":
            selected = slow
        case _:
            here = [item for item in slow if "examples" not in item.path.parts]  # .ci/run has one
            sample = _sample(here, os.environ["KNOWNGOOD_TESTS_DAY"])
            left_out = set(slow) - set(sample)
            selected = [item for item in items if item not in left_out]
    dropped = set(items) - set(selected)
    config.hook.pytest_deselected(items=[item for item in items if item in dropped])
    items[:] = sorted(selected, key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have the garbage collector pass over the tests, which live to the end: from their birth."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _sample(slow: list[pytest.Item], day: str) -> list[pytest.Item]:
    """Return three cases of the tests that have many, and one of the tests that have one."""
    tests: dict[str, list[pytest.Item]] = {}
    for item in sorted(slow, key=lambda item: item.nodeid):
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    cases = [item for items in tests.values() if len(items) > 1 for item in items]
    single = [item for items in tests.values() if len(items) == 1 for item in items]
    chance = random.Random(day)  # noqa: S311 - to be drawn again, not to be secret
    return chance.sample(cases, min(3, len(cases))) + chance.sample(single, min(1, len(single)))


Suite = Callable[..., SuiteRun]


@pytest.fixture(autouse=True)
def own_secrets() -> Iterator[None]:
    """What a test makes this process hide is forgotten: it would be looked for in all that follows,
    in texts of many megabytes as well.
    """
    process = redaction._Process
    redactor, variables = process.redactor, process.variables
    yield
    process.redactor, process.variables = redactor, variables


@pytest.fixture(scope="session", autouse=True)
def standins() -> Iterator[None]:
    """Have stand-ins of the tests start without Python's and their own imports."""
    with forked_standins():
        yield


@pytest.fixture
def fhr_environment(tmp_path: Path) -> Callable[..., Path]:
    """Writes an environment file for FHR with these locales, five by default, at these origins."""

    def write(
        origins: Mapping[str, str],
        extra: str = "",
        tables: str = "",
        probe: float = 30,
        attempts: int = 6,
        locales: Sequence[str] = LOCALES,
    ) -> Path:
        path = tmp_path / "environments" / "test.toml"
        path.parent.mkdir(exist_ok=True)
        table = "".join(f'{name} = "{url}"\n' for name, url in origins.items())
        text = FHR.format(
            extra=extra,
            locales=json.dumps(locales),
            aliases='he = "en-US"' if "he" in locales else "",
            probe=probe,
            attempts=attempts,
        )
        path.write_text(f"{text}[origins]\n{table}\n{tables}", "utf-8")
        return path

    return write


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Run pytest as a process: FHR's checks by default, or those of another folder."""
    return partial(run_process, tmp_path / "verdict.json")


@pytest.fixture
def suite_here(tmp_path: Path) -> Suite:
    """Run FHR's checks within this process, where nothing of a process is tested."""
    return partial(run_here, tmp_path / "verdict.json")
