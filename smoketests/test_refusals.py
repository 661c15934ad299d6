"""Submission refuses what it must not store, and hands out nothing."""

import pytest

from knowngood import checks

from .submission import LIMIT, SUBMIT

pytestmark = pytest.mark.origin("submission", writes=True)


@pytest.mark.catches("namespace-unchecked")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_unknown_namespace_is_refused(submission, method):
    """A report for a namespace that nobody reads is refused with 404."""
    path = f"/1.0/submit/no-such-namespace/{submission.new_id()}"
    body = b"" if method == "DELETE" else submission.document("v2")
    answer = submission.send(method, path, body)
    assert answer.status_code == 404


@pytest.mark.catches("id-unchecked", "id-with-an-ending")
@pytest.mark.parametrize("name", ["not-a-uuid", "1234", "{uuid}.json", "x-{uuid}"])
def test_an_id_that_is_no_uuid_is_refused(submission, name):
    """An id that is no UUID is refused with 404; clients could overwrite what they guess."""
    path = f"{SUBMIT}/{name.format(uuid=submission.new_id())}"
    answer = submission.send("POST", path, submission.document("v2"))
    assert answer.status_code == 404


@pytest.mark.catches("endpoint-unchecked")
def test_another_endpoint_is_refused(submission):
    """An endpoint other than `submit` is refused with 404."""
    path = f"/1.0/fetch/metrics/{submission.new_id()}"
    answer = submission.send("POST", path, submission.document("v2"))
    assert answer.status_code == 404


@pytest.mark.catches("get-allowed")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PATCH"])
def test_reports_cannot_be_read(submission, client, method):
    """A report cannot be read over HTTP: every method but POST, PUT and DELETE gets 403."""
    path = submission.new_path()
    answer = client.request(method, path, expect=403, extensions=checks.REPEATABLE)
    assert answer.status_code == 403


@pytest.mark.catches("documents-listed")
def test_reports_are_not_listed(client):
    """Nobody learns which reports there are: GET of the namespace itself is refused."""
    answer = client.get(SUBMIT, expect=403)
    assert answer.status_code in (403, *checks.GONE, 405)


@pytest.mark.catches("oversize-accepted")
def test_a_body_over_a_mebibyte_is_refused(submission):
    """A report of 1,048,577 bytes, one more than a mebibyte, is refused with 413."""
    path = submission.new_path()
    answer = submission.send("POST", path, b"x" * (LIMIT + 1), deflate=False)
    assert answer.status_code == 413


@pytest.mark.catches("empty-accepted")
def test_an_empty_body_is_refused(submission):
    """A report without a body is refused with 400."""
    path = submission.new_path()
    answer = submission.send("POST", path, b"", deflate=False)
    assert answer.status_code == 400
