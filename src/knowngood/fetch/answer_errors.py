"""The errors that a check gets in place of an answer that it can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ..safety import ContentTooLarge, DeploymentError, KnowngoodError, RunnerError
from .probe import Exchange

if TYPE_CHECKING:
    from .response import Response


class NoAnswer(KnowngoodError, httpx.TransportError):
    """No attempt at a probe brought an answer that could be read.

    Attributes:
        exchange: the probe with all its attempts.
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(f"{exchange.probe}: {exchange.attempts[-1]}")
        self.exchange = exchange


class Blocked(RunnerError):
    """A firewall, a login wall or a rate limit turned the run away, which says nothing of the
    deployment (:mod:`.turned_away`).

    Attributes:
        exchange: the exchange with that answer.
    """

    def __init__(self, exchange: Exchange, why: str) -> None:
        super().__init__(f"{exchange.probe}: {why}")
        self.exchange = exchange


class WrongStatus(DeploymentError, httpx.HTTPStatusError):
    """A check called ``raise_for_status`` of an answer that is no success.

    Attributes:
        exchange: the exchange with that answer.
    """

    def __init__(self, response: Response) -> None:
        exchange, request = response.exchange, response.request
        message = f"{exchange.probe}: {response.status_code}"
        httpx.HTTPStatusError.__init__(self, message, request=request, response=response)
        self.exchange = exchange


class PageTooLarge(ContentTooLarge):
    """A page or stylesheet is too large to find out what else it needs.

    Attributes:
        exchange: the exchange with it.
    """

    def __init__(self, exchange: Exchange, why: str) -> None:
        super().__init__(why)
        self.exchange = exchange
