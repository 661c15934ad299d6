"""The content side served from a folder: as the generated site is, and anew after each flip."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fhr_standin.content import Content
from fhr_standin.folder import Folder
from fhr_standin.locales import choose
from fhr_standin.site import Site
from fhr_standin.write import write


@pytest.fixture
def live(site: Site, tmp_path: Path) -> Path:
    """A link to the site of the release v1, as `--write` writes it."""
    write(site, tmp_path / "v1")
    (tmp_path / "live").symlink_to("v1")
    return tmp_path / "live"


def flip(live: Path, target: str) -> None:
    """Let the link lead somewhere else, at once."""
    aside = live.with_name("aside")
    aside.symlink_to(target)
    aside.replace(live)


def test_every_path_answers_as_the_generated_site(
    site: Site, live: Path, content: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """Status, headers and bytes are the same, of what is there and of what is not."""
    generated, folder = content(), Content(Folder(live), [])
    missing = ["/", "/xx", "/xx/", "/fr/js", "/fr/js/", "/fr/none.js", "/fr/v4/index.htm"]
    for path in [*site.paths(), "/fr", "/fr/v4", "/he", *missing]:
        assert ask(folder, path) == ask(generated, path), path


def test_revalidation_and_compression(live: Path, ask: Callable[..., Any]) -> None:
    """A held ETag is 304, and text is gzipped on request."""
    app = Content(Folder(live), [])
    zipped = ask(app, "/fr/", headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert ask(app, "/fr/", headers={"if-none-match": zipped.headers["etag"]}).status == 304


def test_a_flipped_link_is_a_deployment(live: Path, ask: Callable[..., Any]) -> None:
    """The next request is answered from where it leads then, also what was asked before."""
    app = Content(Folder(live), [])
    write(Site(choose(1), "v2"), live.with_name("v2"))
    assert json.loads(ask(app, "/__version__").body)["version"] == "v1"
    assert ask(app, "/fr/").status == 200
    flip(live, "v2")
    assert json.loads(ask(app, "/__version__").body)["version"] == "v2"
    assert ask(app, "/fr/").status == 404
    flip(live, "v1")
    assert ask(app, "/fr/").status == 200


def test_a_folder_that_is_not_there_yet(tmp_path: Path, ask: Callable[..., Any]) -> None:
    """Everything is 404, until somebody deploys."""
    app = Content(Folder(tmp_path / "live"), [])
    assert ask(app, "/robots.txt").status == 404
    write(Site(choose(1)), tmp_path / "live")
    assert ask(app, "/robots.txt").status == 200


def test_a_file_that_went_away(live: Path, ask: Callable[..., Any]) -> None:
    """It is 404 in every locale that links to it."""
    app = Content(Folder(live), [])
    assert ask(app, "/fr/js/config.json").status == 200
    (live / "en-US" / "js" / "config.json").unlink()
    assert ask(app, "/fr/js/config.json").status == 404


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "//etc/passwd", "/fr/../../secret.txt", "/out.txt", "/ring", "/a\0b", "/x/"],
)
def test_nothing_else_is_served(path: str, live: Path, ask: Callable[..., Any]) -> None:
    """Neither what lies beside the folder, nor where links lead out of it, nor what is no name."""
    (live.parent / "secret.txt").write_text("secret")
    (live / "out.txt").symlink_to(live.parent / "secret.txt")
    (live / "ring").symlink_to("ring")
    (live / "x").mkdir()
    assert ask(Content(Folder(live), []), path).status == 404


@pytest.fixture
def served(live: Path) -> Iterator[str]:
    """The origin of a stand-in that serves the link."""
    command = [sys.executable, "-m", "fhr_standin", "--root", str(live)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())["origins"]["content"]
        process.stdin.close()


def test_over_a_socket(live: Path, served: str, fetch: Callable[..., Any]) -> None:
    """The process serves the link, and what it leads to later; a type unknown is told as such."""
    assert json.loads(fetch(f"{served}/__version__").body)["version"] == "v1"
    shutil.copytree(live.resolve(), live.with_name("v2"), symlinks=True)
    (live.with_name("v2") / "more.xyz").write_text("more")
    flip(live, "v2")
    more = fetch(f"{served}/more.xyz")
    assert (more.status, more.body) == (200, b"more")
    assert more.headers["content-type"] == "application/octet-stream"
