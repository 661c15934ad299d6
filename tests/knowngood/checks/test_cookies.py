"""What is expected of the cookies that an answer sets."""

from __future__ import annotations

import pytest
from recorded_answers import answered, read

from knowngood import checks


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ("session=1; Secure; HttpOnly", []),
        ("session=1; Secure; HttpOnly; SameSite=Strict", []),
        ("session=1; HttpOnly", ["the cookie session lacks Secure"]),
        ("session=1", ["the cookie session lacks Secure", "the cookie session lacks HttpOnly"]),
        ("session=; Max-Age=0", []),
        ("other=1", []),
    ],
)
def test_cookie_lost_what_protects_it(sent: str, problems: list[str]) -> None:
    """One that the answer does not set, or deletes, is no fault."""
    response = read(answered("", headers={"Set-Cookie": sent}))
    assert checks.cookie_problems(response, [("session", "Secure,HttpOnly")]) == problems
