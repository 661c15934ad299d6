"""The rules by which bagheera answers a submission, in their order of precedence.

`judge` is pure: it says what to answer and what to do to the store; the server then does it.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

# bagheera's default limit for a body as sent, so for the compressed one.
MAX_BODY = 1_048_576
# What a namespace allows: bagheera's `metrics` lets documents be deleted; the other is ours, so
# that there is one which does not.
NAMESPACES = {"metrics": True, "append-only": False}

_VERSION = re.compile(r"\d+(\.\d+)*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Effect = Literal["", "store", "delete"]


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to the submission side: `size` is the body's, in bytes as sent.

    `new_id` is what a document gets that comes without an id. `text` is the body, inflated where it
    came deflated, which bagheera itself never looks at, nor at who sends it, the `agent`.
    `obsolete_lines` are the headers that name `obsolete` documents, as sent.
    """

    method: str
    version: str
    endpoint: str
    namespace: str
    id: str
    extra: str
    size: int
    content_type: str = ""
    obsolete: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    new_id: str = field(default_factory=lambda: str(uuid4()), compare=False)
    text: bytes = field(default=b"", repr=False)
    agent: str = ""
    obsolete_lines: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the method changes what is stored."""
        return self.method in ("POST", "PUT", "DELETE")

    @property
    def root(self) -> bool:
        """Whether this asks for `/`, which monitoring does."""
        return not (self.version or self.endpoint)

    def nth(self, key: str) -> int:
        """Count one more of `key` for the fault that asks, and return how many, from 1."""
        self.counts[key] += 1
        return self.counts[key]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what it does: `effect` on document `id`, after `delay` seconds, or dropped."""

    status: int
    body: bytes = b""
    media: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    effect: Effect = ""
    id: str = ""
    delay: float = 0.0
    drop: bool = False


def submission(
    method: str,
    path: str,
    size: int,
    content_type: str = "",
    obsolete: tuple[str, ...] = (),
    text: bytes = b"",
) -> Submission:
    """Return the request that `path` stands for: `[/VERSION]/ENDPOINT/NAMESPACE[/ID]`."""
    parts = path.strip("/").split("/")
    version = parts.pop(0) if _VERSION.fullmatch(parts[0]) else ""
    endpoint, namespace, name, extra, *_ = [*parts, "", "", "", ""]
    return Submission(
        method,
        version,
        endpoint,
        namespace,
        name,
        extra,
        size,
        content_type,
        obsolete,
        text=text,
    )


def judge(ask: Submission, skips: frozenset[str] = frozenset()) -> Reply:
    """Return the reply to a request, leaving out the rules named in `skips`."""
    for name, rule in RULES.items():
        reply = rule(ask) if name not in skips else None
        if reply is not None:
            return reply
    return _done(ask)


def _size(ask: Submission) -> Reply | None:
    return Reply(413) if ask.size > MAX_BODY else None


def _root(ask: Submission) -> Reply | None:
    return Reply(200) if ask.root and ask.method in ("GET", "HEAD") else None


def _namespace(ask: Submission) -> Reply | None:
    return None if ask.namespace in NAMESPACES else Reply(404)


def _id(ask: Submission) -> Reply | None:
    return Reply(404) if ask.extra or (ask.id and not _UUID.fullmatch(ask.id)) else None


def _method(ask: Submission) -> Reply | None:
    return None if ask.writes else Reply(403)


def _delete(ask: Submission) -> Reply | None:
    allowed = NAMESPACES.get(ask.namespace, True)
    return Reply(403) if ask.method == "DELETE" and not allowed else None


def _endpoint(ask: Submission) -> Reply | None:
    return None if ask.endpoint == "submit" else Reply(404)


def _empty(ask: Submission) -> Reply | None:
    return Reply(400) if ask.method in ("POST", "PUT") and not ask.size else None


def _done(ask: Submission) -> Reply:
    if ask.method in ("POST", "PUT"):
        name = ask.id or ask.new_id
        return Reply(201, name.encode(), "plain/text", effect="store", id=name)
    if ask.method == "DELETE":
        # Without an id there is no document to speak of.
        return Reply(200, effect="delete", id=ask.id) if ask.id else Reply(404)
    return Reply(200)


RULES: dict[str, Callable[[Submission], Reply | None]] = {
    "size": _size,
    "root": _root,
    "namespace": _namespace,
    "id": _id,
    "method": _method,
    "delete": _delete,
    "endpoint": _endpoint,
    "empty": _empty,
}
