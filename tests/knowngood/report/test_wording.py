"""The words that several reports use."""

import shlex

import pytest

from knowngood.report.wording import claim_words, curl_line

URLS = [
    "https://fhr.example/fr/",
    "https://fhr.example/?a=b&c=d;e",
    "https://fhr.example/it's",
    'https://fhr.example/"x"',
    "https://fhr.example/$(reboot)`id`$HOME",
    "https://fhr.example/a b\\c",
    "https://fhr.example/*?[a-z]{1,2}!#",
    "https://fhr.example/\n98 passed",
    "-oProxy",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "X; reboot"])
def test_curl_line_survives_a_shell(url: str, method: str) -> None:
    """The URL and the method reach curl as they are, whatever a shell would make of them."""
    words = shlex.split(curl_line({"method": method, "url": url}))
    assert words[0] == "curl"
    assert words[-1] == url
    assert ("-X" in words) is (method not in {"GET", "HEAD"})
    if "-X" in words:
        assert words[words.index("-X") + 1] == method
    assert ("--head" in words) is (method == "HEAD")


@pytest.mark.parametrize(
    ("url", "literal"),
    [("https://h/a", False), ("https://h/[a]", True), ("https://h/{a}", True)],
)
def test_curl_line_takes_brackets_as_they_are(url: str, literal: bool) -> None:
    """Brackets are ranges to curl unless it is told otherwise."""
    assert ("-g" in shlex.split(curl_line({"method": "GET", "url": url}))) is literal


def test_curl_line_asks_the_same_edge() -> None:
    """The request goes where the exchange went, not where the name leads now."""
    words = shlex.split(curl_line({"method": "GET", "url": "u", "connect_to": "::edge:443"}))
    assert words == ["curl", "-sS", "-i", "--connect-to", "::edge:443", "u"]


def test_a_check_is_called_by_its_claim() -> None:
    """One without a docstring has only its name."""
    assert claim_words("test_config.py::test_debug_is_off", "Debug is off.") == "Debug is off."
    assert claim_words("test_config.py::test_debug_is_off", "") == (
        "test_config.py::test_debug_is_off"
    )
