"""The suite against a real nginx that serves the same content over TLS."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from behind_nginx import Served

from knowngood.content import manifest_build

BUILT = "knowngood::every_file_is_the_one_that_was_built"
RESOURCES = "test_resources.py"
"""The checks that ask for every file: with a manifest a run needs no others."""


def test_the_suite_passes_on_nginx(served: Served, suite: Callable) -> None:
    """Real server, real TLS, nginx's own media types, ETags and compression; over a few
    connections of HTTP/2: one for all, and those of requests that have their own.
    """
    ended = suite(f"--env={served.environment}")
    assert ended.code == 0, ended.output
    versions, connections = served.asked()
    assert versions == {"HTTP/2.0"}
    assert connections < 40


def test_http2_is_forbidden(served: Served, suite_here: Callable) -> None:
    """Nginx offers it, and is asked by HTTP/1.1."""
    text = served.environment.read_text()
    served.environment.write_text(f'{text}\n[network]\nhttp = "1.1"\n')
    assert suite_here(f"--env={served.environment}", "-k", "robots").verdict["failures"] == []
    assert served.asked()[0] == {"HTTP/1.1"}


def test_an_authority_that_is_not_trusted(served: Served, suite: Callable) -> None:
    """Without the test's authority no answer is believed, and no header of ours goes out."""
    text = served.environment.read_text().replace('ca = "file:ca.pem"', "")
    served.environment.write_text(text)
    ended = suite(f"--env={served.environment}", "-k", "robots")
    assert ended.code == 75, ended.output
    assert "tls (untrusted): " in ended.output


@pytest.mark.parametrize(
    ("removed", "caught_by"),
    [
        ("js/config.json", "test_config.py::test_config_json_never_404s"),
        (
            "js/locale/date_format.json",
            "test_date_format.py::test_every_locale_has_its_twelve_months",
        ),
        (
            "mobile/css/main.css",
            "test_resources.py::test_everything_a_page_needs_is_there",
        ),
        ("v4/index.html", "test_pages.py::test_page_is_there"),
    ],
)
def test_a_file_is_removed(
    served: Served, suite_here: Callable, removed: str, caught_by: str
) -> None:
    """The push of 2013-06-14, and its like."""
    served.shared(removed).unlink()
    ended = suite_here(f"--env={served.environment}", f"smoketests/{caught_by}")
    assert ended.code == 1, ended.output
    assert caught_by in ended.failed_checks()


def test_the_links_of_one_locale_are_broken(served: Served, suite_here: Callable) -> None:
    """A deploy step that loses one locale's links blanks FHR in that language only."""
    (served.site / "fr" / "js").unlink()
    ended = suite_here(f"--env={served.environment}")
    assert ended.code == 1, ended.output
    assert {failure["values"]["locale"] for failure in ended.verdict["failures"]} == {"fr"}
    assert "test_config.py::test_config_json_never_404s" in ended.failed_checks()


@pytest.fixture
def manifest(served: Served) -> Path:
    """What was listed when the site was built, before it was served."""
    path = served.site.parent / "manifest.txt"
    path.write_text(manifest_build.build(served.site).text, "utf-8")
    return path


def _change_one_byte(path: Path) -> tuple[str, str]:
    """A colour by one digit: no check looks at it. The digests before and after."""
    content = path.read_bytes()
    changed = content.replace(b"#2b2f36", b"#2b2f37", 1)
    path.write_bytes(changed)
    return sha256(content).hexdigest(), sha256(changed).hexdigest()


@pytest.fixture(params=["alone", pytest.param("workers", marks=pytest.mark.slow)])
def run(request: pytest.FixtureRequest, suite_here: Callable, suite: Callable) -> Callable:
    """Run the suite in one process, or in several."""
    return suite_here if request.param == "alone" else partial(suite, "-n", "2")


def test_what_is_served_is_what_was_built(served: Served, run: Callable, manifest: Path) -> None:
    """Links, aliases, compression, a query: a sound deployment never fails. The version document
    is the deployment's own.
    """
    version = served.site / "__version__"
    version.write_text(version.read_text().replace("v1", "v2"))
    ended = run(f"--env={served.environment}", f"--manifest={manifest}")
    digest = sha256(manifest.read_bytes()).hexdigest()
    assert ended.verdict["manifest"]["digest"] == digest
    assert ended.verdict["manifest"]["compared"] > 400
    assert ended.code == 0, ended.output


def test_one_byte_is_another(served: Served, run: Callable, manifest: Path) -> None:
    """A file that every check takes, and that is not the one that was built."""
    built, there = _change_one_byte(served.shared("css/styles.css"))
    ended = run(*served.required(RESOURCES), f"--manifest={manifest}")
    assert ended.code == 1, ended.output
    assert ended.failed_checks() == {BUILT}
    [failure] = ended.verdict["failures"]
    assert "ar/css/styles.css and 4 more" in failure["message"]
    assert f"served sha256 {there}" in ended.output
    assert f"built  sha256 {built}" in ended.output


def test_a_file_that_was_not_built(served: Served, suite_here: Callable, manifest: Path) -> None:
    """What an older release left behind still answers, and hides that the build lacks it."""
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if "/css/print.css" not in line))
    ended = suite_here(*served.required(RESOURCES), f"--manifest={manifest}")
    assert ended.code == 1, ended.output
    assert ended.failed_checks() == {BUILT}
    assert "/fr/css/print.css is served and was not built" in ended.output


@pytest.mark.parametrize("folder", ["parent", "below", "other"])
def test_a_manifest_of_something_else(
    served: Served, suite_here: Callable, manifest: Path, folder: str
) -> None:
    """Of the folder above, of one below, of another site: no reason to roll back, nor to go on."""
    lines = manifest.read_text().splitlines(keepends=True)
    if folder == "parent":
        lines = [f"{line[:66]}site/{line[66:]}" for line in lines]
    elif folder == "below":
        lines = [f"{line[:66]}{line[69:]}" for line in lines if line[66:].startswith("fr/")]
    else:
        lines = [line for line in lines if "robots.txt" in line]
    manifest.write_text("".join(lines))
    ended = suite_here(*served.required(RESOURCES), f"--manifest={manifest}")
    assert ended.code == 75, ended.output
    assert "make it of the folder that is served" in ended.output
