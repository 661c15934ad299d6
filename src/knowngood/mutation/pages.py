"""Remove elements that people or scripts need from a page, or leave its template unrendered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final

from ..content import written_urls
from ..fetch import Answer
from ..safety import one_line
from .answers import is_html, text_of, with_body
from .changes import change
from .html_text import Tag, attributes, tags, text_behind, value_of
from .model import Change, Mutation, Recorded
from .remedies import LEFTOVER_REMEDY, PAGE_REMEDY
from .text_edits import Edit, edited

_MOST: Final = 50  # elements of one kind that are removed from one page
_MOST_SEGMENTS: Final = 4  # segments at the end of a URL that may name it
_SIMPLE: Final = re.compile(r"[\w./:~+-]{1,100}", re.A)
"""Ids and names of files that need no escaping in a selector."""

Find = Callable[[str], Edit | None]
"""Return the edit of a page; None for a page that has nothing to edit."""


def _page_of(answer: Answer) -> str:
    """Return the text of a page; empty if the answer is no page, or not UTF-8."""
    return text_of(answer) if is_html(answer) else ""


def _page_change(predicate: str, remedy: str, find: Find) -> Change:
    def edit(recorded: Recorded) -> Answer | None:
        page = _page_of(recorded.answer)
        piece = find(page)
        if piece is None:
            return None
        return with_body(recorded.answer, edited(page, [piece]).encode())

    return change(predicate, remedy, edit)


def _the_page_change(predicate: str, remedy: str, find: Find) -> Callable[[Recorded], list[Change]]:
    """Return the ``changes`` of a mutation that has one edit of a page."""
    only = _page_change(predicate, remedy, find)
    return lambda recorded: [only] if find(_page_of(recorded.answer)) else []


def _named(page: str, name: str) -> Iterator[Tag]:
    return (tag for tag in tags(page) if tag.name == name)


def _attribute(page: str, tag: Tag, name: str) -> Edit | None:
    """Return the edit that removes an attribute; None for a tag without it."""
    attribute = attributes(page, tag).get(name)
    return Edit(attribute.start, attribute.end) if attribute else None


def _first_element(elements: Iterable[Tag]) -> Edit | None:
    """Return the edit that removes the first of some elements; None without any."""
    return next((Edit(tag.start, tag.end) for tag in elements), None)


def _title(page: str) -> Edit | None:
    return _first_element(_named(page, "title"))


def _language(page: str) -> Edit | None:
    return next((_attribute(page, tag, "lang") for tag in _named(page, "html")), None)


def _languages_gone(recorded: Recorded) -> Iterator[Change]:
    page = _page_of(recorded.answer)
    language = next((value_of(page, tag, "lang") for tag in _named(page, "html")), None)
    if language is not None:
        remedy = f"assert checks.language_problems(response, {one_line(language)!r}) == []"
        yield _page_change("does not say its language", remedy, _language)


def _script_files(page: str) -> list[tuple[str, Tag]]:
    """Return the scripts that a page loads, each with its URL."""
    scripts = ((value_of(page, tag, "src"), tag) for tag in _named(page, "script"))
    return [(url, tag) for url, tag in scripts if url]


def _stylesheet_files(page: str) -> list[tuple[str, Tag]]:
    """Return the links to stylesheets of a page, each with its URL."""
    links = ((value_of(page, tag, "href"), tag) for tag in _named(page, "link"))
    return [
        (url, tag)
        for url, tag in links
        if url and "stylesheet" in (value_of(page, tag, "rel") or "").lower().split()
    ]


def _short_name(url: str, urls: list[str]) -> str | None:
    """Return the shortest end of a URL's path that no other URL contains: ``js/data.js``.

    None if there is none, or if it would need escaping.
    """
    segments = re.split(r"[?#]", url)[0].split("/")
    ends = ("/".join(segments[-count:]) for count in range(1, _MOST_SEGMENTS + 1))
    unique = (end for end in ends if sum(end in other for other in urls) == 1)
    return next((end for end in unique if _SIMPLE.fullmatch(end)), None)


def _files_gone(
    kind: str, element: str, attribute: str, files: Callable[[str], list[tuple[str, Tag]]]
) -> Callable[[Recorded], Iterator[Change]]:
    """Return a function that yields a change for each file that a page loads: the change removes
    the element that loads it.

    Arguments:
        kind: what the files are: ``script``.
        element: the name of the element that loads one.
        attribute: the attribute with its URL.
        files: returns the URL and tag of each file.
    """

    def changes(recorded: Recorded) -> Iterator[Change]:
        urls = [url for url, _ in files(_page_of(recorded.answer))][:_MOST]
        for name in filter(None, (_short_name(url, urls) for url in urls)):
            # without the hash in a name: the next release has another
            parts = filter(None, written_urls.around_hash(name) or [name])
            selector = element + "".join(f'[{attribute}*="{part}"]' for part in parts)
            remedy = f"assert response.html.css_first('{selector}') is not None"
            yield _page_change(f"lacks the {kind} {name}", remedy, _file_finder(name, files))

    return changes


def _file_finder(name: str, files: Callable[[str], list[tuple[str, Tag]]]) -> Find:
    return lambda page: _first_element(tag for url, tag in files(page) if name in url)


def _inline_scripts(page: str) -> list[Tag]:
    """Return the scripts whose source is in the page itself."""
    return [tag for tag in _named(page, "script") if value_of(page, tag, "src") is None]


def _inline_scripts_gone(recorded: Recorded) -> Iterator[Change]:
    count = len(_inline_scripts(_page_of(recorded.answer)))
    remedy = f"assert len(response.html.css('script:not([src])')) >= {count}"
    for place in range(min(count, _MOST)):
        yield _page_change(f"lacks inline script {place + 1}", remedy, _inline_finder(place))


def _inline_finder(place: int) -> Find:
    return lambda page: _first_element(_inline_scripts(page)[place:])


def _scripts_gone(recorded: Recorded) -> Iterator[Change]:
    loaded = _files_gone("script", "script", "src", _script_files)
    return chain(loaded(recorded), _inline_scripts_gone(recorded))


def _ids_gone(recorded: Recorded) -> Iterator[Change]:
    """Yield a change for each id that a script looks up: the script finds no element then."""
    page = _page_of(recorded.answer)
    ids = dict.fromkeys(value_of(page, tag, "id") or "" for tag in tags(page))
    used = (name for name in ids if name in recorded.element_ids and _SIMPLE.fullmatch(name))
    for name in islice(used, _MOST):
        remedy = f"assert response.html.css_first('[id=\"{name}\"]') is not None"
        predicate = f'has no element with the id "{name}", which scripts use'
        yield _page_change(predicate, remedy, _id_finder(name))


def _id_finder(name: str) -> Find:
    def find(page: str) -> Edit | None:
        elements = (tag for tag in tags(page) if value_of(page, tag, "id") == name)
        return next((_attribute(page, tag, "id") for tag in elements), None)

    return find


def _fields(page: str) -> dict[str, Tag]:
    """Return the fields without which a server refuses a form, such as a token against forged
    requests, and those for a password, by their names.
    """
    inputs = [(value_of(page, tag, "name") or "", tag) for tag in _named(page, "input")]
    uses = Counter(name for name, _ in inputs)
    return {
        name: tag
        for name, tag in inputs
        if _SIMPLE.fullmatch(name)
        and uses[name] == 1
        and (value_of(page, tag, "type") or "").lower() in {"hidden", "password"}
    }


def _fields_gone(recorded: Recorded) -> Iterator[Change]:
    """Yield a change for each of these fields: nobody can send the form without it."""
    for name in islice(_fields(_page_of(recorded.answer)), _MOST):
        remedy = f"assert response.html.css_first('input[name=\"{name}\"]') is not None"
        yield _page_change(f'lacks the field "{name}" of its form', remedy, _field_finder(name))


def _field_finder(name: str) -> Find:
    return lambda page: _first_element(tag for tag in [_fields(page).get(name)] if tag)


def _texts(page: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the texts that a page shows right after a start tag."""
    places = (text_behind(page, tag) for tag in tags(page) if not tag.holds_text)
    return ((start, end) for start, end in places if start < end)


def _placeholder(page: str) -> Edit | None:
    """Return the edit that replaces the first visible text by a placeholder.

    None for a page that has placeholders: scripts fill them in.
    """
    if "{{" in page:
        return None
    return next((Edit(start, end, "{{ text }}") for start, end in _texts(page)), None)


def _open_comment(page: str) -> Edit | None:
    """Return the edit that opens a comment before a text after which no other comment ends."""
    last = page.rfind("-->")
    starts = (start for start, _ in _texts(page) if start > last)
    return next((Edit(start, start, "<!-- ") for start in starts), None)


PAGES: Final = (
    Mutation(
        "html-title-gone",
        "a template lost its block or its variable",
        _the_page_change("has no title", PAGE_REMEDY, _title),
    ),
    Mutation("html-lang-gone", "a page was made from the template without locale", _languages_gone),
    Mutation("html-script-gone", "the build did not put a script into the page", _scripts_gone),
    Mutation(
        "html-stylesheet-gone",
        "the build did not put a stylesheet into the page",
        _files_gone("stylesheet", "link", "href", _stylesheet_files),
    ),
    Mutation("html-id-gone", "the page was redesigned and its scripts were not", _ids_gone),
    Mutation("html-field-gone", "a template or a token for forms was lost", _fields_gone),
    Mutation(
        "html-placeholder",
        "a template was sent without being rendered",
        _the_page_change('shows "{{ text }}"', LEFTOVER_REMEDY, _placeholder),
    ),
    Mutation(
        "html-comment-open",
        "somebody commented out a part of the page by hand",
        _the_page_change("has a comment without an end", PAGE_REMEDY, _open_comment),
    ),
)
