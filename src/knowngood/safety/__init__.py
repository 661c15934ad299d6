"""Make safe what leaves the process; every other room builds on this one.

It redacts secrets, makes text safe to print or to paste into a shell, writes files atomically, and
keeps locks, child processes and signals. Documents of our own schemas and the base classes of all
errors are here, too. It may not know pytest, environments or checks.
"""

from . import lock, process_group, process_identity
from .atomic_write import write_atomically
from .ending_signals import ending_signals_to
from .errors import ContentTooLarge, DeploymentError, KnowngoodError, RunnerError, UsageError
from .lock import LockUnavailable
from .own_schema import OwnSchema
from .redaction import has_secrets, hide_secrets, redact, redact_data, redacted_beginning
from .redactor import SHORTEST, Redactor
from .run_id import new_run_id
from .sanitize import encodable, first_lines, indented_lines, one_line
from .shell import shell_printf, shell_word
from .standard_streams import lose_what_cannot_be_written, open_streams
from .templates import templates
from .user import user_folder, user_name
from .wording import Say, and_more, columns, duration, listed, nearest, plural, plural_of

__all__ = [
    "SHORTEST",
    "ContentTooLarge",
    "DeploymentError",
    "KnowngoodError",
    "LockUnavailable",
    "OwnSchema",
    "Redactor",
    "RunnerError",
    "Say",
    "UsageError",
    "and_more",
    "columns",
    "duration",
    "encodable",
    "ending_signals_to",
    "first_lines",
    "has_secrets",
    "hide_secrets",
    "indented_lines",
    "listed",
    "lock",
    "lose_what_cannot_be_written",
    "nearest",
    "new_run_id",
    "one_line",
    "open_streams",
    "plural",
    "plural_of",
    "process_group",
    "process_identity",
    "redact",
    "redact_data",
    "redacted_beginning",
    "shell_printf",
    "shell_word",
    "templates",
    "user_folder",
    "user_name",
    "write_atomically",
]
