"""Which stylesheets of a page are in force on a screen."""

import pytest

from knowngood.content import html, stylesheet_links

URL = "https://fhr.example.org/fr/"


@pytest.mark.parametrize(
    ("attributes", "is_in_force"),
    [
        ("rel=stylesheet", True),
        ('rel="StyleSheet" type="text/css; charset=utf-8"', True),
        ("rel=stylesheet media=''", True),
        ("rel=stylesheet media='screen and (min-width: 1px)'", True),
        ("rel=stylesheet media='only screen'", True),
        ("rel=stylesheet media='(max-width: 480px)'", True),
        ("rel=stylesheet media='print, ALL'", True),
        ("rel=stylesheet media='not print'", True),
        ("""rel=stylesheet media=print onload="this.media='all'" """, True),
        ("""rel=preload as=style onload="this.rel='stylesheet'" """, True),
        ("rel=stylesheet media=print", False),
        ("rel=stylesheet media='print and (color)'", False),
        ("rel=stylesheet media='scren'", False),
        ("rel=stylesheet type=text/less", False),
        ("rel=stylesheet/less", False),
        ("rel='alternate stylesheet' title=x", False),
        ("rel=stylesheet disabled", False),
        ("rel=preload as=style", False),
        ("rel=preload as=font onload=f()", False),
        ("rel=icon", False),
    ],
)
def test_a_stylesheet_for_screens(attributes: str, is_in_force: bool) -> None:
    """By relation, type and media; a script of the element may put it in force."""
    links = stylesheet_links.of(html.parse(f"<link {attributes} href=a.css>"), URL)
    found = links.in_force if is_in_force else links.idle
    assert found == {f"{URL}a.css"}


def test_a_stylesheet_that_is_linked_twice() -> None:
    """Once in force, it is."""
    text = "<link rel=preload as=style href=a.css><link rel=stylesheet href=a.css>"
    links = stylesheet_links.of(html.parse(text), URL)
    assert links == ({f"{URL}a.css"}, frozenset())
