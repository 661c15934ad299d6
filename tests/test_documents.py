"""README, docs and CI say what is true; the example that opens each page is run."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from announced_server import ANNOUNCED
from mutants import drill, mutant
from recorded_answers import page as answered_page
from suite_run import WITHOUT_PLUGINS

import fhr_standin
from knowngood.cli import main
from knowngood.drill import mutation_drill
from knowngood.environment import WatchSettings
from knowngood.environment.loader import load
from knowngood.mutation import text_of
from knowngood.report import verdict_reader
from knowngood.verdict import EXIT_CODES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^    (python3 -m venv .+)$", README, re.M)
PAGES = ["checks", "drill", "environments", "releases", "reports", "verdicts", "watch"]


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def example(name: str) -> str:
    """The example that opens a page, without fence or indentation."""
    _, _, body = page(name).partition("\n\n")
    fenced = re.match(r"```\w*\n(.*?)\n```\n", body, re.S)
    if fenced is not None:
        return fenced[1]
    indented = re.match(r"(?:    .+\n)+", body)
    assert indented is not None, f"docs/{name}.md does not open with an example"
    return re.sub(r"^    ", "", indented[0], flags=re.M)


def typed(
    command: str, folder: Path, variables: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """What a person sees who types this into a shell in ``folder``."""
    programs = Path(sys.executable).parent
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    path = f"{programs}{os.pathsep}{inherited.get('PATH', '')}"
    return subprocess.run(
        ["sh", "-c", command.replace(".venv/bin/", f"{programs}/")],
        cwd=folder,
        env={**inherited, "PATH": path, **WITHOUT_PLUGINS, **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_is_short() -> None:
    """A person who has two minutes reads all of it."""
    assert len(README.splitlines()) <= 150


def test_the_first_screen_says_what_to_do_when_something_is_broken() -> None:
    """Under a heading of its own, in three lines: look, then go back."""
    _, heading, below = "\n".join(README.splitlines()[:20]).partition(
        "\n## Something is broken now\n"
    )
    assert heading
    lines = below.partition("\n## ")[0].strip().splitlines()
    assert len(lines) == 3
    look, go_back = (" ".join(lines).index(f"`knowngood {c}") for c in ("status`", "rollback "))
    assert lines[0].startswith("In the suite's folder ")
    assert look < go_back


def test_the_readme_gives_two_commands_of_one_line() -> None:
    """The first runs the smoke tests, the second passes the tests."""
    first, second = COMMANDS
    assert first.endswith("pytest --env=local")
    assert second.endswith("tox -q")


def test_ci_runs_the_very_command_of_the_readme() -> None:
    """What a newcomer is told to run is what has to be green."""
    assert COMMANDS[1] in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_exit_codes_are_those_of_the_verdicts() -> None:
    """Each verdict with its code, in README and in docs/verdicts.md."""
    expected = {(str(kind), str(code)) for kind, code in EXIT_CODES.items()} | {
        ("usage error", "4")
    }
    assert {
        (b, a) for a, b in re.findall(r"^\| (\d+) \| ([A-Za-z ]+) \|", README, re.M)
    } == expected
    rows = re.findall(r"^\| ([A-Za-z ]+) \| (\d+) \|", page("verdicts"), re.M)
    assert set(rows) == expected


def test_the_options_are_all_described(suite_here: Callable) -> None:
    """Each option of the plugin is in pytest's help and in the table of docs/verdicts.md."""
    shown = suite_here("--help").output
    group = shown.partition("knowngood: smoke tests of a deployment")[2].partition("\n\n")[0]
    options = set(re.findall(r"^  (--[a-z-]+)", group, re.M))
    assert options >= {"--env", "--record"}
    assert set(re.findall(r"^\| `(--[a-z-]+)[ =`]", page("verdicts"), re.M)) == options


@pytest.fixture
def help_of(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return the help of knowngood, or of one of its commands."""

    def run(*command: str) -> str:
        assert main.run([*command, "--help"]) == 0
        return capsys.readouterr().out

    return run


def test_the_commands_are_all_described(help_of: Callable[..., str]) -> None:
    """Each command of `knowngood --help` is in the README or in docs/, and has help."""
    shown = help_of()
    commands = set(re.findall(r"^  ([a-z][a-z-]+)\b", shown.partition("Commands:")[2], re.M))
    assert commands >= {"verify", "push", "rollback", "handbook"}
    pages = README + "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    for command in commands:
        assert re.search(rf"knowngood {command}\b", pages), command
        assert f"knowngood {command}" in help_of(command)


def test_the_readme_shows_claims_that_there_are() -> None:
    """The output on the first screen is a real one: its claims are the suite's."""
    shown = re.findall(r"^ok +\d+  (.+)$", README, re.M)
    claims = " ".join(
        " ".join(path.read_text("utf-8").split()) for path in (ROOT / "smoketests").glob("*.py")
    )
    assert shown
    assert [claim for claim in shown if f'"""{claim}' not in claims] == []


def test_the_readme_s_environment_is_whole(tmp_path: Path, suite_here: Callable) -> None:
    """The example loads, and where FHR is on the air its checks need nothing more."""
    (text,) = re.findall(r"```toml\n(description.+?)```", README, re.S)
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "stage.toml").write_text(text)
    (folder / "dev.toml").write_text(
        'description = "dev"\n[origins]\ncontent = "https://dev"\nsubmission = "https://dev.data"\n'
    )
    url = "https://fhr.allizom.org"
    assert load("stage", tmp_path).origins == {"content": url}
    with fhr_standin.running(locales=5) as standin:
        without_control = text.partition("[[control]]")[0]
        here = without_control.replace(url, standin.origins["content"])
        (folder / "stage.toml").write_text(here)
        ended = suite_here(f"--env={folder / 'stage.toml'}")
    assert ended.code == 0, ended.output


def test_every_link_leads_to_a_file() -> None:
    """A page that was renamed is renamed in the others, too."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for path in pages:
        for target in re.findall(r"\]\(([\w./-]+\.md)\)", path.read_text("utf-8")):
            assert (path.parent / target).is_file(), f"{path.name}: {target}"


def test_every_room_is_described() -> None:
    """docs/architecture.md has a row for each package of the engine, and no other."""
    rooms = {path.parent.name for path in (ROOT / "src/knowngood").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", page("architecture"), re.M)) == rooms


def test_every_dependency_has_its_reason() -> None:
    """Each package of pyproject.toml has its line in docs/dependencies.md."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    section = project[project.index("dependencies = [") : project.index("[project.entry-points")]
    for name in re.findall(r'"([a-z][a-z0-9-]+)[<>=~"]', section):
        assert name in page("dependencies"), name


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_with_an_example(name: str) -> None:
    """A person sees how it is done before reading why."""
    assert example(name).strip()


def test_the_example_of_a_check(
    tmp_path: Path, suite_here: Callable, fhr_environment: Callable[..., Path]
) -> None:
    """The check that docs/checks.md opens with passes, and fails on its fault."""
    folder = tmp_path / "smoketests"
    folder.mkdir()
    (folder / "test_robots.py").write_text(example("checks"))
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = smoketests\n")
    for faults, code in (([], 0), (["robots-missing"], 1)):
        with fhr_standin.running(locales=1, faults=faults) as standin:
            environment = fhr_environment(standin.origins)
            ended = suite_here(f"--env={environment}", cwd=tmp_path)
        assert ended.code == code, ended.output
        assert "Crawlers find the file" in ended.output or code == 0


def test_the_example_of_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that docs/environments.md opens with loads, and has every key that there is."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "stage.toml").write_text(example("environments"))
    (folder / "dev.toml").write_text('description = "dev"\n[origins]\ncontent = "https://dev"\n')
    (folder / "aliases.txt").write_text("he = en-US\n")
    (folder / "locales.txt").write_text("en-US\nfr\nhe\n")
    (folder / "signers").write_text("")
    for variable in ("FHR_STAGE_TOKEN", "FHR_CANARY"):
        monkeypatch.setenv(variable, "0123456789")
    for variable in ("FHR_CHAT_URL", "FHR_SWITCH_URL"):
        monkeypatch.delenv(variable, raising=False)
    environment = load("stage", tmp_path)
    assert environment.params["locale"] == ("en-US", "fr", "he")
    assert environment.budget.run == 300
    defaults = WatchSettings(heartbeat="switch")
    assert environment.watch == defaults, "the page says that these are the defaults"
    schema = json.loads(
        (ROOT / "src/knowngood/environment/environment.schema.json").read_text("utf-8")
    )
    keys = set(re.findall(r"^(?:# )?(\w+) = ", example("environments").split("\n[")[0], re.M))
    tables = set(re.findall(r"^\[+(\w+)", example("environments"), re.M))
    assert keys | tables | {"serve"} == set(schema["properties"])


def test_the_example_of_a_drill(tmp_path: Path, fhr_environment: Callable[..., Path]) -> None:
    """The command of docs/drill.md says what one check would not notice, and writes both files."""
    folder = tmp_path / "smoketests"
    folder.mkdir()
    (folder / "test_robots.py").write_text(example("checks"))
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = smoketests\n")
    with fhr_standin.running(locales=1) as standin:
        fhr_environment(standin.origins)
        ended = typed(example("drill").replace("--env=stage", "--env=test"), tmp_path)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "test: the suite would not notice" in ended.stdout
    assert ended.stdout.endswith("--fail-under=95: below it (exit 1)\n")
    document = json.loads((tmp_path / "drill.json").read_text("ascii"))
    assert document["counts"]["caught"] >= 4, "the check asserts the status"
    assert "Where the suite is blind" in (tmp_path / "drill.html").read_text("utf-8")


USERS = """
import http.server, json, sys, threading

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"id": 1, "email": "ann@example.org"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
""" + ANNOUNCED.replace('"site"', '"api"')


def test_the_blind_spot_that_is_closed(tmp_path: Path) -> None:
    """The example of docs/drill.md: the drill says what the page shows, and its schema and line,
    pasted as they are, catch what was missed.
    """
    check, closed, _ = re.findall(r"```python\n(.+?)```", page("drill"), re.S)
    said = re.findall(r"```text\n(.+?)```", page("drill"), re.S)[1]
    schema = re.findall(r"a new file:\n(.+?)\n\n", said, re.S)[0]
    for folder in ("environments", "smoketests", "smoketests/schemas"):
        (tmp_path / folder).mkdir()
    (tmp_path / "users.py").write_text(USERS)
    (tmp_path / "environments" / "test.toml").write_text(
        'description = "users"\n[serve]\norigins = ["api"]\n'
        f"command = {json.dumps([sys.executable, 'users.py'])}\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = smoketests\n")
    file = tmp_path / "smoketests" / "test_users.py"
    file.write_text(check)
    command = "knowngood drill --env=test --seed=1 --json=drill.json"
    first = typed(command, tmp_path).stdout.splitlines()
    assert [line for line in said.splitlines() if line not in first] == []
    (tmp_path / "smoketests" / "schemas" / "users-1.schema.json").write_text(schema)
    file.write_text(check.partition("def ")[0] + closed)
    again = typed(command, tmp_path)
    mutants = json.loads((tmp_path / "drill.json").read_text("ascii"))["mutants"]
    gone = [m["notice"] for m in mutants if m["mutation"] == "json-key-gone"]
    assert gone == ["caught", "caught"], again.stdout


def test_the_keys_of_the_json_of_a_drill() -> None:
    """Each key of the document is in a table of docs/drill.md, and no other."""
    content = mutation_drill.document(drill(mutant("missed")))
    section = page("drill").partition("\n## The JSON file\n")[2].partition("\n## ")[0]
    tables = [
        set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", table, re.M))))
        for table in section.split("\n\n")
    ]
    (result,) = content["mutants"]
    assert [keys for keys in tables if keys] == [
        {"schema", *content},
        result.keys(),
        result["remedy"].keys(),
    ]


def test_the_mutation_of_a_suite() -> None:
    """The fixture that docs/drill.md shows changes the answers that it means, and no others."""
    *_, code = re.findall(r"```python\n(.+?)```", page("drill"), re.S)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    (mutation,) = names["mutations"].__wrapped__()
    assert mutation.name == "maintenance-left-on"
    pages = [answered_page("<main>Hello</main>"), answered_page("Hello")]
    changed = [[change.apply(page) for change in mutation.changes(page)] for page in pages]
    assert [[text_of(answer) for answer in answers] for answers in changed] == [
        ["<main>Hello<p>Back soon</p></main>"],
        [],
    ]


def test_the_blind_spot_that_is_accepted(tmp_path: Path) -> None:
    """The table that docs/drill.md shows is one of an environment file."""
    (table,) = re.findall(r"```toml\n(.+?)```", page("drill"), re.S)
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "stage.toml").write_text(
        f'description = "stage"\n[origins]\nsite = "https://stage.example"\n{table}'
    )
    (accepted,) = load("stage", tmp_path).accepted
    assert (accepted.mutation, accepted.url) == ("other-header-gone", "site:/{locale}/")


def test_the_options_of_a_drill(help_of: Callable[..., str]) -> None:
    """Each option of a drill of mutations is in the table of docs/drill.md."""
    others = {"--env", "--fault", "--pairs", "--rollback", "--help"}
    options = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", help_of("drill"), re.M)) - others
    assert options >= {"--seed", "--fail-under"}
    assert set(re.findall(r"^\| `(--[a-z-]+)[ `]", page("drill"), re.M)) == options


def test_the_example_of_a_verdict() -> None:
    """The command of docs/verdicts.md ends as the page shows."""
    ended = typed(example("verdicts"), ROOT)
    assert "\nFAILED (exit 1): " in ended.stdout
    assert ended.stdout.splitlines()[-1] == "exit 1"


def test_the_example_of_reports(tmp_path: Path) -> None:
    """The command of docs/reports.md writes each report that it names."""
    command = example("reports")
    for name in ("verdict.json", "verdict.html", "run.har", "summary.md", "junit.xml"):
        command = command.replace(f"={name}", f"={tmp_path / name}")
    ended = typed(command, ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    verdict = verdict_reader.read(tmp_path / "verdict.json")
    assert verdict["verdict"] == "PASSED"
    assert "PASSED</h1>" in (tmp_path / "verdict.html").read_text("utf-8")
    assert json.loads((tmp_path / "run.har").read_text("ascii"))["log"]["entries"]
    assert "## local: PASSED — proceed" in (tmp_path / "summary.md").read_text("utf-8")
    assert "<testsuite " in (tmp_path / "junit.xml").read_text("utf-8")


def test_the_example_of_releases(tmp_path: Path) -> None:
    """The questions of docs/releases.md are answered from records that a person made by hand."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    (tmp_path / "environments").mkdir()
    for name, extra in (("stage", ""), ("prod", 'promotes_from = "stage"\n')):
        (tmp_path / "environments" / f"{name}.toml").write_text(
            f'description = "{name}"\n{extra}'
            f'[origins]\ncontent = "https://{name}.example"\n'
            '[release]\nurl = "content:/__version__"\nrepository = "site"\n[gate]\nno_change = []\n'
        )
    setup = """
        git init -q -b release site && cd site
        for release in v7 v8; do
            git commit -q --allow-empty -m "Make $release r=bob" && git tag -a -m $release $release
        done
        now=$(date -u +%Y%m%dT%H%M%S)
        GIT_COMMITTER_DATE="$(date +%s) +0000"
        git tag -a -m 'PASSED: verified by hand' "verified/stage/v8/$now.000001Z" 'v8^{commit}'
        git tag -a -m 'PASSED: verified by hand' "verified/prod/v7/$now.000002Z" 'v7^{commit}'
    """
    own = {
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "Ann",
        "GIT_COMMITTER_EMAIL": "ann@example.org",
    }
    made = typed(f"set -e; {setup}", tmp_path, own)
    assert made.returncode == 0, made.stderr
    ended = typed(f"set -e\n{example('releases')}", tmp_path, own)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "v8 may go to prod\nv7\n" in ended.stdout
    assert ended.stdout.splitlines()[-1].endswith("by hand")
