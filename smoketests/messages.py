"""What a page and the browser say to each other: commands go out in events, answers come back in
messages, each of a type.
"""

import re
from difflib import get_close_matches
from functools import lru_cache

from knowngood import checks

EVENT = "RemoteHealthReportCommand"
CARRIERS = ("detail", "command")
ANSWERS = {
    "RequestCurrentPrefs": "prefs",
    "RequestCurrentPayload": "payload",
    "RequestCurrentEnvironment": "telemetry-current-environment-data",
    "RequestTelemetryPingList": "telemetry-ping-list",
    "RequestTelemetryPingData": "telemetry-ping-data",
    "RequestCurrentPingData": "telemetry-current-ping-data",
}
WORDS = {EVENT, "message", *ANSWERS, *ANSWERS.values()}

LETTERS = 5  # that a misspelt word has more or less
TEXT = re.compile(rb"[\"'`]([\w-]+)\\?[\"'`]")
# `"message"`, `"load message"`, `onmessage =`, `{message: f}`, `{message}`, `handlers.message =`
KEY = rb"""
    ["'`] (?:[^"'`\n]{0,99}\s)? (?:on)?%(key)b (?:[\s.][^"'`\n]{0,99})? \\?["'`]
  | [{,]\s*(?:on)?%(key)b\s*[,}:(] | (?:\.(?:on)?|(?<![\w$])on)%(key)b\s*(?:\|\||\?\?)?=(?!=)
"""


def unsaid(page, resources, commands):
    """Return which words no script of the page says that events with `commands` need."""
    # the fourth argument of initCustomEvent() is the detail, and says no such word
    by_hand = not checks.unnamed_words(page, resources, ["initCustomEvent"])
    carriers = unnamed_keys(page, resources, ["command"] if by_hand else CARRIERS)
    return [*checks.unnamed_words(page, resources, [EVENT, *commands]), *carriers]


def senders(scripts):
    """Return those of `scripts` that name the event; all of them if none does."""
    return [file for file in scripts if EVENT.encode() in file.response.content] or scripts


def unheard(page, resources, commands):
    """Return which of the message and its types, by which `commands` are answered, no script names
    in a text, as a key, or as a handler. A type may be what is left after all others.
    """
    answers = [ANSWERS[command] for command in commands if command in ANSWERS]
    listens = not answers or page.html.css_first("[onmessage]") is not None
    return unnamed_keys(page, resources, answers if listens else ["message", *answers])


def unnamed_keys(page, resources, keys):
    """Return those of `keys` that no script of the page names in a text, as a key or a member."""
    sources = checks.script_sources(page, resources)
    return [key for key in keys if not any(has_key(source, key) for source in sources)]


@lru_cache(2000)
def has_key(source, key):
    """Return whether a script has `key` in a text, or gives a value to a member of that name."""
    name = key.encode()
    return name in source and bool(re.search(KEY % {b"key": re.escape(name)}, source, re.X))


@lru_cache(500)
def misspelt(source, words):
    """Return what a script says in place of these words, each with its word: another word, about
    as long, and none of the right ones.
    """
    said = {text.decode() for text in TEXT.findall(source)} - WORDS
    wrong = {}
    for word in words:
        as_long = sorted(text for text in said if abs(len(text) - len(word)) <= LETTERS)
        wrong |= dict.fromkeys(get_close_matches(word, as_long, 1, 0.85), word)
    return wrong
