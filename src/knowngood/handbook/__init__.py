"""The page for doing it by hand: roll back, verify and push with sh, curl and git alone.

One template, filled from an environment's file. This room reads no deployment, no repository and
no check.
"""

from .page import CHECKS, render

__all__ = ["CHECKS", "render"]
