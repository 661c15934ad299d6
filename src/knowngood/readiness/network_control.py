"""Ask control URLs, which are not the deployment's, whether this machine's network works.

A deployment that gives no answer and a runner without a network look the same from here. The answer
of somebody else shows which of them it is. It must be a known one, since a captive portal answers
every request with a page of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ..environment import Control, Environment
from ..fetch import AttemptError, Exchange, Fetcher, Probe, Recording, decoded
from ..safety import one_line

ATTEMPTS: Final = 3
SECONDS: Final = 10.0
"""Attempts and seconds for one look. In a network where it takes longer, a deployment cannot be
judged either."""


@dataclass(frozen=True, slots=True)
class ControlLook:
    """What the controls answered.

    Attributes:
        began: when the look began, in seconds since the epoch.
        trouble: what was wrong with each of them; empty if one gave the known answer.
        forged: whether there were answers, but none was the known one.
        secure: whether one gave the known answer over TLS.
        skew: seconds by which this machine's clock is ahead of theirs.
    """

    began: float
    trouble: str = ""
    forged: bool = False
    secure: bool = False
    skew: float = 0.0


def look_at_controls(
    environment: Environment, run_id: str, recording: Recording | None = None
) -> ControlLook:
    """Ask every control of ``environment`` once, all at the same time."""
    began = time.time()
    names = {f"control-{number}": control for number, control in enumerate(environment.control)}
    controls = _control_environment(environment, names)
    fetcher = Fetcher(controls, run_id, began + SECONDS, public=True, recording=recording)
    fetcher.start()
    try:
        loads = [fetcher.load(Probe(name, names[name].url, fresh=True)) for name in names]
        exchanges = [load.result().exchange for load in loads]
    finally:
        fetcher.close()
    return judge(began, zip(environment.control, exchanges, strict=True))


def judge(began: float, answers: Iterable[tuple[Control, Exchange]]) -> ControlLook:
    """Return what these exchanges with controls show, for a look that began at ``began``."""
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


def _control_environment(environment: Environment, names: Mapping[str, Control]) -> Environment:
    """Return an environment with the controls for origins, so that the guard allows only them."""
    urls = {name: urlsplit(control.url) for name, control in names.items()}
    return Environment(
        name=environment.name,
        path=environment.path,
        description="controls",
        ca=environment.ca,
        origins={name: f"{url.scheme}://{url.netloc}" for name, url in urls.items()},
        budget=replace(environment.budget, probe=SECONDS, attempts=ATTEMPTS, settle=0),
    )


def _trouble(control: Control, exchange: Exchange) -> str:
    """Return how the answer differs from the known one; empty if it does not."""
    answer = exchange.answer
    if answer is None:
        last = exchange.attempts[-1]
        return f"{last.error}: {one_line(last.detail)}"
    if not 200 <= answer.status < 300:
        return f"answered {answer.status}; expected 2xx"
    if control.body and control.body.encode() not in decoded(answer):
        return f"its body lacks {one_line(control.body, 40)!r}"
    name, _, value = control.header.partition(":")
    if name and (answer.header(name.lower()) or "") != value.strip():
        return f"its header {name} is not {one_line(value.strip(), 40)!r}"
    return ""


def _is_forged(exchange: Exchange) -> bool:
    """Whether somebody else answered in a control's place, given that the answer is not the known
    one: without TLS, or with a certificate that is not the control's.
    """
    last = exchange.attempts[-1]
    other_certificate = last.error is AttemptError.TLS and last.phase in {"untrusted", "wrong host"}
    return exchange.answer is not None or other_certificate


def _skew(exchange: Exchange) -> float:
    """Return the seconds by which this machine's clock is ahead of the answer's Date (RFC 9110,
    6.6.1), which has whole seconds. An answer from a cache is older by its Age.
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
