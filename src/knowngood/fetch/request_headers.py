"""The headers that a request is sent with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .. import __version__
from .decompression import ACCEPTED
from .probe import Probe


def request_headers(run_id: str, send: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the headers of every request: who asks, in which run, and what can be decoded.

    Those of ``send``, which the environment chose, take the place of ours.
    """
    headers = {
        "User-Agent": f"knowngood/{__version__} (smoke test; run {run_id})",
        "X-Knowngood-Run": run_id,
        "Accept": "*/*",
        "Accept-Encoding": ACCEPTED,
    }
    chosen = {name.lower() for name in send}
    return {name: headers[name] for name in headers if name.lower() not in chosen} | {**send}


def headers_of(probe: Probe, common: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the headers of every request, unless the probe has its own, and the probe's."""
    headers = probe.own_headers
    if not headers:
        return tuple(common.items())
    own = {name.lower() for name, _ in headers}
    return (*(pair for pair in common.items() if pair[0].lower() not in own), *headers)
