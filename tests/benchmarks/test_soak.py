"""The soak runs, its noise is there, and what it demands can be missed."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks import soaked
from benchmarks.noise import Injected, Noise, noisy
from benchmarks.soaking import Ended, catching

import fhr_standin

ROOT = Path(__file__).parents[2]
SILENT = Noise(0.0, 0.0, 0.0, 0.0, brownout=0.0)
PATH = "/en-US/js/config.json"

Get = Callable[[], tuple[int, bytes]]


@pytest.fixture(scope="module")
def standin() -> Iterator[fhr_standin.Standin]:
    """One for all tests of the noise."""
    with fhr_standin.running(locales=1) as running:
        yield running


@contextmanager
def through(standin: fhr_standin.Standin, noise: Noise) -> Iterator[tuple[Get, Injected]]:
    """Asks for one file through ``noise``, over one connection while it stands."""
    standin.reset()
    with noisy(standin.origins, "1", noise) as (origins, injected):
        connection = http.client.HTTPConnection(urlsplit(origins["content"]).netloc, timeout=30)

        def get() -> tuple[int, bytes]:
            connection.request("GET", PATH)
            response = connection.getresponse()
            return response.status, response.read()

        try:
            yield get, injected
        finally:
            connection.close()


def seen(standin: fhr_standin.Standin) -> int:
    """How often the file was asked for behind the noise."""
    return standin.requests()["content"].get(f"GET {PATH}", 0)


def test_without_noise_all_is_passed_on(standin: fhr_standin.Standin) -> None:
    """Several requests over one connection."""
    with through(standin, SILENT) as (get, injected):
        answers = [get() for _ in range(3)]
    assert {status for status, _ in answers} == {200}
    assert {"fhr"} == {key for _, body in answers for key in json.loads(body)}
    assert (injected.requests, injected.trouble, seen(standin)) == (3, {}, 3)


def test_503_is_the_proxys(standin: fhr_standin.Standin) -> None:
    """The connection stays, the request goes no further."""
    with through(standin, replace(SILENT, unavailable=1.0)) as (get, injected):
        assert [get()[0], get()[0]] == [503, 503]
    assert injected.trouble == {"unavailable": 2}
    assert seen(standin) == 0


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset(standin: fhr_standin.Standin, kind: str, arrived: int) -> None:
    """Before the request is passed on, or after: then it was carried out."""
    noise = replace(SILENT, **{kind: 1.0})
    with through(standin, noise) as (get, injected), pytest.raises(ConnectionError):
        get()
    assert injected.trouble == {kind: 1}
    assert seen(standin) == arrived


def test_a_stall(standin: fhr_standin.Standin) -> None:
    """The answer is the right one, and late."""
    with through(standin, replace(SILENT, stalled=1.0, stall=0.1)) as (get, injected):
        began = time.monotonic()
        assert get()[0] == 200
        assert time.monotonic() - began >= 0.1
    assert injected.trouble == {"stalled": 1}


@pytest.mark.parametrize("seed", range(3))
def test_a_brownout(standin: fhr_standin.Standin, seed: int) -> None:
    """It comes after the first request, and nobody is let in, by whichever of its ways."""
    noise = replace(SILENT, brownout=30.0, first=0.0)
    with noisy(standin.origins, str(seed), noise) as (origins, injected):
        statuses = []
        for name in ("content", "submission", "content"):
            statuses.append(_status(origins[name]))
            while statuses[0] == 200 and statuses[-1] == 200:  # until it has begun
                statuses[-1] = _status(origins[name])
    assert set(statuses[1:]) <= {0, 503}
    assert injected.trouble["brownouts"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_a_network_that_is_lost(standin: fhr_standin.Standin, seed: int) -> None:
    """Nobody answers any more, the control as little, by whichever of its ways."""
    behind = {**standin.origins, "control": standin.control[0]["url"]}
    noise = replace(SILENT, lost=30.0, lost_within=0.0)
    with noisy(behind, str(seed), noise) as (origins, _):
        while _status(origins["content"], 0.3):
            pass
        assert {_status(origin, 0.3) for origin in origins.values()} == {0}


def _status(origin: str, seconds: float = 30) -> int:
    """0 where there is no answer."""
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=seconds)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


GOOD = Ended(
    *("1.1", "", "PASSED", "held", 5.0, 2.0, 800, 840, 30, 1, 1, ()),
    injected={"requests": 840, "unavailable": 40, "brownouts": 1},
)
CAUGHT = replace(
    GOOD,
    fault="config-missing",
    verdict="FAILED",
    failed=("test_config.py::test_config_json_never_404s",),
)


@pytest.mark.parametrize(
    ("runs", "faulty", "missed"),
    [
        ([GOOD], [CAUGHT], []),
        ([GOOD] * 99 + [replace(GOOD, verdict="INCONCLUSIVE")], [], []),
        ([GOOD] * 98 + [replace(GOOD, verdict="INCONCLUSIVE")], [], ["INCONCLUSIVE"]),
        ([GOOD] * 999 + [replace(GOOD, verdict="FAILED")], [], ["none FAILED"]),
        ([GOOD] * 999 + [replace(GOOD, verdict="INTERNAL ERROR")], [], ["INCONCLUSIVE"]),
        ([replace(GOOD, documents=2)], [], ["left behind"]),
        ([replace(GOOD, injected={"requests": 840, "unavailable": 20})], [], ["met trouble"]),
        ([GOOD], [CAUGHT, replace(CAUGHT, verdict="PASSED")], ["a fault"]),
        ([GOOD], [CAUGHT, replace(CAUGHT, verdict="INCONCLUSIVE")], ["a fault"]),
        ([GOOD], [replace(CAUGHT, failed=("test_pages.py::test_page_is_there",))], ["a fault"]),
    ],
)
def test_what_must_hold(runs: list[Ended], faulty: list[Ended], missed: list[str]) -> None:
    """Each demand can be missed by itself."""
    found = [target.demand for target in soaked.judge(runs, [], faulty) if not target.met]
    assert len(found) == len(missed)
    assert all(word in demand for word, demand in zip(missed, found, strict=True))


@pytest.mark.parametrize(
    ("verdict", "met"), [("INCONCLUSIVE", True), ("PASSED", True), ("FAILED", False)]
)
def test_a_run_that_lost_its_network(verdict: str, met: bool) -> None:
    """It may hold, or pass if it made up for what it lost. It is told if it fails."""
    run = replace(GOOD, fault="network lost for 10 s", verdict=verdict, reason="why")
    target = soaked.judge([GOOD], [run], [])[-1]
    assert (target.demand, target.met) == ("network lost: none FAILED", met)
    assert ("FAILED: why" in list(soaked.lost([run]))[-1]) is not met


def test_what_did_not_pass_is_told() -> None:
    """With its seed, so that it can be run again, and its reason."""
    bad = replace(GOOD, seed="2.7", verdict="FAILED", reason="why")
    lines = list(soaked.sound([GOOD, bad]))
    assert lines[-1] == "seed 2.7: FAILED: why"
    missed = replace(CAUGHT, verdict="PASSED", reason="held")
    assert "MISSED PASSED: held" in "\n".join(soaked.sensitivity([missed], {}))


def test_the_checks_that_name_a_fault() -> None:
    """Read from their marks."""
    assert "test_config.py::test_config_json_never_404s" in catching("config-missing")
    assert catching("no such fault") == set()


@pytest.mark.slow
def test_the_quick_soak(tmp_path: Path) -> None:
    """Sound runs pass, faulty ones fail, and the file has each."""
    target = tmp_path / "soak.json"
    command = [sys.executable, "-m", "benchmarks.soak", "--quick", "--sensitivity"]
    done = subprocess.run(
        [*command, f"--json={target}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(target.read_text("utf-8"))
    assert [each["verdict"] for each in found["runs"]] == ["PASSED"] * 4
    assert {each["verdict"] for each in found["lost"]} <= {"PASSED", "INCONCLUSIVE"}
    assert all(each["caught"] for each in found["sensitivity"])
    assert all(each["injected"]["unavailable"] for each in found["runs"])
