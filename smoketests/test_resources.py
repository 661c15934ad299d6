"""What pages refer to: scripts, styles, images, fonts and the JSON that scripts load."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

import pytest

from knowngood.content import csp, css, javascript

from . import mozilla_javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)

# Fonts are not listed: browsers do not look at their media type, and servers differ.
MEDIA_TYPES = {
    "css": "text/css",
    "gif": "image/gif",
    "htm": "text/html",
    "html": "text/html",
    "ico": "image/(x-icon|vnd.microsoft.icon)",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "(text|application)/(x-)?(java|ecma)script",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg[+]xml",
    "webp": "image/webp",
}
BEGINNINGS = {
    "gif": b"GIF8",
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "woff": b"wOFF",
    "woff2": b"wOF2",
}
ENDINGS = {"gif": b";", "png": b"IEND", "svg": b"</svg>"}  # in the last bytes
# By page, what its scripts ask the browser for; without one of them it has nothing to show.
COMMANDS = {
    "": ["RequestCurrentPrefs", "RequestCurrentPayload"],
    "v4/": ["RequestCurrentEnvironment", "RequestTelemetryPingList"],
    "mobile/": ["RequestCurrentPayload"],
}
SELECTOR = re.compile(r"[#.][\w-]+")
HTML = re.compile(rb"\s*<(!doctype html|html)", re.I)
MARKERS = re.compile(rb"^<{7} |^>{7} |^={7}\r?$", re.M)  # of a merge that was not finished
BANNERS = re.compile(rb"/\*(?:[^*]|\*(?!/))*+\*/")  # comments may underline what they say


def ours(resources):
    """Those on the environment's own origins."""
    return [resource for resource in resources if resource.exchange is not None]


def below(locale, resources):
    """What the pages of a locale refer to below it, by page and path without the locale."""
    found = {}
    for resource in ours(resources):
        page, path = urlsplit(resource.page).path, urlsplit(resource.url).path
        if page.startswith(f"/{locale}/") and path.startswith(f"/{locale}/"):
            found[page.removeprefix(f"/{locale}/"), path.removeprefix(f"/{locale}/")] = resource
    return found


def scripts(page, resources):
    """The scripts that a browser runs on a page: those it refers to, and its own."""
    for resource in ours(resources):
        of_page = resource.kind == "script" and resource.page == str(page.url)
        if of_page and javascript.is_javascript(resource.type):
            yield resource.response.content
    for node in page.html.css("script:not([src])"):
        if javascript.is_javascript(node.attributes.get("type") or ""):
            yield node.text(deep=True).encode()


def named(page):
    """The ids and classes of a page's elements, as selectors."""
    ids = {f"#{node.attributes.get('id')}" for node in page.html.css("[id]")}
    lists = [node.attributes.get("class") or "" for node in page.html.css("[class]")]
    return ids | {f".{each}" for classes in lists for each in classes.split()}


def hashes(integrity):
    """The hashes of an `integrity` attribute that count: those of the strongest kind."""
    found = [token.partition("?")[0].partition("-") for token in integrity.split()]
    kinds = [kind for kind in ("sha512", "sha384", "sha256") if kind in {each[0] for each in found}]
    return {(kind, value) for kind, _, value in found if kind in kinds[:1]}


def suffix(resource):
    """`css` of `/fr/css/styles.css?1`."""
    return resource.response.path.rpartition("/")[2].rpartition(".")[2].lower()


@pytest.mark.catches(
    "body-drips",
    "body-endless",
    "body-ten-megabytes",
    "chunks-broken",
    "content-short-body",
    "css-image-missing",
    "css-import-missing",
    "date-format-missing",
    "file-silent",
    "font-missing",
    "gzip-bomb",
    "gzip-cut-off",
    "headers-200-kilobytes",
    "headers-drip",
    "image-missing",
    "interim-endless",
    "lengths-differ",
    "page-comment-unclosed",
    "page-maintenance",
    "page-nginx-welcome",
    "page-wrong-base",
    "script-connection-closed",
    "script-missing",
    "status-line-broken",
    "stylesheet-missing",
    "v4-is-desktop",
)
def test_everything_a_page_needs_is_there(responses, resources):
    r"""Every reference on our own origin answers 200. A page without any script or style is
    somebody else's: a welcome, an error, a maintenance page.

    $ for page in en-US/ en-US/v4/ en-US/mobile/; do
    >   curl -sS "$content/$page?v=1" | grep -Eo '(src|href)="[^"#:]+\.[a-z]+' | sed 's/.*"//' |
    >     while read -r name; do
    >       case $name in //*) continue ;; /*) url=$content$name ;; *) url=$content/$page$name ;;
    >       esac
    >       curl -sS -o /dev/null -w '%{http_code} %{url_effective}\n' "$url"
    >     done | sort -u | sed 's/^200 .*/200/' | uniq
    > done
    200
    200
    200
    """
    for page in responses:
        kinds = {resource.kind for resource in ours(resources) if resource.page == str(page.url)}
        assert {"script", "stylesheet"} <= kinds
    for resource in ours(resources):
        assert resource.response.status_code == 200, resource


@pytest.mark.catches(
    "content-type-twice",
    "image-empty",
    "image-is-html",
    "image-truncated",
    "script-is-html",
    "script-wrong-type",
    "stylesheet-wrong-type",
)
def test_everything_is_what_its_name_says(resources):
    """By media type and by its first and last bytes: not empty, not cut short, and no error page
    in its place.
    """
    for resource in ours(resources):
        kind = suffix(resource)
        body = resource.response.content
        assert len(set(resource.response.headers.get_list("content-type"))) <= 1, resource
        assert re.fullmatch(MEDIA_TYPES.get(kind, "(?!text/html).+"), resource.response.media_type)
        assert body, resource
        assert body.startswith(BEGINNINGS.get(kind, b"")), resource
        assert ENDINGS.get(kind, b"") in (body if kind == "svg" else body[-64:]), resource
        if kind.startswith("woff"):
            assert int.from_bytes(body[8:12]) == len(body), resource  # its own length
        assert resource.kind == "frame" or not HTML.match(body[:200]), resource


@pytest.mark.catches(
    "config-bom",
    "config-empty",
    "script-conflict-markers",
    "script-truncated",
    "stylesheet-bom-inside",
    "stylesheet-conflict-markers",
    "stylesheet-truncated",
    "stylesheets-say-nothing",
)
def test_scripts_styles_and_json_are_whole(responses, resources):
    """Scripts parse to their end, styles close what they open, JSON is what a browser takes. No
    page has styles that all say nothing.
    """
    for resource in ours(resources):
        if resource.kind == "script":
            source = resource.response.content
            assert mozilla_javascript.trouble(source, resource.type) is None, resource
            assert not MARKERS.search(BANNERS.sub(b"", source)), resource
        elif resource.kind == "json":
            resource.response.json()
        elif resource.response.media_type == "text/css":
            assert css.trouble(resource.response.content) is None, resource
            assert not MARKERS.search(BANNERS.sub(b"", resource.response.content)), resource
            # At the start it is a mark; further on it spoils the selector it stands before.
            assert "\ufeff" not in resource.response.content.decode("utf-8", "replace")[1:], (
                resource
            )
    for page in responses:
        styles = [each for each in ours(resources) if each.page == str(page.url)]
        sheets = [each for each in styles if each.kind == "stylesheet"]
        assert any(css.says_something(each.response.content) for each in sheets)


@pytest.mark.catches(
    "script-comment-only", "script-other-page", "script-stub", "script-type-unknown"
)
def test_scripts_talk_to_the_browser(responses, resources, case):
    """Each page's scripts name the event by which it asks the browser, and what it asks for: a
    script that parses but is another one leaves the page blank.
    """
    for page in responses:
        source = b"\n".join(scripts(page, resources)).decode("utf-8", "replace")
        wanted = COMMANDS.get(page.path.removeprefix(f"/{case['locale']}/"), [])
        assert [word for word in ("RemoteHealthReportCommand", *wanted) if word not in source] == []


@pytest.mark.catches("policy-blocks-inline", "policy-blocks-requests", "policy-blocks-scripts")
def test_no_policy_forbids_what_a_page_needs(responses, resources):
    """Content-Security-Policy: the browser loads nothing that it does not allow."""
    for page in responses:
        policies = page.headers.get_list("content-security-policy")
        for meta in page.html.css('meta[http-equiv="content-security-policy" i]'):
            policies.append(meta.attributes.get("content") or "")
        url = str(page.url)
        for resource in ours(resources):
            if resource.page == url:
                assert csp.forbids(policies, resource.kind, resource.url, url) is None, resource
        if page.html.css_first("script:not([src]):not([type*=json])") is not None:
            assert csp.forbids(policies, "script", "", url) is None


@pytest.mark.catches("script-integrity-stale")
def test_integrity_is_that_of_what_is_there(responses, resources):
    """A browser does not run a script whose hash is not the one that its element names."""
    there = {resource.url: resource for resource in ours(resources)}
    for page in responses:
        for node in page.html.css("[integrity]"):
            address = node.attributes.get("src") or node.attributes.get("href") or ""
            resource = there.get(str(page.url.join(address)))
            wanted = hashes(node.attributes.get("integrity") or "")
            if resource is not None and wanted:
                content = resource.response.content
                kind = next(iter(wanted))[0]
                found = base64.b64encode(hashlib.new(kind, content).digest()).decode()
                assert (kind, found) in wanted, resource


@pytest.mark.catches("page-foreign-reference", "page-http-reference")
def test_nothing_is_asked_for_elsewhere_or_in_clear(responses, resources, environment):
    """Only the hosts that the environment names serve what a page needs, and a secure page needs
    nothing by http://, or it is shown without.
    """
    elsewhere = [resource.url for resource in resources if resource.exchange is None]
    hosts = {urlsplit(url).hostname for url in elsewhere}
    assert hosts <= set(environment.params.get("elsewhere", hosts))
    if all(page.url.scheme == "https" for page in responses):
        assert [url for url in elsewhere if url.startswith("http:")] == []


@pytest.mark.catches("body-five-megabytes", "script-not-referred-to", "script-stale")
@pytest.mark.get("content:/en-US/{*page}", resources=True)
def test_shared_files_are_the_same_in_every_locale(resources, case):
    """Scripts, styles and images are links to one copy, and every locale's pages refer to all of
    them; another one is an old release's.
    """
    reference = below("en-US", resources)
    here = below(case["locale"], resources)
    assert sorted(reference.keys() ^ here.keys()) == []
    for place, resource in here.items():
        assert reference[place].response.content == resource.response.content, resource


@pytest.mark.catches("page-class-missing", "page-id-missing")
@pytest.mark.get("content:/en-US/{*page}", resources=True)
def test_elements_that_scripts_name_are_in_every_locale(responses, resources, case):
    """What en-US has and its scripts look up by id or class, every locale has: all come from one
    template, and a script stops at the first element that is not there.
    """
    pages = {page.path: page for page in responses}
    for path, page in pages.items():
        if path.startswith("/en-US/"):
            texts = {text for each in scripts(page, resources) for text in javascript.strings(each)}
            wanted = {each for text in texts for each in (f"#{text}", *SELECTOR.findall(text))}
            here = pages[f"/{case['locale']}/{path.removeprefix('/en-US/')}"]
            assert sorted(named(page) & wanted - named(here)) == []
