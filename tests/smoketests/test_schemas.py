"""The FHR schemas accept sound documents and refuse garbage.

Each piece of garbage is a sound document with one fault, so that nothing but this fault can be
the reason for its refusal.
"""

import copy
import datetime
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "smoketests" / "schemas"
PAYLOADS = ROOT / "smoketests" / "payloads"
REFERENCE_DATA = Path(os.environ.get("FHR_DATA") or ROOT.parent / "shared" / "fhr-data")

NAMES = ("config", "date_format", "version", "payload_v1", "payload_v2", "payload_v3")
ANNOTATIONS = {"$schema", "$defs", "title", "description"}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = load(SCHEMAS / f"{name}.schema.json")
    return document


def errors(name: str, document: object) -> list[str]:
    validator = Draft202012Validator(
        schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [error.message for error in validator.iter_errors(document)]


def put(document: Any, value: object, *path: str | int) -> Any:
    """The document with one value changed or added."""
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def drop(document: Any, *path: str | int) -> Any:
    """The document with one value removed."""
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed


def many_days(count: int, day: object) -> dict[str, object]:
    first = datetime.date(2013, 1, 1)
    return {str(first + datetime.timedelta(days=number)): day for number in range(count)}


CONFIG = {"fhr": {"debug": "false", "jsonurl": "http://localhost:8000/xx/json/payload.json"}}

MONTHS = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
DATE_FORMAT = {"en-US": {"monthNameShort": MONTHS}, "fr": {"monthNameShort": MONTHS.lower()}}
MONTH = ("fr", "monthNameShort")

COMMIT = "5a0c7e57" * 5
VERSION = {
    "source": "https://code.example/fhr",
    "version": "v8",
    "commit": COMMIT,
    "build": "https://ci.example/job/fhr/8/",
}

V2 = load(PAYLOADS / "v2.json")
V1 = put(drop(V2, "geckoAppInfo"), 1, "version")
PROFILE = ("data", "last", "org.mozilla.profile.age")
PLACES = ("data", "days", "2013-06-14", "org.mozilla.places.places")

V3 = load(PAYLOADS / "v3.json")
CURRENT = ("environments", "current")
HASH = V3["environments"]["current"]["hash"]
OTHER = next(key for key in V3["environments"] if key != "current")
DAY = ("data", "days", "2013-06-15", HASH)
SESSIONS = (*DAY, "org.mozilla.appSessions")
NORMAL = (*SESSIONS, "normal", 0)
ABNORMAL = ("data", "days", "2013-06-14", OTHER, "org.mozilla.appSessions", "abnormal", 0)

SOUND: dict[str, dict[str, object]] = {
    "config": {
        "localhost while debug is off": CONFIG,
        "debug on": put(CONFIG, "true", "fhr", "debug"),
        "switches of the next release": CONFIG | {"features": {"newGraph": 0.1}},
        "a switch beside": put(CONFIG, True, "fhr", "newKeyboard"),
        "no address": put(CONFIG, "", "fhr", "jsonurl"),
        "relative address": put(CONFIG, "json/payload.json?nullable=1&$top=2", "fhr", "jsonurl"),
    },
    "date_format": {
        "two locales": DATE_FORMAT,
        "one locale": {"ja-JP-mac": {"monthNameShort": ",".join(f"({n}月)" for n in range(1, 13))}},
        "spaces in names": put(DATE_FORMAT, ",".join(f"{n} 月" for n in range(1, 13)), *MONTH),
        "dots and apostrophes": put(DATE_FORMAT, MONTHS.replace("Feb", "F'ev."), *MONTH),
        "joiner inside a name": put(DATE_FORMAT, MONTHS.replace("Apr", "අප්\u200dරි"), *MONTH),
        "letters of many languages": put(
            DATE_FORMAT, MONTHS.replace("Feb", "Mär \u00c0\u00e9 paral·lel"), *MONTH
        ),
        "two names alike": put(DATE_FORMAT, MONTHS.replace("Jun", "Jan"), *MONTH),
        "a script and a region": {"zh-Hant-TW": {"monthNameShort": MONTHS}},
        "another key beside it": put(DATE_FORMAT, MONTHS, "fr", "monthNameLong"),
    },
    "version": {
        "complete": VERSION,
        "abbreviated commit": put(VERSION, "5A0C7E5", "commit"),
        "untagged build by hand": VERSION | {"version": "", "build": ""},
        "one key more": VERSION | {"python": "3.11"},
    },
    "payload_v1": {
        "full": V1,
        "minimal": {"version": 1, "thisPingDate": "2013-03-11", "data": {"last": {}, "days": {}}},
        "measurement without _v": drop(V1, *PLACES, "_v"),
        "client that failed to start": V1 | {"notInitialized": 1, "errors": ["x"]},
    },
    "payload_v2": {
        "first report": drop(V2, "lastPingDate"),
        "empty data": put(V2, {"last": {}, "days": {}}, "data"),
        "client that failed to start": V2 | {"notInitialized": 1, "errors": ["x"] * 20},
        "client without id": drop(drop(V2, "clientID"), "clientIDVersion"),
        "nameless build": put(V2, "", "geckoAppInfo", "vendor"),
        "measurement without _v": drop(V2, *PLACES, "_v"),
        "unknown measurement": put(V2, {"_v": 9, "x": None}, "data", "last", "org.example.new"),
        "180 days": put(V2, many_days(180, {}), "data", "days"),
        "leap day": put(V2, "2012-02-29", "thisPingDate"),
    },
    "payload_v3": {
        "first report": drop(V3, "lastPingDate"),
        "no days": put(V3, {}, "data", "days"),
        "only the current environment": drop(V3, "environments", OTHER),
        "environment that differs in nothing": put(V3, {}, "environments", OTHER),
        "_v as text": put(V3, "4", *SESSIONS, "_v"),
        "add-on that changed": put(
            V3, {"version": "1"}, "environments", OTHER, "org.mozilla.addons.active", "x@y"
        ),
        "flags as numbers": put(V3, {"r": "A", "oom": 1, "stopped": 0}, *ABNORMAL),
        "unknown measurement": put(V3, {"_v": 1, "x": []}, *DAY, "org.example.new"),
        "device in the environment": put(V3, {"_v": 1}, *CURRENT, "org.mozilla.device.config"),
        "180 days": put(V3, many_days(180, {HASH: {}}), "data", "days"),
    },
}

NO_OBJECT: dict[str, object] = {
    "null": None,
    "list": [],
    "text": "<!DOCTYPE html><title>maintenance</title>",
    "number": 7,
    "true": True,
}

UNRENDERED = {
    "shell": "${FHR_VALUE}",
    "shell without braces": "https://$FHR_HOST/x",
    "command": "$(git describe)",
    "jinja": "https://x.example/{{ locale }}/",
    "jinja block": "{% block value %}",
    "python": "https://x.example/%(locale)s/",
    "braces": "https://x.example/{locale}/",
    "erb": "<%= value %>",
    "autoconf": "@VALUE@",
    "doubled": "@@VALUE@@",
    "underscores": "__VALUE__",
    "undefined": "undefined",
    "undefined inside": "https://undefined/x",
    "null": "null",
    "null inside": "https://x.example/null/x",
    "None": "None",
    "NaN": "NaN",
    "object": "[object Object]",
    "newline": "https://x.example/\n",
    "NUL": "https://x.example/\x00",
    "escape": "\x1b[32mPASSED\x1b[0m",
    "byte-order mark": "\ufeffhttps://x.example/",
    "lost character": "https://x.example/\ufffd",
    "half a character": "https://x.example/\ud800",
}


def unrendered(document: object, *path: str) -> dict[str, object]:
    return {
        f"{path[-1]} unrendered: {case}": put(document, text, *path)
        for case, text in UNRENDERED.items()
    }


def no_dates(document: object, *path: str) -> dict[str, object]:
    cases = {
        "empty": "",
        "number": 20130615,
        "null": None,
        "American": "06/15/2013",
        "with time": "2013-06-15T00:00:00Z",
        "newline": "2013-06-15\n",
        "short": "2013-6-15",
        "30th of February": "2013-02-30",
        "13th month": "2013-13-01",
        "foreign digits": "\u0662\u0660\u0661\u0663-\u0660\u0666-\u0661\u0665",
        "unrendered": "${TODAY}",
    }
    return {f"{path[-1]}: {case}": put(document, value, *path) for case, value in cases.items()}


def without(document: Any, *path: str) -> dict[str, object]:
    """The document, time after time without another of the keys below path."""
    place = document
    for step in path:
        place = place[step]
    return {f"{'/'.join(path)} without {key}": drop(document, *path, key) for key in place}


def desktop_garbage(sound: Any) -> dict[str, object]:
    """What is wrong in version 1 and version 2 alike."""
    return {
        **{f"version {wrong!r}": put(sound, wrong, "version") for wrong in (0, 3, "2", True, None)},
        **{f"no {key}": drop(sound, key) for key in ("version", "thisPingDate", "data")},
        **no_dates(sound, "thisPingDate"),
        **no_dates(sound, "lastPingDate"),
        **without(sound, "data"),
        "key unknown": put(sound, "2013-06-14", "lastPingdate"),
        "key of version 3": put(sound, {}, "environments"),
        "data null": put(sound, None, "data"),
        "data key unknown": put(sound, {}, "data", "weeks"),
        "last a list": put(sound, [], "data", "last"),
        "days a list": put(sound, [], "data", "days"),
        "day no date": put(sound, {}, "data", "days", "yesterday"),
        "day not in the calendar": put(sound, {}, "data", "days", "2013-06-31"),
        "day null": put(sound, None, "data", "days", "2013-06-13"),
        "181 days": put(sound, many_days(181, {}), "data", "days"),
        "measurement a number": put(sound, 3, *PLACES),
        "measurement null": put(sound, None, *PROFILE),
        "measurement nameless": put(sound, {"_v": 1}, "data", "last", ""),
        "_v text": put(sound, "1", *PROFILE, "_v"),
        "_v a fraction": put(sound, 1.5, *PLACES, "_v"),
        "_v negative": put(sound, -1, *PLACES, "_v"),
        "clientID null": put(sound, None, "clientID"),
        "clientID no UUID": put(sound, "smoketest", "clientID"),
        "clientID without dashes": put(sound, sound["clientID"].replace("-", ""), "clientID"),
        "clientID with newline": put(sound, sound["clientID"] + "\n", "clientID"),
        "clientIDVersion 2": put(sound, 2, "clientIDVersion"),
        "clientIDVersion text": put(sound, "1", "clientIDVersion"),
        "errors text": put(sound, "error", "errors"),
        "errors of numbers": put(sound, [1], "errors"),
        "21 errors": put(sound, ["x"] * 21, "errors"),
        "notInitialized true": put(sound, True, "notInitialized"),
        "notInitialized 0": put(sound, 0, "notInitialized"),
    }


def no_hashes(path: tuple[str, ...]) -> dict[str, object]:
    cases = {
        "empty": "",
        "27 characters": HASH[1:],
        "29 characters": "A" + HASH,
        "hexadecimal": "5a0c7e57" * 5,
        "other alphabet": "-_" + HASH[2:],
        "padding inside": "=" + HASH[1:],
        "newline": HASH + "\n",
    }
    by_key = {f"{path[-1]} key: {case}": put(V3, {}, *path, key) for case, key in cases.items()}
    by_value = {f"hash: {case}": put(V3, key, *CURRENT, "hash") for case, key in cases.items()}
    return by_key | by_value


GARBAGE: dict[str, dict[str, object]] = {
    "config": {
        **NO_OBJECT,
        **unrendered(CONFIG, "fhr", "jsonurl"),
        **unrendered(CONFIG, "fhr", "debug"),
        **without(CONFIG),
        **without(CONFIG, "fhr"),
        "empty": {},
        "fhr null": {"fhr": None},
        "fhr a list": {"fhr": [CONFIG["fhr"]]},
        "fhr empty": {"fhr": {}},
        "fhr missing, its keys one level up": CONFIG["fhr"],
        "extra key": CONFIG | {"api_key": "x"},
        "extra key inside": put(CONFIG, "x", "fhr", "token"),
        "secret further inside": CONFIG | {"graph": {"apiKey": "x"}},
        "key in capitals": {"FHR": CONFIG["fhr"]},
        "debug a boolean": put(CONFIG, False, "fhr", "debug"),
        "debug a number": put(CONFIG, 0, "fhr", "debug"),
        "debug null": put(CONFIG, None, "fhr", "debug"),
        "debug empty": put(CONFIG, "", "fhr", "debug"),
        "debug in capitals": put(CONFIG, "False", "fhr", "debug"),
        "debug with a space": put(CONFIG, "false ", "fhr", "debug"),
        "jsonurl null": put(CONFIG, None, "fhr", "jsonurl"),
        "jsonurl a number": put(CONFIG, 8000, "fhr", "jsonurl"),
        "jsonurl a list": put(CONFIG, [CONFIG["fhr"]["jsonurl"]], "fhr", "jsonurl"),
    },
    "date_format": {
        **NO_OBJECT,
        **{
            f"name unrendered: {case}": put(DATE_FORMAT, MONTHS.replace("May", text), *MONTH)
            for case, text in UNRENDERED.items()
        },
        "empty": {},
        "locale empty": put(DATE_FORMAT, {"monthNameShort": MONTHS}, ""),
        "locale unrendered": put(DATE_FORMAT, {"monthNameShort": MONTHS}, "{{ locale }}"),
        "locale undefined": put(DATE_FORMAT, {"monthNameShort": MONTHS}, "undefined"),
        "locale with underscore": put(DATE_FORMAT, {"monthNameShort": MONTHS}, "pt_BR"),
        "locale with newline": put(DATE_FORMAT, {"monthNameShort": MONTHS}, "fr\n"),
        "one level missing": {"monthNameShort": MONTHS},
        "entry null": put(DATE_FORMAT, None, "fr"),
        "entry text": put(DATE_FORMAT, MONTHS, "fr"),
        "entry empty": put(DATE_FORMAT, {}, "fr"),
        "names null": put(DATE_FORMAT, None, *MONTH),
        "names empty": put(DATE_FORMAT, "", *MONTH),
        "names a list": put(DATE_FORMAT, MONTHS.split(","), *MONTH),
        "eleven names": put(DATE_FORMAT, MONTHS.removesuffix(",Dec"), *MONTH),
        "thirteen names": put(DATE_FORMAT, MONTHS + ",Dec", *MONTH),
        "comma at the end": put(DATE_FORMAT, MONTHS + ",", *MONTH),
        "newline at the end": put(DATE_FORMAT, MONTHS + "\n", *MONTH),
        "commas only": put(DATE_FORMAT, "," * 11, *MONTH),
        "first name empty": put(DATE_FORMAT, MONTHS.removeprefix("Jan"), *MONTH),
        "last name empty": put(DATE_FORMAT, MONTHS.removesuffix("Dec"), *MONTH),
        "name of spaces": put(DATE_FORMAT, MONTHS.replace("May", "  "), *MONTH),
        "invisible name": put(DATE_FORMAT, MONTHS.replace("May", "\u200b"), *MONTH),
        "semicolons": put(DATE_FORMAT, MONTHS.replace(",", ";"), *MONTH),
        "Arabic commas": put(DATE_FORMAT, MONTHS.replace(",", "،"), *MONTH),
        "twelve undefined": put(DATE_FORMAT, ",".join(["undefined"] * 12), *MONTH),
        "twelve null": put(DATE_FORMAT, ",".join(["null"] * 12), *MONTH),
        "name encoded twice": put(DATE_FORMAT, MONTHS.replace("Feb", "f\u00c3\u00a9vr."), *MONTH),
        "Cyrillic encoded twice": put(
            DATE_FORMAT, MONTHS.replace("May", "\u00d0\u00bc\u00d0\u00b0"), *MONTH
        ),
        "name escaped for JSON twice": put(
            DATE_FORMAT, MONTHS.replace("Feb", r"f\u00e9vr."), *MONTH
        ),
        "name with a NUL": put(DATE_FORMAT, MONTHS.replace("May", "M\x00y"), *MONTH),
    },
    "version": {
        **NO_OBJECT,
        **unrendered(VERSION, "source"),
        **unrendered(VERSION, "version"),
        **unrendered(VERSION, "commit"),
        **unrendered(VERSION, "build"),
        **without(VERSION),
        **{f"{key} null": put(VERSION, None, key) for key in VERSION},
        **{f"{key} a number": put(VERSION, 8, key) for key in VERSION},
        "empty": {},
        "keys in capitals": {key.upper(): value for key, value in VERSION.items()},
        "commit empty": put(VERSION, "", "commit"),
        "commit of six digits": put(VERSION, COMMIT[:6], "commit"),
        "commit of 41 digits": put(VERSION, COMMIT + "0", "commit"),
        "commit a branch": put(VERSION, "master", "commit"),
        "commit dirty": put(VERSION, COMMIT + "-dirty", "commit"),
        "commit with newline": put(VERSION, COMMIT + "\n", "commit"),
    },
    "payload_v1": {
        **NO_OBJECT,
        "empty": {},
        **desktop_garbage(V1),
        "version 2": put(V1, 2, "version"),
        "geckoAppInfo of version 2": put(V1, V2["geckoAppInfo"], "geckoAppInfo"),
    },
    "payload_v2": {
        **NO_OBJECT,
        "empty": {},
        **desktop_garbage(V2),
        "version 1": put(V2, 1, "version"),
        "no geckoAppInfo": drop(V2, "geckoAppInfo"),
        "geckoAppInfo null": put(V2, None, "geckoAppInfo"),
        **without(V2, "geckoAppInfo"),
        **{f"{key} null": put(V2, None, "geckoAppInfo", key) for key in V2["geckoAppInfo"]},
        "geckoAppInfo _v text": put(V2, "1", "geckoAppInfo", "_v"),
        "geckoAppInfo _v negative": put(V2, -1, "geckoAppInfo", "_v"),
    },
    "payload_v3": {
        **NO_OBJECT,
        "empty": {},
        **{f"version {wrong!r}": put(V3, wrong, "version") for wrong in (2, "3", True, None)},
        **{f"no {key}": drop(V3, key) for key in ("version", "thisPingDate", "environments")},
        "no data": drop(V3, "data"),
        **no_dates(V3, "thisPingDate"),
        **no_dates(V3, "lastPingDate"),
        **without(V3, "data"),
        **without(V3, *CURRENT),
        **without(V3, *CURRENT, "geckoAppInfo"),
        **no_hashes(("environments",)),
        **no_hashes(DAY[:-1]),
        "key unknown": put(V3, "2013-06-14", "lastPingdate"),
        "key of version 2": put(V3, V2["geckoAppInfo"], "geckoAppInfo"),
        "environments a list": put(V3, [], "environments"),
        "current null": put(V3, None, *CURRENT),
        "current missing": drop(V3, *CURRENT),
        "hash null": put(V3, None, *CURRENT, "hash"),
        "geckoAppInfo null": put(V3, None, *CURRENT, "geckoAppInfo"),
        "geckoAppInfo _v negative": put(V3, -1, *CURRENT, "geckoAppInfo", "_v"),
        **{
            f"{key} null": put(V3, None, *CURRENT, "geckoAppInfo", key)
            for key in V3["environments"]["current"]["geckoAppInfo"]
        },
        "environment measurement null": put(V3, None, *CURRENT, "org.mozilla.profile.age"),
        "environment measurement nameless": put(V3, {"_v": 1}, *CURRENT, ""),
        "current without an add-on": put(V3, None, *CURRENT, "org.mozilla.addons.active", "x@y"),
        "add-ons without _v": put(V3, {}, *CURRENT, "org.mozilla.addons.active"),
        "add-ons _v null": put(V3, None, *CURRENT, "org.mozilla.addons.active", "_v"),
        "add-ons a list": put(V3, [], *CURRENT, "org.mozilla.addons.active"),
        "other environment null": put(V3, None, "environments", OTHER),
        "other environment text": put(V3, "x", "environments", OTHER),
        "difference null": put(V3, None, "environments", OTHER, "geckoAppInfo"),
        "difference nameless": put(V3, {}, "environments", OTHER, ""),
        "difference _v null": put(V3, None, "environments", OTHER, "geckoAppInfo", "_v"),
        "add-on a number": put(V3, 0, "environments", OTHER, "org.mozilla.addons.active", "x@y"),
        "add-ons difference null": put(
            V3, None, "environments", OTHER, "org.mozilla.addons.active"
        ),
        "add-ons difference _v null": put(
            V3, None, "environments", OTHER, "org.mozilla.addons.active", "_v"
        ),
        "data null": put(V3, None, "data"),
        "data key unknown": put(V3, {}, "data", "weeks"),
        "last not empty": put(V3, {"org.mozilla.profile.age": {"_v": 1}}, "data", "last"),
        "last a list": put(V3, [], "data", "last"),
        "days a list": put(V3, [], "data", "days"),
        "day no date": put(V3, {}, "data", "days", "yesterday"),
        "day not in the calendar": put(V3, {}, "data", "days", "2013-06-31"),
        "day null": put(V3, None, "data", "days", "2013-06-13"),
        "181 days": put(V3, many_days(181, {}), "data", "days"),
        "day without environment": put(V3, V2["data"]["days"]["2013-06-14"], *DAY[:-1]),
        "day's environment null": put(V3, None, *DAY),
        "measurement null": put(V3, None, *DAY, "org.mozilla.searches.counts"),
        "measurement without _v": drop(V3, *DAY, "org.mozilla.searches.counts", "_v"),
        "measurement _v null": put(V3, None, *DAY, "org.mozilla.searches.counts", "_v"),
        "measurement nameless": put(V3, {"_v": 1}, *DAY, ""),
        "sessions null": put(V3, None, *SESSIONS),
        "sessions without _v": drop(V3, *SESSIONS, "_v"),
        "sessions _v true": put(V3, True, *SESSIONS, "_v"),
        "sessions _v no number": put(V3, "four", *SESSIONS, "_v"),
        "sessions _v with newline": put(V3, "4\n", *SESSIONS, "_v"),
        "sessions _v a fraction": put(V3, 4.5, *SESSIONS, "_v"),
        "sessions _v negative": put(V3, -4, *SESSIONS, "_v"),
        "sessions of an unknown kind": put(V3, [], *SESSIONS, "abnornal"),
        "normal an object": put(V3, {}, *SESSIONS, "normal"),
        "abnormal an object": put(V3, {}, *ABNORMAL[:-1]),
        "normal session null": put(V3, None, *NORMAL),
        "normal session without r": drop(V3, *NORMAL, "r"),
        "normal session without d": drop(V3, *NORMAL, "d"),
        "normal session ended abnormally": put(V3, "A", *NORMAL, "r"),
        "normal session with another key": put(V3, 1, *NORMAL, "oom"),
        **{f"{key} text": put(V3, "30", *NORMAL, key) for key in ("d", "sg", "sj")},
        **{f"{key} negative": put(V3, -1, *NORMAL, key) for key in ("d", "sg", "sj")},
        "abnormal session null": put(V3, None, *ABNORMAL),
        "abnormal session paused": put(V3, "P", *ABNORMAL, "r"),
        "abnormal session with a duration": put(V3, 30, *ABNORMAL, "d"),
        **{f"abnormal without {key}": drop(V3, *ABNORMAL, key) for key in ("r", "oom", "stopped")},
        **{f"{key} text": put(V3, "true", *ABNORMAL, key) for key in ("oom", "stopped")},
        **{f"{key} 2": put(V3, 2, *ABNORMAL, key) for key in ("oom", "stopped")},
    },
}


def cases(documents: dict[str, dict[str, object]]) -> list[Any]:
    return [
        pytest.param(name, document, id=f"{name}: {case}".encode("unicode_escape").decode())
        for name, by_case in documents.items()
        for case, document in by_case.items()
    ]


def subschemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and every schema inside it."""
    yield node
    inside = [*node.get("properties", {}).values(), *node.get("$defs", {}).values()]
    inside += node.get("anyOf", [])
    inside += [
        node[key]
        for key in ("additionalProperties", "propertyNames", "items", "not")
        if key in node
    ]
    for schema_inside in inside:
        if isinstance(schema_inside, dict):
            yield from subschemas(schema_inside)


def test_schemas_are_the_ones_tested() -> None:
    """A schema that is added without sound documents and garbage here is noticed."""
    found = {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()}
    assert found == set(NAMES) == set(SOUND) == set(GARBAGE)


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_and_says_what_breaks(name: str) -> None:
    """Each is Draft 2020-12, has a title, and one sentence on what breaks when it is wrong."""
    document = schema(name)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert document["title"]
    assert document["description"].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_self_contained_and_spelt_right(name: str) -> None:
    """No keyword is unknown, and so ignored; no reference leaves the file or leads nowhere."""
    document = schema(name)
    known = {*Draft202012Validator.VALIDATORS, *ANNOTATIONS} - {"$dynamicRef"}
    targets = {f"#/$defs/{key}" for key in document["$defs"]}
    for node in subschemas(document):
        assert set(node) <= known
        assert node.get("$ref", next(iter(targets))) in targets


@pytest.mark.parametrize(("name", "document"), cases(SOUND))
def test_sound_document_is_accepted(name: str, document: object) -> None:
    """What FHR allows raises no alarm."""
    assert errors(name, document) == []


@pytest.mark.parametrize("version", [2, 3])
def test_payload_to_submit_is_sound(version: int) -> None:
    """What the round trip submits is a sound report, and is marked as not a user's."""
    payload = load(PAYLOADS / f"v{version}.json")
    assert errors(f"payload_v{version}", payload) == []
    assert '"vendor": "knowngood"' in json.dumps(payload)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("config", "config.json"),
        ("date_format", "date_format.json"),
        ("payload_v2", "single_session.json"),
        ("payload_v3", "mobile.json"),
    ],
)
@pytest.mark.skipif(
    not REFERENCE_DATA.is_dir(), reason=f"no documents of the deployed FHR in {REFERENCE_DATA}"
)
def test_document_of_the_deployed_fhr_is_accepted(name: str, file: str) -> None:
    """What was once deployed and sent, and worked, raises no alarm."""
    assert errors(name, load(REFERENCE_DATA / file)) == []


@pytest.mark.parametrize(("name", "document"), cases(GARBAGE))
def test_garbage_is_refused(name: str, document: object) -> None:
    """One fault is enough to be refused."""
    assert errors(name, document)


@pytest.mark.parametrize("name", NAMES)
def test_garbage_differs_from_sound_documents(name: str) -> None:
    """Each schema meets at least twelve kinds of garbage, none of them a sound document."""
    sound = [json.dumps(document, sort_keys=True) for document in SOUND[name].values()]
    garbage = [json.dumps(document, sort_keys=True) for document in GARBAGE[name].values()]
    assert len(set(garbage)) >= 12
    assert not set(garbage) & set(sound)
