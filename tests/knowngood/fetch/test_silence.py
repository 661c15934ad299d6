"""What is said of an origin that is given up."""

import time

import pytest

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.failing_rows import SILENT_LIMIT, SilentOrigins
from knowngood.fetch.probe import Attempt, Exchange, Probe

PROBE = Probe("content", "https://site/")


@pytest.mark.parametrize(
    ("last", "given_up"),
    [("reset", "unreachable"), ("timeout", "unreachable"), ("tls", "tls")],
)
def test_what_is_given_up_for_its_certificate_is_no_silence(last: str, given_up: str) -> None:
    """Whoever judges it must know: a control that is asked in clear says nothing of certificates,
    and the first cause would name a route that is there.
    """
    silent = SilentOrigins(15.0)
    attempt = Attempt(time.time(), 0.1, error=AttemptError(last), phase="expired")
    for _ in range(SILENT_LIMIT):
        assert silent.refusal(PROBE) is None
        silent.note(Exchange(PROBE, (attempt,)))
    refusal = silent.refusal(PROBE)
    assert refusal is not None
    assert refusal.error == given_up
    assert refusal.attempts[0].phase == ("expired" if given_up == "tls" else "")
