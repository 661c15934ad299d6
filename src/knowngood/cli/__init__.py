"""The ``knowngood`` command: one thin module for each command, which parses, calls and prints.

No other room imports this one: who has lines to print there is given a function that prints them.
"""
