"""What tests may do while a stand-in runs: see what was stored and asked for, change the faults."""

import json
from collections import Counter
from collections.abc import Iterable

from fhr_standin.asgi import Receive, Scope, Send, answer
from fhr_standin.content import Content
from fhr_standin.errors import UsageError
from fhr_standin.faults import arm
from fhr_standin.site import Site
from fhr_standin.submission import Submissions


class Inspection:
    """Answers `GET /documents`, `GET /documents/ID`, `GET /requests`, `POST /reset` and
    `POST /faults/NAME[@LOCALE],...`.
    """

    def __init__(self, contents: Iterable[Content], submissions: Submissions) -> None:
        """Take the applications to look into: content's, one or several, and submission's."""
        self._contents = tuple(contents)
        self._submissions = submissions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: JSON, a document's raw bytes, or 404 without a body."""
        status, media, body = self._answer(scope["method"], scope["path"])
        headers = [(b"content-type", media), (b"content-length", str(len(body)).encode())]
        await answer(send, status, headers, body)

    def _answer(self, method: str, path: str) -> tuple[int, bytes, bytes]:
        match method, path.strip("/").split("/"):
            case "GET", ["documents"]:
                return 200, b"application/json", json.dumps(self._documents()).encode()
            case "GET", ["documents", name] if name in self._submissions.documents:
                return 200, b"application/octet-stream", self._submissions.documents[name].body
            case "GET", ["requests"]:
                return 200, b"application/json", json.dumps(self._requests()).encode()
            case "POST", ["reset"]:
                self._reset()
                return 200, b"application/json", b"{}"
            case "POST", ["faults", *names]:
                try:
                    self._arm([name for part in names for name in part.split(",")])
                except UsageError as error:
                    return 400, b"text/plain; charset=utf-8", str(error).encode()
                return 200, b"application/json", b"{}"
        return 404, b"text/plain", b""

    def _reset(self) -> None:
        for content in self._contents:
            content.reset()
        self._submissions.reset()

    def _arm(self, names: list[str]) -> None:
        """Change the faults, and forget what was before. Raises UsageError."""
        site = self._contents[0].site
        if not isinstance(site, Site):
            raise UsageError("--root: serves what is there, without faults")
        faults = arm(names, site.locales.values())
        lasting = [armed.fault.name for armed in faults if armed.fault.lasts]
        if lasting:
            raise UsageError(f"--fault: {lasting[0]} lasts from start to end; start one with it")
        for content in self._contents:
            content.arm(faults)
        self._submissions.arm(faults)
        self._reset()

    def _documents(self) -> dict[str, dict[str, str | int]]:
        return {
            name: {
                "namespace": document.namespace,
                "method": document.method,
                "bytes": len(document.body),
            }
            for name, document in self._submissions.documents.items()
        }

    def _requests(self) -> dict[str, dict[str, int]]:
        seen = sum((content.requests for content in self._contents), Counter[str]())
        return {"content": seen, "submission": self._submissions.requests}
