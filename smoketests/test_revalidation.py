"""Revalidation: who comes back keeps a file with the headers that its 304 brings."""

import copy

import pytest

from knowngood import checks

from .firefox import VALIDATORS

FRAME = "about:healthreport"  # what shows the pages


def asked_again(client, file):
    """Return the answer to who holds this file."""
    headers = {VALIDATORS[name]: file.headers[name] for name in VALIDATORS if name in file.headers}
    return client.get(file.url, headers=headers)


def as_kept(file, unchanged):
    """Return a file as browsers keep it after 304: its headers take the place of those that were
    there (RFC 9111, 3.2).
    """
    kept = copy.copy(file)
    kept.headers = file.headers.copy()
    kept.headers.update(unchanged.headers)
    return kept


def header_problems(file, environment, resources):
    """Return what is wrong with the headers of a file, and of a page those that may forbid it."""
    problems = environment.header_problems(file.path, file.headers)
    if file.media_type == "text/html":
        problems += checks.framing_problems(file, FRAME)
        problems += checks.policy_problems(file, resources)
    return problems


@pytest.mark.catches("unchanged-kept-a-year", "unchanged-in-no-frame", "unchanged-scriptless")
@pytest.mark.get("content:/en-US/", resources=True)
@pytest.mark.get("content:/en-US/js/config.json")
@pytest.mark.origin("content")
def test_a_304_brings_no_worse_headers(responses, resources, client, environment):
    """Whoever comes back keeps files no longer than others do, and sees pages in the frame, too."""
    for file in responses:
        again = asked_again(client, file)
        if file.status_code == 200 and again.status_code == 304:
            before = header_problems(file, environment, resources)  # other checks say these
            after = header_problems(as_kept(file, again), environment, resources)
            worse = [f"with its 304: {problem}" for problem in after if problem not in before]
            assert worse == []
