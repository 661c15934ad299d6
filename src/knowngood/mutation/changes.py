"""Make the changes of mutations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..fetch import Answer
from .model import Change, Expectation, Recorded

AnswerEdit = Callable[[Recorded], Answer | None]
"""Return the changed answer; None for an answer that it cannot change."""

ExpectationWriter = Callable[[Answer, Answer], Expectation]
"""Return what notices a change, by the answer before and after it."""


def change(predicate: str, remedy: Expectation, edit: AnswerEdit) -> Change:
    """Return a change by ``edit``; its ``apply`` returns None if ``edit`` alters nothing."""

    def apply(recorded: Recorded) -> Answer | None:
        answer = edit(recorded)
        return None if answer == recorded.answer else answer

    return Change(predicate, remedy, apply)


def the_change(
    predicate: str, remedy: Expectation | ExpectationWriter, edit: AnswerEdit
) -> Callable[[Recorded], Iterator[Change]]:
    """Return the ``changes`` of a mutation that has one change only.

    Arguments:
        predicate: what is wrong with a changed answer.
        remedy: what notices the change, or a function that returns it.
        edit: changes an answer.
    """

    def changes(recorded: Recorded) -> Iterator[Change]:
        answer = recorded.answer
        changed = edit(recorded)
        if changed is not None and changed != answer:
            expectation = remedy(answer, changed) if callable(remedy) else remedy
            yield change(predicate, expectation, edit)

    return changes
