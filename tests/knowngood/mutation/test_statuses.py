"""Answers get another status, and the body of an error in the words of the service."""

import pytest
from recorded_answers import answered, changed, changes, document, page, read

from knowngood.mutation import Recorded


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_the_status_is_another(status: int) -> None:
    """The answer has the status, a page that says so, and its length."""
    answer = changed(f"status-{status}", page())
    assert answer.status == status
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_what_is_refused_on_purpose_only_crashes(status: int) -> None:
    """A 404 that was asked for does not become a 403, which is the same to users, but a 500."""
    crash = bool(changes(f"status-{status}", Recorded("GET", answered("", status=404))))
    assert crash is (status == 500)
    assert not changes(f"status-{status}", Recorded("GET", answered("", status=status)))


def test_errors_of_an_api_are_json() -> None:
    """An API says in JSON what is wrong, as a page would be that of a firewall."""
    answer = changed("status-403", document({"id": 7}))
    assert read(answer).json() == {"message": "Forbidden"}


def test_a_refused_form_gets_no_page() -> None:
    """A write that is answered 403 with a page would count as a firewall's."""
    posted = Recorded("POST", page().answer)
    assert changed("status-403", posted).header("content-type") == "text/plain; charset=utf-8"


def test_head_has_no_body() -> None:
    """Whatever its status, an answer to HEAD has none."""
    asked = Recorded("HEAD", answered("", "text/html"))
    for name in ("status-404", "redirect-to-login"):
        assert changed(name, asked).body == b""


def test_redirect_to_login() -> None:
    """The redirect leads to a login that knows where to go on."""
    answer = changed("redirect-to-login", page(url="http://site.test/fr/a b"))
    assert (answer.status, answer.body) == (302, b"")
    assert answer.header("location") == "/login?next=/fr/a%20b"
    assert not changes("redirect-to-login", Recorded("GET", answered("", status=404)))


def test_what_must_be_missing_is_there() -> None:
    """A 404 becomes a page with 200; what is there already stays."""
    asked = Recorded("GET", answered("nothing here", status=404))
    answer = changed("missing-is-there", asked)
    assert answer.status == 200
    assert b"<title>Welcome</title>" in answer.body
    assert not changes("missing-is-there", page())
    assert not changes("missing-is-there", Recorded("DELETE", asked.answer))


@pytest.mark.parametrize("path", ["/robots.txt", "/.well-known/security.txt"])
def test_what_may_come_one_day_may_be_there(path: str) -> None:
    """A service without a robots.txt is sound, and with one as well."""
    asked = Recorded("GET", answered("", status=404, url=f"http://site.test{path}"))
    assert not changes("missing-is-there", asked)


@pytest.mark.parametrize("status", [401, 403])
def test_what_must_be_refused_is_allowed(status: int) -> None:
    """A write without a login is carried out."""
    refused = Recorded("PUT", answered("{}", "application/json", status=status))
    answer = changed("refused-is-allowed", refused)
    assert (answer.status, answer.body) == (200, b'{"message": "Welcome"}')
    assert not changes("refused-is-allowed", document({}))


def test_remedy_names_the_status_that_was() -> None:
    """The line that would notice expects the status of the recording."""
    (change,) = changes("status-500", Recorded("GET", answered("", status=403))).values()
    assert change.remedy == "assert response.status_code == 403"


def test_remedy_for_a_crash_lets_what_is_missing_come() -> None:
    """A robots.txt that somebody adds is no fault."""
    (change,) = changes("status-500", Recorded("GET", answered("", status=404))).values()
    assert change.remedy == "assert response.status_code < 500"
