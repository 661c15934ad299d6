"""Clients: each Firefox can submit, whatever its version and its state."""

import pytest

from knowngood import checks

from . import firefox
from .submission import deletion_problems

pytestmark = pytest.mark.origin("submission", writes=True)


@pytest.mark.catches("submit-refuses-newer", "submit-refuses-android", "delete-refuses-newer")
@pytest.mark.parametrize(
    ("version", "headers"),
    [("v2", firefox.NEWER), ("v3", firefox.ANDROID)],
    ids=["newer", "android"],
)
def test_every_firefox_can_submit_and_opt_out(submission, client, version, headers):
    """A report is taken from another Firefox, too, and deleted when its user opts out."""
    path = submission.new_path()
    stored = submission.send("POST", path, submission.document(version), headers=headers)
    assert stored.status_code in (200, 201)
    gone = client.delete(path, headers=headers)
    assert deletion_problems(gone) == []


def without_versions(report):
    """Return a report as old clients write it: its measurements do not name their version."""
    for measurements in (report["data"]["last"], *report["data"]["days"].values()):
        for measurement in measurements.values():
            del measurement["_v"]
    return report


def with_trouble(report):
    """Return the report of a client that failed to start."""
    return report | {"notInitialized": 1, "errors": ["Services did not start in time."]}


@pytest.mark.catches("submit-refuses-unversioned-measurements", "submit-refuses-errors")
@pytest.mark.parametrize("change", [without_versions, with_trouble])
def test_old_and_troubled_clients_can_submit(submission, change):
    """A report is taken with all that clients leave out of it, or tell of their own trouble."""
    path = submission.new_path()
    stored = submission.send("POST", path, submission.document("v2", change))
    assert stored.status_code in (200, 201)


@pytest.mark.catches("submission-certificate-without-names")
def test_firefox_takes_the_certificate_of_submission(submission, client):
    """The certificate of the server that takes reports is one that Firefox takes, too."""
    path = submission.new_path()
    answer = client.get(path, expect=403, extensions=checks.FRESH)
    assert answer.status_code < 500  # no report is there, and nobody may read one
    assert checks.certificate_problems(answer) == []
