"""Approvals of a code host, as its API answers: which commits somebody else approved."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from knowngood.environment import BadEnvironment
from knowngood.release.review_approvals import approved_commits

A, B, C, D = (letter * 40 for letter in "abcd")


def request(*reviews: tuple[str, str | None], author: str | None = "ann", **more: Any) -> Any:
    """A pull request with the opinions of these people."""
    nodes = [{"state": state, "author": login and {"login": login}} for state, login in reviews]
    opinions = {"latestOpinionatedReviews": {"nodes": nodes}}
    return {"state": "MERGED", "author": author and {"login": author}, **opinions, **more}


def on_github(tmp_path: Path, **requests: list[Any]) -> frozenset[str]:
    """The approved commits, by what their pull requests say."""
    nodes = [
        {"oid": oid, "associatedPullRequests": {"nodes": found}} for oid, found in requests.items()
    ]
    answer = {"data": {"repository": {"object": {"history": {"nodes": nodes}}}}}
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps(answer))
    return approved_commits(path, "github")


def test_approved_on_github(tmp_path: Path) -> None:
    """By somebody else, in a pull request that was merged."""
    approved = request(("APPROVED", "bob"))
    assert on_github(tmp_path, **{A: [approved], B: []}) == {A}


@pytest.mark.parametrize(
    "case",
    [
        request(),
        request(("APPROVED", "ann")),
        request(("APPROVED", "bob"), ("CHANGES_REQUESTED", "carol")),
        request(("DISMISSED", "bob")),
        request(("APPROVED", None)),
        request(("APPROVED", "bob"), state="OPEN"),
    ],
    ids=["nobody", "oneself", "changes-requested", "dismissed", "deleted-account", "not-merged"],
)
def test_not_approved_on_github(tmp_path: Path, case: Any) -> None:
    """What is no approval of what was merged."""
    assert on_github(tmp_path, **{A: [case]}) == frozenset()


def test_approved_on_gitlab(tmp_path: Path) -> None:
    """The merge commit, or the last commit of a branch that was only moved forward."""

    def node(merge: str | None, head: str, *users: str, state: str = "merged") -> dict[str, Any]:
        approvers = {"nodes": [{"username": user} for user in users]}
        shas = {"mergeCommitSha": merge, "diffHeadSha": head}
        return {"state": state, "author": {"username": "ann"}, "approvedBy": approvers, **shas}

    nodes = [node(A, D, "bob"), node(None, B, "ann", "bob"), node(C, D, "ann"), node(D, D)]
    answer = {"data": {"project": {"mergeRequests": {"nodes": nodes}}}}
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps(answer))
    assert approved_commits(path, "gitlab") == {A, B}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"data": null}', '{"errors": [{"message": "Bad credentials\\u001b"}]}']
)
@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_no_answer_of_the_host(tmp_path: Path, text: str, host: str) -> None:
    """It is named, with what it says; nothing counts as approved."""
    path = tmp_path / "reviews.json"
    path.write_text(text)
    with pytest.raises(BadEnvironment, match=f"gate.reviews = '{host}': .*reviews.json: found"):
        approved_commits(path, host)


def test_a_file_that_ci_did_not_write(tmp_path: Path) -> None:
    """The message says who should."""
    with pytest.raises(BadEnvironment, match=r"No such file.*; let CI write it before the gate"):
        approved_commits(tmp_path / "reviews.json", "github")


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("gh", "oid state login latestOpinionatedReviews associatedPullRequests history"),
        ("glab", "mergeRequests state mergeCommitSha diffHeadSha username approvedBy"),
    ],
)
def test_the_documented_query_asks_for_what_is_read(command: str, fields: str) -> None:
    """The page and the reader name the same fields."""
    page = (Path(__file__).parents[3] / "docs" / "releases.md").read_text("utf-8")
    [query] = re.findall(rf"^    {command} api graphql .*$", page, re.M)
    assert [field for field in fields.split() if not re.search(rf"\b{field}\b", query)] == []
    assert query.endswith(" > environments/reviews.json")
