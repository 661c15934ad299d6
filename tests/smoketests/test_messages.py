"""What scripts and the browser say to each other, read from the text of scripts."""

import pytest
from smoketests.messages import has_key, misspelt


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (b'window.addEventListener("message", f);', "message"),
        (b"$(window).on('load message', f);", "message"),
        (b"$(window).on('message.fhr', f);", "message"),
        (b'eval("add(\\"message\\", f)");', "message"),
        (b"window.onmessage = f;", "message"),
        (b"onmessage=f", "message"),
        (b"listen({message: f});", "message"),
        (b"var on = {begin() {}, message() {}};", "message"),
        (b"case 'telemetry-ping-list':", "telemetry-ping-list"),
        (b"new CustomEvent(n,{detail:{command:e}})", "detail"),
        (b"new CustomEvent(name, {bubbles, detail});", "detail"),
        (b"detail.command=e", "command"),
        (b"detail.command ??= name;", "command"),
    ],
)
def test_a_key_that_a_script_has(source: bytes, key: str) -> None:
    """It stands in a text, as a key, or as a member that gets a value."""
    assert has_key(source, key)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (b"window.addEventListener('messages', f);", "message"),
        (b"log(error.message + message); if (e.message == 3) {}", "message"),
        (b"function send(command) { detail.order = command; }", "command"),
        (b"function total(payload) { payload = payload.data; }", "payload"),
    ],
)
def test_a_key_that_a_script_has_not(source: bytes, key: str) -> None:
    """A variable of that name says nothing to the browser, and no longer word does."""
    assert not has_key(source, key)


def test_what_is_misspelt() -> None:
    """A word that is another's right one is no misspelling of this."""
    source = b"on('payloads', f); on('telemetry-ping-list', g); say('requestCurrentPrefs');"
    words = ("payload", "telemetry-ping-data", "RequestCurrentPrefs", "message")
    assert misspelt(source, words) == {
        "payloads": "payload",
        "requestCurrentPrefs": "RequestCurrentPrefs",
    }
