"""``knowngood watch``: runs that nobody looks at, and what they say when something changes.

The machine decides what a run changes; the store keeps state and runs in one file. This room knows
no check and no deployment: what it knows of a run stands in the verdict document.
"""

from . import history, store, trouble
from .monitoring_plugin import no_result
from .store import StateUnusable, usual_path
from .watch import Watch

__all__ = [
    "StateUnusable",
    "Watch",
    "history",
    "history_page",
    "no_result",
    "store",
    "trouble",
    "usual_path",
]
