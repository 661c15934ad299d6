"""Submission: Firefox's reports are taken, and deleted when the user opts out."""

import pytest

from .submission import SUBMIT, deletion_problems

pytestmark = pytest.mark.origin("submission", writes=True)


@pytest.mark.catches("submit-202", "submit-503-every-second", "submit-500-after-storing")
@pytest.mark.catches("submit-no-id", "submit-other-id", "submit-slow")
@pytest.mark.catches("submit-login-page", "submit-redirects")
@pytest.mark.catches("submit-refuses-deflate", "submit-refuses-plain", "submit-refuses-put")
@pytest.mark.catches("submit-refuses-non-ascii", "get-stored-allowed", "head-stored-allowed")
@pytest.mark.catches("delete-broken", "delete-refused", "delete-not-found")
@pytest.mark.catches("delete-202", "delete-204", "delete-firewall", "submit-deflate-firewall")
@pytest.mark.catches("delete-is-html", "delete-says-error", "delete-says-why")
@pytest.mark.parametrize("deflate", [True, False], ids=["deflated", "plain"])
@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize(("method", "read"), [("POST", "GET"), ("PUT", "HEAD")])
def test_a_report_is_taken_and_deleted(submission, client, version, method, read, deflate):
    """A report is taken with 200 or 201 and its id, and deleted when the user opts out.

    Nobody can read it meanwhile, although it is there: GET and HEAD get 403.
    """
    name = submission.new_id()
    path = f"{SUBMIT}/{name}"
    stored = submission.send(method, path, submission.document(version), deflate=deflate)
    assert stored.status_code in (200, 201)
    assert stored.text.strip() == name, "expected the id that was sent, found another body"
    refused = client.request(read, path, expect=403)
    assert refused.status_code == 403, f"{read} of it gets {refused.status_code}, expected 403"
    gone = client.delete(path)
    assert deletion_problems(gone) == []


@pytest.mark.catches("submit-refuses-versionless", "get-versionless-allowed")
@pytest.mark.catches("delete-versionless-not-found")
def test_the_version_segment_is_optional(submission, client):
    """A report is taken, kept from readers and deleted at a URL without `1.0`, too.

    Old clients have no other.
    """
    path = f"/submit/metrics/{submission.new_id()}"
    stored = submission.send("POST", path, submission.document("v2"))
    assert stored.status_code in (200, 201)
    refused = client.get(path, expect=403)
    assert refused.status_code == 403, f"GET of it gets {refused.status_code}, expected 403"
    gone = client.delete(path)
    assert gone.deleted, f"answered {gone.status_code}, expected 200"


@pytest.mark.catches("delete-again-500")
def test_opting_out_may_be_repeated(submission, client):
    """A report that is gone can be deleted again: 404, as nothing is there, is as good as 200."""
    path = submission.new_path()
    stored = submission.send("POST", path, submission.document("v2"))
    assert stored.status_code in (200, 201)
    gone, again = client.delete(path), client.delete(path)
    assert gone.deleted, f"answered {gone.status_code}, expected 200"
    assert again.deleted or again.status_code == 404, f"DELETE again gets {again.status_code}"


@pytest.mark.catches("submit-refuses-no-id", "submit-no-id")
@pytest.mark.catches("submit-new-id-no-uuid", "submit-new-id-same")
def test_the_server_makes_an_id_where_none_is_given(submission):
    """A report that is sent without an id is taken and answered with a new one, each with another.

    One with an id goes first: where that fails, the other could not be found again to delete it.
    """
    name = submission.new_id()
    first = submission.send("POST", f"{SUBMIT}/{name}", submission.document("v2"))
    assert first.status_code in (200, 201)
    assert first.text.strip() == name, "expected the id that was sent, found another body"
    made = set()
    for _ in range(2):
        stored = submission.send("POST", SUBMIT, submission.document("v2"))
        assert stored.status_code in (200, 201)
        assert submission.id_in(stored), "expected a new id, a UUID, found another body"
        assert submission.id_in(stored) not in made, "two reports got the same id"
        made.add(submission.id_in(stored))


@pytest.mark.catches("submit-refuses-obsolete", "submit-refuses-several-obsolete")
@pytest.mark.catches("submit-refuses-long-obsolete", "submit-refuses-obsolete-twice")
def test_a_report_may_name_older_ones_to_delete(submission):
    """A report may name several older ones to delete, in the header X-Obsolete-Document.

    The header may be long, and there may be several of it.
    """
    old = [submission.new_id() for _ in range(12)]
    first = submission.send("POST", f"{SUBMIT}/{old[0]}", submission.document("v2"))
    assert first.status_code in (200, 201)
    path = submission.new_path()
    headers = [("X-Obsolete-Document", ",".join(names)) for names in (old[:10], old[10:])]
    stored = submission.send("POST", path, submission.document("v3"), headers=headers)
    assert stored.status_code in (200, 201)
