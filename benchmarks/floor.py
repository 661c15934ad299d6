"""The floor: ``curl --parallel`` fetching the same URLs, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .errors import BenchmarkError
from .process import Usage, find, measure, require
from .results import CONCURRENCY

_WITHIN: Final = 300.0  # seconds
_EACH: Final = "60"  # seconds


def fetch(
    urls: Sequence[str], folder: Path, at_once: int = CONCURRENCY, http: str = "1.1", ca: str = ""
) -> Usage:
    """Fetch ``urls`` once each by a version of HTTP, dropping what comes. ``ca`` is the authority
    to trust. Raises BenchmarkError for one unanswered.
    """
    config = folder / "curl.config"
    config.write_text("".join(f'url = "{url}"\noutput = /dev/null\n' for url in urls), "utf-8")
    command: list[str | Path] = [
        *(find("curl"), "--disable", "--noproxy", "*", "--no-progress-meter"),
        *(f"--http{http}", "--path-as-is", "--globoff", "--max-time", _EACH),
        *(["--cacert", ca] if ca else []),
        *("--parallel", "--parallel-max", str(at_once)),
        *("--write-out", "%{http_code}\n", "--config", config),
    ]
    usage = require(measure(command, folder, _WITHIN), "curl --parallel")
    codes = Counter(line for line in usage.output.splitlines() if len(line) == 3)
    if codes.total() != len(urls) or "000" in codes:
        raise BenchmarkError(f"curl --parallel: answers {dict(codes)} to {len(urls)} requests")
    return usage
