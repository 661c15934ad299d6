"""What a translation changes of a script."""

import time

import pytest

from knowngood.content.translated_scripts import is_translation

SPEAKING = "var texts = {{ title: '{}', on: '{}', \"{}\": '{}' }}; send('{}');"
ENGLISH = ("Your browser", "On", "off", "It is off", "Prefs")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Ihr Browser", "An", "off", "Es ist aus", "Prefs"), True),
        (("L\\'\u00e9tat", "Oui", "off", "\\u00c9teint", "Prefs"), True),
        (ENGLISH, False),
        (("The browser", "On", "off", "It is off", "Prefs"), False),
        (("Your browser", "On", "off", "It is off", "Payload"), False),
        (("Ihr Browser", "An", "aus", "Es ist aus", "Prefs"), False),
        (("Ihr Browser", "An", "off", "Es ist aus", "/prefs"), False),
        (("L\u00c3\u00a9tat", "Oui", "off", "\u00c3\u2030teint", "Prefs"), False),
        (("Ihr {{ browser }}", "An", "off", "Es ist aus", "Prefs"), False),
    ],
)
def test_a_script_of_texts_in_another_language(words: tuple[str, ...], expected: bool) -> None:
    """Most of its texts are others, none is spoilt, and no key, name or URL is another."""
    english = SPEAKING.format(*ENGLISH).encode()
    assert is_translation(SPEAKING.format(*words).encode(), english, "/de/js/fhr.js") is expected
    more = SPEAKING.format(*words).encode() + b"more();"
    assert not is_translation(more, english, "/de/js/fhr.js")


@pytest.mark.parametrize(
    ("path", "words", "expected"),
    [
        ("/de/js/strings.js", ("AN", "AUS"), True),
        ("/de/l10n.3f2a.js", ("AN", "AUS"), True),
        ("/messages-de.json", ("AN", "AUS"), True),
        ("/de/locale/fhr.js", ("AN", "AUS"), False),
        ("/de/strings.js", ("ON", "#off"), False),
        ("/de/strings.js", ("ON", "0"), False),
        ("/de/substrings.js", ("AN", "AUS"), False),
    ],
)
def test_a_script_of_single_words(path: str, words: tuple[str, str], expected: bool) -> None:
    """They are texts where the file is called so; elsewhere they may be names."""
    script = 'say(a ? "{}" : "{}"); add("note", "text", "live", "main");'
    english = script.format("ON", "OFF").encode()
    assert is_translation(script.format(*words).encode(), english, path) is expected


@pytest.mark.parametrize("unit", [b"/*", b"function init", b"import '", b"a = $('b') if ("])
def test_hostile_scripts_are_compared_in_bounded_time(unit: bytes) -> None:
    """What is linear takes a second for a tenth of a megabyte."""
    source = unit * (100_000 // len(unit))
    before = time.process_time()
    is_translation(source, source, "/strings.js")
    assert time.process_time() - before < 10
