"""Whole runs: exit codes, selection, workers, what is printed and written."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from suite_run import OPTIONS, PYPROJECT

import fhr_standin

PASSES = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 200

@pytest.mark.get("content:/{locale}/js/config.json")
def test_config(response):
    """Every locale has its config."""
    assert response.status_code == 200
'''
FAILS = '''
import pytest

@pytest.mark.get("content:/{locale}/no-such-file")
def test_nothing_there(response):
    """This is never there."""
    assert response.status_code == 200
'''
MODES = pytest.mark.parametrize("mode", [(), ("-n", "1")], ids=["alone", "worker"])
SPREAD = pytest.mark.parametrize("mode", [(), ("-n", "2")], ids=["alone", "workers"])
"""For what differs where the cases of one check run in several processes."""


@pytest.fixture(scope="module")
def standin() -> Iterator[fhr_standin.Standin]:
    """One sound FHR for all tests of this file; nothing here writes to it for long."""
    with fhr_standin.running(locales=4) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, standin: fhr_standin.Standin) -> Path:
    """Another team's suite: a folder of checks, an environment, a pytest configuration."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        PYPROJECT.replace('addopts = "', 'addopts = "--strict-markers ')
    )
    _environment(tmp_path, standin.origins)
    return tmp_path


def _environment(project: Path, origins: dict[str, str], head: str = "", tail: str = "") -> None:
    table = "".join(f'{name} = "{url}"\n' for name, url in origins.items())
    (project / "environments" / "demo.toml").write_text(
        f'description = "a demonstration"\nwrites = true\n{head}\n'
        f'[params]\nlocale = ["ar", "fr"]\n[origins]\n{table}\n[budget]\nprobe = 2\n{tail}'
    )


def _without_submission(project: Path, standin: fhr_standin.Standin) -> None:
    """Leave the environment without an origin that another one declares."""
    _environment(project, {"content": standin.origins["content"]})
    (project / "environments" / "whole.toml").write_text(
        'description = "another"\n[origins]\nsubmission = "https://submission.invalid"\n'
    )


@pytest.fixture
def check(project: Path, suite_here: Callable) -> Callable:
    """Runs a suite of this one file against the demonstration environment."""

    def run(source: str, *options: str, env: str = "demo"):
        (project / "checks" / "test_it.py").write_text(source)
        return suite_here(f"--env={env}", *options, cwd=project)

    return run


# -- exit codes


@SPREAD
def test_all_held(check: Callable, mode: tuple[str, ...]) -> None:
    """Everything ran and held: PASSED, 0, proceed."""
    ended = check(PASSES, *mode)
    assert (ended.code, ended.verdict["verdict"]) == (0, "PASSED"), ended.output
    assert ended.verdict["action"] == "proceed"
    assert ended.verdict["counts"]["ran"] == ended.verdict["counts"]["expected"] == 3


@pytest.mark.parametrize(
    "options", [(), ("-x",), ("--maxfail=1",), ("-x", "-n", "1")], ids=" ".join
)
def test_a_wrong_answer(check: Callable, options: tuple[str, ...]) -> None:
    """A failure is FAILED, 1, roll back, also if it ends the run early."""
    ended = check(FAILS + PASSES, *options)
    assert (ended.code, ended.verdict["verdict"]) == (1, "FAILED"), ended.output
    assert ended.verdict["action"] == "roll back"


@MODES
def test_a_file_that_cannot_be_read(check: Callable, mode: tuple[str, ...]) -> None:
    """A collection error is pytest's 2, and never PASSED."""
    ended = check("import no_such_module_anywhere\n", *mode)
    assert (ended.code, ended.verdict["verdict"]) == (2, "INTERRUPTED"), ended.output


def test_a_file_that_cannot_be_read_is_named(check: Callable) -> None:
    """File, line and cause stand on the screen, and the file in the reason."""
    ended = check("import pytest\n\nLOCALES = locales()\ndef test_it(): pass\n")
    assert ended.code == 2
    assert "checks/test_it.py" in ended.verdict["reason"]
    assert "name 'locales' is not defined" in ended.output


def test_no_checks_at_all(check: Callable) -> None:
    """Nothing selected is pytest's 5."""
    assert check("").code == 5


@pytest.mark.parametrize(
    ("decorator", "body"),
    [("@pytest.mark.skip(reason='not today')", "pass"), ("", "pytest.skip('not now')")],
    ids=["marked", "called"],
)
def test_all_skipped(check: Callable, decorator: str, body: str) -> None:
    """Skips do not turn green."""
    source = f'import pytest\n{decorator}\n@pytest.mark.get("content:/robots.txt")\n'
    ended = check(f"{source}def test_it(response):\n    {body}\n")
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output


@MODES
def test_a_required_check_deselected(check: Callable, mode: tuple[str, ...]) -> None:
    """What ``-k`` leaves out was required."""
    ended = check(PASSES, "-k", "robots", *mode)
    assert (ended.code, ended.verdict["counts"]["deselected"]) == (75, 1), ended.output
    assert "test_config" in ended.verdict["reason"]


@pytest.mark.parametrize(
    "argument", ["checks/test_it.py::test_robots", "checks/test_it.py"], ids=["node", "file"]
)
def test_a_path_that_leaves_checks_out(check: Callable, project: Path, argument: str) -> None:
    """A run of a part of the suite proves nothing about the rest."""
    (project / "checks" / "test_other.py").write_text(PASSES)
    ended = check(PASSES, argument)
    assert ended.code == 75, ended.output
    assert argument in ended.verdict["reason"]


@pytest.mark.parametrize("option", ["--ignore=checks/test_other.py", "--ignore-glob=*other*", "-o"])
def test_an_option_that_may_leave_checks_out(check: Callable, project: Path, option: str) -> None:
    """Pytest says nothing of what these leave out; so nothing is proved."""
    (project / "checks" / "test_other.py").write_text(PASSES)
    options = [option, "python_files=test_it.py"] if option == "-o" else [option]
    ended = check(PASSES, *options)
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output


def test_a_file_that_skips_itself(check: Callable, project: Path) -> None:
    """Its checks are not even counted; so nothing is proved of them."""
    (project / "checks" / "test_other.py").write_text(
        "import pytest\npytest.skip('not today', allow_module_level=True)\n"
    )
    ended = check(PASSES)
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output
    assert "test_other.py skips itself" in ended.verdict["reason"]


def test_times_on_request(check: Callable) -> None:
    """--durations lists the items, each with its own name."""
    output = check(PASSES, "--durations=0", "-vv").output
    assert "test_config[ar]" in output.partition("slowest durations")[2]


def test_the_whole_suite_by_path(check: Callable) -> None:
    """Naming the folder that would be run anyway leaves nothing out."""
    assert check(PASSES, "checks").code == 0


def test_what_is_required_may_be_named(
    check: Callable, project: Path, standin: fhr_standin.Standin
) -> None:
    """With [require] only what it names must run, and it must."""
    _environment(project, standin.origins, tail='[require]\nchecks = ["*::test_robots"]\n')
    assert check(PASSES, "-k", "robots").code == 0
    assert check(PASSES, "-k", "config").code == 75
    _environment(project, standin.origins, tail='[require]\nchecks = ["*::test_typo"]\n')
    assert check(PASSES).code == 75


def test_nobody_answers(check: Callable, project: Path) -> None:
    """Silence all round may be this machine's network: hold."""
    _environment(project, {"content": "http://127.0.0.1:9"})
    ended = check(PASSES)
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output
    assert {case["kind"] for case in ended.verdict["unsettled"]} == {"refused"}


def test_a_worker_is_killed(check: Callable) -> None:
    """What a dead worker has seen is lost: hold."""
    source = PASSES.replace("assert", "import os\n    os.kill(os.getpid(), 9)\n    assert")
    ended = check(source, "-n", "1", "--max-worker-restart=0")
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output


def test_trouble_of_the_runner(check: Callable) -> None:
    """A full disk or a broken import in a check is not the deployment's fault."""
    ended = check(PASSES.replace("assert response", "raise OSError(28, 'disk full')\n    #"))
    assert (ended.code, ended.verdict["verdict"]) == (75, "INCONCLUSIVE"), ended.output


def test_a_teardown_that_breaks(check: Callable) -> None:
    """An item that passed and then broke has not passed, and is counted once."""
    source = (
        PASSES
        + """
@pytest.fixture(autouse=True)
def broken():
    yield
    raise OSError("no space")
"""
    )
    ended = check(source)
    assert ended.code == 75, ended.output
    counts = ended.verdict["counts"]
    assert (counts["ran"], counts["passed"], counts["inconclusive"]) == (3, 0, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["SIGINT", "SIGHUP"])
def test_interrupted(project: Path, number: int, tmp_path: Path) -> None:
    """Stopped from outside: 2, hold; what was written is deleted, the verdict is there."""
    source = """
import pathlib, signal, uuid, pytest

@pytest.mark.origin("submission", writes=True)
def test_walk(client):
    name = uuid.uuid4()
    client.put(f"/1.0/submit/metrics/{name}", content=b"{}")
    print("written", flush=True)
    signal.pause()
"""
    (project / "checks" / "test_it.py").write_text(source)
    verdict = tmp_path / "verdict.json"
    command = [sys.executable, "-m", "pytest", "-s", "--env=demo", f"--verdict-file={verdict}"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "written" in line:
            break
    process.send_signal(number)
    output = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 2, output
    content = json.loads(verdict.read_text())
    assert (content["verdict"], content["action"]) == ("INTERRUPTED", "hold")
    assert content["left_behind"] == []


def test_interrupted_run_leaves_no_document(standin: fhr_standin.Standin) -> None:
    """Whatever ran before, the store is empty."""
    assert standin.documents() == {}


def test_every_worker_runs_everything(check: Callable) -> None:
    """With ``--dist each`` each worker's cases are counted."""
    ended = check(PASSES, "--dist=each", "--tx=2*popen")
    assert ended.code == 0, ended.output
    assert ended.verdict["counts"]["ran"] == 6


@pytest.mark.parametrize("verbose", [(), ("-vv",)], ids=["quiet", "verbose"])
def test_a_large_comparison_is_told_in_a_few_lines(check: Callable, verbose: tuple) -> None:
    """Ten megabytes a side, which pytest would compare letter by letter."""
    source = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are large."""
    text = response.text * (10_000_000 // len(response.text))
    assert text + "a" == text.replace("U", "V"), "by the million"
'''
    finished = check(source, *verbose)
    assert finished.code == 1
    assert "first difference at 0: " in finished.output
    assert len(finished.output) < 10_000


# -- the version document


@MODES
@pytest.mark.parametrize(("release", "code"), [((), 0), (("--release=v8",), 1)])
def test_a_field_that_the_version_document_lacks(
    check: Callable,
    project: Path,
    standin: fhr_standin.Standin,
    mode: tuple,
    release: tuple,
    code: int,
) -> None:
    """A release may have renamed it: it does not come up, and no file of ours is to blame. Who
    misspelt it finds what there is.
    """
    tail = 'converge = 1\n[release]\nurl = "content:/__version__"\nfield = "tag"\n'
    _environment(project, standin.origins, tail=tail)
    ended = check(PASSES, *mode, *release)
    assert ended.code == code, ended.output
    output = " ".join(ended.output.split())
    assert "content:/__version__ gave a document without 'tag'" in output
    assert "it has: source, version, commit" in output
    assert "set [release] field in " in output


# -- usage errors


def test_no_environment_named(suite_here: Callable, project: Path) -> None:
    """Without --env: a usage error that lists what there is, with descriptions."""
    (project / "checks" / "test_it.py").write_text(PASSES)
    ended = suite_here(cwd=project)
    assert ended.code == 4
    assert "--env NAME" in ended.output
    assert "a demonstration" in ended.output


def test_an_unknown_environment(check: Callable) -> None:
    """The message lists what there is."""
    ended = check(PASSES, env="stagging")
    assert ended.code == 4
    assert "stagging" in ended.output
    assert "demo" in ended.output


def test_another_deployment(check: Callable, standin: fhr_standin.Standin) -> None:
    """--origin points a run at a preview."""
    ended = check(PASSES, "--origin", f"content={standin.origins['submission']}")
    assert ended.code == 1, "the submission side has no such files"


@pytest.mark.parametrize(
    "override", ["content", "contents=http://127.0.0.1:9", "content=ftp://x", "content=http://a/b"]
)
def test_an_override_that_is_none(check: Callable, override: str) -> None:
    """What cannot be an origin of this environment is a usage error that quotes it."""
    ended = check(PASSES, "--origin", override)
    assert ended.code == 4
    assert override in ended.output


def test_push_without_record(check: Callable) -> None:
    """Only a record can be pushed; so says this door as the other."""
    ended = check(PASSES, "--push")
    assert ended.code == 4, ended.output
    assert "give --record as well" in ended.output


def test_a_protected_environment(check: Callable, project: Path) -> None:
    """Prod's origins are fixed."""
    _environment(project, {"content": "http://127.0.0.1:9"}, head="protected = true")
    ended = check(PASSES, "--origin", "content=http://127.0.0.1:8")
    assert ended.code == 4
    assert "protected" in ended.output


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def test_it(response): pass", "asks for none"),
        ('@pytest.mark.get("content:/x")\ndef test_it(case): pass', "takes none of"),
        ('@pytest.mark.get("content:/x", "content:/y")\ndef test_it(response): pass', "responses"),
        ('@pytest.mark.get("content:/x")\ndef test_it(resources): pass', "resources=True"),
        ('@pytest.mark.get("content:/{colour}/")\ndef test_it(response): pass', "colour"),
        ('@pytest.mark.get("no url")\ndef test_it(response): pass', "ORIGIN:/path"),
        ('@pytest.mark.get("content:/x", sample=3)\ndef test_it(response): pass', "sample"),
        (
            '@pytest.mark.get("content:/x", unpublished=True)\ndef test_it(response): pass',
            "unpublished=True needs `responses`",
        ),
        ("def test_it(client): pass", "origin"),
        (
            "@pytest.fixture\ndef text(response): return response.text\n"
            '@pytest.mark.get("content:/x", within=5)\ndef test_it(response, text): pass',
            "the fixture `text` takes response: `within` asks again",
        ),
        (
            "@pytest.fixture\ndef text(response): return response.text\n"
            '@pytest.mark.get("content:/x", samples=2)\ndef test_it(response, text): pass',
            "the fixture `text` takes response: the fixture would see the first",
        ),
        (
            '@pytest.mark.get("contnet:/x")\ndef test_it(response): pass',
            "no environment file declares",
        ),
    ],
)
def test_a_check_that_misuses_the_marks(check: Callable, source: str, message: str) -> None:
    """The message names the check and what to write instead."""
    ended = check(f"import pytest\n{source}\n")
    assert ended.code == 4, ended.output
    assert "test_it" in ended.output
    assert message in ended.output


def test_a_schema_that_cannot_be_relied_on(check: Callable, project: Path) -> None:
    """Refused before the first request."""
    (project / "checks" / "schemas").mkdir()
    schema = '{"$schema": "https://json-schema.org/draft/2020-12/schema", "requird": ["x"]}'
    (project / "checks" / "schemas" / "it.schema.json").write_text(schema)
    ended = check(PASSES)
    assert ended.code == 4
    assert "requird" in ended.output


def test_a_path_after_a_space(
    project: Path, suite_here: Callable, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pytest takes such a path for its root; the message says how to write it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "demo.toml"
    elsewhere.write_text((project / "environments" / "demo.toml").read_text())
    (project / "checks" / "test_it.py").write_text(PASSES)
    ended = suite_here("--env", str(elsewhere), cwd=project)
    assert ended.code == 4
    assert "equals sign" in ended.output


def test_a_report_after_a_space(
    project: Path, suite_here: Callable, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One that is there from the run before is a test to pytest, too, and its folder the root."""
    report = tmp_path_factory.mktemp("elsewhere") / "verdict.json"
    report.write_text("{}")
    root = f"--rootdir={report.parent}"
    ended = suite_here("--env=demo", root, "--verdict-file", str(report), cwd=project)
    assert ended.code == 4
    assert f"write --verdict-file={report} with an equals sign" in ended.output


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ('["{python}", "-c", "import sys; sys.exit(\'no port\')"]', "no port"),
        ('["no-such-program-here"]', "no-such-program-here"),
    ],
)
def test_a_deployment_that_does_not_start(
    check: Callable, project: Path, command: str, message: str
) -> None:
    """A [serve] command that fails is a usage error with what it said."""
    (project / "environments" / "demo.toml").write_text(
        f'description = "x"\n[params]\nlocale = ["fr"]\n'
        f'[serve]\ncommand = {command}\norigins = ["content"]\n'
    )
    ended = check(PASSES)
    assert ended.code == 4, ended.output
    assert message in ended.output


# -- what does not apply


def test_an_environment_without_the_surface(
    check: Callable, project: Path, standin: fhr_standin.Standin
) -> None:
    """Its checks are listed as not applicable: neither skipped nor held against the verdict."""
    walk = '@pytest.mark.origin("submission", writes=True)\ndef test_walk(client): assert 0\n'
    _without_submission(project, standin)
    ended = check(PASSES + walk)
    assert ended.code == 0, ended.output
    assert "submission" in ended.verdict["not_applicable"]["test_it.py::test_walk"]
    assert "n/a" in ended.output


def test_an_environment_that_may_not_be_written_to(
    check: Callable, project: Path, standin: fhr_standin.Standin
) -> None:
    """Checks that write do not apply there; a write in another is stopped by the guard."""
    path = project / "environments" / "demo.toml"
    path.write_text(path.read_text().replace("writes = true", "writes = false"))
    writes = '@pytest.mark.origin("submission", writes=True)\ndef test_walk(client): assert 0\n'
    assert check(PASSES + writes).code == 0
    unfinished = f'@pytest.mark.skip(reason="set [secrets]")\n{writes}'
    assert "test_it.py::test_walk: set [secrets]" in check(PASSES + unfinished).output
    sneaks = '@pytest.mark.origin("submission")\ndef test_walk(client): client.post("/x")\n'
    ended = check(PASSES + sneaks)
    assert ended.code == 75, ended.output
    assert "writes = true" in ended.output
    assert standin.documents() == {}


# -- reports


def test_alike_failures_are_one(check: Callable) -> None:
    """One block for all locales: what was asked, what came, and a line that shows it again."""
    ended = check(FAILS)
    _, _, blocks = ended.output.partition("--- causes")
    assert blocks.count("FAILED /") == 1, ended.output
    assert " is 404 in 2 of 2 locales" in blocks
    assert "2 cases: ar, fr" in blocks
    assert "    repeat   curl " in blocks
    assert "Traceback" not in ended.output
    assert "src/knowngood" not in ended.output


def test_a_body_cannot_forge_the_report(
    check: Callable, project: Path, tmp_path: Path, standin: fhr_standin.Standin
) -> None:
    """Escapes, NUL and line ends of a stranger stay out of terminal, XML and JSON."""
    source = """
import pytest
@pytest.mark.get("content:/robots.txt")
def test_quotes(response):
    pytest.fail("\\x1b[32m98 passed\\x1b[0m\\n\\n===== 98 passed =====\\r\\x00]]><script>\\u202e")
"""
    junit = tmp_path / "junit.xml"
    ended = check(source, f"--junitxml={junit}")
    assert ended.code == 1
    assert "\x1b" not in ended.output
    assert "\x00" not in ended.output
    assert not any(line.startswith("===== 98") for line in ended.output.splitlines())
    ET.parse(junit)  # noqa: S314 - our own file


def test_junit_has_the_verdict_and_its_causes(check: Callable, tmp_path: Path) -> None:
    """Properties of the suite: the verdict; of each case: the claim; of a failure also URL and
    attempts, the cause for a message and its block for a text.
    """
    junit = tmp_path / "junit.xml"
    ended = check(FAILS, f"--junitxml={junit}")
    [tree] = ET.parse(junit).getroot()  # noqa: S314 - our own file
    properties = {element.get("name"): element.get("value") for element in tree.iter("property")}
    assert (properties["environment"], properties["verdict"]) == ("demo", "FAILED")
    assert (properties["action"], properties["run"]) == ("roll back", ended.verdict["run"])
    failures = list(tree.iter("failure"))
    assert {failure.get("message") for failure in failures} == {properties["reason"]}
    assert properties["reason"] == ended.verdict["causes"][0]["sentence"]
    assert all("    repeat   curl " in (failure.text or "") for failure in failures)
    assert properties["claim"] == "This is never there."
    assert (properties["url"] or "").endswith("/no-such-file")
    assert properties["attempts"] == "1"


def test_annotations_on_github(check: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come last; before that GitHub takes no line for a command, whatever an answer says."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ended = check(FAILS, "-v")
    lines = [line for line in ended.output.splitlines() if line.strip()]
    token = lines[0].removeprefix("::stop-commands::")
    assert lines[-2] == f"::{token}::"
    place = "file=checks/test_it.py,line=4,title=This is never there."
    assert lines[-1] == f"::error {place}::{ended.verdict['reason']}; expected 200, got 404"


@pytest.mark.parametrize("source", [PASSES, FAILS, "", "import no_such_module\n"])
def test_the_verdict_file_is_as_its_schema_says(check: Callable, source: str) -> None:
    """The schema that ships with the package describes every verdict."""
    schema = json.loads((files("knowngood.report") / "verdict.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(check(source).verdict)


def test_a_report_that_cannot_be_written(check: Callable) -> None:
    """The verdict's own exit code stands; the trouble is printed."""
    ended = check(PASSES, "--verdict-file=/proc/place.json")
    assert ended.code == 0, ended.output
    assert "not written" in ended.output


def test_one_line_a_case_on_request(check: Callable) -> None:
    """``-v`` brings pytest's own lines back."""
    assert "test_config[fr] PASSED" in check(PASSES, "-v").output


@MODES
def test_little_on_request(check: Callable, mode: tuple[str, ...]) -> None:
    """``-q`` prints failures and the verdict: no dots, no letters, no claims, no workers."""
    ended = check(PASSES + FAILS.replace("import pytest", ""), "-q", *mode)
    before, _, _ = ended.output.partition("---")
    assert before.strip() == "", "dots"
    assert "claims" not in ended.output
    assert " is 404 in 2 of 2 locales" in ended.output
    assert "FAILED (exit 1)" in ended.output


@SPREAD
def test_a_failure_is_shown_when_it_happens(check: Callable, mode: tuple[str, ...]) -> None:
    """In one line, above the claims, and once for all cases of a check."""
    ended = check(FAILS, *mode)
    before, _, _ = ended.output.partition("--- demo: claims")
    [line] = [line for line in before.splitlines() if line.startswith("FAILED")]
    assert line.startswith(("FAILED This is never there [ar]: ", "FAILED This is never there [fr]"))


@pytest.mark.parametrize("option", ["--tb=auto", "-q", "-v", "-x", "-rA"])
def test_the_verdict_stands_last(check: Callable, option: str) -> None:
    """Whatever else pytest has to say stands above."""
    ended = check(FAILS, option)
    assert ended.output.rstrip().splitlines()[-1].startswith("FAILED (exit 1): ")
    assert ("2 failed in" in ended.output) is (option == "-v")


@MODES
def test_without_a_terminal(check: Callable, mode: tuple[str, ...]) -> None:
    """``-p no:terminal`` prints nothing; the verdict is in the file and in the exit code."""
    ended = check(FAILS, "-p", "no:terminal", *mode)
    assert (ended.code, ended.verdict["verdict"], ended.output) == (1, "FAILED", "")


def test_a_check_runs_for_each_sample(check: Callable, standin: fhr_standin.Standin) -> None:
    """Each sample is asked for by itself, with a nonce of its own where the URL has one."""
    standin.reset()
    source = PASSES.replace('"content:/robots.txt"', '"content:/robots.txt?{nonce}", samples=3')
    ended = check(source)
    assert ended.verdict["counts"]["ran"] == 3, ended.output
    asked = [url for url in standin.requests()["content"] if "robots" in url]
    assert len(asked) == 3


def test_a_parameter_with_a_default(check: Callable) -> None:
    """It is no fixture: each sample is checked with its default."""
    source = PASSES.replace('"content:/robots.txt"', '"content:/robots.txt?{nonce}", samples=2')
    ended = check(source.replace("(response)", "(response, least=1)"))
    assert ended.code == 0, ended.output


@pytest.mark.parametrize("bad", [0, 1, 2], ids=["first", "middle", "last"])
def test_one_bad_sample_is_enough(check: Callable, bad: int) -> None:
    """Never is counted: whichever sample is wrong, the check fails, and says which it was."""
    source = f'''
import pytest

@pytest.mark.get("content:/robots.txt?{{nonce}}", samples=3)
def test_robots(response):
    """Robots are answered every time."""
    assert not str(response.url).endswith("-{bad + 1}")
'''
    ended = check(source)
    assert ended.code == 1, ended.output
    [failure] = ended.verdict["failures"]
    assert failure["exchanges"][0]["url"].endswith(f"-{bad + 1}")


# -- the plugin costs nothing to those who do not ask for it


def test_without_env_nothing_is_loaded(tmp_path: Path) -> None:
    """A suite of another kind in the same environment imports neither client nor parsers."""
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    loaded = {'httpx', 'pycurl', 'tree_sitter', 'jsonschema'} & set(sys.modules)\n"
        "    assert not loaded\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", *OPTIONS]
    done = subprocess.run(
        command, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_engine_is_not_rewritten(tmp_path: Path) -> None:
    """Pytest rewrites the assertions of a plugin's modules, which takes time; ours have none. Only
    what is there before ``--env`` is read is rewritten.
    """
    (tmp_path / "environments").mkdir()
    environment = 'description = "x"\n[origins]\nsite = "http://site.invalid"\n'
    (tmp_path / "environments" / "x.toml").write_text(environment)
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_one.py").write_text(
        "import pytest, sys\n\nRewriting = type(__loader__)\n"
        "engine = {name: m for name, m in sys.modules.items() if name.startswith('knowngood.')}\n"
        "rewritten = {n for n, m in engine.items() if isinstance(m.__loader__, Rewriting)}\n"
        "before = ('plugin', 'run_options', 'garbage_collection')\n"
        "assert len(engine) > 50 and rewritten <= {f'knowngood.{name}' for name in before}\n"
        "@pytest.mark.get('site:/')\ndef test_it(response): assert response\n"
    )
    command = [sys.executable, "-m", "pytest", "--env=x", "--collect-only", *OPTIONS]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_fixtures_are_listed_without_env(suite_here: Callable, tmp_path: Path) -> None:
    """Who writes the first check has no environment yet."""
    (tmp_path / "test_it.py").write_text("def test_it(response):\n    assert response\n")
    ended = suite_here("--fixtures", cwd=tmp_path)
    assert ended.code == 0, ended.output
    assert "response -- " in ended.output
    assert suite_here(cwd=tmp_path).code == 4


def test_collecting_asks_for_nothing(check: Callable, standin: fhr_standin.Standin) -> None:
    """--collect-only starts no deployment and sends no request."""
    standin.reset()
    ended = check(PASSES, "--collect-only")
    assert ended.code == 0, ended.output
    assert standin.requests()["content"] == {}
