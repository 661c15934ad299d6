"""Decide whether a run may begin, and whether the release is still the same at its end.

This room asks control URLs whether this machine's network works, and the version document which
release each edge serves. It knows the environment and how to fetch. It does not know checks,
verdicts or pytest.
"""

from .convergence import AGREE, Convergence, Edge, ReleaseWatch, pauses, watching
from .edges import addresses_of
from .live import look_at_release
from .network_control import ControlLook, look_at_controls, proxy_hint
from .release_state import ReleaseState
from .variation_at_edges import varying
from .version_document import missing_field

__all__ = [
    "AGREE",
    "ControlLook",
    "Convergence",
    "Edge",
    "ReleaseState",
    "ReleaseWatch",
    "addresses_of",
    "look_at_controls",
    "look_at_release",
    "missing_field",
    "pauses",
    "proxy_hint",
    "varying",
    "watching",
]
