"""What tests of ready-made claims share."""

import pytest
from answered_site import Site


@pytest.fixture
def site() -> Site:
    """A site without answers yet."""
    return Site()
