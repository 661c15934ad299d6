"""What readers of a feed get of it."""

import pytest

from knowngood.content.feeds import problems

URL = "https://example.org/feed.xml"
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>a</title><link>{0}/</link><item>'
    '<guid>{0}/1</guid><enclosure url="{0}/1.mp3" length="1" type="audio/mpeg"/></item>'
    "</channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{0}/1"/></entry></feed>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    "<channel/><item><link>{0}/1</link></item></rdf:RDF>"
)
JSON = '{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"url": "{0}/1"}}]}}'


@pytest.mark.parametrize("feed", [RSS, ATOM, RDF, JSON], ids=["RSS", "Atom", "RDF", "JSON"])
def test_a_feed(feed: str) -> None:
    """It is sound, or its links lead to the machine on which it was made."""

    def found(url: str, base: str) -> list[str]:
        return problems(url, "text/xml", feed.format(base).encode())

    assert found(URL, "https://example.org") == []
    assert found("http://127.0.0.1:8000/feed", "http://localhost:8000") == []
    (line,) = found(URL, "http://localhost:4567")
    assert line.startswith("a link to http://localhost:4567/")


SOUND = RSS.format("https://example.org")


@pytest.mark.parametrize(
    ("media_type", "body", "problem"),
    [
        ("text/xml", "<!DOCTYPE html><title>Down</title>", "a web page in place of the feed"),
        ("text/html", SOUND, "media type: expected that of a feed, found text/html"),
        ("text/xml", SOUND[: len(SOUND) // 2], "feed readers cannot read it: "),
        ("text/xml", f"<!-- debug -->{SOUND}", "feed readers cannot read it: "),
        ("text/xml", SOUND.replace(">a<", ">a & b<"), "feed readers cannot read it: "),
        ("text/xml", "", "feed readers cannot read it: "),
        ("text/xml", '<rss version="2.0"><channel/></rss>', "the feed has no items"),
        ("text/xml", "<urlset><item/></urlset>", "feed readers cannot read it: it is no feed: "),
        ("application/json", JSON.format("")[:-3], "feed readers cannot read it: "),
        ("application/json", '{"items": [{"url": "/1"}]}', "feed readers cannot read it: it is "),
        ("application/json", '{"version": 1}', "feed readers cannot read it: it is no feed: "),
        ("application/json", '{"version": "2", "items": [1]}', "feed readers cannot read it: "),
        (
            "application/json",
            '{"version": "https://jsonfeed.org/version/1.1", "items": []}',
            "the feed has no items",
        ),
    ],
)
def test_what_is_no_feed(media_type: str, body: str, problem: str) -> None:
    """Readers show nothing of it, and say so to nobody."""
    (line,) = problems(URL, media_type, body.encode())
    assert line.startswith(problem)
