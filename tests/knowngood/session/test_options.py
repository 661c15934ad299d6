"""The options of a run are checked once, and say the same to a child process."""

from pathlib import Path
from typing import Any

import pytest

from knowngood.safety.errors import UsageError
from knowngood.session.options import Options

ENVIRONMENT = """
description = "a demonstration"
[origins]
content = "http://content.test"
"""
RELEASE = '[release]\nurl = "content:/__version__"\n'
DIGEST = "a" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A suite with the environments demo, and bare, which cannot tell its release."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "demo.toml").write_text(ENVIRONMENT + RELEASE)
    (folder / "bare.toml").write_text(ENVIRONMENT.replace("content.test", "bare.test"))
    return tmp_path


def options(root: Path, **values: Any) -> Options:
    """The options for the demonstration environment, or those given."""
    return Options.from_values(**{"env": "demo", "root": root, "cwd": root, **values})


def test_no_options_but_the_environment(root: Path) -> None:
    """Only --env is needed."""
    made = options(root)
    assert made.environment.name == "demo"
    assert made.to_arguments() == ["--env=demo"]
    assert not made.record


def test_on_github(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The summary goes to GitHub's file, and annotations are printed, unless a parent does it."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/none/step")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    made = options(root)
    assert made.reports == {"--summary-file": Path("/none/step")}
    assert made.annotate
    assert options(root, summary_file=Path("own")).reports == {"--summary-file": root / "own"}
    monkeypatch.setenv("KNOWNGOOD_PARENT", "3")
    assert options(root).reports == {}
    assert not options(root).annotate


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"env": None}, "a demonstration"),
        ({"env": "stagging"}, "stagging"),
        ({"push": True}, "give --record as well"),
        ({"record": True, "origin": ["content=http://127.0.0.1:9"]}, "is not the environment"),
        ({"record": True, "drill": "none"}, r"\[serve.drill\]"),
        ({"release": " "}, "expected a tag or a commit"),
        ({"release": "v1", "env": "bare"}, r"has no \[release\]"),
        ({"manifest": Path("none.txt")}, "--manifest .*none.txt"),
        ({"manifest": Path("none.txt"), "env": "bare"}, r"has no \[release\]"),
        ({"baseline": Path("none.json")}, "--baseline none.json"),
        ({"verdict_file": Path("none/v.json")}, "--verdict-file .*no folder none"),
        ({"html_file": Path("none/v.html")}, "--html-file .*no folder none"),
        ({"origin": ["content"]}, "NAME=URL"),
        ({"place": "fra, iad"}, "--place: found 'fra, iad'; expected up to 64 letters"),
        ({"place": ""}, "--place: found ''; expected up to 64 letters"),
    ],
)
def test_what_does_not_fit(root: Path, values: dict[str, Any], message: str) -> None:
    """Every mistake is a usage error that names the option."""
    with pytest.raises(UsageError, match=message):
        options(root, **values)


def test_the_place_is_the_host_unless_it_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child on the same host is only told a place of another name."""
    monkeypatch.setattr("socket.gethostname", lambda: "build 7")
    made = options(root)
    assert (made.place, made.to_arguments()) == ("build-7", ["--env=demo"])
    named = options(root, place="fra")
    assert (named.place, named.to_arguments()) == ("fra", ["--env=demo", "--place=fra"])


def test_a_child_gets_all_but_the_reports(root: Path) -> None:
    """Whoever starts the child writes reports and records; files are named absolutely."""
    (root / "build.txt").write_text(f"{DIGEST}  index.html\n")
    made = options(
        root,
        origin=["content=http://127.0.0.1:9"],
        release=" v1 ",
        manifest=Path("build.txt"),
        subject=[f"app=sha256:{DIGEST}"],
        verdict_file=Path("verdict.json"),
        html_file=Path("verdict.html"),
        har_file=Path("run.har"),
    )
    assert made.to_arguments() == [
        "--env=demo",
        "--origin=content=http://127.0.0.1:9",
        "--release=v1",
        f"--manifest={root / 'build.txt'}",
        f"--subject=app=sha256:{DIGEST}",
    ]
    assert made.reports == {
        "--verdict-file": root / "verdict.json",
        "--html-file": root / "verdict.html",
        "--har-file": root / "run.har",
    }
    assert made.environment.origins == {"content": "http://127.0.0.1:9"}
    assert made.manifest is not None
    assert made.manifest.files == {"index.html": DIGEST}
