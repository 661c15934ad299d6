"""What is served, held against what was built: URLs find their files, and a manifest of something
else proves nothing.
"""

import re
from dataclasses import replace

import pytest

from knowngood.environment.release_settings import Release
from knowngood.verdict import build_match
from knowngood.verdict.build_match import BuildComparison, ServedFile
from knowngood.verdict.outcome import FAILED

HOST = "https://h"
RELEASE = Release("content:/revision")
FILES = {
    "en-US/index.html": "1",
    "en-US/js/a b.js": "2",
    "index.html": "3",
    "é/index.html": "4",
    "__heartbeat__": "5",
    "revision": "6",
    "en-US/mobile/index.html": "7",
}


def compared(*answers: tuple[str, str], edge: str = "") -> BuildComparison:
    """These paths with these digests, held against FILES."""
    served = [ServedFile(HOST + path, edge, digest) for path, digest in answers]
    return build_match.compare(FILES, served, RELEASE)


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        ("/en-US/", "1"),
        ("/en-US", "1"),
        ("/en-US/index.html", "1"),
        ("/en-US/?v=1", "1"),
        ("/en-US/mobile/?v=1", "7"),
        ("/en-US//mobile/../", "1"),
        ("/en-US/js/a%20b.js?123", "2"),
        ("/en-US/js/%61%20b.js", "2"),
        ("/en-US//js/./a%20b.js", "2"),
        ("/en-US/../en-US/js/a%20b.js", "2"),
        ("", "3"),
        ("/", "3"),
        ("//", "3"),
        ("/../", "3"),
        ("/%C3%A9/", "4"),
        ("/é/", "4"),
    ],
)
def test_a_url_stands_for_a_file(path: str, digest: str) -> None:
    """As web servers look it up; another digest is another file."""
    assert compared((path, digest)) == BuildComparison(1, (), ())
    [differing] = compared((path, "0")).differing
    assert (differing.served.url, differing.built) == (HOST + path, digest)


@pytest.mark.parametrize(
    "path", ["/en-US/js/", "/en-us/", "/xx-unknown/", "/%FF/", "/.git/HEAD", "/en-US/index.html/"]
)
def test_what_was_not_built(path: str) -> None:
    """A folder without a page, another letter case, what is not UTF-8: no file stands there."""
    comparison = compared((path, "1"), ("/", "3"))
    assert (comparison.compared, comparison.unlisted) == (1, (HOST + path,))
    claim = build_match.claim(comparison)
    assert claim is not None
    assert claim.message == f"{HOST}{path} is served and was not built"


@pytest.mark.parametrize(
    "path", ["/revision", "/revision?1", "//revision", "/__heartbeat__", "/__lbheartbeat__"]
)
def test_the_deployment_s_own_answers_are_exempt(path: str) -> None:
    """The version document is written by the deployment, a heartbeat by the server: neither counts
    for or against, whether it is in the manifest or not.
    """
    assert compared((path, "0"), ("/", "3")) == BuildComparison(1, (), ())


def test_the_environment_says_what_is_not_built() -> None:
    """Settings that a deployment writes for itself, by the whole path."""
    release = replace(RELEASE, unbuilt=re.compile(r"/[^/]+/js/a b\.js"))
    served = [
        ServedFile(f"{HOST}/{path}", "", "0") for path in ("en-US/js/a%20b.js?1", "x/js/a b.js.1")
    ]
    comparison = build_match.compare(FILES, [*served, ServedFile(f"{HOST}/", "", "3")], release)
    assert (comparison.compared, comparison.differing) == (1, ())
    assert comparison.unlisted == (f"{HOST}/x/js/a b.js.1",)


def test_every_answer_counts() -> None:
    """A URL that is asked several times, or at several edges, must be the file every time."""
    served = [
        ServedFile(f"{HOST}/", edge, digest)
        for edge, digest in (("192.0.2.1", "3"), ("192.0.2.2", "3"), ("192.0.2.2", "0"))
    ]
    comparison = build_match.compare(FILES, served, RELEASE)
    assert comparison.compared == 1
    claim = build_match.claim(comparison)
    assert claim is not None
    assert (claim.result, claim.kind) == (FAILED, "content")
    assert claim.message.splitlines() == [
        "https://h/ at 192.0.2.2 is not the file that was built: index.html",
        "  served sha256 0",
        "  built  sha256 3",
    ]


def test_links_to_one_file_are_told_once() -> None:
    """One shared file that is another one fails in every locale, and is one mistake."""
    files = {f"{number:03}/x.js": "1" for number in range(100)}
    served = [ServedFile(f"{HOST}/{path}", "", "0") for path in files]
    claim = build_match.claim(build_match.compare(files, served, RELEASE))
    assert claim is not None
    assert claim.message.partition("\n")[0].endswith(" and 99 more")
    assert len(claim.message.splitlines()) == 3


def test_a_long_list_has_an_end() -> None:
    """Eight of each kind are shown, and how many more there are."""
    files = {f"{number}.js": str(number) for number in range(40)}
    served = [ServedFile(f"{HOST}/{path}", "", "x") for path in files]
    served += [ServedFile(f"{HOST}/new/{number}", "", "x") for number in range(20)]
    claim = build_match.claim(build_match.compare(files, served, RELEASE))
    assert claim is not None
    lines = claim.message.splitlines()
    assert "and 32 more" in lines
    assert "and 12 more" in lines
    assert len(lines) == 8 * 3 + 8 + 2


def test_a_manifest_of_something_else_proves_nothing() -> None:
    """Where most of what is served is not in it, it is the manifest that is wrong: no failure, and
    no PASSED.
    """
    strange = [(f"/other/{number}", "1") for number in range(3)]
    comparison = compared(*strange, ("/", "0"), ("/en-US/", "1"))
    assert build_match.claim(comparison) is None
    assert comparison.doubt.startswith("--manifest has 2 of 5 files that were served")
    assert compared(*strange[:2], ("/", "0"), ("/en-US/", "1")).doubt == ""


def test_nothing_compared_proves_nothing() -> None:
    """Not even that nothing is wrong."""
    for comparison in (compared(), compared(("/revision", "6"))):
        assert comparison.doubt.startswith("nothing was compared")
        assert build_match.claim(comparison) is None
