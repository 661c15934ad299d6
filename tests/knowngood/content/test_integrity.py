"""Whether a file has the hash that its element names."""

import base64
import hashlib

import pytest

from knowngood.content.integrity import matches

CONTENT = b"alert(1)"


def token(algorithm: str, content: bytes = CONTENT) -> str:
    """A hash as it stands in an ``integrity`` attribute."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    "attribute",
    [
        token("sha256"),
        token("sha512") + "?option",
        f"{token('sha384', b'old')} {token('sha384')}",
        f"{token('sha256', b'old')} {token('sha512')}",
        "",
        "md5-AAAA",
    ],
)
def test_a_file_that_browsers_run(attribute: str) -> None:
    """One hash of the strongest kind fits, or there is none that a browser knows."""
    assert matches(attribute, CONTENT)


@pytest.mark.parametrize(
    "attribute",
    [token("sha256", b"old"), f"{token('sha256')} {token('sha384', b'old')}", "sha256-"],
)
def test_a_file_that_browsers_do_not_run(attribute: str) -> None:
    """No hash of the strongest kind fits; weaker ones do not count."""
    assert not matches(attribute, CONTENT)
