"""Who is turned away on the way has learnt nothing of the deployment."""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from knowngood.fetch.answer_errors import Blocked
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import respond
from knowngood.fetch.statistics import RequestStatistics
from knowngood.fetch.turned_away import is_turned_away
from knowngood.safety import hide_secrets

HTML = {"Content-Type": "text/html; charset=utf-8"}
NGINX = "<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>"
LATER = {"Retry-After": "600"}
PROBE = Probe("content", "http://h/")
NO_HEADERS: Mapping[str, str] = {}
CHALLENGE = "<html><title>Just a moment</title><script>check()</script></html>"

CLOUDFLARE = "<title>Just a moment...</title>Verifying <script>window._cf_chl_opt={}</script>"
ADDED = "<script>a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>"


def exchange(
    status: int,
    headers: Mapping[str, str] = NO_HEADERS,
    body: str = "",
    probe: Probe = PROBE,
) -> Exchange:
    """An exchange with one answer."""
    pairs = tuple((name.encode(), value.encode()) for name, value in headers.items())
    answer = Answer(status, probe.url, pairs, body.encode())
    return Exchange(probe, (Attempt(1.0, 0.1, status),), answer)


SAYS_SO: dict[str, tuple[int, Mapping[str, str]]] = {
    "429": (429, {}),
    "none-remains": (403, {"X-RateLimit-Remaining": "0"}),
    "none-remains-503": (503, {"X-RateLimit-Remaining": "0"}),
    "none-remains-draft-3": (403, {"RateLimit-Remaining": "0"}),
    "none-remains-draft-7": (403, {"RateLimit": "limit=100, remaining=0, reset=30"}),
    "none-remains-draft-8": (403, {"RateLimit": '"default";r=0;t=30'}),
    "come-back-later": (403, {"Retry-After": "60"}),
    "cloudflare": (403, {"CF-Mitigated": "challenge", **HTML}),
    "aws-challenge": (202, {"x-amzn-waf-action": "challenge"}),
    "aws-captcha": (405, {"x-amzn-waf-action": "captcha"}),
    "proxy": (407, {}),
    "captive-portal": (511, {}),
}


@pytest.mark.parametrize(("status", "headers"), SAYS_SO.values(), ids=SAYS_SO)
def test_an_answer_that_says_so_turns_a_read_away(status: int, headers: Mapping[str, str]) -> None:
    """A rate limit, a bot challenge or a proxy, by its status or its headers."""
    with pytest.raises(Blocked, match=str(status)):
        respond(exchange(status, headers))


OWN: dict[str, tuple[int, Mapping[str, str]]] = {
    "some-remain": (403, {"X-RateLimit-Remaining": "10"}),
    "some-remain-draft-7": (403, {"RateLimit": "limit=100, remaining=20, reset=30"}),
    "some-remain-draft-8": (403, {"RateLimit": '"default";r=0.5;t=30'}),
    "maintenance": (503, {"Retry-After": "3600"}),
    "not-found": (404, {"X-RateLimit-Remaining": "0"}),
    "forbidden": (403, HTML),
    "login": (401, {"WWW-Authenticate": "Basic"}),
}


@pytest.mark.parametrize(("status", "headers"), OWN.values(), ids=OWN)
def test_other_answers_are_read(status: int, headers: Mapping[str, str]) -> None:
    """A 401 or 403 of one URL is the deployment's, and so is its maintenance."""
    assert respond(exchange(status, headers)).status_code == status


WALLS: dict[str, tuple[int, Mapping[str, str], str]] = {
    "login": (401, {}, ""),
    "firewall": (403, HTML, "<h1>Blocked</h1>"),
    "challenge-without-header": (503, HTML, CHALLENGE),
    "challenge-that-says-when": (503, HTML | LATER, "Are you a robot? <form>"),
    "challenge-of-cloudflare": (503, HTML, CLOUDFLARE),
    "challenge-of-aws": (503, HTML, "Hold on <script>AwsWafIntegration.getToken()</script>"),
    "challenge-of-akamai": (503, HTML, "<div id=sec-if-cpt-container>Protected</div>"),
    "challenge-of-imperva": (503, HTML, "<iframe src='/_Incapsula_Resource?a'>Failed</iframe>"),
    "challenge-of-sucuri": (503, HTML, "Redirected <script>sucuri_cloudproxy_js=''</script>"),
    "challenge-of-ddos-guard": (503, HTML, "<h1>DDoS-Guard</h1>"),
    "challenge-of-f5": (503, HTML, "<noscript>Your ID: 7</noscript>&nbsp;<script>a()</script>"),
    "rate-limit": (429, {}, ""),
}


@pytest.mark.parametrize(("status", "headers", "body"), WALLS.values(), ids=WALLS)
def test_an_origin_that_gives_no_other_answer_may_be_behind_a_wall(
    status: int, headers: Mapping[str, str], body: str
) -> None:
    """Such answers are counted beside all answers of the origin."""
    statistics = RequestStatistics()
    statistics.note(exchange(status, headers, body))
    assert (statistics.turned_away["content"], statistics.answers["content"].count) == (1, 1)
    statistics.note(exchange(200))
    assert (statistics.turned_away["content"], statistics.answers["content"].count) == (1, 2)


DOWN: dict[str, tuple[int, Mapping[str, str], str]] = {
    "load-balancer": (503, HTML, NGINX),
    "page-for-robots": (503, HTML, "<meta name='robots' content='noindex'>Maintenance"),
    "maintenance": (503, HTML | LATER, "Back soon <script>count()</script>"),
    "page-of-the-site": (
        503,
        HTML,
        "Back soon <script>count()</script><form><input name=q></form>",
    ),
    "page-behind-cloudflare": (503, HTML, f"<title>Shop</title><h1>Back soon</h1>{ADDED}"),
    "plain": (503, {}, "no healthy upstream"),
    "store": (403, {"Content-Type": "application/xml"}, "<Code>AccessDenied</Code>"),
    "gateway": (502, HTML, CHALLENGE),
}


@pytest.mark.parametrize(("status", "headers", "body"), DOWN.values(), ids=DOWN)
def test_a_deployment_that_is_down_is_no_wall(
    status: int, headers: Mapping[str, str], body: str
) -> None:
    """A load balancer without a backend, or a store without a policy, is what its users see."""
    assert not is_turned_away(exchange(status, headers, body))


@pytest.mark.parametrize("status", [401, 403, 429])
def test_an_expected_refusal_is_an_answer(status: int) -> None:
    """A check may claim that a write is refused."""
    probe = replace(PROBE, method="POST", expect=status)
    answered = exchange(status, HTML, probe=probe)
    assert respond(answered).status_code == status
    assert not is_turned_away(answered)


@pytest.mark.parametrize("status", [401, 403])
def test_a_write_refused_with_its_own_credentials_is_an_answer(status: int) -> None:
    """The service knows who asks, and says no; without credentials a wall may have said it."""
    write = replace(PROBE, method="POST", headers=(("Authorization", "Bearer x"),))
    assert respond(exchange(status, HTML, probe=write)).status_code == status
    with pytest.raises(Blocked):
        respond(exchange(status, HTML, probe=replace(PROBE, method="POST")))


BODIES: dict[str, tuple[bytes, bool]] = {
    "json": (json.dumps({"password": 'pa"ss\\wo/rd-7'}).encode(), True),
    "json-escaped": (rb'{"password": "pa\u0022ss\\wo\/rd-7"}', True),
    "form": (urlencode({"password": 'pa"ss\\wo/rd-7'}).encode(), True),
    "binary": (b"\xff\x00" + b'pa"ss\\wo/rd-7', True),
    "without": (b'{"password": "another"}', False),
    "empty": (b"", False),
}


@pytest.mark.parametrize(("body", "is_answer"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("status", [401, 403])
def test_a_login_whose_body_carries_a_secret(status: int, body: bytes, is_answer: bool) -> None:
    """A login that is refused is the service's answer, however the secret was sent."""
    hide_secrets({"SHOP_PASSWORD": 'pa"ss\\wo/rd-7'})
    refused = exchange(status, HTML, probe=replace(PROBE, method="POST", body=body))
    if is_answer:
        assert respond(refused).status_code == status
    else:
        with pytest.raises(Blocked):
            respond(refused)
