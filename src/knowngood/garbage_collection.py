"""How often Python collects garbage in the processes of a run."""

import gc
from typing import Final

_OBJECTS: Final = 7000
"""New objects after which Python looks for circles: ten times its default. Modules, items and
answers are in none, so that it has little to free; each look costs time."""


def collect_seldom() -> None:
    """Collect garbage seldom from now on. Call this before imports: with them a run makes most of
    the objects of its start.
    """
    gc.set_threshold(_OBJECTS)
