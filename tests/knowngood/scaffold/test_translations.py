"""Which pages a site has in several languages."""

from __future__ import annotations

import pytest

from knowngood.scaffold.pages import Page
from knowngood.scaffold.translations import Translations, translations

ENGLISH = frozenset({"Bread", "Every night", "Our shop", "Open at six"})
GERMAN = frozenset({"Brot", "Jede Nacht", "Unser Laden", "Offen um sechs"})


def pages(*paths: str) -> list[Page]:
    """Pages with the texts of their language; what is not below /de/ or /fr/ is English."""
    languages = {"/de": ("de-DE", GERMAN), "/fr": ("fr", frozenset({"Pain"}))}
    of = ((path, *languages.get(path[:3], ("en", ENGLISH))) for path in paths)
    return [Page(path, language, texts=texts) for path, language, texts in of]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["/en/", "/de/", "/en/a", "/de/a"], ("/en/", ("de",), ("", "a"))),
        (["/en/", "/de/", "/fr/", "/de/a", "/en/a"], ("/en/", ("de", "fr"), ("",))),
        (["/", "/a", "/b?c=1", "/de/", "/de/b?c=1"], ("/", ("de",), ("", "b?c=1"))),
        (["/de/", "/en/"], ("/de/", ("en",), ("",))),
    ],
)
def test_folders_of_languages(
    paths: list[str], found: tuple[str, tuple[str, ...], tuple[str, ...]]
) -> None:
    """The first page's is the model; what one language lacks is left out."""
    assert translations(pages(*paths)) == Translations(*found)


def test_folders_of_languages_below_another() -> None:
    """As where a site has its manual, whose first page has no language."""
    below = [
        Page(f"/docs{page.path}", page.language, texts=page.texts) for page in pages("/de/", "/en/")
    ]
    assert translations(below) == Translations("/docs/de/", ("en",), ("",), "/docs/")


@pytest.mark.parametrize(
    "seen",
    [
        [],
        pages("/en/", "/en/a"),
        pages("/", "/a", "/b"),
        pages("/en/", "/de/a"),
        [*pages("/en/", "/de"), Page("/de/", "de", texts=ENGLISH)],  # nobody has translated it
        [*pages("/en/"), Page("/de/", "en", texts=GERMAN)],  # no folder of that language
        [*pages("/en/"), Page("/de/", "de", sound=False)],
        [*pages("/en/"), Page("/de/{x}", "de")],
    ],
    ids=["nothing", "one", "none", "no pair", "borrowed", "other", "broken", "no list holds it"],
)
def test_nothing_to_compare(seen: list[Page]) -> None:
    """There is no claim."""
    assert translations(seen) is None
