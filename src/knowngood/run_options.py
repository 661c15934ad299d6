"""The options of a run, for pytest and ``knowngood verify``, and the variables by which
``knowngood verify`` tells more to the run that it starts.

Imports nothing of this package, since pytest reads it in every run. :mod:`.session.options` says
what the options mean.
"""

from __future__ import annotations

from typing import Final, NamedTuple

RUN_ID: Final = "KNOWNGOOD_RUN_ID"
"""The variable by which ``knowngood verify`` gives a run the id that its verdict must have."""

RECORDED_IN: Final = "KNOWNGOOD_RECORDED_IN"
"""The variable by which it names the folder in which a run records its requests."""

PARENT: Final = "KNOWNGOOD_PARENT"
"""The variable with the descriptor of a pipe that stays open as long as ``knowngood verify``."""

TERMINAL: Final = "KNOWNGOOD_TERMINAL"
"""The variable that says that the output of a run, a pipe to ``knowngood verify``, ends on a
terminal."""

LEVELS: Final = ("smoke", "full")
"""How much of a suite runs, the least first. A level includes those before it."""

FIRST_LOOK: Final = "KNOWNGOOD_FIRST_LOOK"
"""The variable that says that nothing was pushed before the run, so that there is nothing to roll
back: ``knowngood init`` looks at what is there."""


def tag_name(given: str) -> str:
    """Return the name of the release in the value of an option: in CI it may be the full name of a
    tag, such as GitHub's ``$GITHUB_REF``.
    """
    return given.strip().removeprefix("refs/tags/")


class RunOption(NamedTuple):
    """An option as its help shows it.

    Attributes:
        flag: the option with its dashes.
        help: what it does.
        metavar: what its value is called; empty if it takes none.
        is_path: whether the value is a path.
        repeatable: whether it may be given several times.
        writer: the module of the room ``report`` that writes the file; empty for all but reports.
    """

    flag: str
    help: str
    metavar: str = ""
    is_path: bool = False
    repeatable: bool = False
    writer: str = ""

    @property
    def name(self) -> str:
        """The option as a parameter: ``har_file``."""
        return self.flag.removeprefix("--").replace("-", "_")


def _path(flag: str, text: str, writer: str = "") -> RunOption:
    return RunOption(flag, text, "PATH", is_path=True, writer=writer)


RUN_OPTIONS: Final = (
    RunOption(
        "--env",
        "environment to verify: a file in environments/, or the path of a .toml file",
        "NAME",
    ),
    RunOption(
        "--origin",
        "verify another deployment: replace one origin of the environment (repeatable; refused "
        "where the environment is protected)",
        "NAME=URL",
        repeatable=True,
    ),
    RunOption(
        "--place",
        "what the verdict calls the place that it was seen from (default: the host's name)",
        "NAME",
    ),
    RunOption(
        "--level",
        "how much of the suite runs: smoke (default), or full for the checks marked "
        '`level("full")`, too, such as those in a browser',
        "LEVEL",
    ),
    RunOption(
        "--drill",
        "start the deployment with this fault, as [serve.drill] of the environment says "
        "(several: with commas; `none`: without any)",
        "FAULT",
    ),
    RunOption(
        "--release",
        "the release that must be live, a tag or a commit: wait until every edge serves it, and "
        "see that it stays (default: whichever is there)",
        "NAME",
    ),
    _path(
        "--baseline",
        "the verdict file of a run before the push: marks failures that this earlier verdict "
        "already has",
    ),
    _path(
        "--manifest",
        "what `knowngood manifest DIR` printed when the release was built: every file that is "
        "served must be the one that was built (default: not compared)",
    ),
    RunOption(
        "--subject",
        "an artefact that the deployment was made of, such as a container image: its digest goes "
        "on record (repeatable)",
        "NAME=sha256:DIGEST",
        repeatable=True,
    ),
    _path(
        "--verdict-file",
        "write the verdict as JSON to PATH (default: none is written)",
        "json_file",
    ),
    _path(
        "--html-file",
        "write the verdict as one HTML file to PATH (default: none is written)",
        "html_page",
    ),
    _path(
        "--har-file",
        "write every request and answer as HAR, for a browser's network panel, to PATH (default: "
        "none are recorded)",
        "har_file",
    ),
    _path(
        "--summary-file",
        "write the verdict as Markdown to PATH (default: $GITHUB_STEP_SUMMARY, if it is set)",
        "summary_file",
    ),
    _path(
        "--prometheus-file",
        "write the verdict as metrics for the textfile collector of node_exporter to PATH "
        "(default: none are written)",
        "prometheus",
    ),
    _path(
        "--deployment-file",
        "write the verdict as a GitHub deployment and its status, for `gh api`, to PATH (default: "
        "none is written)",
        "github_deployment",
    ),
    RunOption("--record", "record the verdict as a tag in the environment's release.repository"),
    RunOption("--push", "with --record: push that tag"),
)

REPORTS: Final = {option.name: option for option in RUN_OPTIONS if option.writer}
"""The options that name a file to write, by their names as parameters."""
