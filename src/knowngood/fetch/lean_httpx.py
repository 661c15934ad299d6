"""Keep httpx's command line out of every process: importing httpx loads it, and with it rich and
pygments where they are installed, for a quarter of a second of CPU. Imported before httpx.
"""

import sys
from typing import Any

modules: dict[str, Any] = sys.modules
modules.setdefault("httpx._main", None)  # an import of it fails, which httpx is prepared for
