"""Locales: each has what en-US has, an alias answers as its target, an unknown one not at all."""

import pytest

from knowngood import checks

from .shared_files import files_of, reference_problems


@pytest.mark.catches("alias-differs")
@pytest.mark.origin("content")
@pytest.mark.get("content:/{target}/{*page}", "content:/{alias}/{*page}")
def test_an_alias_answers_as_its_target(responses, client):
    """An alias of a locale answers with the same bytes as the locale it stands for."""
    for target, alias in checks.side_by_side(responses):
        assert target.status_code == 200
        assert alias.status_code == 200
        if target.content != alias.content:
            assert not checks.still_differ(client, alias, target), f"not the bytes of {target.path}"


@pytest.mark.catches("missing-file-200", "site-maintenance", "unknown-locale-200")
@pytest.mark.catches("missing-debug-page")
@pytest.mark.get("content:/xx-unknown/", "content:/en-US/js/no-such-file.js")
def test_what_is_not_there_is_404(responses):
    """An unknown locale and an unknown file are answered with 404 or 410, and no crash.

    With 200 nobody notices that a file is missing; debug pages show settings to everybody.
    """
    for response in responses:
        assert response.status_code in checks.GONE
        assert checks.leftover_problems(response) == []


@pytest.mark.catches("body-five-megabytes", "script-not-referred-to", "script-stale")
@pytest.mark.catches("language-script-stale")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}", resources=True)
def test_shared_files_are_the_same_in_every_locale(responses, resources, environment):
    """The pages of every locale need the same files as those of en-US, byte by byte, but for texts.

    Another copy is an old release's.
    """
    for page, english in checks.side_by_side(responses):
        assert reference_problems(page, english, resources, environment) == []
        ours, shared = (files_of(side, resources, environment) for side in (page, english))
        for path in sorted(ours.keys() & shared):
            resource, model = ours[path], shared[path]
            assert model.response.status_code == 200
            if not checks.is_translation(resource, model):
                assert resource.response.content == model.response.content, "not the file of en-US"


@pytest.mark.catches("inline-script-key-lost")
@pytest.mark.catches("inline-script-lost", "page-class-missing", "page-id-missing")
@pytest.mark.catches("page-button-disabled", "page-id-hidden", "page-ids-exchanged")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}", resources=True)
def test_what_scripts_need_of_a_page_is_in_every_locale(responses, resources):
    """Every locale has the elements and inline scripts that scripts need and en-US has."""
    for page, english in checks.side_by_side(responses):
        assert english.status_code == 200
        assert checks.element_problems(page, english, resources) == []
        assert checks.inline_definition_problems(page, english, resources) == []


@pytest.mark.catches("page-heading-empty", "page-link-nowhere", "page-target-lost")
@pytest.mark.catches("page-text-is-key")
@pytest.mark.get("content:/{locale}/{*page}", "content:/en-US/{*page}")
def test_what_is_said_in_english_is_said_in_every_language(responses):
    """No heading, label, button or link is empty that has a text in en-US, no text is a key, and
    no link leads nowhere.
    """
    for page, english in checks.side_by_side(responses):
        assert english.status_code == 200
        assert checks.empty_text_problems(page, english) == []
        assert checks.key_problems(page, english) == []
        assert checks.link_problems(page, english) == []
