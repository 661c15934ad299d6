"""FHR's own fixtures."""

import pytest

from knowngood import checks

from .submission import Submission


@pytest.fixture
def submission(client):
    """Submit documents at the origin of the check; what is stored is deleted afterwards."""
    return Submission(client)


@pytest.fixture
def untranslated(environment):
    """Tell whether the environment says that nobody has translated a page: ``de`` for all pages of
    a locale, ``de/mobile/`` for one of them.
    """
    named = {name.strip("/") for name in environment.params.get("untranslated", ())}

    def tell(page):
        return not named.isdisjoint({page.path.split("/")[1], page.path.strip("/")})

    return tell


@pytest.fixture
def language_of(environment):
    """Return the language that a page is to be in: its locale's, or the one that it borrows."""
    borrowed = dict(environment.pairs("borrowed"))

    def language(page):
        _, locale, rest = page.path.split("/", 2)
        target = environment.target(locale)
        return borrowed.get(f"{target}/{rest}", target)

    return language


@pytest.fixture
def loaded(responses, resources):
    """Return the answers for a file by the end of its path; of one that is missing only if a
    page asks for it.

    FHR's first releases had neither settings nor month names, and no script that names them.
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
