"""Nobody finds out after a run that nobody could be told."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from knowngood.environment import Environment
from knowngood.environment.alarm_settings import EVENTS
from knowngood.notify import EventKind, refuse_bad_addresses
from knowngood.safety import UsageError

Notifying = Callable[..., Environment]


def refusal(environment: Environment) -> str:
    """The message with which ``environment`` is refused."""
    with pytest.raises(UsageError) as caught:
        refuse_bad_addresses(environment)
    return str(caught.value)


def test_good_addresses_pass(notifying: Notifying) -> None:
    """URLs that apprise knows are accepted, whoever listens there."""
    refuse_bad_addresses(notifying("json://127.0.0.1/", "ntfys://ntfy.example.org/fhr"))


def test_an_environment_without_addresses_is_refused(notifying: Notifying) -> None:
    """To notify nobody is a mistake; the message says which table to add."""
    assert "has no [[notify]]" in refusal(notifying())


def test_a_variable_that_is_not_set_is_refused(notifying: Notifying) -> None:
    """An empty address stands for a variable that this machine does not have."""
    message = refusal(notifying(""))
    assert "notify.0.url: the variable of secrets.chat-0 is not set" in message


def test_an_address_that_apprise_does_not_know_is_refused(notifying: Notifying) -> None:
    """The message names the key, and does not show the value."""
    message = refusal(notifying("json://127.0.0.1/", "nowhere://token-1234"))
    assert "notify.1.url" in message
    assert "token-1234" not in message


def test_a_missing_package_names_the_extra(
    notifying: Notifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without apprise the message says what to install."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert "knowngood[notify]" in refusal(notifying("json://127.0.0.1/"))


def test_the_kinds_are_those_of_environment_files() -> None:
    """What can be told and what ``on`` can name are the same."""
    assert tuple(EventKind) == EVENTS
