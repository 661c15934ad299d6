"""Submits reports as Firefox does."""

import json
import re
import uuid
import zlib
from pathlib import Path

from knowngood import checks

PAYLOADS = Path(__file__).parent / "payloads"
DEFLATED = {"Content-Type": "application/json+zlib; charset=utf-8"}
PLAIN = {"Content-Type": "application/json; charset=utf-8"}
COLLECTION = "/metrics"  # a path that ends so names no document
SUBMIT = "/1.0/submit/metrics"
ERROR = re.compile(r'"status"\s*:\s*"(?:error|fail\w*)"|"error"\s*:\s*(?:"[^"]+"|\{|true)', re.I)
LIMIT = 1_048_576  # bytes of a body as sent, which may be compressed


def deletion_problems(answer):
    """Return why a DELETE is not done. Firefox takes neither 202 nor 204 for that. A page is
    somebody else's, and JSON can say that it went wrong; the body may be any other.
    """
    if not answer.deleted or answer.status_code in (202, 204):
        return [f"answered {answer.status_code}, expected 200"]
    if not answer.is_success:  # gone before a request that was sent again
        return []
    error = ERROR.search(answer.text)
    said = [f"its answer says {error[0]}"] if error else []
    return said + checks.web_page_problems(answer)


class Submission:
    """Makes documents and submits them as Firefox does."""

    def __init__(self, client):
        self.client = client

    def document(self, version, change=None):
        """Return a small sound document of this payload version, in bytes, changed by ``change``.

        An add-on in it has a name beyond ASCII, which Firefox sends as UTF-8.
        """
        sound = json.loads((PAYLOADS / f"{version}.json").read_text("utf-8"))
        changed = change(sound) if change else sound
        return json.dumps(changed, ensure_ascii=False).encode()

    def new_id(self):
        """Return an id that nobody has used."""
        return str(uuid.uuid4())

    def new_path(self):
        """Return the path of a document under such an id."""
        return f"{SUBMIT}/{self.new_id()}"

    def id_in(self, response):
        """Return the id that an answer names, in its usual form; empty if it is no UUID."""
        try:
            return str(uuid.UUID(response.text.strip()))
        except ValueError:
            return ""

    def send(self, method, path, body, *, deflate=True, headers=()):
        """Submit ``body`` and return the answer. ``headers`` may be pairs, to repeat one.

        All may be sent twice: a path that names the document leaves one, which is deleted when the
        check ends; another path leaves a document of few bytes.
        """
        more = headers.items() if isinstance(headers, dict) else headers
        response = self.client.request(
            method,
            path,
            content=zlib.compress(body) if deflate else body,
            headers=[*(DEFLATED if deflate else PLAIN).items(), *more],
            extensions=checks.REPEATABLE if path.endswith(COLLECTION) else checks.NAMED,
        )
        self._delete_at_the_end(path, response)
        return response

    def _delete_at_the_end(self, path, response):
        """A server that stored the document under an id of its own answers with that id."""
        stored = self.id_in(response)
        if stored:
            parent = path if path.endswith(COLLECTION) else path.rpartition("/")[0]
            self.client.sweep(f"{parent}/{stored}")
