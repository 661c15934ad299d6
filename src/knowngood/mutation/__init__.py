"""Mutations: what may go wrong with an answer, as pure functions from answer to answer.

This room reads and writes answers. It sends nothing and does not know pytest, checks or verdicts.
"""

from .answers import media_type, text_of, with_body
from .catalogue import MUTATIONS
from .changes import the_change
from .model import Change, Expectation, Mutation, Recorded

__all__ = [
    "MUTATIONS",
    "Change",
    "Expectation",
    "Mutation",
    "Recorded",
    "media_type",
    "text_of",
    "the_change",
    "with_body",
]
