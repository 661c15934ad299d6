"""Kernels: a session starts one, and it runs code over its WebSocket."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from knowngood.checks import Client, DeploymentError, Environment

Data = Callable[..., Any]

SECONDS = 20
"""How long a kernel may take to start and to answer."""


def request(code: str) -> dict[str, Any]:
    """Return the message that asks a kernel to run ``code`` (jupyter-client, "Messaging")."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": uuid.uuid4().hex,
        "username": "smoke",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": False, "stop_on_error": True}
    return {
        "channel": "shell",
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
    }


def printed(connection: ClientConnection, code: str) -> str:
    """Return what ``code`` prints in a kernel."""
    asked = request(code)
    connection.send(json.dumps(asked))
    output, idle, replied = "", False, False
    while not (idle and replied):
        message = json.loads(connection.recv(SECONDS))
        if message["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
            continue
        content = message["content"]
        output += content["text"] if message["msg_type"] == "stream" else ""
        idle = idle or content.get("execution_state") == "idle"
        replied = replied or message["msg_type"] == "execute_reply"
    return output


@pytest.fixture
def kernel(client: Client, login: dict[str, str], data: Data) -> str:
    """Start a session and return the id of its kernel. Its end is the end of the session, which is
    the Location of a 201 and so deleted when the check ends.
    """
    name = f"smoke-{uuid.uuid4().hex}"
    session = {"name": name, "path": name, "type": "console", "kernel": {"name": "python3"}}
    started = data(client.post("/api/sessions", json=session, headers=login), "session", 201)
    assert (started["name"], started["path"]) == (name, name)
    return str(started["kernel"]["id"])


@pytest.mark.origin("jupyter", writes=True)
def test_session_is_listed(client: Client, login: dict[str, str], kernel: str, data: Data) -> None:
    """A session that was started stands in the list of sessions, with its kernel."""
    sessions = data(client.get("/api/sessions", headers=login), "sessions")
    assert kernel in [session["kernel"]["id"] for session in sessions]


@pytest.mark.origin("jupyter", writes=True)
def test_kernel_runs_code(environment: Environment, login: dict[str, str], kernel: str) -> None:
    """A kernel runs what it is sent over its WebSocket."""
    origin = environment.origins["jupyter"].replace("http", "ws", 1)
    url = f"{origin}/api/kernels/{kernel}/channels"
    try:
        with connect(url, additional_headers=login, open_timeout=SECONDS) as connection:
            output = printed(connection, "print(6 * 7)")
    except (OSError, WebSocketException) as error:  # refused, cut off, too late
        raise DeploymentError(f"{url}: {error}") from error
    assert output == "42\n"
