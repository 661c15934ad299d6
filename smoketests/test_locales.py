"""Locales: each has what en-US has, an alias answers as its target, an unknown one not at all."""

from urllib.parse import urlsplit

import pytest

from knowngood import checks


def files_below(locale, resources):
    """Return what the pages of a locale need below it, by page and path without the locale."""
    files = {}
    for resource in checks.own(resources):
        page, path = urlsplit(resource.page).path, urlsplit(resource.url).path
        if page.startswith(f"/{locale}/") and path.startswith(f"/{locale}/"):
            files[page.removeprefix(f"/{locale}"), path.removeprefix(f"/{locale}")] = resource
    return files


@pytest.mark.catches("alias-differs")
@pytest.mark.get("content:/{target}/{*page}", "content:/{alias}/{*page}")
def test_an_alias_answers_as_its_target(responses):
    """An alias of a locale answers with the bytes of its target."""
    middle = len(responses) // 2
    for target, alias in zip(responses[:middle], responses[middle:], strict=True):
        assert alias.content == target.content


@pytest.mark.catches("missing-file-200", "unknown-locale-200")
@pytest.mark.get("content:/xx-unknown/", "content:/en-US/js/no-such-file.js")
def test_what_is_not_there_is_404(responses):
    """An unknown locale and an unknown file answer 404; with 200 missing files are not seen."""
    for response in responses:
        assert response.status_code == 404


@pytest.mark.catches("body-five-megabytes", "script-not-referred-to", "script-stale")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}", resources=True)
def test_shared_files_are_the_same_in_every_locale(resources, case):
    """The pages of every locale need the same files as en-US; another copy is an old release's."""
    english, files = files_below("en-US", resources), files_below(case["locale"], resources)
    assert sorted(english.keys() ^ files.keys()) == []
    for place, resource in files.items():
        assert english[place].response.content == resource.response.content, resource


@pytest.mark.catches("page-class-missing", "page-id-missing")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}", resources=True)
def test_elements_that_scripts_name_are_in_every_locale(responses, resources):
    """Every locale has the elements that scripts look up in en-US; scripts stop without them."""
    middle = len(responses) // 2
    for page, english in zip(responses[:middle], responses[middle:], strict=True):
        assert checks.missing_elements(page, english, resources) == []


@pytest.mark.catches("page-heading-empty")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}")
def test_what_is_said_in_english_is_said_in_every_language(responses):
    """No heading, label, button or link is empty that has a text in en-US."""
    middle = len(responses) // 2
    for page, english in zip(responses[:middle], responses[middle:], strict=True):
        assert checks.empty_texts(page) <= checks.empty_texts(english)
