"""A small Firefox Health Report of our own making.

It serves localized content, takes documents as bagheera does, and can be started with faults.
`python -m fhr_standin` runs one; tests use `running`:

    with fhr_standin.running(locales=4, faults=["config-missing"]) as standin:
        standin.origins["content"]
"""

from fhr_standin.errors import StandinError, StartError, UsageError
from fhr_standin.running import Standin, running

__all__ = ["Standin", "StandinError", "StartError", "UsageError", "running"]
