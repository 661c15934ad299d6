"""The ``knowngood`` command: parse, call, print."""
