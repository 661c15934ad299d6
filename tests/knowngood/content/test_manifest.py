"""A manifest lists what was built, as sha256sum would, and nothing else is taken for one."""

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from knowngood.cli.manifest import build
from knowngood.content import manifest
from knowngood.content.manifest import BadManifest

A, B = (hashlib.sha256(each).hexdigest() for each in (b"a", b"b"))
COMMAND = [sys.executable, "-m", "knowngood", "manifest"]


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


def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    """``knowngood manifest`` as a process."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def refused(folder: Path) -> str:
    """Why no manifest can be made of ``folder``, by the command: nothing is printed."""
    ended = run(str(folder))
    assert (ended.returncode, ended.stdout) == (4, ""), ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_sha256sum_agrees(site: Path, tmp_path: Path) -> None:
    """What is printed is what ``sha256sum -c`` takes, in the folder, links and all."""
    ended = run(str(site))
    assert ended.returncode == 0
    (tmp_path / "manifest").write_text(ended.stdout)
    checking = ["sha256sum", "--strict", "-c", "../manifest"]
    checked = subprocess.run(checking, cwd=site, capture_output=True, text=True, check=True)
    assert sorted(checked.stdout.splitlines()) == [
        f"{path}: OK"
        for path in (
            "_shared/js/config.json",
            *(
                f"{code}/{f}"
                for code in ("de", "fr", "he")
                for f in ("index.html", "js/config.json")
            ),
        )
    ]


def test_the_digest_of_the_whole(site: Path) -> None:
    """Standard error has the digest of what standard output has, which is what reading it gives."""
    ended = run(str(site))
    digest = hashlib.sha256(ended.stdout.encode()).hexdigest()
    assert ended.stderr == f"sha256 of the whole: {digest}\n"
    assert manifest.parse(ended.stdout).digest == digest


def test_what_is_printed_can_be_read(site: Path) -> None:
    """Each path leads to the digest of what stands there."""
    (site / "ünï códe (1).txt").write_bytes(b"a")
    found = manifest.parse(build(site).text).files
    assert found["ünï códe (1).txt"] == A
    assert found["he/js/config.json"] == hashlib.sha256(b"{}").hexdigest()


def test_the_order_is_that_of_the_bytes(tmp_path: Path) -> None:
    """However the file system has them, so that equal builds have equal manifests."""
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
def test_history_is_left_out_and_named(site: Path, name: str) -> None:
    """What version control keeps changes by itself, and is not to be served."""
    before = build(site)
    (site / "de" / name).mkdir()
    (site / "de" / name / "HEAD").write_text("x")
    assert build(site).text == before.text
    assert f"left out: de/{name} " in run(str(site)).stderr


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
def test_what_no_manifest_can_say(
    site: Path, spoil: Callable[[Path], None], named: str, why: str
) -> None:
    """The file is named, nothing is printed, the exit code is that of a mistake."""
    spoil(site)
    said = refused(site)
    assert named in said
    assert why in said
    assert said.count("\n") == 1


def test_a_file_that_cannot_be_read(site: Path) -> None:
    """Without it the manifest would be of something else."""
    (site / "fr" / "index.html").chmod(0)
    if os.access(site / "fr" / "index.html", os.R_OK):
        pytest.skip("this user may read everything")
    assert "fr/index.html: cannot be read: Permission denied" in refused(site)


def test_no_folder_and_nothing_in_it(tmp_path: Path) -> None:
    """A folder that is not there, a file, an empty one: none of them is a build."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    for name, why in (("gone", "no such folder"), ("file", "no such folder"), ("empty", "no file")):
        said = refused(tmp_path / name)
        assert name in said
        assert why in said


def test_arguments(site: Path) -> None:
    """One folder, or help; what else there is is told with the exit code of a mistake."""
    assert run("--help").stdout.startswith("usage: knowngood manifest DIR\n")
    for arguments in ([], [str(site), str(site)], ["--output=x"]):
        ended = run(*arguments)
        assert (ended.returncode, ended.stdout) == (4, "")
        assert "needs one folder" in ended.stderr


def test_a_manifest_does_not_list_itself(site: Path) -> None:
    """Redirected into the folder it lists, it would say of itself that it is empty."""
    with (site / "manifest.txt").open("w") as output:
        ended = subprocess.run(
            [*COMMAND, str(site)], stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 4
    assert "manifest.txt: is where the manifest is written to" in ended.stderr


def test_a_full_disk() -> None:
    """What could not be written does not end as if it had been."""
    with Path("/dev/full").open("w") as output:
        ended = subprocess.run(
            [*COMMAND, str(Path(__file__).parents[2] / "smoketests")],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 3
    assert "cannot be written: No space left" in ended.stderr
    assert "sha256 of the whole" not in ended.stderr


def test_a_file_with_many_links_is_read_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred locales share one copy."""
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
    monkeypatch.setattr("knowngood.cli.manifest.MOST", 1000)
    for number in range(30):
        (tmp_path / str(number)).mkdir()
        for name in ("a", "b"):
            (tmp_path / str(number) / name).symlink_to(f"../{number + 1}")
    (tmp_path / "30").mkdir()
    with pytest.raises(BadManifest, match="beyond the first 1000 files and folders"):
        build(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\n", "line 1: found ''"),
        (f"{A}  a\n\n", "line 2: found ''"),
        (f"{A}  a", "has no end: cut short"),
        (f"{A}  a\n{A[:40]}", "has no end: cut short"),
        (f"{A} a\n", "line 1: found"),
        (f"{A} *a\n", "line 1: found"),
        (f"{A.upper()}  a\n", "line 1: found"),
        (f"{A[:-1]}g  a\n", "line 1: found"),
        (f"{A}0  a\n", "line 1: found"),
        (f"{A}  \n", "line 1: found"),
        (f"\\{A}  a\\nb\n", "line 1: found"),
        ("<html>\n", "line 1: found '<html>'"),
        ("\x1b[2J\n", r"found '\\\\x1b\[2J'"),
        (f"{A}  a\r\n", "line 1: the path .* control character"),
        (f"{A}  a\x1b[2J\n", "line 1: the path .* control character"),
        (f"{A}  a\x85b\n", "line 1: the path .* control character"),
        (f"{A}  a\\b\n", "line 1: the path .* backslash"),
        (f"{A}  a\udc80\n", "line 1: the path .* not UTF-8"),
        (f"{B}  b\n{A}  /etc/passwd\n", "line 2: the path '/etc/passwd' is absolute"),
        (f"{A}  ../a\n", "line 1: the path '../a' is absolute or holds"),
        (f"{A}  a/../b\n", "line 1: the path"),
        (f"{A}  ./a\n", "line 1: the path"),
        (f"{A}  a//b\n", "line 1: the path"),
        (f"{A}  a/\n", "line 1: the path"),
        (f"{A}  {'a' * 4097}\n", "line 1: the path .* more than 4096 bytes"),
        (f"{A}  a\n{B}  b\n{B}  a\n", "line 3: 'a' is listed twice"),
    ],
)
def test_what_is_no_manifest(text: str, why: str) -> None:
    """The line is named, in words that drive no terminal."""
    with pytest.raises(BadManifest, match=why) as error:
        manifest.parse(text)
    assert len(str(error.value)) < 400
    assert str(error.value).isprintable()


def test_a_file_that_is_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is named, and the line where there is one."""
    path = tmp_path / "m.txt"
    with pytest.raises(BadManifest, match=r"m\.txt: there is no such file"):
        manifest.read(path)
    with pytest.raises(BadManifest, match="there is no such file"):
        manifest.read(tmp_path)
    path.write_bytes(f"{A}  a\n".encode() + b"\xff\n")
    with pytest.raises(BadManifest, match=r"m\.txt: line 2: is not UTF-8"):
        manifest.read(path)
    path.write_text("nothing\n")
    with pytest.raises(BadManifest, match=r"m\.txt: line 1: found"):
        manifest.read(path)
    monkeypatch.setattr(manifest, "LARGEST", 4)
    with pytest.raises(BadManifest, match=r"m\.txt: has more than 4 bytes"):
        manifest.read(path)


def test_neither_pytest_nor_a_client_is_loaded() -> None:
    """A build machine needs no more than Python and this package."""
    source = (
        "import sys, knowngood.cli.main, knowngood.cli.manifest\n"
        "print(sorted({'pytest', 'httpx', 'pycurl', 'xdist'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
