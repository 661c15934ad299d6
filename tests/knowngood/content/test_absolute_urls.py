"""Absolute URLs that lead to the reader's machine, or that a script asks for in clear."""

import pytest

from knowngood.content import html
from knowngood.content.absolute_urls import asked_in_clear, led_to


@pytest.mark.parametrize(
    ("page", "link", "leads"),
    [
        ("http://127.0.0.1:8000/", "http://localhost:8000/a", False),
        ("http://localhost:8000/", "http://127.0.0.1:8000/a", False),
        ("http://127.0.0.1:8000/", "http://localhost:3000/a", True),
        ("https://example.org:8000/", "http://localhost:8000/a", True),
        ("http://127.0.0.1:8000/", "http://localhost:99999/", True),
    ],
)
def test_another_name_of_the_same_server(page: str, link: str, leads: bool) -> None:
    """A suite may ask a local server by its address, and its pages by its name."""
    tree = html.parse(f"<a href='{link}'>a</a>")
    assert bool(list(led_to(tree, page))) is leads


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        (b"fetch('http://api.example.org/a')", "http://api.example.org/a"),
        (b"fetch(`http://api.example.org/${name}`)", "http://api.example.org/${name}"),
        (b"$.getJSON('http://api.example.org/')", "http://api.example.org/"),
        (b'axios.post("http://api.example.org/", x)', "http://api.example.org/"),
        (b"r.open('GET', 'http://api.example.org/')", "http://api.example.org/"),
        (b"new WebSocket('ws://api.example.org/')", "ws://api.example.org/"),
        (b"axios.create({baseURL: 'http://api.example.org'})", "http://api.example.org"),
        (b"fetch('https://api.example.org/a')", ""),
        (b"fetch('http://localhost:8000/a')", ""),
        (b"window.open('http://example.org/')", ""),
        (b"links = [{url: 'http://example.org/'}]", ""),
        (b"// fetch('http://api.example.org/a')", ""),
        (b"e.createElementNS('http://www.w3.org/2000/svg', 'a')", ""),
    ],
)
def test_what_a_script_asks_for_in_clear(script: bytes, asked: str) -> None:
    """A call asks; what is opened in a window, or is a mere address, is not refused."""
    assert asked_in_clear(script) == ((asked,) if asked else ())
