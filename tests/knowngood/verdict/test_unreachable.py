"""When silence counts against a deployment."""

from dataclasses import replace
from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.environment import Control
from knowngood.fetch.attempt_error import SILENT
from knowngood.readiness.network_control import ControlLook
from knowngood.safety import duration
from knowngood.verdict.outcome import FAILED, Outcome
from knowngood.verdict.unreachable import SKEW, unconfirmed

URL = "https://content.example/x"
FILE = "environments/stage.toml"
FINE, SECURE = ControlLook(200.0), ControlLook(200.0, secure=True)
DOWN = ControlLook(200.0, trouble="http://c/: refused: no")
PORTAL = ControlLook(200.0, trouble="http://c/: its body lacks 'x'", forged=True)


def failed(kind: str, phase: str = "", method: str = "GET", url: str = URL) -> Outcome:
    """A check whose last attempt began at 100."""
    exchange = {"method": method, "url": url}
    return Outcome(
        "n",
        "c",
        "claim",
        result=FAILED,
        kind=kind,
        phase=phase,
        origin="content",
        began=100.0,
        exchanges=(exchange,),
    )


def why(outcome: Outcome, *looks: ControlLook, **more: Any) -> str:
    """Why it does not count, with controls that said so."""
    control = (Control("http://c/"),)
    return unconfirmed(outcome, results_of(control=control, looks=list(looks), **more))


def why_without(outcome: Outcome, **more: Any) -> str:
    """Why it does not count where there is no control."""
    return unconfirmed(outcome, results_of(**more))


@pytest.mark.parametrize("kind", ["content", "status", "schema", "redirect", "truncated"])
def test_a_wrong_answer_counts_whatever_the_controls_say(kind: str) -> None:
    """Somebody answered: the deployment, unless it was a portal."""
    assert why(failed(kind), DOWN) == ""
    assert "captive portal" in why(failed(kind), PORTAL)
    assert "captive portal" in why(failed(kind), FINE, PORTAL, FINE)


def test_a_refusal_by_an_origin_that_refuses_everything_counts_for_nothing() -> None:
    """A wall may stand before it."""
    results = results_of(looks=[FINE])
    results.requests.answers["content"].add(0.1)
    assert unconfirmed(failed("status"), results) == ""
    results.requests.turned_away["content"] = 1
    assert "turned every request away" in unconfirmed(failed("status"), results)


@pytest.mark.parametrize(("status", "counts"), [(403, False), (404, True)])
def test_a_wall_that_came_later_explains_refusals_alone(status: int, counts: bool) -> None:
    """What else was wrong was seen before it came."""
    outcome = failed("status")
    refused = replace(outcome, exchanges=({**outcome.exchanges[0], "status": status},))
    results = results_of(looks=[FINE])
    results.requests.walls.add("other")
    assert unconfirmed(refused, results) == ""
    results.requests.walls.add("content")
    assert (unconfirmed(refused, results) == "") == counts


@pytest.mark.parametrize("kind", sorted(SILENT - {"tls"}))
def test_silence_counts_where_a_control_answers(kind: str) -> None:
    """At the time: in every look since the attempt began, of which there must be one."""
    assert why(failed(kind), FINE) == ""
    assert "in trouble, the controls say: http://c/: refused" in why(failed(kind), DOWN)
    assert "in trouble" in why(failed(kind), FINE, DOWN, FINE)
    assert why(failed(kind), ControlLook(50.0, trouble="before"), FINE) == ""
    assert "no control was asked since" in why(failed(kind), ControlLook(99.0))
    assert why(failed(kind), ControlLook(100.0)) == ""


@pytest.mark.parametrize("kind", sorted(SILENT - {"tls"}))
@pytest.mark.parametrize(
    "ended", [{"overdue": True}, {"interrupted": True}, {"asked_again": {("content", URL): None}}]
)
def test_silence_that_nobody_could_ask_about_again_does_not_count(
    kind: str, ended: dict[str, Any]
) -> None:
    """A busy machine may use up the time of the run as well as that of a request."""
    assert "no time to ask it once more" in why(failed(kind), FINE, **ended)
    assert "no time" in why_without(failed(kind), answered_at={"content": 101.0}, **ended)
    assert why(failed("status"), FINE, **ended) == ""
    assert why(failed("tls", "wrong host"), SECURE, **ended) == ""


PHASES = ["expired", "not yet valid", "wrong host", "untrusted", "handshake"]


@pytest.mark.parametrize("phase", PHASES)
def test_tls_counts_where_a_control_answers_over_tls(phase: str) -> None:
    """Or another address of the origin. Otherwise it may be this machine that cannot judge
    certificates; the file is named.
    """
    assert why(failed("tls", phase), SECURE) == ""
    reason = why(failed("tls", phase), FINE)
    assert f"TLS failed ({phase}" in reason
    assert FILE in reason
    assert "https" in reason
    assert why(failed("tls", phase), FINE, answered_at={"content": 101.0}) == ""
    assert why(failed("tls", phase), FINE, answered_at={"content": 99.0}) == reason


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("skew", [SKEW + 60, -SKEW - 60])
def test_a_wrong_clock_makes_dates_of_certificates_worthless(phase: str, skew: float) -> None:
    """And nothing else of them."""
    reason = why(failed("tls", phase), ControlLook(200.0, secure=True, skew=skew))
    side = "ahead of" if skew > 0 else "behind"
    words = f"clock is {duration(SKEW + 60)} {side} the controls'"
    assert (words in reason) == (phase in {"expired", "not yet valid"})
    assert why(failed("tls", phase), ControlLook(200.0, secure=True, skew=SKEW - 1)) == ""


@pytest.mark.parametrize("kind", sorted(SILENT))
def test_without_a_control_the_file_to_mend_is_named(kind: str) -> None:
    """With what to add to it."""
    reason = why_without(failed(kind))
    assert FILE in reason
    assert "[[control]]" in reason
    assert "url = " in reason
    assert "body = " in reason


def test_without_a_control_the_origins_own_answers_count() -> None:
    """One that answers others since has kept silent here; one that has not since may be cut off."""
    assert why_without(failed("timeout"), answered_at={"content": 101.0}) == ""
    assert why_without(failed("timeout"), answered_at={"content": 99.0})
    assert why_without(failed("timeout"), answered_at={"submission": 101.0})


def test_trouble_that_passed() -> None:
    """Silent, and answered when asked once more: of nobody's fault that could be told."""
    again = {("content", URL): True}
    assert "trouble that passed" in why(failed("reset"), FINE, asked_again=again)
    assert "trouble that passed" in why_without(
        failed("reset"), asked_again=again, answered_at={"content": 101.0}
    )
    assert why(failed("content"), FINE, asked_again=again) == ""


@pytest.mark.parametrize("phase", PHASES)
def test_a_certificate_that_is_wrong_at_times_counts(phase: str) -> None:
    """One of several backends has it. A handshake that fails may be the network's, and controls
    say whether somebody in between vouches for itself.
    """
    again = {("content", URL): True}
    passed = "trouble that passed" in why(failed("tls", phase), SECURE, asked_again=again)
    assert passed == (phase == "handshake")
    assert "over https" in why(failed("tls", "expired"), FINE, asked_again=again)
    assert "passed" in why_without(failed("tls", "expired"), asked_again=again)


def test_its_own_url_says_more_than_others() -> None:
    """One URL that stays silent fails, whatever else came back; one that was not asked once more
    follows those that were.
    """
    again = {("content", URL): False, ("content", f"{URL}/2"): True}
    assert why(failed("reset"), FINE, asked_again=again) == ""
    assert "passed" in why(failed("reset", url=f"{URL}/3"), FINE, asked_again=again)
    other = {("submission", URL): True}
    assert why(failed("reset"), FINE, asked_again=other) == ""


def test_what_writes_follows_what_reads() -> None:
    """A POST is not sent once more; where all of its origin came back, so would it have."""
    written = failed("refused", method="POST")
    assert "passed" in why(written, FINE, asked_again={("content", f"{URL}/2"): True})
    assert why(written, FINE, asked_again={("content", f"{URL}/2"): False}) == ""
    assert why(written, FINE) == ""
