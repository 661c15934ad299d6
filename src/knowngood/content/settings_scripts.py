"""Scripts that hold nothing but settings, as a container writes them when it starts."""

from __future__ import annotations

import re
from typing import Final

from .result_cache import cached_by_content
from .script_text import LITERAL, without_comments

_LONGEST: Final = 8000
"""Bytes of such a script. A longer one is a program."""

_WRAPPED: Final = re.compile(
    r"\s*\(\s*function\s*\(\w*\)\s*\{(.*)\}\s*(?:\)\s*\(\w*\)|\(\w*\)\s*\))\s*;?\s*", re.S
)
_SETTINGS: Final = re.compile(r"""[\w$\s,:;={}\[\]|"-]|(?<!")\.""")
_PROGRAM: Final = re.compile(r"==|=>|\b(?:function|return|if|for|new|class|import|export)\b")
_VALUE: Final = re.compile(r"""([\w$]+)["'\]]*\s*[:=]\s*["']([^"'\n]{1,99})["']\s*(?=[,;}\n]|\Z)""")
_OF_THE_API: Final = re.compile(
    r"(?:\w+_)?(?:api|backend|server|base)_?(?:base|url|uri|host|root|endpoint|origin|path)?(?:_?url)?",
    re.I,
)
"""The names of what an application cannot do without; a tracker's it can."""

_UNFILLED: Final = re.compile(
    r"undefined|\$\{?[A-Z][A-Z0-9_]+\}?|%[A-Z][A-Z0-9_]+%|__[A-Z][A-Z0-9_]+__|\{\{ ?\.?[\w.]+ ?\}\}"
)


def unfilled(source: bytes) -> str:
    """Return, in a line, that a script or JSON document of settings lacks the address of an API, as
    in ``window.env = {API_URL: "${API_URL}"}``. Empty if all is well, or for a program: it may hold
    such a text on purpose, to see whether it was filled in.
    """
    lacking = (pair for pair in addresses(source) if _UNFILLED.fullmatch(pair[1]))
    return next((f'a value was not filled in: {name} is "{value}"' for name, value in lacking), "")


@cached_by_content
def addresses(source: bytes) -> list[tuple[str, str]]:
    """Return name and value of each address of an API in a script or JSON document that holds
    nothing but settings; none of a program.
    """
    if len(source) > _LONGEST:
        return []
    text = without_comments(source)
    wrapped = _WRAPPED.fullmatch(text)
    text = wrapped[1] if wrapped else text
    code = LITERAL.sub('""', text).replace("Object.freeze({", "{").replace("})", "}")
    if _PROGRAM.search(code) or _SETTINGS.sub("", code):
        return []
    return [(name, value) for name, value in _VALUE.findall(text) if _OF_THE_API.fullmatch(name)]
