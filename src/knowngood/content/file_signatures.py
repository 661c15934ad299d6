"""Check that a file is what the ending of its name says: by media type, first and last bytes.

A server that lost a file may answer with an HTML page and 200, and a copy may be cut short.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Final

from ..safety import ContentTooLarge
from . import images, strict_json
from .media_types import WEB_PAGE, is_javascript, media_type, undeclared_gzip
from .problem import Aspect, Problem

MEDIA_TYPES: Final = {
    "css": ("text/css",),
    "gif": ("image/gif",),
    "htm": ("text/html",),
    "html": ("text/html",),
    "ico": ("image/x-icon", "image/vnd.microsoft.icon", "image/png", "image/gif"),
    "jpeg": ("image/jpeg",),
    "jpg": ("image/jpeg",),
    "js": ("text/javascript",),
    "json": ("application/json",),
    "png": ("image/png",),
    "svg": ("image/svg+xml",),
    "webp": ("image/webp",),
}
"""By ending, the media types that are right, of which messages name the first (IANA's registry). An
icon may be of another format than its name says; browsers go by its bytes. Scripts have more types.
Fonts are not here: browsers ignore their media type, and servers differ."""

FIRST_BYTES: Final[dict[str, bytes | tuple[bytes, ...]]] = {
    "gif": b"GIF8",
    "jpeg": b"\xff\xd8\xff",
    "jpg": b"\xff\xd8\xff",
    "otf": b"OTTO",
    "png": b"\x89PNG\r\n\x1a\n",
    "ttf": (b"\0\1\0\0", b"OTTO", b"true", b"ttcf"),
    "webp": b"RIFF",
    "woff": b"wOFF",
    "woff2": b"wOF2",
}
"""By ending, what every such file begins with: one of several beginnings."""

_WITH_SIZE: Final = frozenset({"eot", "woff", "woff2"})
"""The endings of files whose header says how long the whole file is."""

_TEXTS: Final = frozenset({"css", "js", "json", "svg"})
_CHARSET: Final = re.compile(
    r";\s*charset\s*=\s*\"?(iso-8859-\d+|latin-?1|windows-\d+|utf-16(?:[lb]e)?|koi8-[ru]|us-ascii"
    r"|shift_jis|euc-(?:jp|kr)|gb(?:2312|k|18030)|big5)\b",
    re.I,
)
"""Charsets that browsers know; Python's decoders of some others are very slow."""
_POINTER: Final = b"version https://git-lfs.github.com/spec/"


def ending(path: str) -> str:
    """Return ``css`` for ``/fr/css/styles.css``; empty if the name has no ending."""
    _, dot, kind = path.rpartition("/")[2].rpartition(".")
    return kind.lower() if dot else ""


def problems(
    path: str, content_types: Sequence[str], body: bytes, *, html: bool, charset: str = ""
) -> list[str]:
    """Return what contradicts the ending of ``path``, each in one line.

    Arguments:
        path: the path of the URL that answered.
        content_types: the values of all Content-Type headers.
        body: the whole file.
        html: whether a file without a known ending may be an HTML page.
        charset: what the element says that loads the file; it counts where no header says it.
    """
    kind = ending(path)
    damage = (
        problem if isinstance(problem, Problem) else Problem(problem, Aspect.DAMAGE)
        for problem in _content_problems(kind, body, html=html)
    )
    return [
        *_media_type_problems(kind, content_types, html=html),
        *_charset_problems(kind, [*content_types, f"; charset={charset}"], body),
        *damage,
    ]


def _media_type_problems(kind: str, content_types: Sequence[str], *, html: bool) -> list[str]:
    if len(set(content_types)) > 1:
        return [f"Content-Type is sent more than once: {', '.join(content_types)}"]
    sent = media_type(content_types[0] if content_types else None)
    if not sent:
        return ["no media type: the Content-Type header is missing"]
    is_script = kind == "js" and is_javascript(sent)
    if kind in MEDIA_TYPES and sent not in MEDIA_TYPES[kind] and not is_script:
        return [_other_media_type(MEDIA_TYPES[kind][0], sent)]
    if kind not in MEDIA_TYPES and sent == "text/html" and not html:
        return [_other_media_type("that of a file", sent)]
    return []


def _other_media_type(expected: str, sent: str) -> Problem:
    return Problem(f"media type: expected {expected}, found {sent}", Aspect.MEDIA_TYPE)


def _charset_problems(kind: str, content_types: Sequence[str], body: bytes) -> list[str]:
    """Return whether browsers read a text of UTF-8 as another one, by the charset that is sent. A
    byte-order mark goes before that.
    """
    declared = next((text for text in content_types if "charset" in text.lower()), "")
    charset = _CHARSET.search(declared) if kind in _TEXTS else None
    if charset is None or body.startswith(BOM_UTF8):
        return []
    try:
        text = body.decode("utf-8")
        if body.decode(charset[1], "replace") == text:
            return []
    except (UnicodeDecodeError, LookupError):  # neither is for us to judge
        return []
    return [f"charset: expected utf-8, found {charset[1]}, in which it is another text"]


def _content_problems(kind: str, body: bytes, *, html: bool) -> list[str]:
    if not body:
        return ["the file is empty"]
    other = _in_its_place(kind, body, html=html)
    if other:
        return [other]
    if not body.startswith(FIRST_BYTES.get(kind, b"")):
        return [f"no .{kind} file: its first bytes are {body[:8].hex(' ')}"]
    damage = images.problem(kind, body)
    return [damage] if damage else _size_problems(kind, body)


def _in_its_place(kind: str, body: bytes, *, html: bool) -> str:
    """Return what is there in place of a file, as its first bytes tell; empty for nothing else."""
    if not html and WEB_PAGE.match(body[:200].decode("latin-1").lstrip()):
        return Problem("an HTML page in place of the file", Aspect.WEB_PAGE)
    if body.startswith(_POINTER):
        return "a pointer of Git LFS in place of the file"
    if kind in {"css", "js"} and _is_json(body):
        return "JSON in place of the file"
    return undeclared_gzip(body) if kind in _TEXTS else ""


def _is_json(body: bytes) -> bool:
    """Return whether a file is an object or a list of JSON with anything in it, and nothing else:
    neither declares a style, and a script that is one does nothing.
    """
    text = body.strip()
    if text[:1] + text[-1:] not in {b"{}", b"[]"} or not text[1:-1].strip():
        return False
    try:
        strict_json.loads(body)
    except (ValueError, ContentTooLarge):
        return False
    return True


def _size_problems(kind: str, body: bytes) -> list[str]:
    """Return whether a file is as long as its header says. Images and fonts whose header does not
    say how long the file is may have something behind their end.
    """
    size = _size_in_header(kind, body)
    if size == len(body) or (size < len(body) and kind not in _WITH_SIZE):
        return []
    how = "cut short" if size > len(body) else "too long, as after a conversion of text"
    return [f"{how}: {len(body)} bytes, its header says {size}"]


def _size_in_header(kind: str, body: bytes) -> int:
    """Return how many bytes a file has at least, as its first ones say; 0 where they do not.

    The formats: https://www.w3.org/TR/WOFF/, https://www.w3.org/submissions/EOT/,
    https://developers.google.com/speed/webp/docs/riff_container,
    https://learn.microsoft.com/typography/opentype/spec/otff
    """
    if kind in {"woff", "woff2"}:
        return int.from_bytes(body[8:12])
    if kind == "eot":
        return int.from_bytes(body[:4], "little")
    if kind == "webp":
        return 8 + int.from_bytes(body[4:8], "little")
    if kind in {"otf", "ttf"} and not body.startswith(b"ttcf"):
        return _end_of_tables(body)
    return 0


def _end_of_tables(font: bytes) -> int:
    """Return where the last table of an OpenType font ends, by the list of them at its start."""
    end = 12 + 16 * int.from_bytes(font[4:6])
    entries = (font[place : place + 16] for place in range(12, end, 16))
    ends = (int.from_bytes(entry[8:12]) + int.from_bytes(entry[12:]) for entry in entries)
    return max([end, *ends])
