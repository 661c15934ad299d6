"""Write values that a server may have named as Python, so that none of it becomes code."""

from __future__ import annotations

import builtins
import hashlib
import json
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeVar

from ..safety import one_line

Key = TypeVar("Key", bound=Hashable)

_LONGEST: Final = 300  # characters of what a claim quotes
_TAKEN: Final = {
    *dir(builtins),
    "checks",
    "client",
    "created",
    "current",
    "pytest",
    "read",
    "response",
    "schema",
    "uuid",
}
_WIDTH: Final = 60  # characters of the values in a line


def quoted(text: object) -> str:
    """Return ``text`` as a string of TOML and of Python. DEL must be escaped in TOML, too."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def worded(text: str) -> str:
    """Return ``text``, which a server may have written, as words of a docstring: one line that
    cannot end it.
    """
    return quoted(one_line(text, _LONGEST))[1:-1]


def braced(path: str) -> str:
    """Return ``path`` for a mark or an f-string, where a brace begins a field."""
    return path.replace("{", "{{").replace("}", "}}")


def identifier(words: str) -> str:
    """Return ``words`` as Python writes a name, without digits or a keyword at its beginning."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", words))
    letters = (letter if f"_{letter}".isidentifier() else "_" for letter in words)
    return re.sub(r"_+", "_", "".join(letters)).strip("_").lower()


def variable(words: str) -> str:
    """Return ``words`` as the name of a variable."""
    name = identifier(words)
    usable = name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN
    return name if usable else f"the_{name}"


def distinct(names: Mapping[Key, str]) -> dict[Key, str]:
    """Return ``names`` so that no two are alike: those that are get a part of the hash of what they
    name. They do not depend on its order, so that a second run finds them again.
    """
    uses = Counter(names.values())
    return {
        key: name if uses[name] == 1 else f"{name}_{_digest(key)}" for key, name in names.items()
    }


def _digest(key: Hashable) -> str:
    return hashlib.sha256(repr(key).encode()).hexdigest()[:6]


def literal(value: Any, indent: int = 0) -> str:
    """Return a value of JSON as Python writes it, over several lines where it is long."""
    inner = " " * (indent + 4)
    if isinstance(value, dict):
        parts = [f"{quoted(key)}: {literal(part, indent + 4)}" for key, part in value.items()]
        opening, closing = "{}"
    elif isinstance(value, list):
        parts, (opening, closing) = [literal(part, indent + 4) for part in value], "[]"
    else:
        return quoted(value) if isinstance(value, str) else repr(value)
    line = f"{opening}{', '.join(parts)}{closing}"
    if "\n" not in line and indent + len(line) <= _WIDTH:
        return line
    return "\n".join([opening, *(f"{inner}{part}," for part in parts), f"{' ' * indent}{closing}"])
