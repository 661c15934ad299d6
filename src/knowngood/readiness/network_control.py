"""Was it the push, or was it us? Asked of URLs that are not the deployment's.

A deployment that gives no answer and a runner that is cut off look the same from here. What tells
them apart is somebody else's answer, which must be one that is known: a captive portal answers
everything, but does not know what.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ..environment.model import Control, Environment
from ..fetch.decompression import decoded
from ..fetch.fetcher import Fetcher
from ..fetch.probe import Cause, Exchange, Probe
from ..safety.sanitize import one_line

ATTEMPTS: Final = 3
SECONDS: Final = 10.0
"""How often and how long one look asks: an answer that takes longer tells of a network in which a
deployment cannot be judged either."""


@dataclass(frozen=True, slots=True)
class ControlLook:
    """What the controls said. ``began`` is in seconds since the epoch.

    ``trouble`` is empty when one of them answered as known. ``forged`` says that there were
    answers, and none as known; ``secure`` that one answered as known over TLS. ``skew`` is how
    many seconds this machine's clock is ahead of theirs.
    """

    began: float
    trouble: str = ""
    forged: bool = False
    secure: bool = False
    skew: float = 0.0


def look(environment: Environment, run_id: str) -> ControlLook:
    """Ask every control of ``environment`` once, all at the same time."""
    began = time.time()
    fetcher = Fetcher(_beside(environment), run_id, began + SECONDS, public=True)
    fetcher.start()
    try:
        asked = [
            fetcher.load(Probe(_name(number), control.url, fresh=True))
            for number, control in enumerate(environment.control)
        ]
        exchanges = [each.result().exchange for each in asked]
    finally:
        fetcher.close()
    return judge(began, zip(environment.control, exchanges, strict=True))


def judge(began: float, answers: Iterable[tuple[Control, Exchange]]) -> ControlLook:
    """What these exchanges with controls say. Pure."""
    answers = list(answers)
    troubles = [(control, exchange, _trouble(control, exchange)) for control, exchange in answers]
    right = [(control, exchange) for control, exchange, trouble in troubles if not trouble]
    if right:
        return ControlLook(
            began,
            secure=any(control.url.startswith("https:") for control, _ in right),
            skew=min((_skew(exchange) for _, exchange in right), key=abs),
        )
    return ControlLook(
        began,
        trouble="; ".join(f"{control.url}: {trouble}" for control, _, trouble in troubles),
        forged=any(_is_forged(exchange) for _, exchange in answers),
    )


def _name(number: int) -> str:
    return f"control-{number}"


def _beside(environment: Environment) -> Environment:
    """An environment whose origins are those of the controls, under the same guard and bounds."""
    parts = [urlsplit(control.url) for control in environment.control]
    budget = replace(environment.budget, probe=SECONDS, attempts=ATTEMPTS)
    return Environment(
        name=environment.name,
        path=environment.path,
        description="controls",
        ca=environment.ca,
        origins={_name(n): f"{each.scheme}://{each.netloc}" for n, each in enumerate(parts)},
        budget=budget,
    )


def _trouble(control: Control, exchange: Exchange) -> str:
    """How the answer differs from the one that is known; empty when it does not."""
    answer = exchange.answer
    if answer is None:
        last = exchange.attempts[-1]
        return f"{last.cause}: {one_line(last.detail)}"
    if not 200 <= answer.status < 300:
        return f"answered {answer.status}; expected 2xx"
    if control.body and control.body.encode() not in decoded(answer):
        return f"its body lacks {one_line(control.body, 40)!r}"
    name, _, value = control.header.partition(":")
    if name and (answer.header(name.lower()) or "") != value.strip():
        return f"its header {name} is not {one_line(value.strip(), 40)!r}"
    return ""


def _is_forged(exchange: Exchange) -> bool:
    """Whether somebody answered in a control's place: in clear, or with a certificate that is not
    its own.
    """
    last = exchange.attempts[-1]
    other = last.cause is Cause.TLS and last.phase in {"untrusted", "wrong host"}
    return exchange.answer is not None or other


def _skew(exchange: Exchange) -> float:
    """Seconds by which our clock is ahead of the answer's Date (RFC 9110, 6.6.1), which has whole
    seconds; an answer from a cache is older by its Age.
    """
    answer = exchange.answer
    if answer is None:
        return 0.0
    try:
        sent = parsedate_to_datetime(answer.header("date") or "").timestamp()
        age = int(answer.header("age") or 0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    last = exchange.attempts[-1]
    return last.began + last.seconds - sent - age
