"""Compression: each Firefox gets the file that is there, packed in a way that it can read."""

import collections

import pytest

from knowngood import checks

FILES = "content:/en-US/{page}"
FRENCH = "content:/fr/{*page}"
PLAIN = {"Accept-Encoding": "identity"}
# Before 44, and over plain HTTP to this day, Firefox takes no Brotli.
NO_BROTLI = {"Accept-Encoding": "gzip, deflate"}


@pytest.mark.catches("brotli-not-offered")
@pytest.mark.catches("gzip-stale", "gzip-stale-beside-brotli", "gzip-cut-off-beside-brotli")
@pytest.mark.get(FILES, resources=True)
@pytest.mark.get(FILES, resources=True, headers=PLAIN)
@pytest.mark.get(FILES, resources=True, headers=NO_BROTLI)
@pytest.mark.get(FRENCH)
@pytest.mark.get(FRENCH, headers=NO_BROTLI)
@pytest.mark.origin("content")
def test_compressed_and_plain_are_the_same(responses, resources, client):
    """Files hold the same by Brotli, by gzip and plain; one compressed beforehand can be old."""
    files = collections.defaultdict(list)
    for answer in (*responses, *(resource.response for resource in checks.own(resources))):
        files[answer.url].append(answer)
    for usual, *others in files.values():
        for other in others:
            assert other.status_code == usual.status_code
            if other.content != usual.content:
                same = not checks.still_differ(client, usual, other)
                assert same, "compressed, it is another file"
