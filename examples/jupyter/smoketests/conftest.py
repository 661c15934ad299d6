"""What the checks of Jupyter Server share: its login, and what holds of every answer with data."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import Environment, Response, Schemas


@pytest.fixture
def login(environment: Environment) -> dict[str, str]:
    """Return the headers of a request with the token."""
    return {"Authorization": f"token {environment.secrets['token']}"}


@pytest.fixture
def data(environment: Environment, schema: Schemas) -> Callable[..., Any]:
    """``data(response, "file")`` asserts what holds of every answer with data, its status, its
    headers and its schema, and returns the document.
    """

    def read(response: Response, name: str, status: int = 200) -> Any:
        assert response.status_code == status
        assert environment.header_problems(response.path, response.headers) == []
        schema(name).check(response.json())
        return response.json()

    return read
