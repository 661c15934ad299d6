"""Tags are found by their places in the text of a page, whatever the page is like."""

import time

import pytest

from knowngood.mutation.html_text import attributes, tags, text_behind, value_of

HOSTILE = ["<", "<a", '<a b="', "<a b='>", "<a =", "<!--", "<!-- -->", "<script>", "</script "]
HOSTILE += ["<title", "<p>", "<p\n", "<p a=1 ", "<p a = ", " ", '"']


def test_tags_in_comments_and_scripts_are_none() -> None:
    """What stands in a comment, a script or a text field is text."""
    page = "<a><!-- <b> --><script>'<c>'</script ><textarea><d></TEXTAREA><title>1 < 2</title><e>"
    assert [tag.name for tag in tags(page)] == ["a", "script", "textarea", "title", "e"]


def test_an_element_of_text_ends_with_its_end_tag() -> None:
    """The element of a script goes up to its end tag, or to the end of the page."""
    page = "<p>a</p><script src=x>1</script\n>b<style>c"
    pieces = {tag.name: page[tag.start : tag.end] for tag in tags(page)}
    assert pieces == {"p": "<p>", "script": "<script src=x>1</script\n>", "style": "<style>c"}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("<p a='1' B = \"2\" c=3 d>", {"a": "1", "b": "2", "c": "3", "d": ""}),
        ('<p a="x > y" b>', {"a": "x > y", "b": ""}),
        ('<p a="&amp;&quot;">', {"a": '&"'}),
        ("<p title=don't b>", {"title": "don't", "b": ""}),
        ("<p a=1 a=2 />", {"a": "1"}),
        ('<p a="never closed', {"a": "never", "closed": ""}),
        ("<p>", {}),
    ],
)
def test_attributes(tag: str, expected: dict[str, str]) -> None:
    """Attributes are read as browsers read them; of equal names the first counts."""
    (only,) = tags(tag)
    read = {name: attribute.value for name, attribute in attributes(tag, only).items()}
    assert read == expected


def test_place_of_an_attribute_has_the_blank_before_it() -> None:
    """Without its piece of the text the tag is whole."""
    page = '<html  lang="fr" dir=ltr>'
    (tag,) = tags(page)
    lang = attributes(page, tag)["lang"]
    assert page[: lang.start] + page[lang.end :] == "<html dir=ltr>"
    assert value_of(page, tag, "lang") == "fr"
    assert value_of(page, tag, "class") is None


def test_text_behind_a_tag() -> None:
    """The text goes up to the next tag, without the blanks around it."""
    page = "<p> one two <b>\n</b>"
    first, second = tags(page)
    assert page[slice(*text_behind(page, first))] == "one two"
    assert page[slice(*text_behind(page, second))] == ""


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("start", ["", "<p "])
def test_hostile_page_is_read_in_bounded_time(unit: str, start: str) -> None:
    """What is linear takes a fraction of a second, anything else many."""
    page = start + unit * ((256 << 10) // len(unit))
    before = time.process_time()
    for tag in tags(page)[:3]:
        attributes(page, tag)
        text_behind(page, tag)
    assert time.process_time() - before < 1.5
