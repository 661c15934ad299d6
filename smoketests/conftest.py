"""Fixtures of FHR's checks."""

import pytest

from knowngood import checks

from .submission import Submission


@pytest.fixture
def submission(client):
    """Submit documents at the origin of the check; delete what is stored when it ends."""
    return Submission(client)


@pytest.fixture
def untranslated(environment):
    """``untranslated(page)`` is whether the environment lists the page, as ``de/mobile/``, or its
    locale, as ``de``.
    """
    names = {name.strip("/") for name in environment.params.get("untranslated", ())}

    def is_listed(page):
        return not names.isdisjoint({page.path.split("/")[1], page.path.strip("/")})

    return is_listed


@pytest.fixture
def language_of(environment):
    """``language_of(page)`` is the language it should have: its locale's, or a borrowed one."""
    borrowed = dict(environment.pairs("borrowed"))

    def language(page):
        _, locale, rest = page.path.split("/", 2)
        target = environment.target(locale)
        return borrowed.get(f"{target}/{rest}", target)

    return language


@pytest.fixture
def looked_up(responses, environment, case):
    """The names by which pages look their locale up in a document: its own, and what their `lang`
    makes of it, such as fr-FR; each in words. A `lang` that is wrong is named for itself.
    """
    target = environment.target(case["locale"])
    pages = [page for page in responses if page.media_type == "text/html"]
    roots = [root for page in pages for root in page.html.css("html[lang]")]
    names = {root.attributes["lang"] or "" for root in roots} - {target}
    first, wrong = target.partition("-")[0], target.lower()
    others = sorted(n for n in names if n.partition("-")[0] == first and n.lower() != wrong)
    return {target: target} | {name: f"{name}, which <html lang> says" for name in others}


@pytest.fixture
def loaded(responses, resources):
    """``loaded("/js/config.json")`` are the answers whose path ends so. A missing file counts only
    if a page asks for it: FHR's first releases had neither settings nor month names.
    """

    def answers(path):
        pages = [page for page in responses if page.media_type == "text/html"]
        files = [response for response in responses if response.path.endswith(path)]
        return [
            file
            for file in files
            if file.status_code not in checks.GONE
            or checks.scripts_name_file(path, pages, resources)
        ]

    return answers
