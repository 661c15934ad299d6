"""A program for a network namespace of its own: an edge, a control, and a run against them.

Usage: ``vantage_point.py EDGE COMMAND...``. EDGE is the text that the edge serves, or ``silent``
for none. Ends with the exit code of COMMAND.
"""

import fcntl
import socket
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EDGE = ("127.0.0.1", 8080)  # ports of a namespace are nobody else's
CONTROL = ("127.0.0.2", 8081)
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # netdevice(7)


def bring_up_loopback() -> None:
    """In a new namespace it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _GET_FLAGS, request))[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def serve(address: tuple[str, int], text: str) -> None:
    """Answer every GET with ``text``, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(address, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    edge, *command = sys.argv[1:]
    bring_up_loopback()
    serve(CONTROL, "fine")
    if edge != "silent":
        serve(EDGE, edge)
    sys.exit(subprocess.run(command, timeout=400, check=False).returncode)
