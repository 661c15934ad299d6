"""Whether a stylesheet is whole: by its tokens, as browsers split it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=64)
def trouble(source: bytes) -> str | None:
    """Why ``source`` is no whole stylesheet; None when it is one.

    CSS closes by itself what a file leaves open, so that a stylesheet cut short still parses; a
    closing brace added at its end shows it: it closes nothing in a whole one.
    """
    import tinycss2
    from tinycss2.bytes import decode_stylesheet_bytes

    text, _ = decode_stylesheet_bytes(source)
    tokens: list[Any] = tinycss2.parse_component_value_list(text + "}", skip_comments=True)
    last = tokens.pop()
    if last.type != "error" or last.kind != "}":
        return "something that the stylesheet opens is never closed"
    kinds = {token.type for token in tokens} - {"whitespace"}
    if kinds and not kinds & {"{} block", "at-keyword"}:
        return "the stylesheet holds no rule"
    return None


@lru_cache(maxsize=64)
def says_something(source: bytes) -> bool:
    """Whether ``source`` declares anything, or has a rule of another kind, such as an import."""
    import tinycss2

    rules, _ = tinycss2.parse_stylesheet_bytes(source, skip_comments=True, skip_whitespace=True)
    for rule in rules:
        content = getattr(rule, "content", None) or ()
        if rule.type == "at-rule" or any(token.type != "whitespace" for token in content):
            return True
    return False
