"""The manifest of a folder lists what a web server would answer, as `sha256sum` does."""

import hashlib
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from knowngood.content import manifest
from knowngood.content.manifest import BadManifest
from knowngood.content.manifest_build import build


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small build: two locales that share a folder, one alias."""
    root = tmp_path / "site"
    for locale in ("de", "fr"):
        (root / locale).mkdir(parents=True)
        (root / locale / "index.html").write_text(f"<html lang={locale}>")
        (root / locale / "js").symlink_to("../_shared/js")
    (root / "_shared" / "js").mkdir(parents=True)
    (root / "_shared" / "js" / "config.json").write_text("{}")
    (root / "he").symlink_to("fr")
    return root


def refused(folder: Path) -> str:
    """Why no manifest can be made of ``folder``: one printable line that names it."""
    with pytest.raises(BadManifest) as caught:
        build(folder)
    message = str(caught.value)
    assert message.startswith(str(folder))
    assert message.isprintable()
    return message


def test_sha256sum_agrees(site: Path, tmp_path: Path) -> None:
    """`sha256sum -c` takes the manifest inside the folder, and finds every file, also by links."""
    (tmp_path / "manifest").write_text(build(site).text)
    checking = ["sha256sum", "--strict", "-c", "../manifest"]
    checked = subprocess.run(checking, cwd=site, capture_output=True, text=True, check=True)
    files = ("index.html", "js/config.json")
    paths = [f"{locale}/{file}" for locale in ("de", "fr", "he") for file in files]
    listed = sorted(checked.stdout.splitlines())
    assert listed == [f"{path}: OK" for path in ("_shared/js/config.json", *paths)]


def test_what_is_built_can_be_read(site: Path) -> None:
    """Each path leads to the digest of the file's content."""
    (site / "ünï códe (1).txt").write_bytes(b"a")
    files = manifest.parse(build(site).text).files
    assert files["ünï códe (1).txt"] == hashlib.sha256(b"a").hexdigest()
    assert files["he/js/config.json"] == hashlib.sha256(b"{}").hexdigest()


def test_the_order_is_that_of_the_bytes(tmp_path: Path) -> None:
    """Equal builds have equal manifests, in whatever order the file system lists them."""
    names = ["Z", "a", "a-b", "a/b", "a0", "é", "\U0001f600", "\uffee"]
    for folder in ("one", "two"):
        random.shuffle(names)
        for name in names:
            path = tmp_path / folder / name.replace("a/b", "a.d/b")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
    one, two = (build(tmp_path / folder).text for folder in ("one", "two"))
    assert one == two
    paths = [line[66:].encode() for line in one.splitlines()]
    assert paths == sorted(paths)


@pytest.mark.parametrize("name", [".git", ".hg", ".svn"])
def test_folders_of_version_control_are_left_out(site: Path, name: str) -> None:
    """They change by themselves, and are not to be served."""
    before = build(site)
    (site / "de" / name).mkdir()
    (site / "de" / name / "HEAD").write_text("x")
    assert build(site).text == before.text
    assert build(site).left_out == (f"de/{name}",)


def _loop(site: Path) -> None:
    (site / "fr" / "again").symlink_to("../fr")


def _mutual(site: Path) -> None:
    (site / "fr" / "other").symlink_to("../de")
    (site / "de" / "other").symlink_to("../fr")


def _itself(site: Path) -> None:
    (site / "fr" / "self").symlink_to("self")


def _broken(site: Path) -> None:
    (site / "_shared" / "js" / "config.json").unlink()
    (site / "_shared" / "js" / "config.json").symlink_to("gone")


def _outside(site: Path) -> None:
    (site.parent / "outside.js").write_text("x")
    (site / "fr" / "lib.js").symlink_to("../../outside.js")


def _beside(site: Path) -> None:
    (site.parent / "site-2").mkdir()
    (site / "fr" / "lib").symlink_to("../../site-2")


def _pipe(site: Path) -> None:
    os.mkfifo(site / "fr" / "pipe")


def _line_end(site: Path) -> None:
    (site / "fr" / "a\nb").write_text("x")


def _backslash(site: Path) -> None:
    (site / "fr" / "a\\b").write_text("x")


def _latin(site: Path) -> None:
    Path(os.fsdecode(os.fsencode(site / "fr") + b"/\xe9.html")).write_text("x")


@pytest.mark.parametrize(
    ("spoil", "named", "why"),
    [
        (_loop, "fr/again", "leads in circles"),
        (_mutual, "/other", "leads in circles"),
        (_itself, "fr/self", "Too many levels"),
        (_broken, "js/config.json", "leads nowhere"),
        (_outside, "fr/lib.js", "leads out of the folder"),
        (_beside, "fr/lib", "leads out of the folder"),
        (_pipe, "fr/pipe", "neither a file nor a folder"),
        (_line_end, "fr/a\\x0ab", "control character"),
        (_backslash, "fr/a\\b", "holds a backslash"),
        (_latin, "fr/\\xdce9.html", "not UTF-8"),
    ],
)
def test_what_no_manifest_can_list(
    site: Path, spoil: Callable[[Path], None], named: str, why: str
) -> None:
    """The message names the file and says why."""
    spoil(site)
    message = refused(site)
    assert named in message
    assert why in message


def test_a_file_that_cannot_be_read(site: Path) -> None:
    """A manifest without it would be of another build."""
    (site / "fr" / "index.html").chmod(0)
    if os.access(site / "fr" / "index.html", os.R_OK):
        pytest.skip("this user may read everything")
    assert "fr/index.html: cannot be read: Permission denied" in refused(site)


def test_no_folder_and_nothing_in_it(tmp_path: Path) -> None:
    """A folder that is not there, a file, an empty folder: none of them is a build."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    for name, why in (("gone", "no such folder"), ("file", "no such folder"), ("empty", "no file")):
        assert why in refused(tmp_path / name)


def test_a_file_with_many_links_is_read_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred locales may share one copy."""
    read = []
    digest = hashlib.file_digest

    def counting(file: object, name: str) -> object:
        read.append(name)
        return digest(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", counting)
    assert len(build(site).text.splitlines()) == 7
    assert len(read) == 3


def test_links_to_folders_of_links_have_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty folders, each with two links to the next, would be a thousand million."""
    monkeypatch.setattr("knowngood.content.manifest_build.MOST", 1000)
    for number in range(30):
        (tmp_path / str(number)).mkdir()
        for name in ("a", "b"):
            (tmp_path / str(number) / name).symlink_to(f"../{number + 1}")
    (tmp_path / "30").mkdir()
    with pytest.raises(BadManifest, match="beyond the first 1000 files and folders"):
        build(tmp_path)
