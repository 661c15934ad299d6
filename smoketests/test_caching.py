"""Caching: what has not changed is not sent again, and what has changed is."""

import email.utils
import re

import pytest

from knowngood import checks

from .firefox import VALIDATORS

# Before the first file of any server: no Last-Modified can be as old.
LONG_AGO = "Wed, 31 Dec 1969 23:59:59 GMT"
FILES = ["content:/en-US/", "content:/en-US/js/config.json"]


def asked_again(client, answer, validators):
    """Return the answer to a request with a validator of `answer`: 304, or the last one.

    Several backends may each have their own dates and ETags for a file, and be asked in turn.
    """
    again = answer
    for _ in range(3):
        for name in [name for name in validators if name in answer.headers] * 2:
            headers = {VALIDATORS[name]: answer.headers[name]}
            again = client.get(answer.url, headers=headers)
            if again.status_code == 304:
                return again
        answer = client.get(answer.url)
    return again


@pytest.mark.catches("conditional-ignored", "etag-changes", "validators-missing")
@pytest.mark.get(*FILES)
@pytest.mark.origin("content")
def test_unchanged_files_are_not_sent_again(responses, client):
    """What has not changed is not sent again: asked with a validator, the server answers 304.

    One that works is enough, ETag or Last-Modified: Apache's ETags do not work with gzip. What
    differs in every answer has none.
    """
    for first in responses:
        if first.status_code in checks.GONE:  # another check says whether it has to be there
            continue
        assert first.status_code == 200
        validators = [name for name in VALIDATORS if name in first.headers]
        again = asked_again(client, first, validators)
        if again.status_code == 304:
            assert again.content == b"", "304 with a body"
            continue
        changed = client.get(first.url).content != first.content
        assert changed or validators, "neither an ETag nor a Last-Modified header"
        assert changed, f"never answered by 304, asked with its own {' or '.join(validators)}"


@pytest.mark.catches("etag-never-compared", "date-never-compared", "script-never-compared")
@pytest.mark.get(*FILES, headers={"If-None-Match": '"knowngood-never"'}, resources=True)
@pytest.mark.get(*FILES, headers={"If-Modified-Since": LONG_AGO}, resources=True)
def test_a_new_release_reaches_who_has_an_old_one(responses, resources):
    """Whoever holds another file, or an older one, gets the one that is there, and no 304."""
    for answer in responses:
        if answer.status_code not in checks.GONE:
            assert answer.status_code == 200
    for file in checks.own(resources):
        assert file.response.status_code != 304


def of_older_files(answer):
    """Yield headers of who holds another file: an ETag with another character, a day before."""
    tag = answer.headers.get("etag", "")
    other = re.sub(r'"([^"])', lambda start: f'"{int(start[1] == "0")}', tag, count=1)
    if other != tag:
        yield {"If-None-Match": other}
    modified = email.utils.parsedate_tz(answer.headers.get("last-modified", ""))
    if modified:
        day_before = email.utils.mktime_tz(modified) - 24 * 60 * 60
        yield {"If-Modified-Since": email.utils.formatdate(day_before, usegmt=True)}


def asked_as_older(client, url, headers):
    """Return the answer to a conditional request, or the last of twelve 304: of several backends
    some may have an older file.
    """
    for _ in range(12):
        again = client.get(url, headers=headers)
        if again.status_code != 304:
            break
    return again


@pytest.mark.catches("etag-length-compared", "date-hardly-compared")
@pytest.mark.get(*FILES)
@pytest.mark.origin("content")
def test_a_new_release_reaches_who_has_the_one_before(responses, client):
    """Whoever holds a file of the day before, or with an ETag nearly the same, gets the new one."""
    for answer in responses:
        for headers in of_older_files(answer):
            again = asked_as_older(client, answer.url, headers)
            assert again.status_code != 304
