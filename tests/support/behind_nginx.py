"""A real nginx that serves FHR's content over TLS, by HTTP/2 to those who know it."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import trustme

CONFIG = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css application/javascript text/plain;
    gzip on;
    gzip_types text/css application/javascript application/json;
    log_format asked "$server_protocol $connection";
    access_log {folder}/asked.log asked;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        {settings}
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/site;
        add_header Cache-Control max-age=600 always;
        add_header X-Content-Type-Options nosniff always;
        location ~ ^/__(version|heartbeat|lbheartbeat)__$ {{ default_type application/json; }}
    }}
}}
"""


@dataclass(frozen=True)
class Served:
    """The directory that is served, and the environment file that points there."""

    site: Path
    environment: Path

    def asked(self) -> tuple[set[str], int]:
        """The versions of HTTP by which it was asked, and over how many connections."""
        lines = (self.site.parent / "asked.log").read_text().splitlines()
        versions, connections = zip(*(line.split() for line in lines), strict=True)
        return set(versions), len(set(connections))

    def required(self, *files: str) -> list[str]:
        """Have the environment require the checks of these files alone; return what a run is
        given.
        """
        required = json.dumps([f"{name}::*" for name in files])
        with self.environment.open("a", encoding="utf-8") as file:
            file.write(f"\n[require]\nchecks = {required}\n")
        return [f"--env={self.environment}", *(f"smoketests/{name}" for name in files)]

    def shared(self, name: str) -> Path:
        """The one copy that all locales link to."""
        return (self.site / "fr" / name).resolve()


def start(
    nginx: str, folder: Path, listener: socket.socket, settings: str = ""
) -> subprocess.Popen[bytes]:
    """Start nginx, with these settings of its own. It takes a socket that listens already over from
    the process before it, by the variable NGINX: so the port is free, and connections are taken
    from the first moment on.
    """
    user = "user root;" if os.geteuid() == 0 else ""
    port = listener.getsockname()[1]
    (folder / "nginx.conf").write_text(
        CONFIG.format(user=user, folder=folder, port=port, settings=settings)
    )
    os.set_inheritable(listener.fileno(), True)
    return subprocess.Popen(
        [nginx, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
        env={**os.environ, "NGINX": f"{listener.fileno()};"},
        close_fds=False,
    )


def certify(folder: Path) -> None:
    """A certificate for nginx, and its authority's beside the environment file."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "environments" / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(folder / "chain.pem", append=number > 0)
