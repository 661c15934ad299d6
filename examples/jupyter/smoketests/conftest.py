"""What the checks of Jupyter Server share: its login."""

import pytest

from knowngood.checks import Environment


@pytest.fixture
def login(environment: Environment) -> dict[str, str]:
    """Return the headers of a request with the token."""
    return {"Authorization": f"token {environment.secrets['token']}"}
