"""Send news of an environment to chats, mail, pagers and dead-man's switches.

:func:`tell` sends an :class:`Event` to the addresses of ``[[notify]]``; :func:`ping` tells a
dead-man's switch that a run could judge. Both retry, end within half a minute, and return trouble
with the delivery, without secrets, in place of raising it. Callers decide what is news.
"""

from .delivery import Delivery, ping, tell
from .event import Event, EventKind
from .run_events import event_of_rollback, event_of_verdict
from .service import refuse_bad_addresses

__all__ = [
    "Delivery",
    "Event",
    "EventKind",
    "event_of_rollback",
    "event_of_verdict",
    "ping",
    "refuse_bad_addresses",
    "tell",
]
