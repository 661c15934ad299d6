"""Origins compare equal however they are spelt."""

import pytest

from knowngood.environment.origins import (
    as_origin,
    normal_origin,
    origin_trouble,
    with_ascii_host,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://fhr.example", "HTTPS://FHR.Example", id="case"),
        pytest.param("https://fhr.example", "https://fhr.example:443", id="default-port-of-https"),
        pytest.param("http://fhr.example", "http://fhr.example:80", id="default-port-of-http"),
        pytest.param("https://fhr.example", "https://fhr.example.", id="dot-behind-the-host"),
        pytest.param("https://fhr.example", "https://fhr.example/", id="slash-at-the-end"),
        pytest.param("https://fhr.example", "https://fhr.example/a?b=c#d", id="path"),
        pytest.param("https://fhr.example", "https://bob@fhr.example", id="user-name"),
        pytest.param("http://[2001:DB8::1]:80", "http://[2001:db8::1]", id="ipv6"),
    ],
)
def test_two_spellings_of_one_origin(one: str, other: str) -> None:
    """Case, default port, last dot, path and user name make no difference."""
    assert normal_origin(one) == normal_origin(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://fhr.example", "http://fhr.example", id="scheme"),
        pytest.param("https://fhr.example", "https://fhr.example:444", id="port"),
        pytest.param("https://fhr.example", "https://fhr.example:0", id="port-zero"),
        pytest.param("https://fhr.example:443", "http://fhr.example:443", id="scheme-at-one-port"),
        pytest.param("https://fhr.example", "https://www.fhr.example", id="host"),
        pytest.param("https://fhr.example", "https://fhr.example@evil.example", id="user-name"),
        pytest.param("http://[::1]:8080", "http://127.0.0.1:8080", id="ipv6-and-ipv4"),
    ],
)
def test_two_origins(one: str, other: str) -> None:
    """Another scheme, host or port is another origin."""
    assert normal_origin(one) != normal_origin(other)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://fhr.example:99999", id="port-too-large"),
        pytest.param("https://fhr.example:x", id="port-no-number"),
        pytest.param("https://[::1", id="unclosed-bracket"),
    ],
)
def test_a_url_that_cannot_be_taken_apart(url: str) -> None:
    """It is no origin at all, so nothing is on it."""
    assert normal_origin(url) is None


def test_a_host_of_other_letters_is_in_punycode() -> None:
    """As it is looked up and sent; the rest of the URL is left alone."""
    assert with_ascii_host("https://Bücher.example:8443/é?ü") == (
        "https://xn--bcher-kva.example:8443/é?ü"
    )
    assert with_ascii_host("https://example.org/é") == "https://example.org/é"
    assert normal_origin("https://bücher.example/") == normal_origin(
        "https://XN--bcher-kva.example"
    )
    assert as_origin("https://bücher.example/") == "https://xn--bcher-kva.example"


def test_a_host_that_is_no_name_is_no_origin() -> None:
    """Not every letter may stand in one."""
    assert "no URL" in str(origin_trouble("https://bü..cher.example"))
    assert normal_origin("https://bü..cher.example") is None
