"""Pages: they are there and whole, and so is everything that they need."""

from collections.abc import Sequence

import pytest

from knowngood import checks
from knowngood.checks import Resource, Response


@pytest.mark.get("datasette:/{page}", resources=True)
def test_page_is_whole(response: Response, resources: Sequence[Resource]) -> None:
    """Every page is there, whole, and has its scripts and styles."""
    assert response.status_code == 200
    assert checks.page_problems(response) == []
    assert checks.charset_problems(response) == []
    for resource in checks.own(resources):
        assert resource.response.status_code == 200
        assert checks.file_problems(resource) == []
        assert checks.syntax_problems(resource) == []


@pytest.mark.get("datasette:/smoke-{nonce}")
def test_what_is_not_there_is_404(response: Response) -> None:
    """A path that does not exist is 404."""
    assert response.status_code in checks.GONE
