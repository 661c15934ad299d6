r"""List the forms in which a secret may be written, as regular expressions.

On its way into a report a secret is quoted, escaped or encoded: by ``repr``, JSON, HTML, XML, a URL
or a shell, often by two of them. Encoders differ in the characters that they change, so a list of
all results would be long and still miss some. Therefore each special character becomes one small
expression for all its forms. Letters and digits stay, except in encodings that change every
character, such as base64 and hexadecimal: those forms are made for the whole secret.

Secrets are printable ASCII: an environment file with any other is refused.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final

LONGEST_CHARACTER: Final = 24
"""Most characters that one of a secret can become, with two encoders in a row."""

_PERCENT: Final = "%(?:25){0,3}"  # percent-encoded up to four times
_BACKSLASH: Final = rf"(?:\\|{_PERCENT}5c)"
_AMPERSAND: Final = f"(?:&|{_PERCENT}26|u0026)(?:amp(?:;|{_PERCENT}3b)){{0,3}}"
_ENTITIES: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BASE64_URL_SAFE: Final = {"+": "-", "/": "_"}  # RFC 4648, section 5
_UNRESERVED: Final = frozenset("-._~")  # no encoder changes these alone: RFC 3986, section 2.3


def forms_of(secret: str) -> list[str]:
    """Return every form of ``secret`` as a regular expression."""
    data = secret.encode()
    characters = (
        map(_character, re.findall(r"\\+|[^\\]", secret)),
        (f"%(?:25){{0,3}}{code:02x}" for code in data),
        (f"&(?:amp;){{0,3}}#(?:0*{code}|x0*{code:x});" for code in data),
        (rf"\\{{1,8}}+(?:u00|x){code:02x}" for code in data),
        (data.hex(),),
    )
    any_case = ["".join(form) for form in characters]
    return [f"(?i:{'|'.join(any_case)})", *(_base64(data, shift) for shift in range(3))]


def _character(part: str) -> str:
    """Match one character, or a run of backslashes, each of which may be doubled.

    Quantifiers of backslashes are possessive, so that a long run of them is read only once.
    """
    if part.isalnum() or part in _UNRESERVED:
        return re.escape(part)
    if part[0] == "\\":
        return f"(?:{_BACKSLASH}|{_AMPERSAND}#92;){{{len(part)},{8 * len(part)}}}+"
    alternatives = _encoded(part)
    if part == " ":
        alternatives += rf"|\+|{_PERCENT}2b"
    if part == "'":  # a shell writes it as '"'"'
        return f"(?:{_BACKSLASH}{{0,8}}+(?:{alternatives}|{_encoded(chr(34))})){{1,17}}"
    return f"{_BACKSLASH}{{0,8}}+(?:{alternatives})"


def _encoded(character: str) -> str:
    """Match ``character`` as an entity, percent-encoded, by its number, or unchanged."""
    code = ord(character)
    entity = f"(?:#|{_PERCENT}23)(?:0*{code}|x0*{code:x})"
    if character in _ENTITIES:
        entity = f"(?:{_ENTITIES[character]}|{entity})"
    return (
        f"{_AMPERSAND}{entity}(?:;|{_PERCENT}3b)"
        f"|{_PERCENT}{code:02x}|(?:u00|x){code:02x}|{re.escape(character)}"
    )


def _base64(data: bytes, shift: int) -> str:
    """Match the base64 characters that depend on ``data`` alone, after ``shift`` other bytes."""
    text = b64encode(bytes(shift) + data).decode()
    alone = text[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
    return re.sub("[+/]", lambda match: _base64_special(match[0]), alone)


def _base64_special(character: str) -> str:
    return f"(?:(?i:{_character(character)})|{_BASE64_URL_SAFE[character]})"
