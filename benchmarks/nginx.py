"""A real nginx that serves a directory on loopback, plainly and over TLS, and logs its requests."""

from __future__ import annotations

import grp
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

from .errors import BenchmarkError
from .process import find

_TRIES: Final = 5  # another process may take the free port first
_READY: Final = 10.0  # seconds
_SETTLED: Final = 0.3  # seconds; nginx logs a request just after it was answered

# keepalive_requests: by default nginx ends a connection after a thousand requests. Over HTTP/2 that
# takes curl 7.88 a sixth longer, and once ended it with exit code 16.
_CONFIG: Final = """
{user}
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 2048; }}
http {{
    log_format asked "$request_method $status $request_uri";
    access_log {folder}/access.log asked;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{
        application/javascript js;
        application/json json;
        application/vnd.ms-fontobject eot;
        font/ttf ttf;
        font/woff woff;
        image/gif gif;
        image/png png;
        image/svg+xml svg;
        text/css css;
        text/html html;
        text/plain txt;
    }}
    default_type application/json;
    charset utf-8;
    charset_types application/javascript text/css text/plain;
    sendfile on;
    keepalive_requests 100000;
    server {{
        listen 127.0.0.1:{port};
        listen 127.0.0.1:{tls_port} ssl http2;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        root {root};
        add_header Cache-Control max-age=600 always;
        add_header X-Content-Type-Options nosniff always;
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the access log."""

    method: str
    status: int
    path: str


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running server.

    Attributes:
        port: where it answers plainly.
        tls_port: where it answers over TLS, by HTTP/2 to those who know it.
        ca: the authority of its certificate.
        log: what it was asked for.
    """

    port: int
    tls_port: int
    ca: Path
    log: Path

    @property
    def origin(self) -> str:
        """Its URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def secure_origin(self) -> str:
        """The same over TLS."""
        return f"https://127.0.0.1:{self.tls_port}"

    def forget(self) -> None:
        """Begin the log anew; nginx appends to it."""
        time.sleep(_SETTLED)
        os.truncate(self.log, 0)

    def asked(self) -> list[Asked]:
        """What the log holds, in the order of the answers."""
        time.sleep(_SETTLED)
        lines = (line.split(" ", 2) for line in self.log.read_text("utf-8").splitlines())
        return [Asked(method, int(status), path) for method, status, path in lines]


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[Nginx]:
    """Serve ``root`` until the block ends; ``folder`` takes configuration and logs."""
    program = find("nginx")
    _certify(folder)
    for _ in range(_TRIES):
        port, tls_port = _free_port(), _free_port()
        process = _start(program, root, folder, port, tls_port)
        try:
            if _listens(process, port):
                yield Nginx(port, tls_port, folder / "ca.pem", folder / "access.log")
                return
        finally:
            _stop(process)
    log = (folder / "error.log").read_text("utf-8", "replace")[-1000:]
    raise BenchmarkError(f"nginx: did not start; its error log says:\n{log}")


def _certify(folder: Path) -> None:
    """Write a certificate for loopback, its key, and its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "chain.pem", append=True)


def _start(
    program: str, root: Path, folder: Path, port: int, tls_port: int
) -> subprocess.Popen[bytes]:
    config = folder / "nginx.conf"
    text = _CONFIG.format(user=_user(), folder=folder, port=port, tls_port=tls_port, root=root)
    config.write_text(text, encoding="utf-8")
    return subprocess.Popen(
        [program, "-e", folder / "error.log", "-p", folder, "-c", config],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to handle
    )


def _user() -> str:
    """Workers of a root's nginx may otherwise not read a temporary directory."""
    return f"user root {grp.getgrgid(0).gr_name};" if os.geteuid() == 0 else ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + _READY
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process.poll() is None
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # the master ends its workers
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
