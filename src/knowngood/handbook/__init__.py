"""``knowngood handbook``: how to push, verify and roll back without this program.

``verifying.py`` makes steps of the checks, ``pushing.py`` of the gate and ``putting.py`` of what
changes a deployment; ``shell.py`` has the functions that they use, which read and write the same
records, and ``markdown.py`` writes it all down.
"""
