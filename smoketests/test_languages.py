"""Languages: each page has texts of its own language, and not another's under its own name."""

import pytest

from knowngood import checks


def language_of(page, environment):
    """Return the language whose texts a page has: its own, or one that the environment names."""
    _, locale, rest = page.path.split("/", 2)
    target = environment.target(locale)
    borrowed = dict(entry.split("=") for entry in environment.params.get("borrowed", ()))
    untranslated = locale in environment.params.get("untranslated", ())
    locale = "en-US" if untranslated else borrowed.get(f"{target}/{rest}", target)
    return locale.partition("-")[0]


def lang_of(page):
    """Return the language that a page says it is in, without its region."""
    root = page.html.css_first("html")
    lang = root.attributes.get("lang") if root is not None else None
    return (lang or "").partition("-")[0]


def english_last(page, language):
    """Return by what pages are sorted: English ones behind all others, and en-US behind those."""
    return language == "en", page.path.startswith("/en-US/")


@pytest.mark.catches("page-not-translated", "page-other-language")
@pytest.mark.get("content:/{*locale}/{page}")
def test_each_language_has_its_own_texts(responses, environment):
    """No page has nearly all its texts from a page in another language, under its own `lang`.

    Locales that nobody has translated yet are in English, where the environment says so. A page
    that says itself that it is in another language is not the one that another has its texts from.
    """
    languages = {page.path: language_of(page, environment) for page in responses}
    langs = {page.path: lang_of(page) for page in responses}
    # Where a translation is missing a page has the texts of en-US, and not the other way round.
    pages = sorted(responses, key=lambda page: english_last(page, languages[page.path]))
    texts = {page.path: checks.texts(page) for page in reversed(pages)}
    for page in pages:
        own = languages[page.path]
        others = [path for path in texts if own not in (languages[path], langs[path])]
        assert checks.borrowed_text_problems(page, texts, others) == []
