"""Render the page for doing it by hand: roll back, verify and push with sh, curl and git alone.

The page is one template, filled from an environment file. This room sends no request and reads no
check. From the clone that the file names it reads the URL of its remote ``origin``.
"""

from .page import render

__all__ = ["render"]
