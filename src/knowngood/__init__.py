"""knowngood: smoke tests whose verdict may promote a release or roll it back.

The engine is a pytest plugin (:mod:`knowngood.plugin`); a suite of checks and a folder of
environment files are what a team brings. Nothing here knows what is being deployed.
"""

__version__ = "0.1.0"
