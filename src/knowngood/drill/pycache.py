"""Many runs, where Python was told to write no bytecode."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def shared_pycache() -> Iterator[Mapping[str, str]]:
    """Where Python was told to write no bytecode each run would compile every module anew, which
    is a third of its time; for hundreds of runs it is written to a folder of the drill's.
    """
    if not sys.dont_write_bytecode:
        yield {}
        return
    with tempfile.TemporaryDirectory(
        prefix="knowngood-drill-", ignore_cleanup_errors=True
    ) as folder:
        yield {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
