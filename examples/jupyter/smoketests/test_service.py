"""The service: it is up, says which release it is, and lets in who has the token."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood import checks
from knowngood.checks import Client, Environment, Response

TOKEN = {"Authorization": "token {secrets.token}"}


@pytest.mark.get("{release}")
def test_service_says_what_it_is(response: Response, data: Callable[..., Any]) -> None:
    """The service names its release, and sends the headers that the environment file lists."""
    data(response, "release")


@pytest.mark.get("jupyter:/api/status", headers=TOKEN, varies=True)
def test_service_is_well(response: Response, data: Callable[..., Any]) -> None:
    """The service says since when it is up and how many kernels it has."""
    data(response, "status")


@pytest.mark.get("jupyter:/api/kernelspecs", headers=TOKEN)
def test_python_is_there(response: Response, data: Callable[..., Any]) -> None:
    """There is a kernel for Python, and it is the default."""
    data(response, "kernelspecs")


@pytest.mark.get("jupyter:/api/status")
def test_status_needs_the_token(response: Response) -> None:
    """Nobody sees the status without the token."""
    assert response.status_code == 403


@pytest.mark.get("jupyter:/login", varies=True)
def test_login_page_is_whole(response: Response) -> None:
    """The login page is there and asks for the token."""
    assert response.status_code == 200
    assert checks.page_problems(response) == []
    assert checks.charset_problems(response) == []
    assert [node.text(strip=True) for node in response.html.css("title")] == ["Jupyter Server"]
    assert response.html.css_first("input[type=password][name=password]") is not None


@pytest.mark.origin("jupyter", writes=True)
def test_person_logs_in(client: Client, environment: Environment) -> None:
    """The token in the form of the login page opens the rest: the client keeps the cookies."""
    form = client.get("/login")
    field = form.html.css_first("input[name=_xsrf]")
    assert field is not None, "the form has no field _xsrf"
    answer = client.post(
        "/login",
        data={"_xsrf": field.attributes["value"], "password": environment.secrets["token"]},
        extensions=checks.REPEATABLE,
    )
    assert answer.status_code == 302
    assert answer.headers["location"] == "/"
    status = client.get("/api/status")
    assert status.status_code == 200


@pytest.mark.get("jupyter:/static/smoke-{nonce}")
def test_what_is_not_there_is_404(response: Response) -> None:
    """A path that does not exist is 404."""
    assert response.status_code in checks.GONE
