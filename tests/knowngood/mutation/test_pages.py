"""Pages lose an element or are not rendered to the end; the rest of them stays as it was."""

from dataclasses import replace

import pytest
from recorded_answers import CATALOGUE, PAGE, answered, changed, changes, page, read

from knowngood.mutation import Recorded

MUTATIONS = [name for name in CATALOGUE if name.startswith("html-")]
SCRIPTED = replace(page(), element_ids=frozenset({"graph", "menu"}))


@pytest.mark.parametrize(
    ("mutation", "predicate", "lost", "instead"),
    [
        ("html-title-gone", "has no title", "<title>Bilan de santé</title>", ""),
        ("html-lang-gone", "does not say its language", ' lang="fr"', ""),
        ("html-script-gone", "lacks the script data.js", '<script src="js/data.js"></script>', ""),
        ("html-script-gone", "lacks inline script 1", "<script>init();</script>", ""),
        (
            "html-stylesheet-gone",
            "lacks the stylesheet styles.css",
            '<link rel="stylesheet" href="css/styles.css">',
            "",
        ),
        (
            "html-id-gone",
            'has no element with the id "graph", which scripts use',
            ' id="graph"',
            "",
        ),
        ("html-placeholder", 'shows "{{ text }}"', "Santé de Firefox", "{{ text }}"),
        (
            "html-comment-open",
            "has a comment without an end",
            "Santé de Firefox",
            "<!-- Santé de Firefox",
        ),
    ],
)
def test_one_thing_is_lost(mutation: str, predicate: str, lost: str, instead: str) -> None:
    """Only that is gone, or other, and every byte around it is what it was."""
    answer = changed(mutation, SCRIPTED, predicate)
    assert answer.body.decode() == PAGE.replace(lost, instead, 1)
    assert answer.header("content-length") == str(len(answer.body))


def test_field_of_a_form_is_lost() -> None:
    """A token against forged requests, or the password: nobody can send the form."""
    form = '<form method=post><input type=hidden name="token" value=1><input name=q></form>'
    ways = changes("html-field-gone", page(form))
    (lost,) = ways.values()
    assert list(ways) == ['lacks the field "token" of its form']
    assert lost.remedy == "assert response.html.css_first('input[name=\"token\"]') is not None"
    answer = changed("html-field-gone", page(form), *ways)
    assert answer.body == b"<form method=post><input name=q></form>"
    two = '<input type=hidden name="a" value=1><input type=hidden name="a" value=2>'
    assert not changes("html-field-gone", page(two))


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize(
    "recorded",
    [
        page("<!doctype html><html><body></body></html>"),
        page(PAGE, status=404),
        Recorded("GET", answered(PAGE, "text/plain")),
        Recorded("GET", answered(b"\xff" + PAGE.encode(), "text/html")),
        page(""),
    ],
    ids=["has-nothing", "error", "text", "not-utf8", "empty"],
)
def test_what_lacks_it_stays(mutation: str, recorded: Recorded) -> None:
    """A page without the thing, and what is no page in UTF-8, are left as they are."""
    assert not changes(mutation, replace(recorded, element_ids=frozenset({"graph"})))


def test_another_page_loses_the_same() -> None:
    """A change that was made for one locale finds its script in the page of another."""
    lost = changes("html-script-gone", page())["lacks the script data.js"]
    other = page('<script src="/de/v4/js/data.js?v=2"></script><p>', url="http://site.test/de/")
    answer = lost.apply(other)
    assert answer is not None
    assert answer.body == b"<p>"
    assert lost.apply(page("<script src=other.js></script>")) is None


def test_scripts_of_one_name_are_told_apart() -> None:
    """As many segments of the path as it takes name a script; one that is there twice has none."""
    text = "<script src='js/data.js'></script><script src=v4/js/data.js></script>"
    assert list(changes("html-script-gone", page(text))) == ["lacks the script v4/js/data.js"]
    twice = "<script src='x.js?1'></script><script src=x.js></script>"
    assert not changes("html-script-gone", page(twice))


def test_a_hash_in_a_name_is_no_part_of_the_remedy() -> None:
    """The next release names the same script by another hash."""
    lost = changes("html-script-gone", page("<script src=/assets/index-RXfNHXOY.js></script>"))
    remedy = lost["lacks the script index-RXfNHXOY.js"].remedy
    assert """'script[src*="index-"][src*=".js"]'""" in str(remedy)


def test_only_ids_that_scripts_look_up_are_lost() -> None:
    """An id that nobody looks up is no loss."""
    assert not changes("html-id-gone", page())
    assert list(changes("html-id-gone", SCRIPTED)) == [
        'has no element with the id "graph", which scripts use'
    ]


def test_a_template_for_scripts_has_no_placeholder_more() -> None:
    """A page whose placeholders a script fills in is as it should be."""
    assert not changes("html-placeholder", page("<p>{{ name }}</p>"))


def test_a_comment_hides_the_rest_of_the_page() -> None:
    """It is opened behind the last comment, so that nothing closes it."""
    answer = changed("html-comment-open", page("<p>a<!-- b --><p>c <b>d</b></html>"))
    assert answer.body == b"<p>a<!-- b --><p><!-- c <b>d</b></html>"
    assert read(answer).html.css_first("b") is None
    assert not changes("html-comment-open", page("<p>a<!-- b --></html>"))
