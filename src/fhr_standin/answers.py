"""`--answers`: what a stand-in with each of some faults would answer, without starting one.

A request is answered twice, by the sound deployment and by the one with the fault. Left out are
faults that answers alone do not tell, and those whose answer depends on more than the request:
that count requests, or make something up for each answer.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

from fhr_standin.asgi import Response, Scope, header
from fhr_standin.bagheera import Submission
from fhr_standin.content import Content, content_ask
from fhr_standin.errors import UsageError
from fhr_standin.faults import Armed, Ask, arm
from fhr_standin.site import Site
from fhr_standin.submission import Submissions, response, submission_ask


class Recording:
    """The requests of a run, to be answered under one fault after the other.

    `sound` holds what the sound deployment answers, by the number of the request.
    """

    def __init__(
        self, site: Site, origins: Mapping[str, str], requests: Iterable[Mapping[str, Any]]
    ) -> None:
        """Take the requests as the input of `--answers` lists them, and the URLs of `origins`.

        Requests to other origins are not ours to answer. Raises KeyError and ValueError.
        """
        self.sound: dict[int, Response] = {}
        self._site = site
        self._secure = origins["content"].startswith("https:")
        self._content: dict[int, tuple[Scope, Ask]] = {}
        self._submission: dict[int, Submission] = {}
        for request in requests:
            scope, number = _scope(request), request["id"]
            if request["url"].startswith(f"{origins['content']}/"):
                self._content[number] = scope, content_ask(site, scope["path"])
            elif request["url"].startswith(f"{origins['submission']}/"):
                body = base64.b64decode(request["body"] or "")
                self._submission[number] = submission_ask(scope, body, len(body))
        content, submissions = Content(site, [], self._secure), Submissions([])
        for number, (scope, _) in self._content.items():
            self.sound[number] = content.response(scope)
        for number, ask in self._submission.items():
            self.sound[number] = response(submissions.reply(ask))

    def changed(self, armed: Armed) -> dict[int, Response] | None:
        """Return, by number, the answers that a fault changes; None if it is left out."""
        if not armed.fault.only_answers:
            return None
        once, again = dict(self._changed(armed)), dict(self._changed(armed))
        return None if armed.counts or once != again else once

    def _changed(self, armed: Armed) -> Iterator[tuple[int, Response]]:
        for number, answer in self._answers(armed):
            if answer != self.sound[number]:
                yield number, answer

    def _answers(self, armed: Armed) -> Iterator[tuple[int, Response]]:
        if armed.fault.surface == "submission":
            submissions = Submissions([armed])
            for number, ask in self._submission.items():
                yield number, response(submissions.reply(ask))
            return
        content = Content(self._site, [armed], self._secure)
        for number, (scope, asked) in self._content.items():
            # Most faults are about a few paths: what is beside them need not be asked.
            if armed.concerns(asked):
                known = self.sound[number].status == HTTPStatus.NOT_MODIFIED
                mended = _with_own_tag(scope, content) if known else scope
                yield number, content.response(mended)


def answer_requests(site: Site, source: TextIO, target: TextIO) -> None:
    """Read a JSON document from `source`, and write a line of JSON for each fault to `target`.

    The document has `origins` (URLs by name), `faults` (names) and `requests`, each with `id`,
    `method`, `url`, `headers` (pairs) and `body` (base64 or null). A line has `fault` and
    `answers`, each with `id`, `status`, `headers` and `body`: those that differ from the sound
    ones, as they go out over HTTP. Raises UsageError for a document or a fault that cannot be.
    """
    try:
        document = json.load(source)
        recording = Recording(site, document["origins"], document["requests"])
        faults = arm(document["faults"], site.locales.values())
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"--answers: found on stdin what is no list of requests: {error!r}"
        ) from None
    for armed in faults:
        answers = recording.changed(armed)
        if answers is not None:
            rows = [_as_data(number, answer) for number, answer in answers.items()]
            target.write(json.dumps({"fault": armed.fault.name, "answers": rows}) + "\n")
            target.flush()


def _scope(request: Mapping[str, Any]) -> Scope:
    """Return a request as the server hands it to an application."""
    url = urlsplit(request["url"])
    headers = [
        (name.lower().encode(), value.encode("latin-1")) for name, value in request["headers"]
    ]
    if all(name != b"host" for name, _ in headers):
        headers.insert(0, (b"host", url.netloc.encode()))
    return {
        "type": "http",
        "method": request["method"],
        "path": unquote(url.path) or "/",
        "query_string": url.query.encode(),
        "headers": headers,
    }


def _with_own_tag(scope: Scope, content: Content) -> Scope:
    """Return a conditional request with the entity tag that this very deployment gives.

    Whoever recorded it had the tag from the sound one, and would have got another one here.
    """
    if header(scope, b"if-none-match") in (b"", b"*"):
        return scope
    others = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]
    plain = {**scope, "headers": others}
    tags = [value for name, value in content.response(plain).headers if name == b"etag"]
    return {**plain, "headers": [*others, *((b"if-none-match", tag) for tag in tags)]}


def _as_data(number: int, answer: Response) -> dict[str, Any]:
    return {
        "id": number,
        "status": answer.status,
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in answer.headers],
        "body": base64.b64encode(answer.body).decode(),
    }
