"""Languages: each page has texts of its own language, whole, and not another's under its name."""

import pytest

from knowngood import checks


@pytest.mark.catches("page-var-unclosed", "page-div-closed-twice")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}")
def test_a_translation_closes_what_it_opens(responses):
    """Each page has an end tag for each element, and none too many, where the page of en-US has.

    A translator who lost one makes the rest of the page a link, bold, or part of a hidden box.
    """
    for page, english in checks.side_by_side(responses):
        assert english.status_code == 200
        assert checks.end_tag_problems(page, english) == []


@pytest.mark.catches("page-not-translated", "page-other-language")
@pytest.mark.get("content:/{*locale}/{page}")
def test_each_language_has_its_own_texts(responses, language_of, untranslated):
    """No page has nearly all its texts from a page in another language, under its own `lang`.

    Locales that nobody has translated yet are in English, where the environment says so. A page
    that says itself that it is in another language is not the one that another has its texts from.
    """
    languages = {
        page: "en" if untranslated(page) else language_of(page).partition("-")[0]
        for page in responses
    }
    # Where a translation is missing a page has the texts of en-US, and not the other way round.
    pages = sorted(responses, key=lambda p: (languages[p] == "en", p.path.startswith("/en-US/")))
    problems = {}
    for page in pages:
        own = languages[page]
        others = [o for o in pages[::-1] if own not in (languages[o], checks.language(o))]
        # Of a page that says that it is in another language, that is what is wrong.
        is_named = checks.language(page) in (own, language_of(page).partition("-")[0])
        problems[page.path] = checks.borrowed_text_problems(page, others if is_named else [])
    alike = [page.path for page in pages if problems[page.path] and languages[page] != "en"]
    for page in pages:
        named = (page.path, *(text.rpartition(" ")[2] for text in problems[page.path]))
        others = ", ".join([path for path in alike if path not in named][:5])
        also = f"; and so have {others}" if others else ""
        assert [text + also for text in problems[page.path]] == []
