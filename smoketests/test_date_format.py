"""js/locale/date_format.json: a locale without its twelve months has no graph."""

import pytest

from knowngood import checks

PATH = "/js/locale/date_format.json"
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def months_of(document):
    """Return the twelve names by language."""
    return {
        language: [name.strip() for name in entry["monthNameShort"].split(",")]
        for language, entry in document.items()
    }


@pytest.mark.catches("date-format-missing", "date-format-wrong-charset")
@pytest.mark.catches("date-format-entry-missing")
@pytest.mark.catches("date-format-eleven-months", "date-format-empty-month")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}" + PATH)
def test_every_locale_has_its_twelve_months(loaded, schema, case, environment):
    """date_format.json has twelve months for the language of the page, or it draws no graph."""
    language = environment.target(case["locale"])
    for response in loaded(PATH):
        assert response.status_code == 200
        assert (response.charset_encoding or "utf-8").lower().replace("-", "") == "utf8"
        months = response.json()
        schema("date_format").check(months)
        assert language in months or language in environment.params.get("without_date_format", ())


@pytest.mark.catches("months-alike", "months-english", "months-sorted")
@pytest.mark.get("content:/en-US/{*page}", resources=True)
@pytest.mark.get("content:/en-US" + PATH)
def test_months_are_each_language_s_own_in_their_order(loaded):
    """Month names are not all alike, not sorted by letter, and not the same in every language.

    Some languages do share English names, and two months of one may share a name.
    """
    for response in loaded(PATH):
        months = months_of(response.json())
        for language, names in months.items():
            assert len(set(names)) > 6, language
            numbered = any(character.isdigit() for character in "".join(names))
            assert numbered or names != sorted(names), language
        assert len(months) < 4 or len({tuple(names) for names in months.values()}) > 1
        assert [name[:3].title() for name in months.get("en-US", ENGLISH)] == ENGLISH


@pytest.mark.catches("v4-date-format-eleven-months")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
def test_every_date_format_json_a_page_loads_is_sound(resources, schema):
    """The v4 page has its own date_format.json, to the same rules."""
    for resource in checks.own(resources):
        if resource.url.endswith("/date_format.json"):
            schema("date_format").check(resource.response.json())
