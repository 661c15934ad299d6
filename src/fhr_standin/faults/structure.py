"""Faults of a page's elements: what is not closed, exchanged, hidden, or leads nowhere."""

from dataclasses import replace

from fhr_standin.faults.changes import DESKTOP, content, swap
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource

_LINK = "http://www.example.org/privacy/"
_BUTTON = '<button type="button" id="toggle">'


def _body_to_the_right(ask: Ask, resource: Resource) -> Resource:
    if b'dir="rtl"' not in resource.body:
        return resource
    return swap("<body ", '<body dir="ltr" ')(ask, resource)


def _exchanged(ask: Ask, resource: Resource) -> Resource:
    notice = swap('<p id="notice">', '<p id="graph">')
    return swap('<div id="graph">', '<div id="notice">')(ask, notice(ask, resource))


def _in_element(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=b"<style>\n" + resource.body)


FAULTS = [
    content(
        "page-select-unclosed",
        "a list that is never closed takes in one locale's desktop page",
        DESKTOP,
        swap("<main>", "<select><main>"),
        reach="one locale",
    ),
    content(
        "page-iframe-unclosed",
        "a frame that is never closed takes in the desktop page",
        DESKTOP,
        swap("<main>", '<iframe src="about:blank"><main>'),
    ),
    content(
        "page-template-unclosed",
        "a template that is never closed takes in the v4 page",
        ["v4/"],
        swap("<main>", "<template><main>"),
    ),
    content(
        "page-var-unclosed",
        "an end tag in a text of one locale's mobile page has lost its slash",
        ["mobile/"],
        swap("<footer>", "<footer><var>distribution.id<var>"),
        reach="one locale",
    ),
    content(
        "page-div-closed-twice",
        "a text of one locale's desktop page closes an element that it has not opened",
        DESKTOP,
        swap('<p id="notice">', '</div><p id="notice">'),
        reach="one locale",
    ),
    content(
        "page-body-dir",
        "the body of right-to-left pages is read from left to right",
        DESKTOP,
        _body_to_the_right,
        needs="rtl",
    ),
    content(
        "page-target-lost",
        "one locale's desktop page has lost the element by which links open outside the frame",
        DESKTOP,
        swap('<base target="_blank">', ""),
        reach="one locale",
    ),
    content(
        "page-button-disabled",
        "nobody can click on the button that switches sharing on and off, in one locale",
        DESKTOP,
        swap(_BUTTON, _BUTTON.replace(">", " disabled>")),
        reach="one locale",
    ),
    content(
        "page-id-hidden",
        "one locale's graph is drawn into an element of the same id that is hidden",
        DESKTOP,
        swap("<main>", '<div hidden><p id="graph"></p></div><main>'),
        reach="one locale",
    ),
    content(
        "page-ids-exchanged",
        "one locale's notice and graph have each other's id",
        DESKTOP,
        _exchanged,
        reach="one locale",
    ),
    content(
        "page-handler-broken",
        "the script of a button's event has lost a bracket",
        DESKTOP,
        swap(_BUTTON, _BUTTON.replace(">", ' onclick="this.blur(">')),
    ),
    content(
        "page-link-nowhere",
        "a link of one locale's mobile page is empty",
        ["mobile/"],
        swap(_LINK, ""),
        reach="one locale",
    ),
    content(
        "page-link-unseen-mark",
        "a mark of direction that nobody sees was pasted before the URL of a link",
        ["v4/"],
        swap(_LINK, f"\u200e{_LINK}"),
        reach="one locale",
    ),
    content(
        "page-attribute-misspelt",
        "the element of the graph's styles has herf in place of href",
        DESKTOP,
        swap('href="css/graph.css"', 'herf="css/graph.css"'),
    ),
    content(
        "page-tag-unseen-mark",
        "a no-break space was pasted into the tag of the graph, in one locale",
        DESKTOP,
        swap('<div id="graph">', '<div\u00a0id="graph">'),
        reach="one locale",
    ),
    content(
        "page-tag-typographic",
        "a word processor made typographic quotes of those around the id of the notice",
        ["v4/"],
        swap('id="notice"', "id=\u201cnotice\u201d"),
    ),
    content(
        "page-link-no-colon",
        "the URL of a link of one locale's v4 page has lost its colon",
        ["v4/"],
        swap(_LINK, _LINK.replace(":", "")),
        reach="one locale",
    ),
    content(
        "page-text-is-key",
        "a text of one locale's desktop page is the key of it",
        DESKTOP,
        swap('<p id="notice">', '<p>health.notice.reading</p><p id="notice">'),
        reach="one locale",
    ),
    content(
        "stylesheet-in-element",
        "css/graph.css begins with the tag of the element that its styles once stood in",
        ["css/graph.css"],
        _in_element,
    ),
    content(
        "image-no-namespace",
        "img/logo.svg does not say that it is SVG",
        ["img/logo.svg"],
        swap(' xmlns="http://www.w3.org/2000/svg"', ""),
    ),
]
