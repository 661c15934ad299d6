"""How cookies are protected, as an answer sets them."""

from __future__ import annotations

import pytest

from knowngood.content.cookies import protections, without


@pytest.mark.parametrize(
    ("line", "protected"),
    [
        ("a=1; Secure; HttpOnly; SameSite=Lax; Path=/", {"a": ("Secure", "HttpOnly", "SameSite")}),
        ("a=b=c;httponly", {"a": ("HttpOnly",)}),
        ("a=1; Max-Age=60; Expires=Fri, 27 Nov 2026 09:45:55 GMT", {"a": ()}),
        ("a=; Secure", {}),
        ('a=""; Secure', {}),
        ("a=1; Max-Age=0", {}),
        ("a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT", {}),
        ("", {}),
        ("a; Secure", {}),
    ],
)
def test_what_protects_a_cookie(line: str, protected: dict[str, tuple[str, ...]]) -> None:
    """Whatever the case; one that is deleted holds nothing that could be lost."""
    assert protections([line]) == protected


def test_line_without_an_attribute() -> None:
    """All else stays as it was."""
    assert without("a=1; secure; Path=/; SameSite=Lax", "Secure") == "a=1; Path=/; SameSite=Lax"
    assert without("a=1; Path=/; SameSite=Lax", "SameSite") == "a=1; Path=/"
