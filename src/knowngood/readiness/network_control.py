"""Ask control URLs, which are not the deployment's, whether this machine's network works.

A deployment without an answer and a machine without a network look the same from here. The answer
of a control tells them apart. It must be a known one, since a captive portal answers every request
with a page of its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ..environment import Control, Environment
from ..fetch import AttemptError, Exchange, Fetcher, Probe, Recording, decoded
from ..safety import one_line

ATTEMPTS: Final = 3
SECONDS: Final = 10.0
"""Attempts and seconds for one look; in a slower network no deployment can be judged."""

_VARIABLES: Final = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""Those of curl and of httpx. HTTP_PROXY in capitals is none: a CGI server sets it."""

_HERE: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class ControlLook:
    """What the controls answered.

    Attributes:
        began: when the look began, in seconds since the epoch.
        trouble: what was wrong with each of them; empty if one gave the known answer at each first
            attempt.
        reached: whether one gave the known answer at any attempt.
        forged: whether there were answers, but none was the known one.
        secure: whether one gave the known answer over TLS.
        skew: seconds by which this machine's clock is ahead of theirs.
    """

    began: float
    trouble: str = ""
    reached: bool = True
    forged: bool = False
    secure: bool = False
    skew: float = 0.0


def look_at_controls(
    environment: Environment,
    run_id: str,
    recording: Recording | None,
    connections: int,
) -> ControlLook:
    """Ask every control of ``environment`` at the same time, each on so many connections: one shows
    whether there is a network, several whether it loses connections.
    """
    began = time.time()
    names = {f"control-{number}": control for number, control in enumerate(environment.control)}
    controls = _control_environment(environment, names)
    deadline = began + SECONDS
    with Fetcher(controls, run_id, deadline, public=True, recording=recording) as fetcher:
        loads = [
            (control, fetcher.load(Probe(name, control.url, sample=number, fresh=True)))
            for name, control in names.items()
            for number in range(1, connections + 1)
        ]
        return judge(began, [(control, load.result().exchange) for control, load in loads])


def judge(began: float, answers: Sequence[tuple[Control, Exchange]]) -> ControlLook:
    """Return what the exchanges with controls show. ``began`` is when the look began."""
    exchanges: dict[Control, list[Exchange]] = {control: [] for control, _ in answers}
    for control, exchange in answers:
        exchanges[control].append(exchange)
    troubles = {control: _troubles(control, own) for control, own in exchanges.items()}
    right = [control for control, trouble in troubles.items() if not trouble]
    if right:
        return ControlLook(
            began,
            secure=any(control.url.startswith("https:") for control in right),
            skew=min(
                (_skew(exchange) for control in right for exchange in exchanges[control]), key=abs
            ),
        )
    wrong = [exchange for control, exchange in answers if _trouble(control, exchange)]
    return ControlLook(
        began,
        trouble="; ".join(f"{control.url}: {trouble}" for control, trouble in troubles.items()),
        reached=len(wrong) < len(answers),
        forged=len(wrong) == len(answers) and any(map(_is_forged, wrong)),
    )


def _troubles(control: Control, exchanges: list[Exchange]) -> str:
    """Return what is wrong with the answers of one control; empty if nothing is."""
    trouble = next(filter(None, (_trouble(control, exchange) for exchange in exchanges)), "")
    retried = sum(exchange.flaky for exchange in exchanges)
    if trouble or not retried:
        return trouble
    return f"{retried} of {len(exchanges)} requests needed a retry"


def _control_environment(environment: Environment, names: Mapping[str, Control]) -> Environment:
    """Return an environment whose origins are the controls: the guard allows only these."""
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
        if last.error is AttemptError.BUDGET:
            return f"no answer within {SECONDS:g} s"
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
    """Return whether another host gave an answer that is not the known one: without TLS, or with
    another certificate.
    """
    last = exchange.attempts[-1]
    other_certificate = last.error is AttemptError.TLS and last.phase in {"untrusted", "wrong host"}
    return exchange.answer is not None or other_certificate


def _skew(exchange: Exchange) -> float:
    """Return the seconds by which this machine's clock is ahead of the answer's Date (RFC 9110,
    6.6.1), which has whole seconds. Add its Age, which an answer from a cache has.
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


def proxy_hint(environment: Environment) -> str:
    """Return a warning if a variable names a proxy and the environment does not; empty otherwise,
    and if every origin is on this machine.
    """
    variables = [name for name in _VARIABLES if os.environ.get(name)]
    hosts = {urlsplit(url).hostname for url in environment.origins.values()}
    if environment.network.proxy or not variables or hosts <= _HERE:
        return ""
    return (
        f"{variables[0]} names a proxy, which the run does not use; if requests must go through "
        f'it, add [network] with proxy = "http://HOST:PORT" to {environment.path}'
    )
