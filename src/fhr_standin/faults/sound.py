"""Deployments that are sound and unlike the stand-in: nothing is wrong, and nothing may fail."""

import json
import re
import time
from dataclasses import replace
from email.utils import formatdate
from uuid import uuid4

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.changes import ALL_PAGES, content, with_header, without
from fhr_standin.faults.model import Ask, ContentAct, SubmissionFault
from fhr_standin.resource import NOT_FOUND, Resource, redirect
from fhr_standin.site import DATE_FORMAT, HEARTBEATS, VERSION

_TEMPLATE = b'<script type="text/x-handlebars"><b>{{ title }}</b></script><!-- {{ x }} --></main>'
_SURVEY = (
    b'<p id="survey"><img src="v4/img/on.png" alt=""> '
    b'<a href="https://survey.example.org/">How do you like it?</a></p>\n<footer>'
)
_SHOWS_SURVEY = b"""
var survey = document.getElementById("survey");
if (survey) {
    survey.className = "new";
}
"""
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


def _by_a_server_of_three(ask: Ask, resource: Resource) -> Resource:
    """End a page with the name of one of three servers that answer in turn."""
    server = f"<!-- web{ask.nth('page') % 3} -->\n</body>".encode()
    return replace(resource, body=resource.body.replace(b"</body>", server))


def _written_otherwise(_ask: Ask, resource: Resource) -> Resource:
    """Write a page as HTML allows: with a byte-order mark, with backslashes in URLs and blanks
    around them, with a template that a script may fill in and a comment, without its last end tags.
    """
    body = re.sub(rb"</body>\s*</html>\s*\Z", b"", resource.body)
    body = body.replace(b"<head>", b"<head>\n<meta http-equiv=content-type>", 1)
    body = body.replace(b"</main>", b'<a href="#sharing">1</a><a href="#">2</a></main>', 1)
    body = body.replace(b"</main>", _TEMPLATE, 1).replace(b'src="js/', b'src="\n js\\')
    return replace(resource, body=b"\xef\xbb\xbf" + body.replace(b"var strings", _GUARDED))


def _one_validator(ask: Ask, resource: Resource) -> Resource:
    """Send pages without ETag and JSON without a date. Send robots.txt with a group more, and with
    neither, as nginx does if it stands in its settings. Give the rest an ETag that the server does
    not know again, as Apache does with a gzipped body.
    """
    if ask.path == "/robots.txt":
        body = b"User-agent: Googlebot\nDisallow: /\n\n" + resource.body
        return replace(resource, body=body, without=resource.without | {"etag", "last-modified"})
    acts: dict[str, ContentAct] = {
        "application/json": without("last-modified"),
        "text/html": without("etag"),
    }
    act = acts.get(resource.media.partition(";")[0], with_header("etag", '"5f1c-gzip"'))
    return act(ask, resource)


def _kept_otherwise(_ask: Ask, resource: Resource) -> Resource:
    """Say for how long a file may be kept as nginx does with `expires`; for a page also how long
    caches keep it that a push purges.
    """
    if resource.media.startswith("text/html"):
        shared = ("cache-control", "max-age=60, s-maxage=31536000")
        return replace(resource, headers=(*resource.headers, shared))
    until = ("expires", formatdate(time.time() + 300, usegmt=True))
    until_then = replace(resource, headers=(*resource.headers, until))
    return replace(until_then, without=until_then.without | {"cache-control"})


def _gone_for_good(ask: Ask, resource: Resource) -> Resource:
    gone = redirect("/en-US/") if ask.path.startswith("/.") else replace(NOT_FOUND, status=410)
    return gone if resource.status == 404 else resource


def _absolute(ask: Ask, resource: Resource) -> Resource:
    """Have a page name its files by their whole paths, which are those of an alias's target."""
    locale = ask.site.locales[ask.locale or ""]
    place = f"/{locale.target or locale.code}/{ask.inner}".encode()
    body = re.sub(rb'\b(src|href)="(css|img|js)/', rb'\1="%b\2/' % place, resource.body)
    return replace(resource, body=body)


def _saying_more(ask: Ask, resource: Resource) -> Resource:
    """Add to JSON what nobody reads yet: a time, the state of a part, names of months in full. One
    heartbeat has no body.
    """
    more: dict[str, object] = {}
    if ask.path == VERSION:
        more = {"uptime": ask.nth("version")}
    elif ask.path == HEARTBEATS[1]:
        return replace(resource, body=b"")
    elif ask.path in HEARTBEATS:
        more = {"details": {"mail": {"status": "error", "level": 20}}}
    elif ask.inner.endswith(DATE_FORMAT):
        months = json.loads(resource.body)
        more = {name: entry | {"monthNameLong": ""} for name, entry in months.items()}
    if not more:
        return resource
    body = json.dumps(json.loads(resource.body) | more, ensure_ascii=False).encode()
    return replace(resource, body=body)


def _refused_with_a_page(_ask: Submission, reply: Reply) -> Reply:
    """Answer 403 with the error page of a server, and the headers of a gateway before it."""
    if reply.status != 403:
        return reply
    page, headers = b"<html><body>403 Forbidden</body></html>", (("x-ratelimit-remaining", "0"),)
    return replace(reply, body=page, media="text/html", headers=(*reply.headers, *headers))


def _deferred(_ask: Ask, resource: Resource) -> Resource:
    """Have every script file run once the page was read, in the same order."""
    return replace(
        resource, body=re.sub(rb"<script (?=[^>]*src=)", b"<script defer ", resource.body)
    )


def _inlined(ask: Ask, resource: Resource) -> Resource:
    """Put scripts and styles into the page that loads them."""

    def source(element: re.Match[bytes]) -> bytes:
        path = f"{ask.inner}{element[2].decode()}"
        text = ask.site.shared[path].body.replace(b"../", b"")
        if path.endswith(".js"):
            return b"<script%b>%b</script>" % (element[1], text)
        imported = ask.site.shared.get(f"{ask.inner}css/fonts.css")
        fonts = imported.body.replace(b"../", b"") if imported else b""
        return b"<style>%b</style>" % re.sub(rb"@import [^;]*;", lambda _: fonts, text)

    body = re.sub(rb'<script([^>]*) src="([^"]+)"></script>', source, resource.body)
    body = re.sub(rb'<link( rel="stylesheet") href="(css/[^"]+)">', source, body)
    return replace(resource, body=body)


def _styled_for_its_script(_ask: Ask, resource: Resource) -> Resource:
    """Have pages from right to left load a stylesheet of their own in place of one."""
    if b'dir="rtl"' not in resource.body:
        return resource
    return replace(
        resource, body=re.sub(rb"css/(table|small)\.css", b"../css/graph.css", resource.body)
    )


def _with_a_line_end(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, body=reply.body + b"\r\n") if reply.body else reply


def _asking_in_english(ask: Ask, resource: Resource) -> Resource:
    """Have the English page ask its readers, in an element that the page's script does without."""
    if ask.inner.endswith(".js"):
        return replace(resource, body=resource.body + _SHOWS_SURVEY)
    is_english = b'<html lang="en-US"' in resource.body
    return (
        replace(resource, body=resource.body.replace(b"<footer>", _SURVEY))
        if is_english
        else resource
    )


FAULTS = [
    content(
        "sound-new-each-time",
        "nothing is wrong: each page has a nonce and a time that differ in every answer",
        ALL_PAGES,
        _new_each_time,
        verdict="PASSED",
    ),
    content(
        "sound-servers-named",
        "nothing is wrong: each page names the one of three servers that answered",
        ALL_PAGES,
        _by_a_server_of_three,
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
        "sound-expires",
        "nothing is wrong: files have Expires and no Cache-Control, pages an s-maxage of a year",
        None,
        _kept_otherwise,
        verdict="PASSED",
        reach="whole site",
    ),
    content(
        "sound-gone",
        "nothing is wrong: what is not there is 410, and hidden files redirect to the first page",
        None,
        _gone_for_good,
        verdict="PASSED",
        reach="whole site",
        status=410,
    ),
    content(
        "sound-absolute",
        "nothing is wrong: pages name their files by their whole paths, /en-US/css/styles.css",
        ALL_PAGES,
        _absolute,
        verdict="PASSED",
    ),
    content(
        "sound-deferred",
        "nothing is wrong: all script files of pages are deferred, and those in the page are not",
        ALL_PAGES,
        _deferred,
        verdict="PASSED",
    ),
    content(
        "sound-inlined",
        "nothing is wrong: scripts and styles stand in the pages",
        ALL_PAGES,
        _inlined,
        verdict="PASSED",
    ),
    content(
        "sound-right-to-left",
        "nothing is wrong: pages from right to left load another stylesheet in place of one",
        ["v4/", "mobile/"],
        _styled_for_its_script,
        needs="rtl",
        verdict="PASSED",
    ),
    content(
        "sound-survey",
        "nothing is wrong: the English desktop page alone has a survey, with an image",
        ["", "js/fhr.js"],
        _asking_in_english,
        verdict="PASSED",
    ),
    content(
        "sound-says-more",
        "nothing is wrong: JSON has new keys, one new in each answer, and a heartbeat no body",
        None,
        _saying_more,
        verdict="PASSED",
        reach="whole site",
        touches=[VERSION, *HEARTBEATS, f"/{{locale}}/*{DATE_FORMAT}"],
    ),
    SubmissionFault(
        "sound-refusal-page",
        "PASSED",
        "submission",
        "nothing is wrong: 403 comes with a page, and with headers of a rate limit",
        _refused_with_a_page,
    ),
    SubmissionFault(
        "sound-line-end",
        "PASSED",
        "submission",
        "nothing is wrong: the id of a stored document is answered with a line end",
        _with_a_line_end,
    ),
]
