"""Answers lose a header, or get one that is wrong."""

import pytest
from recorded_answers import PAGE, answered, changed, changes, page, read

from knowngood.mutation import Recorded

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "X-Frame-Options": "DENY",
    "Cache-Control": "max-age=600",
    "Server": "nginx",
    "Date": "Fri, 27 Nov 2026 09:45:55 GMT",
    "X-Request-Id": "a1b2c3",
    "X-Next-Page": "2",
    "Connection": "keep-alive",
}


@pytest.mark.parametrize(
    ("mutation", "lost"),
    [
        ("used-header-gone", ["Content-Type", "Access-Control-Allow-Origin"]),
        ("protecting-header-gone", ["X-Frame-Options"]),
        ("caching-header-gone", ["Cache-Control"]),
        ("other-header-gone", ["X-Next-Page"]),
    ],
)
def test_each_header_is_lost_once(mutation: str, lost: list[str]) -> None:
    """Every header is lost by one of the four mutations, alone; but those of the transfer, and what
    a machine writes for whoever runs it.
    """
    recorded = page(headers=HEADERS)
    ways = changes(mutation, recorded)
    assert list(ways) == [f"lacks the header {name}" for name in lost]
    for name, change in zip(lost, ways.values(), strict=True):
        answer = change.apply(recorded)
        assert answer is not None
        there = [line for line in recorded.answer.headers if line[0] != name.encode()]
        assert list(answer.headers) == there
        assert answer.body == recorded.answer.body
        assert change.apply(Recorded("GET", answer)) is None


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("Vary", "Accept", "assert 'vary' in response.headers"),
        ("Vary", "Accept-Encoding", ""),
        ("ETag", '"6b0a6d11-272"', ""),
        ("Last-Modified", "Fri, 27 Nov 2026 09:45:55 GMT", ""),
        ("X-Total-Count", "7", "assert 'x-total-count' in response.headers"),
    ],
)
def test_line_that_misses_a_header(name: str, value: str, line: str) -> None:
    """There is none for what a sound release, or another server, may leave to another header."""
    answer = page(headers={name: value})
    both = (changes(f"{kind}-header-gone", answer) for kind in ("caching", "other"))
    (change,) = [change for ways in both for change in ways.values()]
    assert change.remedy == line


@pytest.mark.parametrize(
    ("media_type", "lost"),
    [
        ("text/html", "CSP HSTS nosniff CORP"),
        ("image/svg+xml", "CSP HSTS nosniff CORP"),
        ("application/json", "HSTS nosniff CORP"),
        ("text/css", "nosniff"),
        ("application/javascript", "nosniff"),
        ("image/png", ""),
    ],
)
def test_header_that_protects_this_kind_of_answer(media_type: str, lost: str) -> None:
    """A policy on an image protects nobody, and a page's HTTPS is known before its files."""
    names = {
        "CSP": "Content-Security-Policy",
        "HSTS": "Strict-Transport-Security",
        "nosniff": "X-Content-Type-Options",
        "CORP": "Cross-Origin-Resource-Policy",
    }
    answer = answered("x", media_type, headers=dict.fromkeys(names.values(), "x"))
    ways = changes("protecting-header-gone", Recorded("GET", answer))
    assert list(ways) == [f"lacks the header {names[name]}" for name in lost.split()]


def test_cookie_loses_each_attribute() -> None:
    """Of several, one alone; the line that notices it names both."""
    recorded = Recorded(
        "GET",
        answered("", headers={"Set-Cookie": "a=1; Secure; HttpOnly", "set-cookie": "b=2; Secure"}),
    )
    ways = changes("cookie-unprotected", recorded)
    assert list(ways) == [
        "sets the cookie a without Secure",
        "sets the cookie a without HttpOnly",
        "sets the cookie b without Secure",
    ]
    lost = ways["sets the cookie a without Secure"]
    assert lost.remedy == ("assert checks.cookie_problems(response, [('a', 'Secure')]) == []")
    answer = lost.apply(recorded)
    assert answer is not None
    assert read(answer).headers.get_list("set-cookie") == ["a=1; HttpOnly", "b=2; Secure"]


def test_image_that_other_sites_may_load() -> None:
    """Some of their pages load nothing that does not say so."""
    policy = {"Cross-Origin-Resource-Policy": "cross-origin"}
    assert changes(
        "protecting-header-gone", Recorded("GET", answered("", "image/png", headers=policy))
    )


@pytest.mark.parametrize(("media_type", "count"), [("text/css", 0), ("video/mp4", 1)])
def test_parts_that_a_reader_may_ask_for(media_type: str, count: int) -> None:
    """Only who winds a film asks for them; another server need not send parts."""
    answer = Recorded("GET", answered("x", media_type, headers={"Accept-Ranges": "bytes"}))
    ways = changes("other-header-gone", answer)
    assert [change.remedy for change in ways.values()] == [""] * count


@pytest.mark.parametrize(("value", "count"), [("inline; filename=a", 0), ("attachment", 1)])
def test_header_that_says_what_holds_without_it(value: str, count: int) -> None:
    """A page is shown in any case; a download is not."""
    lost = changes("used-header-gone", page(headers={"Content-Disposition": value}))
    assert len([name for name in lost if "Content-Disposition" in name]) == count


def test_headers_of_errors_stay() -> None:
    """Whoever is refused does not look at them."""
    for mutation in ("used-header-gone", "protecting-header-gone", "other-header-gone"):
        assert not changes(mutation, page(status=404, headers=HEADERS))


def test_all_lines_of_a_header_are_lost() -> None:
    """A server that does not set cookies sets none of them."""
    answer = answered("", headers={"Set-Cookie": "a=1", "set-cookie": "b=2"})
    lost = changed("used-header-gone", Recorded("GET", answer), "lacks the header set-cookie")
    assert lost.header("set-cookie") is None


def test_an_encoded_body_without_its_header_is_what_was_sent() -> None:
    """Without Content-Encoding the reader gets the bytes of gzip, which are not decoded."""
    answer = changed("used-header-gone", page(gzipped=True), "lacks the header Content-Encoding")
    assert read(answer).content == page(gzipped=True).answer.body
    assert answer.decoded == 0


@pytest.mark.parametrize("value", ["max-age=600", "no-store", ""])
def test_cached_for_a_year(value: str) -> None:
    """Whatever the caching was, it is for a year then."""
    recorded = page(headers={"Cache-Control": value} if value else None)
    answer = changed("cached-for-a-year", recorded)
    assert answer.header("cache-control") == "public, max-age=31536000, immutable"


def test_what_is_cached_for_a_year_stays() -> None:
    """Files with a hash in their name are cached so on purpose; errors and writes are not."""
    year = {"Cache-Control": "max-age=31536000"}
    assert not changes("cached-for-a-year", page(headers=year))
    assert not changes("cached-for-a-year", page(status=404))
    assert not changes("cached-for-a-year", Recorded("POST", page().answer))


def test_media_type_is_another() -> None:
    """Anything becomes plain text, and plain text a download."""
    assert read(changed("media-type-wrong", page())).media_type == "text/plain"
    text = Recorded("GET", answered("x"))
    assert read(changed("media-type-wrong", text)).media_type == "application/octet-stream"


def test_charset_is_another() -> None:
    """The page is declared as ISO-8859-1, with the same bytes."""
    answer = changed("charset-wrong", page())
    assert answer.header("content-type") == "text/html; charset=iso-8859-1"
    assert answer.body == PAGE.encode()


def test_charset_of_ascii_stays() -> None:
    """Without a letter beyond ASCII every charset reads the same."""
    assert not changes("charset-wrong", page("<p>plain"))
    assert not changes("charset-wrong", Recorded("GET", answered(b"\xff", "image/png")))


@pytest.mark.parametrize("kind", ["font/woff2", "application/vnd.ms-fontobject"])
def test_media_type_of_a_font_stays(kind: str) -> None:
    """Browsers do not look at it, so that another one would change nothing."""
    assert not changes("media-type-wrong", Recorded("GET", answered(b"wOFF", kind)))
