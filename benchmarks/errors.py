"""What keeps a benchmark from being measured."""


class BenchmarkError(Exception):
    """Something needed is missing or did not work; the message says what and what to do."""
