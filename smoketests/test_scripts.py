"""Scripts together: what a page starts is there, and so is what its scripts use."""

import functools
import re

import pytest

from knowngood.content import css, javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)

HANDLERS = ("onload", "onclick", "onchange", "onsubmit", "onhashchange")
CALL = re.compile(r"\s*(?:return\s+)?([A-Za-z_$][\w$]*)\s*\(")
BUILT_IN = {"alert", "close", "confirm", "focus", "print", "scroll", "scrollTo"}
COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+\*/|(?<![:\w\"'\\/])//[^\n]*+")
JQUERY = re.compile(
    r"(?<![\w$])\$\s*=(?!=)|\[[\"']\$[\"']\]\s*=|\bfunction\s+\$\s*\(|\bimport\b[^;\"']{0,99}\$"
)
ITS_OWN = re.compile(r"\(\s*\$\s*[,)]\s*(?:\{|=>|\w)")  # function ($) {, ($) =>, ($, undefined) {
# `$` of nothing that jQuery takes may be the end of a regular expression, with a group behind it.
USE = re.compile(
    r"(?<![\w$.])\$(?:[.](?!fn\b)(\w+)\(|\((?=\s*(?:[\"'`]|document\b|window\b|this\b|function\b)))"
)


@functools.lru_cache(256)
def bare(source):
    """A script as text, without most of its comments."""
    return COMMENT.sub("", source.decode("utf-8", "replace"))


@functools.lru_cache(256)
def uses(source):
    """What a script calls of jQuery: names, and "" for `$` itself."""
    return {use[1] or "" for use in USE.finditer(bare(source))}


@functools.lru_cache(256)
def mentions(name, source):
    """Whether a script has this word other than as a call of jQuery's."""
    return re.search(rf"\b{name}\b", USE.sub("", bare(source))) is not None


@functools.lru_cache(256)
def calls(name, source):
    """Whether a script names a function of the page: not where that is declared, nor as a key, nor
    where it has another of that name.
    """
    declaration = rf"\bfunction\s+{name}\b|(?<![\w$.]){name}\s*=(?!=)"
    own = len(re.findall(declaration, bare(source))) > (name in javascript.declares(source))
    rest = re.sub(declaration, "", bare(source))
    return not own and re.search(rf"(?<![\w$.]){name}\b(?!\s*:)", rest) is not None


def running(page, resources):
    """The sources of the scripts that a browser runs on a page; None for another host's."""
    there = {each.url: each for each in resources if each.kind == "script"}
    for node in page.html.css("script"):
        address = node.attributes.get("src")
        if not javascript.is_javascript(node.attributes.get("type") or ""):
            continue
        if address is None:
            yield node.text(deep=True).encode()
        elif (resource := there.get(str(page.url.join(address)))) is not None:
            yield None if resource.exchange is None else resource.response.content


def handlers(page):
    """The attributes of a page that are scripts."""
    nodes = page.html.css(", ".join(f"[{name}]" for name in HANDLERS))
    return [node.attributes.get(name) or "" for node in nodes for name in HANDLERS]


@pytest.mark.catches("page-calls-nothing", "script-never-started")
def test_what_a_page_starts_is_there(responses, resources):
    """What a page's `onload` calls is a function of its scripts, and their `init` is called: else
    all is there and nothing happens.
    """
    for page in responses:
        sources = list(running(page, resources))
        if None in sources:  # it may be there, or be called from there
            continue
        names = {name for source in sources for name in javascript.declares(source)}
        attributes = handlers(page)
        called = {match[1] for each in attributes if (match := CALL.match(each))}
        assert called <= names | BUILT_IN
        started = any("init" in each for each in attributes)
        assert "init" not in names or started or any(calls("init", each) for each in sources)


@pytest.mark.catches("library-missing", "plug-in-missing")
def test_the_libraries_that_scripts_use_are_referred_to(responses, resources):
    """Where scripts call `$` or a plug-in of it, one of the page's scripts makes that."""
    for page in responses:
        sources = list(running(page, resources))
        if None in sources:  # it may be jQuery
            continue
        for name in {name for source in sources for name in uses(source)}:
            if name:
                assert any(mentions(name, source) for source in sources), name
            elif not any(JQUERY.search(bare(source)) for source in sources):
                users = [source for source in sources if "" in uses(source)]
                assert all(ITS_OWN.search(bare(source)) for source in users)


@pytest.mark.catches("library-comment-only", "script-twice", "stylesheet-comment-only")
def test_each_file_has_its_own_to_say(responses, resources):
    """No script or style is nothing but comments, and none stands in for another."""
    for page in responses:
        mine = [each for each in resources if each.exchange and each.page == str(page.url)]
        for kind, kinds in (("script", javascript), ("stylesheet", css)):
            contents = [each.response.content for each in mine if each.kind == kind]
            assert all(kinds.says_something(content) for content in contents)
            assert len(set(contents)) == len(contents)
