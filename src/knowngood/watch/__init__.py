"""Run unattended for ``knowngood watch``, and report what changes.

``machine`` decides what a run changes; ``store`` keeps state and runs in one file. This room may
not know checks: all that it knows of a run is in the verdict document.
"""

from . import history, store, trouble
from .monitoring_plugin import no_result
from .store import usual_path
from .watch import Watch

__all__ = [
    "Watch",
    "history",
    "history_page",
    "no_result",
    "store",
    "trouble",
    "usual_path",
]
