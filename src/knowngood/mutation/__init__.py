"""Change answers as faults in operations do, by pure functions from answer to answer.

This room sends nothing, and may not know pytest, checks or verdicts.
"""

from typing import Final

from .answers import media_type, text_of, with_body
from .bodies import BODIES
from .changes import the_change
from .files import FILES
from .headers import HEADERS
from .json_documents import JSON_DOCUMENTS
from .model import Change, Expectation, Mutation, Recorded
from .pages import PAGES
from .slowness import SLOWNESS
from .statuses import STATUSES
from .writes import WRITES

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

MUTATIONS: Final[tuple[Mutation, ...]] = (
    *STATUSES,
    *BODIES,
    *JSON_DOCUMENTS,
    *PAGES,
    *FILES,
    *WRITES,
    *HEADERS,
    *SLOWNESS,
)
