"""What can go wrong before a stand-in runs."""


class StandinError(Exception):
    """Base of every error this package raises."""


class UsageError(StandinError):
    """An option or argument that cannot be; the message names it, what was found and allowed."""


class StartError(StandinError):
    """The process of a stand-in did not become ready; the message carries what it said."""
