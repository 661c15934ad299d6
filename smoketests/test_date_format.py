"""js/locale/date_format.json: a locale without its twelve months has no graph."""

import pytest

pytestmark = pytest.mark.get("content:/{locale}/js/locale/date_format.json")


@pytest.mark.catches("date-format-eleven-months", "date-format-empty-month", "date-format-missing")
def test_every_locale_has_twelve_months(response, schema):
    """Each entry names twelve months, and none is empty."""
    assert response.status_code == 200
    schema("date_format").check(response.json())


@pytest.mark.catches("date-format-entry-missing")
def test_the_page_finds_its_own_language(response, case, environment):
    """The page looks its `<html lang>` up; a missing entry leaves it without a graph."""
    language = environment.target(case["locale"])
    known_without = environment.params.get("without_date_format", ())
    assert language in response.json() or language in known_without
