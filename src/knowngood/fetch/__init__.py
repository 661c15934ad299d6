"""Probes become exchanges: transport, retry, guard, budgets.

This room asks what checks declare and hands on what came back. It knows the environment's origins
and budgets and reads answers with the help of ``content``. It does not know pytest, verdicts,
reports or releases.
"""

from . import lean_httpx  # noqa: F401 - before the first import of httpx
from .answer_errors import Blocked, NoAnswer, PageTooLarge, WrongStatus
from .attempt_error import (
    ANSWERED_WRONG,
    GATEWAY_ERRORS,
    RETRIED_ERRORS,
    RETRIED_STATUSES,
    RUN_ERRORS,
    SILENT,
    AttemptError,
)
from .client import FRESH, NAMED, REPEATABLE, WEBSOCKET, Client
from .curl_line import connect_options
from .decompression import BadEncoding, decoded, decodes, with_plain_body
from .exchange_summary import describe
from .failure_log import by_connection
from .fetcher import Fetcher
from .flakiness import SOUND, may_be_chance
from .guard import Guard
from .made_up import has_made_up_word, is_id, is_made_up
from .page_loader import PageLoad, is_resource_group, resource_group, template_of
from .prefetch import Plan, PlannedProbe, Prefetcher
from .probe import ANEW, GONE, SAFE_METHODS, Answer, Attempt, Exchange, Probe, walk_group
from .recording import Recording
from .redirects import REDIRECTS, leads_to, left_for, redirects, target_of
from .replay import Replay, exchange_with
from .request_headers import headers_of, request_headers
from .request_totals import RequestTotals
from .response import (
    Resource,
    Response,
    forget_documents,
    is_too_large,
    read_once,
    respond,
    search_entry,
    source_of_document,
)
from .second_look import (
    ask_addresses,
    ask_more,
    ask_silent_again,
    came_back,
    excuse_passed,
    note_walls,
)
from .tape import Tape
from .turned_away import (
    WALL_STATUSES,
    WriteKind,
    is_refused_write,
    is_turned_away,
    why_turned_away,
)

__all__ = [
    "ANEW",
    "ANSWERED_WRONG",
    "FRESH",
    "GATEWAY_ERRORS",
    "GONE",
    "NAMED",
    "REDIRECTS",
    "REPEATABLE",
    "RETRIED_ERRORS",
    "RETRIED_STATUSES",
    "RUN_ERRORS",
    "SAFE_METHODS",
    "SILENT",
    "SOUND",
    "WALL_STATUSES",
    "WEBSOCKET",
    "Answer",
    "Attempt",
    "AttemptError",
    "BadEncoding",
    "Blocked",
    "Client",
    "Exchange",
    "Fetcher",
    "Guard",
    "NoAnswer",
    "PageLoad",
    "PageTooLarge",
    "Plan",
    "PlannedProbe",
    "Prefetcher",
    "Probe",
    "Recording",
    "Replay",
    "RequestTotals",
    "Resource",
    "Response",
    "Tape",
    "WriteKind",
    "WrongStatus",
    "ask_addresses",
    "ask_more",
    "ask_silent_again",
    "by_connection",
    "came_back",
    "connect_options",
    "decoded",
    "decodes",
    "describe",
    "exchange_with",
    "excuse_passed",
    "forget_documents",
    "has_made_up_word",
    "headers_of",
    "is_id",
    "is_made_up",
    "is_refused_write",
    "is_resource_group",
    "is_too_large",
    "is_turned_away",
    "leads_to",
    "left_for",
    "may_be_chance",
    "note_walls",
    "read_once",
    "redirects",
    "request_headers",
    "resource_group",
    "respond",
    "search_entry",
    "source_of_document",
    "target_of",
    "template_of",
    "walk_group",
    "why_turned_away",
    "with_plain_body",
]
