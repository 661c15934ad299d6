"""Texts of a page are compared with those of the same page in other languages."""

import pytest

from knowngood.content import html, page_texts

GERMAN = ["Browserzustand", "So geht es Ihrem Browser", "Teilen ist an", "Teilen ist aus", "Hilfe"]
FRENCH = ["Santé du navigateur", "L'état de votre navigateur", "Partage activé", "Non", "Aide"]


def page(*parts: str) -> frozenset[str]:
    """Return the texts of a page with a paragraph for each part."""
    return page_texts.of(
        html.parse("<title>T</title>" + "".join(f"<p>{part}</p>" for part in parts))
    )


def test_the_texts_of_a_page() -> None:
    """Those of each element by itself, without what nobody translates."""
    tree = html.parse(
        "<title>Browser health</title><body>In the body<p>A \n <b>bold</b> text</p><a>OK</a>"
        "<pre><b>highlighted</b></pre><textarea>typed here</textarea><iframe>no frames</iframe>"
        "<script>var texts</script><style>body {}</style><pre>{'a': 'bold claim'}</pre>1234567"
    )
    assert page_texts.of(tree) == {"Browser health", "In the body1234567", "A text", "bold"}


@pytest.mark.parametrize(
    ("own", "other"),
    [
        pytest.param(GERMAN, FRENCH, id="another-language"),
        pytest.param([*GERMAN, "Firefox", "JSON"], [*FRENCH, "Firefox", "JSON"], id="shared-names"),
        pytest.param(GERMAN, [*GERMAN[:4], "Hulp"], id="most-texts-of-a-language-close-by"),
        pytest.param(
            ["Firefox", "Mozilla", "Nightly"], ["Firefox", "Mozilla", "Nightly"], id="names"
        ),
        pytest.param(["OK", "1", "2", "–", "%"], ["OK", "1", "2", "–", "%"], id="no-words"),
        pytest.param([f"{text} (xh)" for text in GERMAN], GERMAN, id="marked-as-not-translated"),
    ],
)
def test_a_page_with_texts_of_its_own(own: list[str], other: list[str]) -> None:
    """Some may be the same."""
    assert not page_texts.are_borrowed(page(*own), page(*other))


@pytest.mark.parametrize(
    ("own", "other"),
    [
        pytest.param(FRENCH, FRENCH, id="all"),
        pytest.param([*FRENCH, *GERMAN, "Eigenes"], FRENCH + GERMAN, id="nearly-all"),
        pytest.param(FRENCH, [*FRENCH, *GERMAN], id="the-other-has-more"),
    ],
)
def test_a_page_with_texts_of_another(own: list[str], other: list[str]) -> None:
    """Nine of ten are enough; what the other has beside them does not count."""
    assert page_texts.are_borrowed(page(*own), page(*other))
