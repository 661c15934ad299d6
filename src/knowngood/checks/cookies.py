"""A ready-made claim about the cookies that an answer sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..content import cookies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..fetch import Response


def cookie_problems(response: Response, expected: Iterable[tuple[str, str]]) -> list[str]:
    """Return which of the ``expected`` attributes cookies lack that the answer sets. A pair is the
    name of a cookie and its attributes, as ``("session", "Secure,HttpOnly")``.
    """
    sent = cookies.protections(response.headers.get_list("set-cookie"))
    return [
        f"the cookie {name} lacks {attribute}"
        for name, attributes in expected
        for attribute in attributes.split(",")
        if name in sent and attribute not in sent[name]
    ]
