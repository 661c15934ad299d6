"""How often Python looks for garbage in the processes of a run."""

import gc
from typing import Final

_OBJECTS: Final = 7000
"""New objects after which the collector looks for circles: ten times Python's default. Modules,
items and answers are no part of any, so that it has little to free; each look costs time."""


def look_seldom() -> None:
    """Have Python look for garbage seldom from now on. Call this before imports: with them a run
    makes most of the objects of its start.
    """
    gc.set_threshold(_OBJECTS)
