"""Sizes: a report may have up to a mebibyte as it is sent, and more when it is inflated."""

import base64
import hashlib
import json

import pytest

from .submission import LIMIT, SUBMIT, deletion_problems

pytestmark = pytest.mark.origin("submission", writes=True)


def text(size):
    """Return a text of so many bytes without any order, in base64: the same in every run."""
    return base64.b64encode(hashlib.shake_256(b"report").digest(size)).decode()


def ordinary():
    """Return a body of some eight kilobytes once it is deflated, as most reports have."""
    return json.dumps({"text": text(8_000)}).encode()


def long():
    """Return a body of some forty kilobytes once it is deflated, as the history of months has."""
    return json.dumps({"text": text(40_000)}).encode()


def plain():
    """Return a body of a mebibyte."""
    return b"x" * LIMIT


def deflated():
    """Return a body of nearly a mebibyte once it is deflated: base64 is then as long as the bytes
    that it stands for.
    """
    return json.dumps({"text": text(LIMIT - 20_000)}).encode()


def inflated():
    """Return nearly two mebibytes that repeat themselves, as long histories do: deflated, few."""
    return json.dumps({"texts": [text(12_000)] * 130}).encode()


def names_small_ones(submission):
    """Return whether a small report is answered with its id."""
    name = submission.new_id()
    stored = submission.send("POST", f"{SUBMIT}/{name}", submission.document("v2"))
    return stored.text.strip() == name


@pytest.mark.catches("submit-limit-lowered", "submit-large-no-id")
@pytest.mark.catches("submit-deflated-limit-lowered", "submit-inflated-limit")
@pytest.mark.catches("submit-500-some-kilobytes", "submit-500-many-kilobytes")
@pytest.mark.catches("submit-deflate-firewall")
@pytest.mark.parametrize("body", [ordinary, long, plain, deflated, inflated])
def test_a_body_of_up_to_a_mebibyte_is_taken(submission, client, body):
    """A report of up to a mebibyte as sent is taken, whatever it inflates to.

    A limit that is lower, or that counts the bytes of the inflated report, loses long histories.
    """
    name = submission.new_id()
    path = f"{SUBMIT}/{name}"
    stored = submission.send("POST", path, body(), deflate=body is not plain)
    assert stored.status_code in (200, 201)
    if stored.text.strip() != name:
        assert not names_small_ones(submission), "expected the id that was sent, as for a small one"
        return  # no report gets its id, whatever its size: another check says so
    gone = client.delete(path)
    assert deletion_problems(gone) == []
