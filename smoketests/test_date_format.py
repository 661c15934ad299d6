"""js/locale/date_format.json: a locale without its twelve months has no graph."""

import pytest

PATH = "/js/locale/date_format.json"
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def names(entry):
    """The twelve names of an entry."""
    return [name.strip() for name in entry["monthNameShort"].split(",")]


@pytest.mark.catches(
    "date-format-eleven-months",
    "date-format-empty-month",
    "date-format-entry-missing",
    "date-format-missing",
    "date-format-wrong-charset",
)
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}" + PATH)
def test_every_locale_has_its_twelve_months(loaded, schema, case, environment):
    r"""The page looks its own `<html lang>` up, and draws no graph where that is missing.

    $ for l in $locale; do
    >   lang=$(curl -sS "$content/$l/" | sed -n 's/.*<html[^>]* lang="\([^"]*\)".*/\1/p')
    >   case " $without_date_format " in *" $lang "*) continue ;; esac
    >   curl -sS "$content/$l/js/locale/date_format.json" | tr -d '\n' |
    >     grep -Eq "\"$lang\": *[{] *\"monthNameShort\": *\"([^\",]+,){11}[^\",]+\"" ||
    >     echo "$l: $lang"
    > done
    """
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
    """Names that are all alike, the same in every language, or sorted, label bars wrongly. Some
    languages do share English names, and two months of one may share a name.
    """
    entries = {key: entry for each in loaded(PATH) for key, entry in each.json().items()}
    months = {language: names(entry) for language, entry in entries.items()}
    for language, each in months.items():
        assert len(set(each)) > 6, language
        numbered = any(character.isdigit() for character in "".join(each))
        assert numbered or each != sorted(each), language
    assert len(months) < 4 or len({tuple(each) for each in months.values()}) > 1
    assert [name[:3].title() for name in months.get("en-US", ENGLISH)] == ENGLISH


@pytest.mark.catches("v4-date-format-eleven-months")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
def test_every_date_format_json_a_page_loads_is_sound(resources, schema):
    """The v4 page has month names of its own, to the same rules."""
    for resource in resources:
        if resource.exchange is not None and resource.url.endswith("/date_format.json"):
            schema("date_format").check(resource.response.json())
