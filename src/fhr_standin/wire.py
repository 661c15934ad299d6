"""How a resource goes out over HTTP: headers, validators, compression. Made once, then reused."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from fhr_standin.resource import Resource

Headers = list[tuple[bytes, bytes]]

_ZIPPED = ("text/", "application/javascript", "application/json", "image/svg")
# One moment for every file: only the bytes tell two releases of a file apart.
_LAST_MODIFIED = "Fri, 14 Jun 2013 18:00:00 GMT"
_NOT_IN_304 = frozenset({b"content-length", b"content-type", b"content-encoding"})
_MIN_ZIPPED = 100  # bytes; below, gzip's own header eats what it saves


@dataclass(frozen=True, slots=True)
class Form:
    """One representation of a resource: headers of the full and of the 304 answer, and body.

    `etag` and `modified` are the validators by which it is known again, empty if it is not.
    """

    headers: Headers
    unchanged: Headers
    body: bytes
    etag: bytes
    modified: bytes


@dataclass(frozen=True, slots=True)
class Wire:
    """The representations of a resource: plain, and gzipped where that is on offer."""

    status: int
    plain: Form
    gzipped: Form | None


# Bounded because faults may make a body anew for each request.
@lru_cache(maxsize=8192)
def render(resource: Resource, secure: bool) -> Wire:
    """Return the forms of `resource`; `secure` adds what is only sent over TLS."""
    zips = resource.media.startswith(_ZIPPED) and len(resource.body) >= _MIN_ZIPPED
    plain = _form(resource, resource.body, secure, {"vary": "Accept-Encoding"} if zips else {})
    if not zips or not resource.zips or resource.withheld:
        return Wire(resource.status, plain, None)
    packed = resource.body if resource.zipped is None else resource.zipped
    for _ in range(resource.zips):
        packed = gzip.compress(packed, 6, mtime=0)
    extra = {"vary": "Accept-Encoding", "content-encoding": "gzip"}
    return Wire(resource.status, plain, _form(resource, packed, secure, extra))


def _form(resource: Resource, body: bytes, secure: bool, extra: dict[str, str]) -> Form:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    values = {
        "content-type": resource.media,
        "content-length": str(len(body)),
        "cache-control": "max-age=600",
        "x-content-type-options": "nosniff",
        **extra,
    }
    if resource.status == 200:
        values |= {"etag": etag, "last-modified": _LAST_MODIFIED}
    if secure:
        values["strict-transport-security"] = "max-age=31536000"
    values.update(resource.headers)
    lines = [*values.items(), *resource.added]
    headers = [(k.encode(), v.encode()) for k, v in lines if k not in resource.without]
    others = [(k.encode(), v.encode()) for k, v in resource.unchanged]
    omitted = _NOT_IN_304.union(name for name, _ in others)
    unchanged = [*(pair for pair in headers if pair[0] not in omitted), *others]
    can_revalidate = resource.status == 200 and resource.conditional
    sent = body[: len(body) - resource.withheld]
    validators = (etag, _LAST_MODIFIED) if can_revalidate else ("", "")
    return Form(headers, unchanged, sent, *(validator.encode() for validator in validators))
