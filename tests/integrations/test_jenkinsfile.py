"""integrations/Jenkinsfile: parsed as Groovy, its steps run by a shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dekobon_tree_sitter_groovy
import pytest
import tree_sitter
from shell_steps import Workspace

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


def test_it_is_sound() -> None:
    """Groovy from end to end, with the sections of a declarative pipeline."""
    assert complaints(SOURCE) == []


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("pipeline {", "pipeline "),
        ("unit: 'HOURS'", "unit: 'HOURS"),
        ("if (code == 75) {", "if code == 75 {"),
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


HOSTILE = "v7 `touch pwned` $(touch pwned) \"; touch pwned; ' touch pwned"


def test_the_shell_takes_what_somebody_typed_for_one_word(workspace: Workspace) -> None:
    """Groovy puts no step together, and the shell quotes what it is given."""
    _, step = steps(SOURCE)
    assert text(step).startswith("'"), "a string that Groovy would fill in"
    ended = workspace.run(script(step), TAG=HOSTILE, ENVIRONMENT="prod")
    assert ended.code == 0
    assert ended.calls == [
        ["knowngood", "push", "--env=prod", f"--release={HOSTILE}", "--reports=results"]
    ]
    assert not (workspace.folder / "pwned").exists()


@pytest.mark.parametrize("tag", [HOSTILE, "", "-rf", "v7\n", "v$x", "--env=prod"])
def test_what_is_no_tag_ends_the_build_at_once(workspace: Workspace, tag: str) -> None:
    """Before anything is installed or deployed."""
    ended = workspace.run(script(steps(SOURCE)[0]), TAG=tag)
    assert (ended.code, ended.calls) == (4, [])


def test_a_tag_is_taken(workspace: Workspace) -> None:
    """And results of the build before are gone."""
    results = workspace.folder / "results"
    results.mkdir()
    (results / "old.xml").write_text("")
    ended = workspace.run(script(steps(SOURCE)[0]), TAG="release/v7.1+2_a-b=,%#c")
    assert ended.code == 0
    assert [call[0] for call in ended.calls] == ["python3", "pip"]
    assert list(results.iterdir()) == []


@pytest.mark.parametrize("source", ["", "knowngood @ https://example.org/knowngood.whl"])
def test_knowngood_comes_from_where_the_variable_says(workspace: Workspace, source: str) -> None:
    """Without it from the checkout, which is no package where the suite is somebody's own."""
    ended = workspace.run(script(steps(SOURCE)[0]), TAG="v7", KNOWNGOOD=source)
    assert ended.calls[-1] == ["pip", "install", "--quiet", source or "."]


def test_stage_comes_before_prod() -> None:
    """Nothing else is pushed, and nothing is rolled back but by the push itself."""
    calls = [
        text(call)
        for call in nodes(PARSER.parse(SOURCE.encode()).root_node, "method_invocation")
        if text(call).startswith("push(")
    ]
    assert calls == ["push('stage')", "push('prod')"]
    assert "rollback" not in SOURCE


def test_inconclusive_is_unstable_and_stops() -> None:
    """75 alone; every other code but 0 fails the build."""
    assert "skipStagesAfterUnstable()" in SOURCE
    (push,) = [
        text(method)
        for method in nodes(PARSER.parse(SOURCE.encode()).root_node, "method_declaration")
        if text(method).startswith("void push(")
    ]
    inconclusive, _, other = push.partition("} else if (code != 0) {")
    assert "if (code == 75) {\n        unstable(" in inconclusive
    assert "error(" in other


def test_reports_are_kept_whatever_happens() -> None:
    """Below `always`, and they do not decide over the build."""
    post = SOURCE[SOURCE.index("    post {") :]
    assert post.index("always {") < post.index("junit(") < post.index("archiveArtifacts(")
    assert "skipMarkingBuildUnstable: true" in post
