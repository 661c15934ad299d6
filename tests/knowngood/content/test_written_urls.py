"""URLs as they are written."""

import pytest

from knowngood.content import written_urls


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("index-RXfNHXOY.js", ("index-", ".js")),
        ("index-D-3fGh_x.js", ("index-", ".js")),
        ("site.5f729bc91fa1.css", ("site.", ".css")),
        ("nav_sidebar.dd925738f4cc.min.css", ("nav_sidebar.", ".min.css")),
        ("5f729bc91fa1.png", ("", ".png")),
        ("bootstrap-datepicker.min.js", None),
        ("jquery-3.7.1.min.js", None),
        ("main.js", None),
        ("report-20260102.html", None),
    ],
)
def test_hash_in_the_name_of_a_file(name: str, around: tuple[str, str] | None) -> None:
    """A bundler names files by their content; words and versions are no hashes."""
    assert written_urls.around_hash(name) == around
