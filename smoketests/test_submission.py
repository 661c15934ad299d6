"""Submission: Firefox's reports are taken, deleted when the user opts out, refused when wrong."""

import pytest

from knowngood.fetch.client import REPEATABLE

pytestmark = pytest.mark.origin("submission", writes=True)

SUBMIT = "/1.0/submit/metrics"


@pytest.mark.catches(
    "delete-broken",
    "delete-refused",
    "submit-202",
    "submit-500-after-storing",
    "submit-503-every-second",
    "submit-login-page",
    "submit-no-id",
    "submit-other-id",
    "submit-redirects",
    "submit-refuses-deflate",
    "submit-refuses-plain",
    "submit-refuses-put",
    "submit-slow",
)
@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("deflate", [True, False], ids=["deflated", "plain"])
def test_a_report_is_taken_and_deleted(submission, client, version, method, deflate):
    r"""Success to Firefox is 200 or 201; the id comes back; opting out deletes the report.

    $ id=$(uuid)
    > report='{"version": 1, "thisPingDate": "2013-06-14", "data": {"last": {}, "days": {}}}'
    > url="$submission/1.0/submit/metrics/$id"
    > answer=$(curl -sS -H 'Content-Type: application/json' --data "$report" "$url")
    > test "$answer" = "$id" && echo taken
    > curl -sS -o /dev/null -w '%{http_code}\n' -X DELETE "$url"
    taken
    200
    """
    name = submission.new_id()
    path = f"{SUBMIT}/{name}"
    stored = submission.send(method, path, submission.document(version), deflate=deflate)
    assert stored.status_code in (200, 201)
    assert stored.text.strip() == name
    assert client.delete(path).deleted


@pytest.mark.catches("submit-refuses-versionless")
def test_the_version_segment_is_optional(submission):
    """Old clients leave `1.0` out."""
    path = f"/submit/metrics/{submission.new_id()}"
    assert submission.send("POST", path, submission.document("v2")).status_code in (200, 201)


@pytest.mark.catches("submit-refuses-no-id", "submit-no-id")
def test_the_server_makes_an_id_where_none_is_given(submission):
    """The answer names the new document. A named one goes first: where that fails, a document
    without a name could not be found again to delete it.
    """
    name = submission.new_id()
    assert submission.send("POST", f"{SUBMIT}/{name}", submission.document("v2")).text == name
    stored = submission.send("POST", SUBMIT, submission.document("v2"))
    assert stored.status_code in (200, 201)
    assert stored.text.strip().count("-") == 4


@pytest.mark.catches("submit-refuses-obsolete", "submit-refuses-several-obsolete")
def test_a_report_may_name_older_ones_to_delete(submission):
    """X-Obsolete-Document takes one id or several, and may repeat."""
    old = [submission.new_id() for _ in range(3)]
    path = f"{SUBMIT}/{submission.new_id()}"
    for name in old[:1]:
        assert submission.send("POST", f"{SUBMIT}/{name}", submission.document("v2")).is_success
    headers = {"X-Obsolete-Document": ",".join(old)}
    stored = submission.send("POST", path, submission.document("v3"), headers=headers)
    assert stored.status_code in (200, 201)


@pytest.mark.catches("namespace-unchecked")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_unknown_namespace_is_refused(submission, client, method):
    r"""What nobody reads must not be stored.

    $ url="$submission/1.0/submit/no-such-namespace/$(uuid)"
    > curl -sS -o /dev/null -w '%{http_code}\n' --data '{}' "$url"
    404
    """
    path = f"/1.0/submit/no-such-namespace/{submission.new_id()}"
    body = b"" if method == "DELETE" else submission.document("v2")
    assert submission.send(method, path, body).status_code == 404


@pytest.mark.catches("id-unchecked")
@pytest.mark.parametrize("name", ["not-a-uuid", "1234"])
def test_an_id_that_is_no_uuid_is_refused(submission, name):
    r"""Ids are UUIDs, or one client could overwrite what it should not guess.

    $ url="$submission/1.0/submit/metrics/not-a-uuid"
    > curl -sS -o /dev/null -w '%{http_code}\n' --data '{}' "$url"
    404
    """
    assert submission.send("POST", f"{SUBMIT}/{name}", submission.document("v2")).status_code == 404


@pytest.mark.catches("endpoint-unchecked")
def test_another_endpoint_is_refused(submission):
    r"""Only `submit` takes documents.

    $ url="$submission/1.0/fetch/metrics/$(uuid)"
    > curl -sS -o /dev/null -w '%{http_code}\n' --data '{}' "$url"
    404
    """
    path = f"/1.0/fetch/metrics/{submission.new_id()}"
    assert submission.send("POST", path, submission.document("v2")).status_code == 404


@pytest.mark.catches("oversize-accepted")
def test_a_body_over_a_mebibyte_is_refused(submission):
    r"""1,048,576 bytes as sent is the most; one more is 413.

    $ url="$submission/1.0/submit/metrics/$(uuid)"
    > head -c 1048577 /dev/zero |
    >   curl -sS -o /dev/null -w '%{http_code}\n' -H Expect: --data-binary @- "$url"
    > curl -sS -o /dev/null -X DELETE "$url"
    413
    """
    path = f"{SUBMIT}/{submission.new_id()}"
    refused = submission.send("POST", path, b"x" * 1_048_577, deflate=False)
    assert refused.status_code == 413


@pytest.mark.catches("submit-limit-lowered")
def test_a_body_of_a_mebibyte_is_taken(submission, client):
    """Long histories make long reports; a lower limit loses them."""
    path = f"{SUBMIT}/{submission.new_id()}"
    stored = submission.send("POST", path, b"x" * 1_048_576, deflate=False)
    assert stored.status_code in (200, 201)
    assert client.delete(path).deleted


@pytest.mark.catches("empty-accepted")
def test_an_empty_body_is_refused(submission):
    r"""A report without content is no report.

    $ url="$submission/1.0/submit/metrics/$(uuid)"
    > curl -sS -o /dev/null -w '%{http_code}\n' -X POST "$url"
    > curl -sS -o /dev/null -X DELETE "$url"
    400
    """
    path = f"{SUBMIT}/{submission.new_id()}"
    assert submission.send("POST", path, b"", deflate=False).status_code == 400


@pytest.mark.catches("get-allowed")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PATCH"])
def test_reports_cannot_be_read(submission, client, method):
    r"""Nobody reads users' reports over HTTP.

    $ url="$submission/1.0/submit/metrics/$(uuid)"
    > for method in GET OPTIONS PATCH; do
    >   curl -sS -o /dev/null -w '%{http_code}\n' -X "$method" "$url"
    > done
    403
    403
    403
    """
    path = f"{SUBMIT}/{submission.new_id()}"
    assert client.request(method, path, extensions=REPEATABLE).status_code == 403
