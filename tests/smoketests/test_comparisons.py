"""Comparisons say first that both sides are there: two that are missing are not alike."""

from collections.abc import Callable

import pytest

from fhr_standin import Standin

LOCALES = "smoketests/test_locales.py"


@pytest.mark.parametrize(
    ("check", "faults"),
    [
        ("test_an_alias_answers_as_its_target", ["locale-missing@en-US", "locale-missing@he"]),
        ("test_what_is_said_in_english_is_said_in_every_language", ["locale-missing@en-US"]),
        ("test_what_scripts_need_of_a_page_is_in_every_locale", ["locale-missing@en-US"]),
    ],
)
def test_a_comparison_with_nothing(
    check: str,
    faults: list[str],
    standin: Standin,
    suite_here: Callable,
    fhr_environment: Callable,
) -> None:
    """It fails by itself, and so says nothing new once the other side is mended."""
    standin.arm(*faults)
    environment = fhr_environment(standin.origins)
    ended = suite_here(f"--env={environment}", f"{LOCALES}::{check}")
    assert ended.failed_checks() == {f"test_locales.py::{check}"}, ended.output
