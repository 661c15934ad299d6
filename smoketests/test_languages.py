"""Languages: each page has texts of its own language, and not another's under its own name."""

import pytest

from knowngood import checks


@pytest.mark.catches("page-not-translated", "page-other-language")
@pytest.mark.get("content:/{*locale}/{page}")
def test_each_language_has_its_own_texts(responses, language_of, environment):
    """No page has nearly all its texts from a page in another language, under its own `lang`.

    Locales that nobody has translated yet are in English, where the environment says so. A page
    that says itself that it is in another language is not the one that another has its texts from.
    """
    english = environment.params.get("untranslated", ())
    languages = {
        page: "en" if page.path.split("/")[1] in english else language_of(page).partition("-")[0]
        for page in responses
    }
    # Where a translation is missing a page has the texts of en-US, and not the other way round.
    pages = sorted(responses, key=lambda p: (languages[p] == "en", p.path.startswith("/en-US/")))
    for page in pages:
        own = languages[page]
        others = [o for o in pages[::-1] if own not in (languages[o], checks.language(o))]
        assert checks.borrowed_text_problems(page, others) == []
