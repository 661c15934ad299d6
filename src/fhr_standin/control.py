"""A page that is always there, whatever faults the deployment has.

A verifier that gets no answer from the deployment asks here: when this answers what it should,
the machine and its network are fine, and the trouble is the deployment's.
"""

from fhr_standin.asgi import Receive, Scope, Send, answer

PATH = "/control.txt"
BODY = "This network works.\n"
STATUS = 200


async def control(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer PATH with BODY, anything else with 404 and no body."""
    known = scope["path"] == PATH and scope["method"] in ("GET", "HEAD")
    body = BODY.encode() if known else b""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    sent = body if scope["method"] == "GET" else b""
    await answer(send, STATUS if known else 404, headers, sent)
