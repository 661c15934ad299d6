"""integrations/Jenkinsfile: parsed as Groovy, its steps run by a shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dekobon_tree_sitter_groovy
import pytest
import tree_sitter

PATH = Path(__file__).parent.parent.parent / "integrations" / "Jenkinsfile"
SOURCE = PATH.read_text("utf-8")
PARSER = tree_sitter.Parser(tree_sitter.Language(dekobon_tree_sitter_groovy.language()))
SECTIONS = {"agent", "environment", "libraries", "options", "parameters", "post", "stages"}
SECTIONS |= {"tools", "triggers"}  # what a declarative pipeline may hold
REQUIRED = {"agent", "stages"}


def nodes(node: tree_sitter.Node, kind: str = "") -> Iterator[tree_sitter.Node]:
    """The node and all below it, of one kind or of all."""
    if kind in ("", node.type):
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()


def complaints(source: str) -> list[str]:
    """What is wrong with a Jenkinsfile: as Groovy, and as a declarative pipeline."""
    root = PARSER.parse(source.encode()).root_node
    found = [
        f"line {node.start_point[0] + 1}: {'missing ' if node.is_missing else ''}{node.type}"
        for node in nodes(root)
        if node.is_error or node.is_missing
    ]
    names = {text(each.children[0]) for each in sections(root)}
    found += [f"unknown section: {name}" for name in sorted(names - SECTIONS)]
    return found + [f"no section: {name}" for name in sorted(REQUIRED - names)]


def sections(root: tree_sitter.Node) -> list[tree_sitter.Node]:
    """What stands directly in `pipeline { }`; `agent any` is two words to this grammar."""
    pipelines = [each for each in root.children if each.type == "pipeline_statement"]
    found = [each for pipeline in pipelines for each in pipeline.children[-1].named_children]
    words = [each for each in found if not each.type.endswith("comment")]
    return [each for each in words if text(each) not in {"any", "none"}]


def steps(source: str) -> list[tree_sitter.Node]:
    """The literal that each `sh` runs."""
    names = nodes(PARSER.parse(source.encode()).root_node, "identifier")
    calls = [name.parent for name in names if text(name) == "sh" and name.parent is not None]
    return [next(nodes(call, "string_literal")) for call in calls]


def script(literal: tree_sitter.Node) -> str:
    """What the shell is given: Groovy joins a line that ends in a backslash to the next."""
    return text(literal).strip("'").replace("\\\n", "")


def above(node: tree_sitter.Node, kind: str) -> list[str]:
    """The first line of all nodes of a kind that a node lies in, the nearest first."""
    found = []
    while node.parent is not None:
        node = node.parent
        if node.type == kind:
            found.append(text(node).partition("\n")[0])
    return found


def test_it_is_sound() -> None:
    """Groovy from end to end, with the sections of a declarative pipeline."""
    assert complaints(SOURCE) == []


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("pipeline {", "pipeline "),
        ("unit: 'HOURS'", "unit: 'HOURS"),
        ("if (code == 1) {", "if code == 1 {"),
        ("steps {", "steps"),
        ("returnStatus: true", "returnStatus: = true"),
        ("} else if", "else if"),
        ("'''\n", "''\n"),
        ("    agent any\n", ""),
        ("    stages {", "    stagess {"),
        ("}", ""),
    ],
)
def test_a_broken_one_is_told_from_it(sound: str, broken: str) -> None:
    """Each of these Jenkins would refuse."""
    assert sound in SOURCE
    assert complaints(SOURCE.replace(sound, broken, 1)) != []


STUB = """#!/bin/sh
printf '%s' "${0##*/}" >>"$LOG"
for each in "$@"; do printf '\\0%s' "$each" >>"$LOG"; done
printf '\\n' >>"$LOG"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Where the steps run: what they call writes its words down, and does nothing."""
    for name in ("bin/python3", "deploy", ".venv/bin/pip", ".venv/bin/knowngood"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STUB)
        path.chmod(0o755)
    return tmp_path


def run(workspace: Path, step: str, tag: str) -> tuple[int, list[list[str]]]:
    """Run a step as Jenkins does; its exit code, and what it called."""
    log = workspace / "log"
    log.write_text("")
    where = f"{workspace}/bin:{os.environ['PATH']}"
    env = {**os.environ, "PATH": where, "TAG": tag, "PLACE": "prod", "LOG": str(log)}
    command = ["sh", "-xe", "-c", step]
    done = subprocess.run(command, cwd=workspace, env=env, capture_output=True, check=False)
    calls = [line.split("\0") for line in log.read_text("utf-8").split("\n")]
    return done.returncode, calls[:-1]


HOSTILE = "v7 `touch pwned` $(touch pwned) \"; touch pwned; ' touch pwned"


def test_the_shell_takes_what_somebody_typed_for_one_word(workspace: Path) -> None:
    """Groovy puts no step together, and the shell quotes what it is given."""
    calls = []
    for literal in steps(SOURCE)[1:]:
        assert text(literal).startswith("'"), "a string that Groovy would fill in"
        code, made = run(workspace, script(literal), HOSTILE)
        assert code == 0
        calls += made
    assert not (workspace / "pwned").exists()
    prod = ["--env=prod", f"--release={HOSTILE}"]
    reports = ["--verdict-file=results/prod.json", "--junitxml=results/prod.xml"]
    assert sorted(calls) == [
        ["deploy", "prod", HOSTILE],
        ["deploy", "stage", HOSTILE],
        ["knowngood", "gate", *prod],
        ["knowngood", "rollback", "--env=prod", "--yes"],
        ["knowngood", "verify", *prod, "--record", "--push", *reports],
    ]


@pytest.mark.parametrize("tag", [HOSTILE, "", "-rf", "v7\n", "v$x", "--env=prod"])
def test_what_is_no_tag_ends_the_build_at_once(workspace: Path, tag: str) -> None:
    """Before anything is installed or deployed."""
    code, calls = run(workspace, script(steps(SOURCE)[0]), tag)
    assert (code, calls) == (4, [])


def test_a_tag_is_taken(workspace: Path) -> None:
    """And results of the build before are gone."""
    (workspace / "results").mkdir()
    (workspace / "results" / "old.xml").write_text("")
    code, calls = run(workspace, script(steps(SOURCE)[0]), "release/v7.1+2")
    assert code == 0
    assert [call[0] for call in calls] == ["python3", "pip"]
    assert list((workspace / "results").iterdir()) == []


def test_only_a_failed_prod_is_rolled_back() -> None:
    """The one step that does stands below the one test for exit code 1."""
    (back,) = [each for each in steps(SOURCE) if "rollback" in text(each)]
    assert above(back, "if_statement") == ["if (code == 1) {"]
    (test,) = [
        each
        for each in nodes(PARSER.parse(SOURCE.encode()).root_node, "if_statement")
        if text(each).startswith("if (code == 1)")
    ]
    assert test.parent is not None
    before = text(test.parent).partition("if (code == 1)")[0]
    assert before.rstrip().endswith("int code = verify('prod')")


def test_inconclusive_is_unstable_and_stops() -> None:
    """75 alone; every other code but 0 fails the build."""
    assert "skipStagesAfterUnstable()" in SOURCE
    (hold,) = [
        text(each)
        for each in nodes(PARSER.parse(SOURCE.encode()).root_node, "method_declaration")
        if text(each).startswith("void hold(")
    ]
    inconclusive, _, other = hold.partition("} else if (code != 0) {")
    assert "if (code == 75) {\n        unstable(" in inconclusive
    assert "error(" in other


def test_reports_are_kept_whatever_happens() -> None:
    """Below `always`, and they do not decide over the build."""
    post = SOURCE[SOURCE.index("    post {") :]
    assert post.index("always {") < post.index("junit(") < post.index("archiveArtifacts(")
    assert "skipMarkingBuildUnstable: true" in post
