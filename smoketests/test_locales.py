"""Locales: each answers with its own content, an alias with its target's, others not at all."""

import pytest


@pytest.mark.catches("alias-differs")
@pytest.mark.get("content:/{alias}/{*page}", "content:/{target}/{*page}")
def test_an_alias_answers_as_its_target(responses):
    """Byte for byte: an alias is a link."""
    middle = len(responses) // 2
    for alias, target in zip(responses[:middle], responses[middle:], strict=True):
        assert alias.content == target.content


@pytest.mark.catches("unknown-locale-200")
@pytest.mark.get("content:/xx-unknown/", "content:/xx-unknown/js/config.json")
def test_an_unknown_locale_is_404(responses):
    """A server that answers everything with 200 hides what is missing."""
    for response in responses:
        assert response.status_code == 404
