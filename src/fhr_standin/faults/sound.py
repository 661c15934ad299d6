"""Deployments that are sound and unlike the stand-in: nothing is wrong, and nothing may fail."""

import re
import time
from dataclasses import replace
from uuid import uuid4

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.changes import ALL_PAGES, content, with_header, without
from fhr_standin.faults.model import Ask, ContentAct, SubmissionFault
from fhr_standin.resource import NOT_FOUND, Resource

_TEMPLATE = b'<script type="text/x-handlebars"><b>{{ title }}</b></script></main>'
_GUARDED = b"(window.$) && $.blockUI && $.unblockUI();\nvar strings"


def _new_each_time(_ask: Ask, resource: Resource) -> Resource:
    """Put a nonce, the time and a policy with the nonce into a page, as a framework does."""
    nonce = uuid4().hex
    body = resource.body.replace(b"<script", f'<script nonce="{nonce}"'.encode())
    made = f"<!-- made at {time.time_ns()} -->\n</body>".encode()
    policy = f"script-src 'self' 'nonce-{nonce}'; frame-ancestors *"
    return replace(
        resource,
        body=body.replace(b"</body>", made),
        conditional=False,
        headers=(*resource.headers, ("content-security-policy", policy)),
        without=resource.without | {"etag", "last-modified"},
    )


def _written_otherwise(_ask: Ask, resource: Resource) -> Resource:
    """Write a page as HTML allows: with a byte-order mark, backslashes in URLs and blanks around
    them, a template that a script may fill in, and without its last end tags.
    """
    body = re.sub(rb"</body>\s*</html>\s*\Z", b"", resource.body)
    body = body.replace(b"<head>", b"<head>\n<meta http-equiv=content-type>", 1)
    body = body.replace(b"</main>", b'<a href="#sharing">1</a><a href="#">2</a></main>', 1)
    body = body.replace(b"</main>", _TEMPLATE, 1).replace(b'src="js/', b'src="\n js\\')
    return replace(resource, body=b"\xef\xbb\xbf" + body.replace(b"var strings", _GUARDED))


def _one_validator(ask: Ask, resource: Resource) -> Resource:
    """Send pages without ETag, JSON without a date, and the rest with an ETag as Apache makes it,
    which it does not know again.
    """
    acts: dict[str, ContentAct] = {
        "application/json": without("last-modified"),
        "text/html": without("etag"),
    }
    act = acts.get(resource.media.partition(";")[0], with_header("etag", '"5f1c-gzip"'))
    return act(ask, resource)


def _gone_for_good(_ask: Ask, resource: Resource) -> Resource:
    return replace(NOT_FOUND, status=410) if resource.status == 404 else resource


def _with_a_line_end(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, body=reply.body + b"\r\n") if reply.body else reply


FAULTS = [
    content(
        "sound-new-each-time",
        "nothing is wrong: each page has a nonce and a time that differ in every answer",
        ALL_PAGES,
        _new_each_time,
        verdict="PASSED",
    ),
    content(
        "sound-html",
        "nothing is wrong: pages begin with a byte-order mark and leave out </html>",
        ALL_PAGES,
        _written_otherwise,
        verdict="PASSED",
    ),
    content(
        "sound-one-validator",
        "nothing is wrong: each file has a working ETag or a working date, not both",
        None,
        _one_validator,
        verdict="PASSED",
        reach="whole site",
    ),
    content(
        "sound-gone",
        "nothing is wrong: what is not there is 410",
        None,
        _gone_for_good,
        verdict="PASSED",
        reach="whole site",
        status=410,
    ),
    SubmissionFault(
        "sound-line-end",
        "PASSED",
        "submission",
        "nothing is wrong: the id of a stored document is answered with a line end",
        _with_a_line_end,
    ),
]
