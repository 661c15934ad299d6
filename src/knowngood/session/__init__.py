"""One pytest run: collecting, ordering, workers, controller. What is pytest's stays in this room.

It may not know who started the run, and decides nothing: outcomes go to the room ``verdict``.

Here stands what needs neither pytest nor a client: all that ``knowngood verify`` loads of it.
``plugin.py`` imports :mod:`.registration` once ``--env`` is given; who collects checks without
running them imports :mod:`.collection`.
"""

from .options import (
    Options,
    environments_to_choose_from,
    report_targets,
)
from .report_files import locked, recording_folder, write_files, write_reports

__all__ = [
    "Options",
    "environments_to_choose_from",
    "locked",
    "recording_folder",
    "report_targets",
    "write_files",
    "write_reports",
]
