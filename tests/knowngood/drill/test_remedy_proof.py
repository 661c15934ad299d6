"""What is offered holds for what was recorded, and not for the mutant."""

import pytest
from recorded_answers import answered

from knowngood.drill.remedy_search import can_be_tried, is_proven
from knowngood.fetch import Answer, Attempt, Exchange, Probe, exchange_with
from knowngood.mutation import Expectation

GOOD = answered('{"tags": ["a"]}', "application/json")
EMPTY = answered('{"tags": []}', "application/json")
REFUSED = answered("{}", "application/json", status=429)


def exchange(answer: Answer) -> Exchange:
    """Return an exchange that was answered so."""
    return Exchange(Probe("site", answer.url), (Attempt(0, 0.1, answer.status),), answer)


def proven(expectation: Expectation, changed: Answer, *recorded: Answer) -> bool:
    """Return whether a remedy is offered for ``GOOD`` that is ``changed``, among others."""
    good, others = exchange(GOOD), [exchange(answer) for answer in recorded]
    return is_proven(expectation, [good, *others], {good: exchange_with(good, changed)})


@pytest.mark.parametrize(
    "expectation",
    [
        "assert response.json()['tags']",
        "response.json()['tags'][0]",
        {"properties": {"tags": {"minItems": 1}}},
    ],
)
def test_what_tells_them_apart(expectation: Expectation) -> None:
    """An assertion, an expression that raises, a schema."""
    assert proven(expectation, EMPTY)


@pytest.mark.parametrize(
    "expectation",
    [
        "assert response.status_code == 200",
        "assert response.status_code == 404",
        {"properties": {"tags": {"minItems": 2}}},
        {"required": ["tags"]},
    ],
)
def test_what_does_not(expectation: Expectation) -> None:
    """What holds for both is no remedy, and neither is what fails for both."""
    assert not proven(expectation, EMPTY)


def test_all_answers_of_the_check_count() -> None:
    """What holds for the first user and not for the second would fail on a sound deployment."""
    expectation = {"properties": {"tags": {"minItems": 1}}}
    assert proven(expectation, EMPTY, GOOD)
    assert not proven(expectation, EMPTY, EMPTY)


def test_answer_that_no_check_gets() -> None:
    """Where the run is turned away, no line of a check is reached."""
    assert not proven("assert response.status_code == 200", REFUSED)


@pytest.mark.parametrize(
    "line",
    [
        "assert client.get(response.url).is_success",
        "assert body.islower()",
        "print(1)",
        "look at the log",
        "\0",
    ],
)
def test_what_cannot_be_tried(line: str) -> None:
    """What asks for more than an answer, such as a line of the suite's own mutation."""
    assert not can_be_tried(line)


def test_line_that_a_server_has_a_say_in() -> None:
    """What reaches beyond answers and ready-made claims is never run."""
    assert not can_be_tried("__import__('os').getcwd()")
    assert not can_be_tried("response.json.__globals__['os'].getcwd()")
