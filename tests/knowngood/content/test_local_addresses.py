"""Where pages lead people to their own machine."""

import pytest

from knowngood.content import html
from knowngood.content.local_addresses import led_to


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
