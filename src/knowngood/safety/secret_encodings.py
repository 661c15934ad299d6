"""How a secret can look once somebody has quoted, escaped or encoded it.

A disguise is a list of tokens, one for each character, and a token is the list of regular
expressions by which that character may appear: itself, percent-encoded, as an entity, behind a
backslash. So a text that is escaped twice, or in part only, is recognised as well.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final, TypeAlias

Token: TypeAlias = tuple[str, ...]
Disguise: TypeAlias = tuple[Token, ...]

_ENTITIES: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BACKSLASH: Final = r"\\"
_URL_SAFE: Final = {"+": "-", "/": "_"}
"""Base64's two alphabets differ in these (RFC 4648, 5)."""

STARTED: Final = re.compile(
    r"""(?:%(?:25){0,3}[0-9a-fA-F]?
    |&(?:amp;){0,4}\#?\w{0,8}
    |\\{1,8}(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?)?)\Z""",
    re.X,
)
"""The beginning of one character's disguise, at the end of what has arrived so far."""


def disguises(secret: str) -> list[Disguise]:
    """Every way in which ``secret`` may be written: as it is, base64 at each of the three
    places where it can begin within a longer text, and hexadecimal.
    """
    raw = secret.encode("utf-8")
    found = [_plain(secret), *(_base64(raw, shift) for shift in range(3)), _hexadecimal(raw)]
    if not secret.isascii():
        found.append(_plain(raw.decode("latin-1")))  # its bytes, as a stream of bytes has them
    return [each for each in found if each]


def _plain(text: str) -> Disguise:
    """A run of backslashes is one token, since each may be doubled."""
    return tuple(_token(part) for part in re.findall(r"\\+|[^\\]", text))


def _token(part: str) -> Token:
    if part[0] == "\\":
        count = len(part)
        encoded = "|".join(_encoded("\\"))
        return (rf"{_BACKSLASH}{{{count},{8 * count}}}", f"(?:{encoded}){{{count}}}")
    forms = [_either(part), *_encoded(part)]
    if part in "\"'/`$":
        forms.append(rf"{_BACKSLASH}{{1,8}}{re.escape(part)}")
    if part == "'":  # as shlex.quote has it, and how that begins at the end of a text
        forms += ["""'"'"'""", r"""'"'"\Z""", r"""'"'\Z""", r"""'"\Z"""]
    if part == " ":
        forms.append(r"\+")
    return tuple(forms)


def _encoded(character: str) -> list[str]:
    code = ord(character)
    digits = _either(f"{code:x}")
    percent = "".join(
        f"%(?:25){{0,3}}{_either(f'{byte:02x}')}" for byte in character.encode("utf-8")
    )
    entity = rf"&(?:amp;){{0,3}}#(?:0{{0,4}}{code}|[xX]0{{0,4}}{digits})"
    named = _ENTITIES.get(character)
    return [
        percent,
        rf"{_BACKSLASH}{{1,8}}(?:u{_either(f'{code:04x}')}|x{_either(f'{code:02x}')})",
        f"{entity};",
        *([f"&(?:amp;){{0,3}}{named};"] if named else []),
    ]


def _either(text: str) -> str:
    """``text`` in either case: hexadecimal digits, or what a host or a media type is shown as."""
    cased = ((each.lower(), each.upper()) for each in text)
    return "".join(re.escape(lo) if lo == up else f"[{lo}{up}]" for lo, up in cased)


def _base64(raw: bytes, shift: int) -> Disguise:
    """The characters that stand for ``raw`` and nothing beside it, where ``shift`` bytes (modulo
    three) come before it: of those at either end only whole ones.
    """
    text = b64encode(bytes(shift) + raw).decode().rstrip("=")
    first = -(-shift * 8 // 6)
    last = (shift + len(raw)) * 8 // 6
    return tuple(_base64_token(each) for each in text[first:last])


def _base64_token(character: str) -> Token:
    """Here capitals count."""
    other = _URL_SAFE.get(character)
    forms = (re.escape(character), *_encoded(character))
    return forms + ((re.escape(other),) if other else ())


def _hexadecimal(raw: bytes) -> Disguise:
    return tuple((_either(digit),) for digit in raw.hex())
