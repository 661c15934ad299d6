"""Whether an image is whole, by its own structure."""

import time

import pytest
from image_files import GIF, PNG, png_chunk

from knowngood.content.images import problem

SCREEN = GIF[:13]
EXTENSION = b"!\xf9\x04\x01\0\0\0\0"
HEADER = PNG[:33]
DATA, END = png_chunk(b"IDAT", b"pixels"), png_chunk(b"IEND", b"")

SOUND = {
    "png": ("png", PNG),
    "png-with-something-behind": ("png", PNG + bytes(99)),
    "png-with-damaged-words": ("png", HEADER + png_chunk(b"tEXt", b"x")[:-1] + b"?" + DATA + END),
    "gif": ("gif", GIF),
    "gif-with-an-extension": ("gif", SCREEN + EXTENSION + GIF[13:]),
    "gif-with-colours": ("gif", GIF[:10] + b"\x80\0\0abcdef" + GIF[13:]),
    "svg": ("svg", b'<?xml version="1.0"?><svg xmlns="x"><path d="m"/></svg>'),
    "svg-of-no-content": ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="8"/>'),
    "svg-with-a-prefix": ("svg", b'<svg:svg xmlns:svg="x"><svg:path/></svg:svg>'),
    "svg-with-a-blank": (
        "svg",
        b"<svg xmlns='x'\n></svg >\n<!-- the end -->\n",
    ),
    "svg-with-a-mark": ("svg", b"\xef\xbb\xbf<svg xmlns='x'/>\n"),
    "svg-in-utf-16": ("svg", "\ufeff<svg></svg>".encode("utf-16-le")),
    "svg-behind-a-comment": (
        "svg",
        b"<!-- <svg> --><svg xmlns='x' a='>'/>",
    ),
    "another-kind": ("jpg", b""),
}
FAULTS = {
    "png-cut": ("png", PNG[:-12], "cut short"),
    "png-damaged": ("png", PNG.replace(b"pixels", b"pixel?"), "damaged: the CRC-32 of its chunk"),
    "png-with-line-ends": ("png", PNG.replace(b"pixels", b"pix\r\nels"), "damaged: the CRC-32"),
    "png-of-no-size": (
        "png",
        PNG[:8] + png_chunk(b"IHDR", bytes(13)) + DATA + END,
        "no picture: its header says no width",
    ),
    "png-of-no-header": ("png", PNG[:8] + DATA + END, "no picture: its header"),
    "png-of-no-data": ("png", HEADER + END, "no picture: it has no chunk IDAT"),
    "png-of-nothing": ("png", PNG[:8], "cut short"),
    "gif-cut": ("gif", GIF[:-1], "cut short"),
    "gif-of-no-image": ("gif", SCREEN + EXTENSION + b";", "no picture: it has no image block"),
    "gif-damaged": ("gif", SCREEN + b"\xff" + GIF[13:], "no picture"),
    "gif-of-few-bytes": ("gif", b"GIF89a;", "no picture"),
    "svg-cut": ("svg", b"<svg><path d='m'/>", "cut short: </svg> is missing"),
    "svg-cut-in-its-first-tag": ("svg", b"<svg width=", "cut short: </svg> is missing"),
    "svg-misspelt": ("svg", b"<sgv></sgv>", "no .svg file"),
    "svg-in-a-comment": ("svg", b"<!-- <svg></svg>", "no .svg file"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_whole_image(name: str) -> None:
    """Nothing is said of it."""
    kind, body = SOUND[name]
    assert problem(kind, body) == ""


@pytest.mark.parametrize("name", FAULTS)
def test_an_image_that_is_not_whole(name: str) -> None:
    """It is said why."""
    kind, body, expected = FAULTS[name]
    assert problem(kind, body).startswith(expected)


@pytest.mark.parametrize(
    ("kind", "start", "unit"),
    [
        ("png", HEADER, png_chunk(b"teXt", b"")),
        ("gif", SCREEN, EXTENSION),
        ("gif", SCREEN + b"!\xfe", b"\x01x"),
        ("svg", b"", b"<svg"),
        ("svg", b"", b"<svg "),
        ("svg", b"", b"<!--"),
        ("svg", b"<svg>", b"</svg"),
        ("svg", b"", b"<a"),
    ],
)
def test_hostile_images_are_judged_in_bounded_time(kind: str, start: bytes, unit: bytes) -> None:
    """What is linear takes a fraction of a second."""
    body = start + unit * ((1 << 20) // len(unit)) + b";"
    before = time.process_time()
    problem(kind, body)
    assert time.process_time() - before < 2
