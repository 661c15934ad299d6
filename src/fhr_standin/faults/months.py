"""Faults of the month names that pages draw their graphs with."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from fhr_standin.faults.changes import ALL_PAGES, content, gone, swap, typed
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import Resource
from fhr_standin.site import DATE_FORMAT
from fhr_standin.words import months

_DATES = (DATE_FORMAT, f"v4/{DATE_FORMAT}")


def _months(change: str) -> ContentAct:
    """Change the entry of the locale the fault is armed for, in the file of every locale."""

    def act(ask: Ask, resource: Resource) -> Resource:
        entries = json.loads(resource.body)
        names = entries.pop(ask.target)["monthNameShort"].split(",")
        if change == "eleven":
            entries[ask.target] = {"monthNameShort": ",".join(names[:11])}
        if change == "keys":
            keys = ",".join(f"month_{number}" for number in range(1, 13))
            entries[ask.target] = {"monthNameShort": keys}
        if change == "quoted":
            entries[ask.target] = {"monthNameShort": ",".join(map(repr, names))}
        if change == "empty":
            entries[ask.target] = {"monthNameShort": ",".join([*names[:6], "", *names[7:]])}
        return replace(resource, body=json.dumps(entries, ensure_ascii=False, indent=1).encode())

    return act


def _every_month(change: Callable[[list[str]], list[str]]) -> ContentAct:
    """Change the months of every locale."""

    def act(_ask: Ask, resource: Resource) -> Resource:
        entries = json.loads(resource.body)
        for entry in entries.values():
            entry["monthNameShort"] = ",".join(change(entry["monthNameShort"].split(",")))
        return replace(resource, body=json.dumps(entries, ensure_ascii=False, indent=1).encode())

    return act


def _with_region(_ask: Ask, resource: Resource) -> Resource:
    body = re.sub(rb'<html lang="([a-z]+)[^"]*', rb'<html lang="\1-001', resource.body, count=1)
    return replace(resource, body=body)


FAULTS = [
    content(
        "months-alike",
        "all months of every locale have the name of the first",
        _DATES,
        _every_month(lambda names: names[:1] * 12),
    ),
    content(
        "months-english",
        "the months of every locale are English",
        _DATES,
        _every_month(lambda _names: months("en").split(",")),
    ),
    content(
        "months-sorted",
        "the months of every locale stand in the order of the alphabet",
        _DATES,
        _every_month(sorted),
    ),
    content(
        "months-twice",
        "February stands twice among the months of every locale, and March is missing",
        _DATES,
        _every_month(lambda names: [*names[:2], names[1], *names[3:]]),
    ),
    content(
        "months-one-digit",
        "a digit was typed behind the name of January",
        _DATES,
        _every_month(lambda names: [f"{names[0]}0", *names[1:]]),
    ),
    content(
        "date-format-wrong-charset",
        "date_format.json is UTF-8 but sent as ISO-8859-1",
        _DATES,
        typed("application/json; charset=iso-8859-1"),
    ),
    content(
        "v4-date-format-eleven-months",
        "the date_format.json of the v4 page alone has eleven months for every locale",
        _DATES[1:],
        _every_month(lambda names: names[:11]),
    ),
    content("date-format-missing", "date_format.json is 404", _DATES, gone, status=404),
    content(
        "date-format-entry-missing",
        "date_format.json has no entry for one locale",
        _DATES,
        _months("missing"),
        reach="one entry",
    ),
    content(
        "date-format-of-another-lang",
        "pages have a region in lang, and date_format.json has no entry by that name",
        ALL_PAGES,
        _with_region,
        touches=[f"/{{locale}}/*{DATE_FORMAT}"],
    ),
    content(
        "date-format-eleven-months",
        "date_format.json has eleven months for one locale",
        _DATES,
        _months("eleven"),
        reach="one entry",
    ),
    content(
        "date-format-escaped",
        "the month names of one locale are escaped for HTML, where a script draws them",
        _DATES,
        swap("Feb", "F&eacute;v"),
    ),
    content(
        "date-format-empty-month",
        "one month of one locale has no name in date_format.json",
        _DATES,
        _months("empty"),
        reach="one entry",
    ),
    content(
        "months-are-keys",
        "the months of one locale are the keys of their texts",
        _DATES,
        _months("keys"),
        reach="one entry",
    ),
    content(
        "months-printed",
        "the months of every locale stand in brackets, as Python prints a list",
        _DATES,
        _every_month(lambda names: f"{names}".split(",")),
    ),
    content(
        "months-quoted",
        "the months of one locale stand in quotes, as a program writes them",
        _DATES,
        _months("quoted"),
        reach="one entry",
    ),
    content(
        "v4-date-format-entry-missing",
        "the date_format.json of the v4 page alone has no entry for one locale",
        _DATES[1:],
        _months("missing"),
        reach="one entry",
    ),
]
