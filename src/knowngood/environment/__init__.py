"""Read environment files, and start the deployment of one that has ``[serve]``.

An environment is one deployment under test: where it answers, which requests are allowed, and what
is expected. It is read from one TOML file, checked as a whole, and never changed. This room sends
no request, and may not know checks or verdicts.
"""

from .acceptance import AcceptedMutation, Advisory, is_of
from .alarm_settings import NotifyEntry, WatchSettings
from .files import env_option, list_environments
from .loader import (
    in_promotion_order,
    known_origins,
    load,
    load_chosen,
    load_here,
    refuse_lost_previous,
    secrets_of,
)
from .model import BUILT_IN, PAIRED, BadEnvironment, Budget, Environment, Network
from .origins import DEFAULT_PORTS, as_declared, normal_origin, with_ascii_host
from .release_settings import GateRules, Release
from .serve_settings import (
    Control,
    DrillConfig,
    RollbackDrillConfig,
    ServeCommand,
    ServerAnnouncement,
)
from .server import READY_WITHIN, Server, ServerNotStarted, runnable
from .suite_folder import FOLDER, root_above

__all__ = [
    "BUILT_IN",
    "DEFAULT_PORTS",
    "FOLDER",
    "PAIRED",
    "READY_WITHIN",
    "AcceptedMutation",
    "Advisory",
    "BadEnvironment",
    "Budget",
    "Control",
    "DrillConfig",
    "Environment",
    "GateRules",
    "Network",
    "NotifyEntry",
    "Release",
    "RollbackDrillConfig",
    "ServeCommand",
    "Server",
    "ServerAnnouncement",
    "ServerNotStarted",
    "WatchSettings",
    "as_declared",
    "env_option",
    "in_promotion_order",
    "is_of",
    "known_origins",
    "list_environments",
    "load",
    "load_chosen",
    "load_here",
    "normal_origin",
    "refuse_lost_previous",
    "root_above",
    "runnable",
    "secrets_of",
    "with_ascii_host",
]
