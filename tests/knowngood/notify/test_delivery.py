"""An event reaches those who want it; what does not arrive is returned, and nothing is raised."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from mail_server import MailServer
from wire import Serve, answer, close

from knowngood.environment import Environment
from knowngood.notify import Delivery, Event, EventKind, tell

FAILED = Event(
    kind=EventKind.FAILED,
    environment="prod",
    title="prod FAILED: /{locale}/js/config.json is 404 in 5 of 5 locales",
    moment=1_800_000_000.0,
    body=("look: curl -sSg -i https://fhr.example.org/fr/js/config.json",),
    release="v8",
)

Notifying = Callable[..., Environment]


def test_a_webhook_gets_title_body_and_kind(serve: Serve, notifying: Notifying) -> None:
    """What arrives says what is the matter, how to look, the release and the time."""
    server = serve(answer("ok"))
    delivery = tell(notifying(f"json://127.0.0.1:{server.port}/hook"), FAILED)
    assert delivery == Delivery(1)
    message = json.loads(server.requests[0].body)
    assert message["title"] == FAILED.title
    assert message["message"].splitlines() == [
        *FAILED.body,
        "environment prod, release v8, 2027-01-15 08:00 UTC",
    ]
    assert message["type"] == "failure"


def test_a_slow_answer_is_awaited(
    serve: Serve, notifying: Notifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told, and says so late, is told once."""
    monkeypatch.setattr("apprise.url.URLBase.socket_read_timeout", 1e-6)
    server = serve(answer("ok"))
    assert tell(notifying(f"json://127.0.0.1:{server.port}/"), FAILED) == Delivery(1)
    assert len(server.requests) == 1


def test_mail_arrives(mail_server: Callable[..., MailServer], notifying: Notifying) -> None:
    """A message goes out over SMTP: the title is its subject."""
    server = mail_server()
    url = f"mailto://127.0.0.1:{server.port}?mode=insecure&from=kg@example.org&to=ops@example.org"
    assert tell(notifying(url), FAILED) == Delivery(1)
    (message,) = server.messages
    assert message["Subject"] == FAILED.title
    assert message["To"] == "ops@example.org"
    body = message.get_body()
    assert body is not None
    assert FAILED.body[0] in body.get_content().replace("=\r\n", "")


def test_only_those_are_told_that_want_the_kind(serve: Serve, notifying: Notifying) -> None:
    """``on`` selects; an event that nobody wants sends nothing."""
    server = serve(answer("ok"))
    url = f"json://127.0.0.1:{server.port}/"
    assert tell(notifying(url, on=("recovered",)), FAILED) == Delivery()
    assert tell(notifying(url, on=("failed", "blind")), FAILED) == Delivery(1)
    assert len(server.requests) == 1


def test_a_server_in_trouble_is_asked_again(serve: Serve, notifying: Notifying) -> None:
    """An attempt that fails is followed by another; the event arrives once."""
    plays = iter([answer(status=500), close, answer("ok")])
    server = serve(lambda talk: next(plays)(talk))
    assert tell(notifying(f"json://127.0.0.1:{server.port}/"), FAILED) == Delivery(1)
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [401, 500])
def test_a_refusal_is_returned_and_counted(status: int, serve: Serve, notifying: Notifying) -> None:
    """Attempts are bounded; the trouble names the entry and the reason. Others are told."""
    bad, good = serve(answer(status=status)), serve(answer("ok"))
    urls = (f"json://127.0.0.1:{bad.port}/", f"json://127.0.0.1:{good.port}/")
    delivery = tell(notifying(*urls), FAILED)
    assert delivery.delivered == 1
    (trouble,) = delivery.troubles
    assert trouble.startswith("notify.0 (secrets.chat-0) was not told: ")
    assert f"error={status}" in trouble
    assert len(bad.requests) == 3


def test_a_closed_port_is_returned(serve: Serve, notifying: Notifying) -> None:
    """Where nobody listens, the trouble says that there was no connection."""
    server = serve(answer("ok"))
    server.stop()
    (trouble,) = tell(notifying(f"json://127.0.0.1:{server.port}/"), FAILED).troubles
    assert "onnection error" in trouble


def test_a_server_that_hangs_is_given_up(serve: Serve, notifying: Notifying) -> None:
    """A server that takes the message and says nothing is a trouble, too."""
    server = serve(lambda talk: talk.hang())
    (trouble,) = tell(notifying(f"json://127.0.0.1:{server.port}/?rto=0.05"), FAILED).troubles
    assert "onnection error" in trouble


def test_a_refused_recipient_is_returned(
    mail_server: Callable[..., MailServer], notifying: Notifying
) -> None:
    """A mail server that refuses every recipient has not taken the message."""
    server = mail_server(refuses="550 no such user")
    url = f"mailto://127.0.0.1:{server.port}?mode=insecure&from=kg@example.org&to=ops@example.org"
    delivery = tell(notifying(url), FAILED)
    assert delivery.delivered == 0
    assert "was not told" in delivery.troubles[0]
    assert not server.messages


def test_an_address_that_apprise_does_not_know_is_returned(notifying: Notifying) -> None:
    """What cannot be sent is no reason to raise."""
    (trouble,) = tell(notifying("nowhere://token-1234/"), FAILED).troubles
    assert trouble.startswith("notify.0 (secrets.chat-0) was not told: ")
    assert "token-1234" not in trouble


def test_no_message_holds_a_secret(serve: Serve, notifying: Notifying) -> None:
    """Secrets of the environment are redacted before anything is cut off."""
    server = serve(answer("ok"))
    title = f"{'x' * 295}s3cr3t-Value"
    event = Event(EventKind.FAILED, "prod", title, 0.0, ("Authorization: s3cr3t-Value",))
    tell(notifying(f"json://127.0.0.1:{server.port}/"), event)
    assert b"s3cr" not in server.requests[0].body
    assert b"Authorization: ***" in server.requests[0].body


def test_no_trouble_holds_a_part_of_the_address(serve: Serve, notifying: Notifying) -> None:
    """Token, user and host of an Apprise URL stay out of what is printed."""
    server = serve(answer(status=403))
    url = f"json://someone:pass-word@127.0.0.1:{server.port}/hook-token"
    (trouble,) = tell(notifying(url), FAILED).troubles
    for part in ("someone", "pass-word", "127.0.0.1", "hook-token"):
        assert part not in trouble


def test_what_a_server_said_cannot_forge_a_line(serve: Serve, notifying: Notifying) -> None:
    """Control characters of a title or a line are escaped."""
    server = serve(answer("ok"))
    event = Event(EventKind.BLIND, "prod", "a\r\nBcc: b", 0.0, ("one\x1b[2J\ntwo",))
    tell(notifying(f"json://127.0.0.1:{server.port}/"), event)
    message = json.loads(server.requests[0].body)
    assert message["title"] == r"a\x0d\x0aBcc: b"
    assert message["message"].splitlines()[0] == r"one\x1b[2J\x0atwo"
