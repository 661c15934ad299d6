"""What holds of every answer with data."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import Environment, Response, Schemas


@pytest.fixture
def data(environment: Environment, schema: Schemas) -> Callable[[Response, str], Any]:
    """``data(response, "breads")`` asserts what holds of every answer with data, its status, its
    headers and its schema, and returns the document.
    """

    def read(response: Response, name: str) -> Any:
        assert response.status_code == 200
        assert environment.header_problems(response.path, response.headers) == []
        schema(name).check(response.json())
        return response.json()

    return read
