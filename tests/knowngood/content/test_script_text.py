"""What the text of a script says."""

import pytest

from knowngood.content.script_text import names_file, needed_selectors, selectors


def test_selectors_that_a_script_may_name() -> None:
    """Any string may be an id; ids and classes within a longer selector count, too."""
    source = b"f('menu'); $('#top .item > a'); // 'comment'"
    assert {"#menu", "#top", ".item"} <= selectors(source)
    assert "#comment" not in selectors(source)


@pytest.mark.parametrize(
    "source",
    [
        b"var e = document.getElementById('survey'); if (e) { e.title = 'on'; }",
        b"const e = root.querySelector('.top #survey')\nif (!e) return;",
        b"if (document.getElementById('survey') && on) show('survey');",
        b"if ($('#survey').length) { $('#survey').show(); }",
        b"document.querySelector('#survey')?.remove();",
    ],
)
def test_an_element_that_a_script_does_without(source: bytes) -> None:
    """It asks first whether it is there."""
    assert "#survey" in selectors(source)
    assert "#survey" not in needed_selectors(source)


@pytest.mark.parametrize(
    "source",
    [
        b"var e = document.getElementById('survey'); e.title = 'on';",
        b"var e = document.getElementById('survey'); if (on) { e.title = 'on'; }",
        b"$('#survey').show(); // if ($('#survey').length)",
        b"if (open('survey')) {}",
    ],
)
def test_an_element_that_a_script_needs(source: bytes) -> None:
    """It uses it at once, or asks for something else."""
    assert "#survey" in needed_selectors(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b'"js/config.json"', True),
        (b'"js/config" + ".json"', True),
        (b'"js/settings.json"', False),
        (b"config(); load(x, 'other.json')", False),
    ],
)
def test_whether_a_script_names_a_file(source: bytes, expected: bool) -> None:
    """In one piece or in two."""
    assert names_file("/fr/js/config.json", [b"", source]) is expected
