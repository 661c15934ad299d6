"""The words that several reports use."""

from knowngood.report.wording import claim_words


def test_a_check_is_called_by_its_claim() -> None:
    """One without a docstring has only its name."""
    assert claim_words("test_config.py::test_debug_is_off", "Debug is off.") == "Debug is off."
    assert claim_words("test_config.py::test_debug_is_off", "") == (
        "test_config.py::test_debug_is_off"
    )
