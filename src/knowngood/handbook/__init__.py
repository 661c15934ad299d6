"""The page for doing it by hand: roll back, verify and push with sh, curl and git alone.

One template, filled from an environment's file. This room reads no deployment and no check; of a
clone that the file names it reads where its origin is.
"""

from .page import render

__all__ = ["render"]
