"""Tell others what became of an environment: chats, mail, pagers, dead-man's switches.

:func:`tell` sends an :class:`Event` to whom ``[[notify]]`` names, :func:`ping` tells a dead-man's
switch that a run could judge. Both try again, end within half a minute, and never raise for
trouble with the delivery: they return it, without secrets. This room does not decide
whether there is something to tell: its callers do.
"""

from .delivery import Delivery, tell
from .event import Event, EventKind
from .heartbeat import ping
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
