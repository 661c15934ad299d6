"""js/locale/date_format.json: a locale without its twelve months has no graph."""

import pytest


@pytest.mark.catches(
    "date-format-eleven-months",
    "date-format-empty-month",
    "date-format-entry-missing",
    "date-format-missing",
)
@pytest.mark.get("content:/{locale}/js/locale/date_format.json")
def test_every_locale_has_its_twelve_months(response, schema, case, environment):
    """The page looks its own `<html lang>` up, and draws no graph where that is missing."""
    assert response.status_code == 200
    months = response.json()
    schema("date_format").check(months)
    language = environment.target(case["locale"])
    assert language in months or language in environment.params.get("without_date_format", ())
