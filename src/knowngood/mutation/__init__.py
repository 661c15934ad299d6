"""Change answers as faults in operations do, by pure functions from answer to answer.

This room sends nothing, and may not know pytest, checks or verdicts.
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
