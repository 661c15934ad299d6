"""The rehearsal of a rollback, over a suite and a site of another team: it ends well where gate,
rollback and records do, and names the step where one does not.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from knowngood.drill.rollback import RECORDS, difference, not_at_origin
from knowngood.release.git import Repository

SERVER = '''
"""Makes a site, or serves one: --stuck never serves another release than v3 after that."""
import http.server, json, pathlib, sys, threading

folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "make":
    (folder / "about").mkdir(parents=True)
    (folder / "about" / "page.html").write_text("page")
    raise SystemExit

stuck = []

class Page(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        now = folder.resolve()
        if "--stuck" in sys.argv and folder.parent.name == "prod" and now.name == "v3":
            stuck.append(now)
        return str((stuck or [now])[0] / path.lstrip("/"))

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
url = f"http://127.0.0.1:{server.server_port}"
print(json.dumps({"origins": {"site": url}}), flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
'''
CHECK = '''
import pytest

@pytest.mark.get("site:/about/page.html")
def test_page_is_there(response):
    """The page is there."""
    assert response.status_code == 200
'''
WAITING = '''
import os, pathlib, threading

def test_that_waits():
    """It waits until it is interrupted, once prod has been reached."""
    pathlib.Path(os.environ["REACHED"]).write_text("")
    threading.Event().wait(60)
'''
ENVIRONMENT = """
description = "one page"
[serve]
command = ["{python}", "server.py", "serve", "site"]
origins = ["site"]
[serve.drill]
faults = ["false"]
command = ["false"]
budget = { converge = 2 }
[serve.drill.rollback]
build = ["{python}", "server.py", "make", "{folder}"]
command = ["{python}", "server.py", "serve", "{folder}"]
lost = "about/page.html"
[release]
url = "site:/revision"
shape = "text"
[budget]
probe = 3
run = 60
"""

GIT = """
[commit]
gpgSign = true
[tag]
gpgSign = true
[gpg]
program = false
[core]
excludesFile = /dev/null
hooksPath = /nowhere
[user]
useConfigOnly = true
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A team's own suite, environment, site and server."""
    path = tmp_path / "project"
    for folder in ("environments", "checks"):
        (path / folder).mkdir(parents=True)
    (path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n')
    (path / "environments" / "ours.toml").write_text(ENVIRONMENT)
    (path / "checks" / "test_page.py").write_text(CHECK)
    (path / "server.py").write_text(SERVER)
    return path


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """Ours, and a temporary folder by which every process of a rehearsal can be told."""
    (tmp_path / "tmp").mkdir()
    own = {k: v for k, v in os.environ.items() if "PYTEST" not in k}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(GIT)
    return {
        **own,
        "TMPDIR": str(tmp_path / "tmp"),
        "REACHED": str(tmp_path / "reached"),
        "HOME": str(tmp_path / "home"),
        "GIT_DIR": "/nowhere",
    }


COMMAND = [sys.executable, "-m", "knowngood", "drill", "--env=ours", "--rollback"]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(project: Path, variables: Mapping[str, str], tmp_path: Path) -> Run:
    """Rehearses; exit code and output. Nothing is left behind, whatever comes of it."""

    def run(*options: str) -> tuple[int, str]:
        ended = subprocess.run(
            [*COMMAND, *options],
            cwd=project,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert list((tmp_path / "tmp").iterdir()) == []
        assert list(running(tmp_path)) == []
        return ended.returncode, ended.stdout + ended.stderr

    return run


def running(folder: Path) -> Iterator[int]:
    """The processes that have this temporary folder among their variables."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(folder / "tmp") in (process / "environ").read_bytes():
                yield int(process.name)
        except OSError:
            continue


def steps(project: Path) -> list[tuple[str, bool]]:
    """What was done, and whether it came as expected."""
    document = json.loads((project / "r.json").read_text())
    assert document["schema"] == 1
    return [(each["done"], each["right"]) for each in document["steps"]]


def test_all_as_expected(run: Run, project: Path) -> None:
    """Every step, told in a line and written as JSON; the user's own git settings have no say."""
    code, output = run("--json=r.json")
    assert code == 0, output
    assert steps(project) == [
        ("v1 is pushed to stage", True),
        ("v1 is pushed to prod", True),
        ("v2 is pushed to stage", True),
        ("may v2 go to prod?", True),
        ("v2 is pushed to prod", True),
        ("v3, which lacks about/page.html, is pushed to stage", True),
        ("v3 is pushed to prod", True),
        ("v3 is forced on prod", True),
        ("what was last known good on prod?", True),
        ("the records of prod are read back", True),
    ]
    told = output.splitlines()
    assert len(told) == 14
    assert told[0].startswith("stage: site http://127.0.0.1:")
    assert all(line.startswith("ok  ") for line in told[3:-1])
    assert "refused: v3 has not PASSED on stage → exit 1, prod serves v2" in told[9]
    assert "v3 is forced on prod → FAILED, and rolled back → exit 1, prod serves v2" in told[10]
    assert "13 of what was done here" in told[12]
    assert told[13].startswith("as expected, in ")


def test_a_deployment_that_cannot_go_back(run: Run, project: Path) -> None:
    """The step at which prod stays bad is named, with what the push printed; nothing more is
    tried.
    """
    path = project / "environments" / "ours.toml"
    path.write_text(ENVIRONMENT.replace('"serve", "{folder}"', '"serve", "{folder}", "--stuck"'))
    code, output = run("--json=r.json")
    assert code == 1, output
    assert steps(project)[-1] == ("v3 is forced on prod", False)
    assert "MISS" in output
    assert 'exit 1, prod serves v3, without a word that "prod is back on v2, and ver' in output
    assert "\n    the rollback of prod to v2 is NOT known to work: look at prod" in output
    assert "nothing more was tried" in output


def test_checks_that_catch_nothing(run: Run, project: Path) -> None:
    """A release that lacks a file and PASSES is not as expected."""
    (project / "checks" / "test_page.py").write_text(CHECK.replace("== 200", "> 0"))
    code, output = run("--json=r.json")
    assert code == 1, output
    done, right = steps(project)[-1]
    assert (done.partition(",")[0], right) == ("v3", False)
    assert "→ FAILED, and rolled back → exit 0, stage serves v3" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(
    project: Path, variables: Mapping[str, str], tmp_path: Path, number: int
) -> None:
    """In the middle of a check: no process is left, and no folder."""
    (project / "checks" / "test_page.py").write_text(WAITING)
    process = subprocess.Popen(
        COMMAND, cwd=project, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    never = threading.Event()
    while not (tmp_path / "reached").exists():
        assert process.poll() is None
        never.wait(0.02)
    assert len(list(running(tmp_path))) >= 5  # the drill, two servers, the push and its run
    process.send_signal(number)
    output, _ = process.communicate(timeout=40)
    assert process.returncode == 2
    assert b"interrupted; what was started has ended" in output
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(running(tmp_path)) == []


def test_records_that_are_others() -> None:
    """One that differs, one too many and one too few are each told by number."""
    assert difference(RECORDS) == ""
    first, *others = RECORDS
    assert difference(others).startswith("record 1 is pushed v1 DEPLOYED, and not pushed v1 START")
    assert difference([*RECORDS, first]) == "record 14 is pushed v1 STARTED, and not none"
    assert difference([first, *others[:-1]]) == "record 13 is none, and not verified v2 PASSED"
    assert difference([]).startswith("record 1 is none")


def test_records_that_nobody_else_has(tmp_path: Path) -> None:
    """A tag that is here alone, or another one there; an origin that is gone."""
    for name in ("origin", "site"):
        subprocess.run(["git", "init", "--quiet", str(tmp_path / name)], check=True)
    site = Repository(tmp_path / "site", {"GIT_CONFIG_GLOBAL": os.devnull})
    for word in (
        ["user.name", "Ann"],
        ["user.email", "a@x.org"],
        ["remote.origin.url", "../origin"],
    ):
        site.run("config", *word)
    site.run("commit", "--quiet", "--allow-empty", "--message=x")
    site.run("tag", "--annotate", "--message=one", "v1")
    assert not_at_origin(site) == "not all of them are at the origin"
    site.run("push", "--quiet", "origin", "v1")
    assert not_at_origin(site) == ""
    site.run("tag", "--force", "--annotate", "--message=another", "v1")
    assert not_at_origin(site) == "not all of them are at the origin"
    site.run("config", "remote.origin.url", "../gone")
    assert not_at_origin(site).startswith("git ls-remote --tags --refs: ")


def test_nowhere_to_write_to(run: Run) -> None:
    """Told before anything is done."""
    code, output = run("--json=none/r.json")
    assert code == 4, output
    assert "error: --json none/r.json: there is no folder none" in output


def replaced(old: str, new: str) -> str:
    assert old in ENVIRONMENT
    return ENVIRONMENT.replace(old, new)


REHEARSAL = ENVIRONMENT[ENVIRONMENT.index("[serve.drill.rollback]") : ENVIRONMENT.index("[rele")]
KEY = "serve.drill.rollback"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (replaced(REHEARSAL, ""), "--rollback needs [release], and [serve.drill.rollback] with"),
        (ENVIRONMENT[: ENVIRONMENT.index("[serve.drill]")], "has no [serve.drill]"),
        (replaced("[release]\n", "[headers]\n").partition("[headers]")[0], "needs [release]"),
        (replaced('lost = "about/page.html"\n', ""), f"{KEY}: 'lost' is a required property"),
        (replaced('"about/page.html"', '"/etc/passwd"'), f"{KEY}.lost: found '/etc/passwd'"),
        (replaced('"about/page.html"', '"../x"'), f"{KEY}.lost: found '../x'"),
        (replaced('"about/page.html"', '"about"'), "build has made has no file 'about'"),
        (replaced('"make", "{folder}"', '"make"'), f"{KEY}.build: found no word with {{folder}}"),
        (replaced('"serve", "{folder}"', '"serve"'), f"{KEY}.command: found no word with"),
        (replaced('"make", "{folder}"', '"mkae", "{folder}"'), f"{KEY}.lost: the site"),
        (replaced('build = ["{python}"', 'build = ["/no/such"'), f"{KEY}.build: [Errno 2]"),
        (replaced('"server.py", "make"', '"none.py", "make"'), "it said: "),
        (replaced('"serve", "{folder}"', '"make", "{folder}"'), f"({KEY}.command)"),
        (replaced("[release]", '[origins]\nother = "http://h.test"\n[release]'), "origins.other: "),
    ],
)
def test_a_mistake_is_explained(run: Run, project: Path, text: str, told: str) -> None:
    """A usage error, which names file and key, what was found and what to do."""
    (project / "environments" / "ours.toml").write_text(text)
    (project / "site").mkdir()  # for a command that was told of no folder
    code, output = run()
    assert code == 4, output
    assert f"error: {project / 'environments' / 'ours.toml'}: " in output
    assert told in output
    assert "Traceback" not in output.partition("it said: ")[0]


@pytest.mark.parametrize("option", ["--fault=gone", "--pairs=0", "--seed=3"])
def test_options_that_do_not_go_together(run: Run, option: str) -> None:
    """Faults belong to the other drill."""
    code, output = run(option)
    assert code == 4, output
    assert f"leave out {option.partition('=')[0]}" in output
