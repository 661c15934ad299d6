"""Write lines for checks that notice a changed answer. Each holds for the answer as it was."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from ..content import file_signatures
from ..fetch import Answer, has_made_up_word, is_made_up
from ..safety import one_line
from .answers import body_of, is_html, is_json, is_media, is_source, is_text, media_type, text_of
from .json_text import document_of
from .model import Expectation

PAGE_REMEDY: Final = "assert checks.page_problems(response) == []"
LEFTOVER_REMEDY: Final = "assert checks.leftover_problems(response) == []"
FILE_REMEDY: Final = "assert checks.file_problems(resource) == []"
JSON_REMEDY: Final = "response.json()  # strict"

_NO_CONTENT: Final = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_TITLE: Final = re.compile(r"<title>([^<]{1,100})</title>", re.I)
_SHORTEST, _LONGEST = 4, 100  # characters of a line that is quoted
_TRIED: Final = 20  # lines that are searched for in the other text
_SHORT: Final = 30  # most characters of a text that is quoted whole, such as a heartbeat
_END_OF_PAGE: Final = 'assert response.text.rstrip().lower().endswith("</html>")'


def status_remedy(answer: Answer, changed: Answer) -> str:
    """Return the line that notices another status; of what is missing today and may be there
    tomorrow, such as a robots.txt, that of a crash.
    """
    if answer.status == 404 and changed.status >= 500:
        return "assert response.status_code < 500"
    return f"assert response.status_code == {answer.status}"


def media_type_remedy(answer: Answer, _changed: Answer) -> str:
    """Return the line that notices another media type."""
    return f"assert response.media_type == {one_line(media_type(answer))!r}"


def completeness_remedy(answer: Answer, changed: Answer) -> str:
    """Return the line that notices a body that ends too early; empty if the next release may end
    in another way.
    """
    if is_json(answer):
        return JSON_REMEDY
    if is_media(answer) and _is_no_file(changed):
        return FILE_REMEDY
    if is_html(answer) and text_of(answer).rstrip().lower().endswith("</html>"):
        return _END_OF_PAGE
    return _whole_text_remedy(answer)


def _whole_text_remedy(answer: Answer) -> str:
    """Return the line that expects a short text as it is, such as the word of a health check, which
    frameworks call HTML; empty for anything else.
    """
    text = text_of(answer).strip()
    if not is_text(answer) or is_json(answer) or is_source(answer):
        return ""
    is_short = 0 < len(text) <= _SHORT and not {*"<0123456789"} & {*text}  # no version
    return f"assert response.text.strip() == {text!r}" if is_short else ""


def _is_no_file(answer: Answer) -> bool:
    """Return whether a body contradicts the ending of the file's name."""
    path = urlsplit(answer.url).path
    types = [media_type(answer)]
    return bool(file_signatures.problems(path, types, body_of(answer), html=False))


def identity_remedy(answer: Answer, other: Answer, *, is_written: bool = False) -> Expectation:
    """Return the line that notices the body of another answer, or what a schema says. If the check
    has written what is there (``is_written``), its numbers are the same in each run.

    Empty for scripts, stylesheets and images: the next release may change them, and ``--manifest``
    compares them. Empty, too, for JSON that differs only in numbers, or in what may change from run
    to run.
    """
    remedy = _document_remedy(answer, document_of(answer), document_of(other), numbers=is_written)
    if remedy:
        return remedy
    title = _title_of(answer)
    if title and title != _title_of(other):
        return f'assert response.html.css_first("title").text(strip=True) == {title!r}'
    if whole := _whole_text_remedy(answer):
        return whole
    if not is_text(answer) or is_json(answer) or is_source(answer):
        return ""
    text = _NO_CONTENT.sub("\n", text_of(answer)) if is_html(answer) else text_of(answer)
    line = next(_lines_of_its_own(text, text_of(other)), None)
    return f"assert {line!r} in response.text" if line is not None else ""


def _title_of(answer: Answer) -> str:
    title = _TITLE.search(text_of(answer)) if is_html(answer) else None
    words = html.unescape(title[1]).strip() if title is not None else ""
    return "" if "{{" in words else words  # a template for scripts


def _document_remedy(answer: Answer, document: Any, other: Any, *, numbers: bool) -> Expectation:
    """Return what tells two documents apart: a value that the URL has, too; else keys that the
    other one lacks; else a text, or one of the ``numbers`` if these stay. Empty if nothing does
    that is the same in each run: counts and sums are not.
    """
    other_values = dict(_simple_values(other, ""))
    lines = []
    for keys, value in _simple_values(document, ""):
        if other_values.get(keys) == value:
            continue
        fits_f_string = not {'"', "\\"} & set(keys)  # of Python 3.11
        if fits_f_string and value != "" and urlsplit(answer.url).path.endswith(f"/{value}"):
            return f'assert response.path.endswith(f"/{{response.json(){keys}}}")'
        if (numbers or isinstance(value, str)) and not is_made_up(str(value)):
            lines.append(f"assert response.json(){keys} == {value!r}")
    own = _keys(document) - _keys(other)
    return {"required": sorted(own)} if own else next(iter(lines), "")


def _keys(document: Any) -> set[str]:
    """Return the keys of an object that are no ids."""
    keys = document.keys() if isinstance(document, dict) else ()
    return {key for key in keys if not is_made_up(key)}


def _simple_values(document: Any, keys: str) -> Iterator[tuple[str, str | int]]:
    """Yield the short texts and numbers of an object and of objects in it, each after its keys in
    Python's notation: ``['data']['id']``.
    """
    for key, value in document.items() if isinstance(document, dict) else ():
        here = f"{keys}[{key!r}]"
        if isinstance(value, str | int) and max(len(here), len(str(value))) <= _LONGEST:
            yield here, value
        yield from _simple_values(value, here)


def _lines_of_its_own(text: str, other: str) -> Iterator[str]:
    """Yield the lines of a text that another does not contain."""
    other_lines = {line.strip() for line in other.splitlines()}
    lines = (line.strip() for line in text.splitlines())
    new = (line for line in lines if line not in other_lines and _SHORTEST <= len(line) <= _LONGEST)
    return (
        line
        for line in islice(new, _TRIED)
        if line not in other and "{{" not in line and not has_made_up_word(line)
    )
