"""Every check passes on a sound deployment, and fails on each fault that it says it catches.

A fault runs the checks that claim it: on its answers, or on a stand-in that has it. One that no
check claims runs all that may notice it without a browser, to the verdict that it should have.
``pytest tests --slow=all`` runs all checks on every fault, as a process each.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tenacity import wait_fixed

import fhr_standin
from fhr_standin import Standin
from fhr_standin.faults import FAULTS
from fhr_standin.site import VERSION
from knowngood.drill.fault_replay import FaultReplay, replaying
from knowngood.environment.loader import load

ROOT = Path(__file__).parents[2]
SMOKETESTS = ROOT / "smoketests"
CODES = {"PASSED": 0, "FAILED": 1, "INCONCLUSIVE": 75}
CANNOT_BE_DELETED = {
    *("delete-broken", "delete-refused", "delete-not-found", "delete-firewall"),
    "delete-versionless-not-found",
}
# What only the engine can see: no check claims these, and no run of checks alone tells them.
ENGINE = {name for name, fault in FAULTS.items() if fault.caught_by == "engine"}
# Told by how many of a whole run's requests need a retry, not by one check's.
STATISTICAL = {"config-503-every-second"}
# What these make a request wait for lasts until its time is up, however long that is.
WAITING = {"body-drips", "content-short-body", "file-silent", "headers-drip", "submit-slow"}
# Trouble that ends by itself is counted; but a kept connection may be closed at any time.
RIDDEN_OUT = {name for name in FAULTS if name.endswith("-once")} - {"content-reset-once"}
# On these the engine's own claims must not depend on how many checks there are.
A_FEW = (
    "smoketests/test_config.py::test_config_json_never_404s",
    "smoketests/test_locales.py::test_an_alias_answers_as_its_target",
    "smoketests/test_refusals.py::test_an_empty_body_is_refused",
)


def catches() -> dict[str, set[str]]:
    """Return, for each check, the faults that its mark names."""
    faults: dict[str, set[str]] = {}
    for path in sorted(SMOKETESTS.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                faults[f"{path.name}::{node.name}"] = set(_named(node))
    return faults


def _named(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.catches":
            yield from (ast.literal_eval(fault) for fault in mark.args)


CATCHES = catches()

# Whose answers depend on more than the request, or on what was answered before; or which the
# engine itself reads.
DEPENDING = {
    *("config-debug-on-one-in-three", "config-one-in-three", "config-503-every-second"),
    *("content-503-once", "etag-changes", "sound-new-each-time", "sound-one-validator"),
    *("version-wavers", "version-missing", "version-incomplete", "version-commit-head"),
    "site-maintenance",
    "gzip-twice",
    "sound-says-more",
    "sound-servers-named",
    "sound-expires",
}
# With these the checks ask for what a sound deployment is not asked for.
ASKING_FOR_MORE = {
    *("alias-differs", "page-base-leads-nowhere", "script-before-its-library", "sound-survey"),
    "v4-is-desktop",
}
SEEN_IN_A_BROWSER = {
    name for check, faults in CATCHES.items() if "test_browser" in check for name in faults
}
OF_SUBMISSION = [
    path.name for path in sorted(SMOKETESTS.glob("test_*.py")) if "submission" in path.read_text()
]
# These are replayed: nothing but answers of content is different. Whether anything is left of what
# was written to submission shows only in the store of a stand-in.
CHANGED_ANSWERS = [
    name
    for name, fault in FAULTS.items()
    if fault.only_answers and fault.surface == "content"
    if name not in DEPENDING | ASKING_FOR_MORE | SEEN_IN_A_BROWSER
]


@pytest.mark.parametrize("check", CATCHES)
def test_every_check_catches_a_fault(check: str) -> None:
    """A check that catches nothing is worth nothing."""
    assert CATCHES[check]


def test_every_fault_is_known_and_caught() -> None:
    """A fault that no check names goes out to users; a name that is no fault is a typing error."""
    bad = {name for name, fault in FAULTS.items() if fault.verdict == "FAILED"}
    assert set().union(*CATCHES.values()) == bad - ENGINE


@pytest.fixture(scope="module")
def replay() -> Iterator[FaultReplay]:
    """The process in which faults are replayed."""
    with replaying(load("local", ROOT), CHANGED_ANSWERS, "v1") as replay:
        yield replay


@pytest.mark.parametrize("name", CHANGED_ANSWERS)
def test_the_right_checks_catch_changed_answers(name: str, replay: FaultReplay) -> None:
    """The verdict is the fault's, and each check that claims it fails, without a deployment."""
    claiming = {check for check, faults in CATCHES.items() if name in faults}
    ended = replay.conclusion(name, checks=claiming)
    assert ended is not None
    assert ended.document is not None
    assert ended.document["verdict"] == FAULTS[name].verdict, ended.document["reason"]
    assert ended.code == CODES[FAULTS[name].verdict]
    assert claiming <= {failure["check"] for failure in ended.document["failures"]}
    assert ended.document["left_behind"] == []


def test_all_changed_answers_can_be_replayed(replay: FaultReplay) -> None:
    """Each of them changes an answer that the checks read, and that the engine does not."""
    assert replay.faults == set(CHANGED_ANSWERS)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again sooner than deployments need: these have nothing to recover from."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_fixed(0.02))


@contextmanager
def with_fault(name: str, standin: Standin) -> Iterator[Standin]:
    """Give the stand-in with a fault, or one that is started with it where it takes that."""
    if FAULTS[name].lasts:
        with fhr_standin.running(locales=5, faults=[name]) as own:
            yield own
    else:
        standin.arm(name)
        yield standin


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("name", [n for n in FAULTS if n not in {*ENGINE, *CHANGED_ANSWERS}])
def test_the_right_checks_catch_a_fault(
    name: str, standin: Standin, suite_here: Callable, fhr_environment: Callable
) -> None:
    """The verdict is the fault's; each check that claims it fails; nothing is left behind."""
    claiming = {check for check, faults in CATCHES.items() if name in faults}
    checks, required = sorted(claiming), ""
    if name in STATISTICAL or not checks:
        checks = [""]
    if (FAULTS[name].surface, FAULTS[name].verdict) == ("submission", "PASSED"):
        checks = OF_SUBMISSION  # no answer of content differs
        required = f"[require]\nchecks = {json.dumps([f'{file}::*' for file in checks])}"
    level, options = "smoke", {"probe": 6, "attempts": 1} if name in WAITING else {}
    if name.startswith("sound-"):
        options = {"locales": ["ar", "en-US", "he"]}  # one of each kind
    if name in SEEN_IN_A_BROWSER:
        level, options = "full", {"locales": ["ar"]}  # pages of all locales share their scripts
    with with_fault(name, standin) as faulty:
        extra = f'ca = "file:{faulty.ca}"' if faulty.ca else ""
        environment = fhr_environment(faulty.origins, extra, required, **options)
        paths = [f"smoketests/{check}" for check in checks]
        ended = suite_here(f"--env={environment}", f"--level={level}", *paths)
        left = faulty.documents()
    assert ended.verdict["verdict"] == FAULTS[name].verdict, ended.output
    assert ended.code == CODES[FAULTS[name].verdict]
    assert claiming <= ended.failed_checks(), ended.output
    if name in RIDDEN_OUT:
        assert ended.verdict["counts"]["flaky"] > 0
    assert bool(ended.verdict["left_behind"]) == bool(left) == (name in CANNOT_BE_DELETED)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ENGINE])
def test_all_checks_meet_a_fault(name: str, suite: Callable, fhr_environment: Callable) -> None:
    """In a whole run, as a process, the verdict and the checks that fail are the same."""
    with fhr_standin.running(locales=5, faults=[name]) as standin:
        extra = f'ca = "file:{standin.ca}"' if standin.ca else ""
        ended = suite(f"--env={fhr_environment(standin.origins, extra)}", "--level=full")
        left = standin.documents()
    assert ended.verdict["verdict"] == FAULTS[name].verdict, ended.output
    assert ended.code == CODES[FAULTS[name].verdict]
    claiming = {check for check, faults in CATCHES.items() if name in faults}
    assert claiming <= ended.failed_checks(), ended.output
    assert left == {} or name in CANNOT_BE_DELETED


def hides_release(name: str) -> bool:
    """Return whether a fault keeps content from ever saying that it is the release."""
    fault = FAULTS[name]
    on_version = not {"/*", VERSION}.isdisjoint(fault.touches) and fault.surface == "content"
    return on_version and fault.verdict == "FAILED"


@pytest.fixture
def drilled(name: str, tmp_path: Path) -> Path:
    """An environment as ``local``, in which waiting in vain takes seconds."""
    text = (ROOT / "environments" / "local.toml").read_text("utf-8")
    converge = 0.4 if hides_release(name) else 4
    short = f"budget = {{ run = 120, probe = 6, attempts = 1, converge = {converge}, settle = 0 }}"
    text = text.replace("budget = { run = 120, probe = 9, converge = 4, settle = 0 }", short)
    assert short in text
    folder = tmp_path / "environments"
    folder.mkdir()
    for file in ("aliases.txt", "locales.txt"):
        (folder / file).write_bytes((ROOT / "environments" / file).read_bytes())
    path = folder / "local.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", sorted(ENGINE))
def test_the_engine_catches_a_fault(name: str, suite_here: Callable, drilled: Path) -> None:
    """What no check can see: that nobody answers, that it is not the release, that edges differ."""
    verdict = FAULTS[name].verdict
    checks = A_FEW if verdict == "FAILED" else ("smoketests",)
    ended = suite_here(f"--env={drilled}", f"--drill={name}", "--release=v1", *checks)
    assert ended.verdict["verdict"] == verdict, ended.output
    assert ended.code == CODES[verdict]
    if verdict == "FAILED":
        assert ended.verdict["failures"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_sound_deployment_passes(
    workers: str, standin: Standin, suite: Callable, fhr_environment: Callable
) -> None:
    """In one process and in several: nothing fails, nothing is asked twice, nothing is left."""
    environment = fhr_environment(standin.origins, probe=15)  # a busy machine is not flaky
    ended = suite(f"--env={environment}", "-n", workers)
    left = standin.documents()
    asked = standin.requests()["content"]
    assert ended.code == 0, ended.output
    assert left == {}
    assert ended.verdict["counts"]["flaky"] == 0
    if workers == "0":
        repeated = {request: times for request, times in asked.items() if times > 1}
        # Only where walks go, and not at the rest: /en-US/, what is sampled, and each page, as a
        # Firefox in its language as well; the French ones also in English, on a phone and
        # without Brotli.
        others = {"GET /robots.txt", "GET /__version__", "GET /xx-unknown/"}
        others |= {
            f"GET /{locale}/{page}"
            for locale in ("ar", "de", "fr", "he")
            for page in ("", "v4/", "mobile/?v=1")
            if asked[f"GET /{locale}/{page}"] <= (5 if locale == "fr" else 2)
        }
        beyond = {request for request in repeated if not request.startswith("GET /en-US/")}
        assert beyond - others == set(), "beyond what is walked through or sampled"


def test_an_alias_of_a_locale_that_is_not_english(
    suite_here: Callable, fhr_environment: Callable
) -> None:
    """Its pages may name the files of the locale that it stands for by their whole paths."""
    locales = ["ar", "en-US", "fr", "ja", "ja-JP-mac"]
    with fhr_standin.running(locales=locales, faults=["sound-absolute"]) as standin:
        path = fhr_environment(standin.origins)
        text = re.sub(r"locale = .*", f"locale = {json.dumps(locales)}", path.read_text("utf-8"))
        path.write_text(text.replace('he = "en-US"', 'ja-JP-mac = "ja"'), "utf-8")
        ended = suite_here(f"--env={path}", "smoketests/test_locales.py")
    assert not ended.failed_checks(), ended.output
