"""Three places for real: network namespaces, in each of which the site's name leads to an edge of
its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from suite_run import OPTIONS
from vantage_point import CONTROL, EDGE

from knowngood.cli import main
from knowngood.report import verdict_reader

PROGRAM = Path(__file__).parents[2] / "support" / "vantage_point.py"
NAMESPACE = ["unshare", "--user", "--map-root-user", "--net", "--kill-child"]
CHECK = '''
import pytest

@pytest.mark.get("content:/")
def test_the_page(response):
    """The page is the one that was built."""
    assert response.text == "sound"
'''
ENVIRONMENT = f"""
description = "a site with an edge for each part of the world"
[origins]
content = "http://{EDGE[0]}:{EDGE[1]}"
[budget]
probe = 6
settle = 0
[[control]]
url = "http://{CONTROL[0]}:{CONTROL[1]}/"
body = "fine"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite of one check."""
    for name, text in (("smoketests/test_page.py", CHECK), ("environments/prod.toml", ENVIRONMENT)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\ntestpaths = 'smoketests'\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def namespaces() -> None:
    """Skip where namespaces are forbidden, also under CI: many containers do not allow them."""
    try:
        subprocess.run([*NAMESPACE, "true"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"no network namespaces here: {reason.decode('utf-8', 'replace').strip()}")


def verify(project: Path, place: str, edge: str) -> "subprocess.Popen[bytes]":
    """Start a run in a namespace of its own."""
    command = [sys.executable, "-m", "pytest", "--env=prod", f"--place={place}"]
    options = ["-q", *OPTIONS, "-p", "no:cacheprovider", f"--verdict-file={place}.json"]
    folder = project / place  # for the lock of the environment: they are machines of their own
    folder.mkdir()
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.Popen(
        [*NAMESPACE, sys.executable, str(PROGRAM), edge, *command, *options],
        cwd=project,
        env={**inherited, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.usefixtures("namespaces")
def test_three_places(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One edge serves something else, one is silent, one is sound: the first decides, the second is
    told, and without the first nobody could say.
    """
    edges = {"fra": "another page", "iad": "sound", "syd": "silent"}
    runs = {place: verify(project, place, edge) for place, edge in edges.items()}
    try:
        codes = {place: run.wait(400) for place, run in runs.items()}
    finally:
        for run in runs.values():
            run.kill()
    assert codes == {"fra": 1, "iad": 0, "syd": 1}

    all_three = ["fra.json", "iad.json", "syd.json", "--expect=fra,iad,syd"]
    assert main.run(["fold", *all_three, "--verdict-file=all.json"]) == 1
    printed = capfd.readouterr().out
    document = verdict_reader.read(project / "all.json")
    sentences = [cause["sentence"] for cause in document["causes"]]
    assert [cause["state"] for cause in document["causes"]] == ["failed", "unsettled"]
    assert sentences[0].endswith("from 1 of 3 places: fra")
    assert sentences[1].endswith("connection refused from 1 of 3 places: syd")
    assert all(sentence in printed for sentence in sentences)

    assert main.run(["fold", "iad.json", "syd.json"]) == 75
    assert main.run(["fold", "iad.json"]) == 0
