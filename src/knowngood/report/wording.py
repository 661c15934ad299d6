"""Words that several reports use."""

from __future__ import annotations


def attempt_words(attempt: dict[str, object]) -> str:
    """An attempt as data, in a few words: ``timeout (connect) 5.0 s``."""
    what = attempt["cause"] or attempt["status"]
    phase = f" ({attempt['phase']})" if attempt["phase"] else ""
    return f"{what}{phase} {attempt['seconds']} s"


def name_of(check: str) -> str:
    """``test_config.py::test_debug_is_off`` as ``config: debug is off``."""
    file, _, function = check.partition("::")
    stem = file.removesuffix(".py").removeprefix("test_").replace("_", " ")
    return f"{stem}: {function.removeprefix('test_').replace('_', ' ')}"
