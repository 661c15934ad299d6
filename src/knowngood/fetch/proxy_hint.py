"""Warn that proxies named by variables are not used."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from ..environment import Environment

_VARIABLES: Final = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""Those of curl and of httpx. HTTP_PROXY in capitals is none: a CGI server sets it."""

_HERE: Final = {"localhost", "127.0.0.1", "::1"}


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
