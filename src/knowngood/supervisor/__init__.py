"""``knowngood verify``: the run in a process that is watched."""
