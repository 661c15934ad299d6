"""Let Python keep bytecode during a drill."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def shared_pycache() -> Iterator[Mapping[str, str]]:
    """Yield environment variables by which all runs of a drill share a folder of bytecode.

    Where Python may write bytecode, there is no need. Where PYTHONDONTWRITEBYTECODE is set, every
    run would compile every module again, which is a third of its time.
    """
    if not sys.dont_write_bytecode:
        yield {}
        return
    with tempfile.TemporaryDirectory(
        prefix="knowngood-drill-", ignore_cleanup_errors=True
    ) as folder:
        yield {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
