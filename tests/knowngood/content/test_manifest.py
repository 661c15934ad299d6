"""Only what `sha256sum` would write is read as a manifest."""

import hashlib
from pathlib import Path

import pytest

from knowngood.content import manifest
from knowngood.content.manifest import BadManifest

A, B = (hashlib.sha256(content).hexdigest() for content in (b"a", b"b"))


def test_a_manifest() -> None:
    """Each path leads to its digest, and the text has a digest of its own."""
    text = f"{A}  a\n{B}  fr/b c.txt\n"
    parsed = manifest.parse(text)
    assert parsed.files == {"a": A, "fr/b c.txt": B}
    assert parsed.digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\n", "line 1: found ''"),
        (f"{A}  a\n\n", "line 2: found ''"),
        (f"{A}  a", "has no end: the file was cut short"),
        (f"{A}  a\n{A[:40]}", "has no end: the file was cut short"),
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
    """The message names the line and holds no control characters."""
    with pytest.raises(BadManifest, match=why) as error:
        manifest.parse(text)
    assert len(str(error.value)) < 400
    assert str(error.value).isprintable()


def test_a_file_that_is_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the file, and the line where there is one."""
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
