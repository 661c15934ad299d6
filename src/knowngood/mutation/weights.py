"""How much a mutation counts in the score. The rule stands here and nowhere else.

A mutation counts as much as its users lose: a blind spot for a page that is gone is a bad one, a
blind spot for a header that nobody reads is not. So the score says how safe the users are, and not
how many headers a server sends.
"""

from typing import Final

USERS_NOTICE: Final = 1.0
"""Users see it at once, or what they do fails: a status, a body, a key, a script."""

PROTECTION_LOST: Final = 0.75
"""All works, and users are less safe than before: a header such as Content-Security-Policy."""

SOME_NOTICE: Final = 0.5
"""It shows with some clients, or after a while: caching, duplicate keys, an answer that is slow."""

NOBODY_READS: Final = 0.25
"""Only people who look for it see it: most headers that begin with X-, or a key too many."""
