"""Loads the engine's plugin, also where the package is not installed; and FHR's own fixtures."""

import json
import re
import uuid
import zlib
from pathlib import Path

import pytest

pytest_plugins = ["knowngood.plugin"]

PAYLOADS = Path(__file__).parent / "smoketests" / "payloads"
DEFLATED = {"Content-Type": "application/json+zlib; charset=utf-8"}
PLAIN = {"Content-Type": "application/json; charset=utf-8"}


class Submission:
    """Documents to submit, and how Firefox submits them."""

    def __init__(self, client):
        self.client = client

    def document(self, version):
        """The bytes of a small sound document of this payload version."""
        return json.dumps(json.loads((PAYLOADS / f"{version}.json").read_text("utf-8"))).encode()

    def new_id(self):
        """An id that nobody has used."""
        return str(uuid.uuid4())

    def send(self, method, path, body, *, deflate=True, headers=None):
        """Submit ``body``; the answer. All may be sent twice: a path that names the document
        leaves one, which is deleted when the check ends; another leaves a document of few bytes.
        """
        response = self.client.request(
            method,
            path,
            content=zlib.compress(body) if deflate else body,
            headers={**(DEFLATED if deflate else PLAIN), **(headers or {})},
            extensions={"repeatable" if path.endswith("/metrics") else "named": True},
        )
        self._sweep_what_it_names(path, response)
        return response

    def _sweep_what_it_names(self, path, response):
        """A server that stored the document under an id of its own says which."""
        try:
            stored = str(uuid.UUID(response.text.strip()))
        except ValueError:
            return
        parent = path if path.endswith("/metrics") else path.rpartition("/")[0]
        self.client.sweep(f"{parent}/{stored}")


@pytest.fixture
def loaded(responses, resources):
    """The answers for a file, by the end of its path. One with 404 is left out where the pages'
    scripts are all there and none speaks of the file, not even in two pieces: FHR's first releases
    had neither settings nor month names, and asked for none.
    """
    pages = [page.content for page in responses if page.media_type == "text/html"]
    scripts = [each for each in resources if each.kind == "script" and each.exchange is not None]

    def does_without(path):
        stem, _, ending = path.rpartition("/")[2].partition(".")
        name = re.compile(rf"{stem}\W{{0,9}}{ending}".encode())
        sources = [*pages, *(each.response.content for each in scripts)]
        there = {each.response.status_code for each in scripts} == {200}
        return there and not any(name.search(source) for source in sources)

    def answers(end):
        here = [response for response in responses if response.path.endswith(end)]
        return [each for each in here if each.status_code != 404 or not does_without(each.path)]

    return answers


@pytest.fixture
def submission(client):
    """Submits documents at the origin of the check; what is stored is deleted afterwards."""
    return Submission(client)
