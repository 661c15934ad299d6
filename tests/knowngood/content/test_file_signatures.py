"""Whether a file is what the ending of its name says."""

import pytest
from image_files import GIF, PNG

from knowngood.content.file_signatures import ending, problems

WOFF = b"wOFF\0\1\0\0" + (44).to_bytes(4) + bytes(32)
EOT = (8).to_bytes(4, "little") + b"rest"
WEBP = b"RIFF" + (8).to_bytes(4, "little") + b"WEBPdata"
TTF = (
    b"\0\1\0\0\0\1" + bytes(6) + b"cmap" + bytes(4) + (28).to_bytes(4) + (5).to_bytes(4) + b"glyph"
)

SOUND = {
    "css": ("/css/a.css", "text/css; charset=utf-8", b"a{b:c}"),
    "latin-1-in-latin-1": ("/a.js", "text/javascript; charset=iso-8859-1", b"f('\xe9')"),
    "ascii-in-latin-1": ("/a.js", "text/javascript; charset=iso-8859-1", b"f()"),
    "with-a-mark": ("/a.css", "text/css; charset=utf-16", b"\xef\xbb\xbfa{b:c}"),
    "a-charset-nobody-knows": ("/a.css", 'text/css; charset="x-none"', b"a{b:c}"),
    "script-of-old": ("/js/a.js", "application/x-javascript", b"f()"),
    "script-in-a-block": ("/a.js", "text/javascript", b"{ f(); }"),
    "script-of-nothing": ("/a.js", "text/javascript", b"[ ]"),
    "script-of-today": ("/js/a.JS", "text/javascript", b"f()"),
    "json": ("/js/a.json", "application/json", b"{}"),
    "png": ("/img/a.png", "image/png", PNG),
    "gif": ("/img/a.gif", "image/gif", GIF),
    "jpg": ("/img/a.jpg", "image/jpeg", b"\xff\xd8\xff..."),
    "svg-with-comment": (
        "/a.svg",
        "image/svg+xml",
        b"<svg xmlns='x'/>" + b"<!-- x -->" * 99,
    ),
    "icon": ("/favicon.ico", "image/vnd.microsoft.icon", b"\0\0"),
    "font": ("/a.woff", "anything/at-all", WOFF),
    "font-of-old": ("/a.eot", "application/vnd.ms-fontobject", EOT),
    "font-with-tables": ("/a.ttf", "font/ttf", TTF),
    "font-with-padding": ("/a.ttf", "font/ttf", TTF + bytes(3)),
    "fonts-in-one": ("/a.ttf", "font/ttf", b"ttcf\xff\xff"),
    "webp": ("/a.webp", "image/webp", WEBP),
    "no-ending": ("/feed", "text/plain", b"x"),
    "a-dot-in-a-folder": ("/v1.css/feed", "text/plain", b"x"),
}

FAULTS = {
    "utf-8-in-latin-1": (
        "/a.js",
        ["text/javascript; charset=ISO-8859-1"],
        "f('\xe9')".encode(),
        "charset: expected utf-8, found ISO-8859-1, in which it is another text",
    ),
    "ascii-in-utf-16": (
        "/a.css",
        ['text/css; charset="utf-16"'],
        b"a{b:c}",
        "charset: expected utf-8, found utf-16, in which it is another text",
    ),
    "gzip": (
        "/a.css",
        ["text/css"],
        b"\x1f\x8b\x08...",
        "gzip, once more than Content-Encoding says",
    ),
    "pointer": (
        "/a.woff",
        ["font/woff"],
        b"version https://git-lfs.github.com/spec/v1\noid ...",
        "a pointer of Git LFS in place of the file",
    ),
    "another-type": (
        "/a.js",
        ["text/css"],
        b"f()",
        "media type: expected text/javascript, found text/css",
    ),
    "no-type": ("/a.png", [], PNG, "no media type: the Content-Type header is missing"),
    "two-types": (
        "/a.css",
        ["text/css", "text/plain"],
        b"a{}",
        "Content-Type is sent more than once: text/css, text/plain",
    ),
    "html-type": (
        "/feed",
        ["text/html"],
        b"x",
        "media type: expected that of a file, found text/html",
    ),
    "empty": ("/a.css", ["text/css"], b"", "the file is empty"),
    "html-in-its-place": ("/a.css", ["text/css"], b" <!DOCTYPE html>", "an HTML page in place"),
    "html-tag": ("/a.js", ["text/javascript"], b"<html>", "an HTML page in place"),
    "json-as-styles": ("/a.css", ["text/css"], b' {"a": {}}\n', "JSON in place of the file"),
    "json-as-script": ("/a.js", ["text/javascript"], b"[1]", "JSON in place of the file"),
    "no-png": ("/a.png", ["image/png"], b"GIF8", "no .png file: its first bytes are 47 49 46 38"),
    "no-jpeg": ("/a.jpeg", ["image/jpeg"], PNG, "no .jpeg file: its first bytes are 89 50"),
    "png-cut": ("/a.png", ["image/png"], PNG[:-12], "cut short"),
    "gif-cut": ("/a.gif", ["image/gif"], b"GIF89a...", "cut short"),
    "svg-misspelt": ("/a.svg", ["image/svg+xml"], b"<sgv></svg>", "no .svg file"),
    "svg-cut": ("/a.svg", ["image/svg+xml"], b"<svg><path", "cut short"),
    "eot-cut": ("/a.eot", ["font/eot"], EOT[:-1], "cut short: 7 bytes, its header says 8"),
    "ttf-cut": ("/a.ttf", ["font/ttf"], TTF[:-1], "cut short: 32 bytes, its header says 33"),
    "ttf-of-few-bytes": ("/a.ttf", ["font/ttf"], TTF[:4], "cut short: 4 bytes"),
    "no-ttf": ("/a.ttf", ["font/ttf"], bytes(99), "no .ttf file"),
    "no-otf": ("/a.otf", ["font/otf"], TTF, "no .otf file"),
    "webp-cut": ("/a.webp", ["image/webp"], WEBP[:-1], "cut short: 15 bytes, its header says 16"),
    "font-cut": ("/a.woff", ["font/woff"], WOFF[:-1], "cut short: 43 bytes, its header says 44"),
    "font-recoded": ("/a.woff", ["font/woff"], WOFF + b"?", "too long, as after a conversion"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file(name: str) -> None:
    """Nothing is said of a file that is what its name says."""
    path, content_type, body = SOUND[name]
    assert problems(path, [content_type], body, html=False) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_not_what_its_name_says(name: str) -> None:
    """The one problem is named."""
    path, content_types, body, expected = FAULTS[name]
    first, *others = problems(path, content_types, body, html=False)
    assert first.startswith(expected)
    assert others == []


def test_a_page_in_a_frame() -> None:
    """Where a page may be, HTML is what a name without a known ending stands for."""
    assert problems("/frame/", ["text/html"], b"<!doctype html>", html=True) == []
    assert problems("/frame/", ["text/html"], b"<!doctype html>", html=False) != []


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/fr/css/styles.CSS", "css"), ("/fr/", ""), ("/a.b/c", ""), ("/x.tar.gz", "gz")],
)
def test_the_ending_of_a_path(path: str, expected: str) -> None:
    """Of the last part of the path alone, in lower case."""
    assert ending(path) == expected
