"""The command line that puts a request again."""

from __future__ import annotations

import re
import shlex


def curl_line(method: str, url: str, connect_to: str = "") -> str:
    """A command line that puts the same request again, at the same edge."""
    how = {"GET": "", "HEAD": "--head "}.get(method, f"-X {shlex.quote(method)} ")
    literal = "-g " if re.search(r"[][{}]", url) else ""  # curl would take them for ranges
    edge = f"--connect-to {shlex.quote(connect_to)} " if connect_to else ""
    return f"curl -sS -i {literal}{how}{edge}{shlex.quote(url)}"
