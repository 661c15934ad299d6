"""js/locale/date_format.json: a locale without its twelve months has no graph."""

from itertools import pairwise

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


def month_problems(months):
    """Return what is wrong with the names of languages, and with all of them together."""
    problems = []
    if len(months) > 3 and len({tuple(names) for names in months.values()}) == 1:
        problems.append("the months are the same in every language")
    if [name[:3].title() for name in months.get("en-US", ENGLISH)] != ENGLISH:
        problems.append(f"en-US: the months are not {', '.join(ENGLISH)}")
    for language, names in months.items():
        problems += [f"{language}: {problem}" for problem in name_problems(names)]
    return problems


def name_problems(names):
    """Return what is wrong with the twelve names of one language."""
    text = "".join(names)
    numbered = [any(map(str.isdigit, name)) for name in names]
    quotes = {name[:1] + name[-1:] for name in names}
    twice = next((a for a, b in pairwise(names) if a == b and len(a) > 1), "")
    wrong = {
        f"two months in a row are {twice}": twice,
        "most months have the same name": len(set(names)) <= 6,
        "some months have a digit, and others none": len(set(numbered)) > 1,
        "the months are sorted by letter": names == sorted(names) and not any(numbered),
        "the months are a list as a program prints it": text.startswith("[") and text[-1] == "]",
        f"quotes around each month: {names[0]}": quotes <= {"''", '""'},
        f"a key in place of a month: {names[0]}": "_" in names[0],
    }
    return [problem for problem, is_so in wrong.items() if is_so]


@pytest.mark.catches("date-format-missing", "date-format-wrong-charset")
@pytest.mark.catches("date-format-entry-missing", "date-format-of-another-lang")
@pytest.mark.catches("date-format-eleven-months", "date-format-empty-month")
@pytest.mark.catches("date-format-escaped")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}" + PATH)
def test_every_locale_has_its_twelve_months(loaded, looked_up, schema, environment):
    """Every locale has its twelve months in date_format.json, or its page draws no graph."""
    without = set(environment.params.get("without_date_format", ()))
    for response in loaded(PATH):
        assert response.status_code == 200
        charset = (response.charset_encoding or "utf-8").lower()
        assert charset in ("utf-8", "utf8"), f"charset: expected utf-8, found {charset}"
        months = response.json()
        schema("date_format").check(months)
        for language, words in looked_up.items() if without.isdisjoint(looked_up) else ():
            assert language in months, f"no months for {words}"


@pytest.mark.catches("months-alike", "months-english", "months-sorted", "months-twice")
@pytest.mark.catches("months-are-keys", "months-printed", "months-one-digit", "months-quoted")
@pytest.mark.get("content:/en-US/{*page}", resources=True)
@pytest.mark.get("content:/en-US" + PATH)
def test_months_are_each_language_s_own_in_their_order(loaded, schema):
    """Months are not all alike, not sorted by letter, and not the same in every language.

    Some languages do share English names, and two months of one may share a name, such as January
    and June in Armenian, unless one follows the other.
    """
    for response in loaded(PATH):
        schema("date_format").check(response.json())
        assert month_problems(months_of(response.json())) == []


@pytest.mark.catches("v4-date-format-eleven-months", "v4-date-format-entry-missing")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
def test_every_date_format_json_a_page_loads_is_sound(looked_up, resources, schema):
    """Every date_format.json that a page loads, such as v4's own, has twelve months a language.

    A locale that one of them has is in the others.
    """
    files = [file for file in checks.own(resources) if file.url.endswith("/date_format.json")]
    for resource in files:
        schema("date_format").check(resource.response.json())
    for language, words in looked_up.items():
        known = any(language in file.response.json() for file in files)
        for resource in files if known else ():
            assert language in resource.response.json(), f"no months for {words}"
