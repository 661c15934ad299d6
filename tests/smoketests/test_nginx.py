"""The suite against a real nginx that serves the same content over TLS."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
import trustme

import fhr_standin

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
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
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


BUILT = "knowngood::every_file_is_the_one_that_was_built"


@pytest.fixture
def nginx() -> str:
    """The nginx program: where it is missing a laptop skips, and CI fails."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        message = "nginx is not installed (Debian: apt-get install nginx-light)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return program


@pytest.fixture
def served(nginx: str, tmp_path: Path, fhr_environment: Callable) -> Iterator[Served]:
    """Eight locales of FHR's content behind nginx, submission at the embedded FHR."""
    site = tmp_path / "site"
    writing = [sys.executable, "-m", "fhr_standin", "--write", str(site), "--locales", "8"]
    subprocess.run(writing, check=True, stdout=subprocess.DEVNULL)
    (tmp_path / "environments").mkdir()
    _certify(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener, fhr_standin.running(locales=4) as fhr:
        port = listener.getsockname()[1]
        origins = {"content": f"https://127.0.0.1:{port}"}
        origins["submission"] = fhr.origins["submission"]
        environment = fhr_environment(origins, 'ca = "file:ca.pem"')
        process = _start(nginx, tmp_path, listener)
        try:
            yield Served(site, environment)
        finally:
            process.terminate()
            process.wait(10)


def _start(nginx: str, folder: Path, listener: socket.socket) -> subprocess.Popen[bytes]:
    """Nginx takes a socket that listens already over from the process before it, by the variable
    NGINX: so the port is free, and connections are taken from the first moment on.
    """
    user = "user root;" if os.geteuid() == 0 else ""
    port = listener.getsockname()[1]
    (folder / "nginx.conf").write_text(CONFIG.format(user=user, folder=folder, port=port))
    os.set_inheritable(listener.fileno(), True)
    return subprocess.Popen(
        [nginx, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
        env={**os.environ, "NGINX": f"{listener.fileno()};"},
        close_fds=False,
    )


def _certify(folder: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "environments" / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(folder / "chain.pem", append=number > 0)


def test_the_suite_passes_on_nginx(served: Served, suite: Callable) -> None:
    """Real server, real TLS, nginx's own media types, ETags and compression."""
    ended = suite(f"--env={served.environment}")
    assert ended.code == 0, ended.output


def test_an_authority_that_is_not_trusted(served: Served, suite: Callable) -> None:
    """Without the test's authority no answer is believed, and no header of ours goes out."""
    text = served.environment.read_text().replace('ca = "file:ca.pem"', "")
    served.environment.write_text(text)
    ended = suite(f"--env={served.environment}", "-k", "robots")
    assert ended.code == 75, ended.output
    assert "tls (untrusted): " in ended.output


def _shared(site: Path, name: str) -> Path:
    """The one copy that all locales link to."""
    return (site / "fr" / name).resolve()


@pytest.mark.parametrize(
    ("removed", "caught_by"),
    [
        ("js/config.json", "test_config.py::test_config_json_never_404s"),
        (
            "js/locale/date_format.json",
            "test_date_format.py::test_every_locale_has_its_twelve_months",
        ),
        (
            "mobile/css/main.css",
            "test_references.py::test_everything_a_page_needs_is_there",
        ),
        ("v4/index.html", "test_pages.py::test_page_is_there"),
    ],
)
def test_a_file_is_removed(served: Served, suite: Callable, removed: str, caught_by: str) -> None:
    """The push of 2013-06-14, and its like."""
    _shared(served.site, removed).unlink()
    ended = suite(f"--env={served.environment}")
    assert ended.code == 1, ended.output
    assert caught_by in ended.failed_checks()


def test_the_links_of_one_locale_are_broken(served: Served, suite: Callable) -> None:
    """A deploy step that loses one locale's links blanks FHR in that language only."""
    (served.site / "fr" / "js").unlink()
    ended = suite(f"--env={served.environment}")
    assert ended.code == 1, ended.output
    assert {each["values"]["locale"] for each in ended.verdict["failures"]} == {"fr"}
    assert "test_config.py::test_config_json_never_404s" in ended.failed_checks()


def _asks_for_nothing(served: Served) -> None:
    """The first releases: no settings, no month names, and no script that reads them."""
    for name in ("js/config.json", "js/locale/date_format.json"):
        _shared(served.site, name).unlink()
        _shared(served.site, f"v4/{name}").unlink()
    for script in served.site.glob("_shared/**/*.js"):
        script.write_text(re.sub(r'"js/[^"]*[.]json"', "nothing", script.read_text("utf-8")))


def _no_preferences(served: Served) -> None:
    """The first Android page: it asks for the payload alone."""
    script = _shared(served.site, "mobile/js/fhr.js")
    script.write_text(script.read_text("utf-8").replace("RequestCurrentPrefs", "Nothing"))


def _no_dockerflow(served: Served) -> None:
    """A site older than Dockerflow: a file with the commit, and no heartbeats."""
    for name in ("__version__", "__heartbeat__", "__lbheartbeat__"):
        (served.site / name).unlink()
    (served.site / "revision").write_text("1744ff18de39778d94bd35e6fccf73a59b6f26d0\n")
    text = served.environment.read_text("utf-8")
    told = 'url = "content:/revision"\nshape = "text"'
    served.environment.write_text(text.replace('url = "content:/__version__"', told), "utf-8")


def _not_translated(served: Served) -> None:
    """A locale whose Android page nobody has translated yet: a link to the English one."""
    shutil.rmtree(served.site / "ar" / "mobile")
    (served.site / "ar" / "mobile").symlink_to("../en-US/mobile")
    text = served.environment.read_text("utf-8")
    told = '[params]\nborrowed = ["ar/mobile/=en-US"]'
    served.environment.write_text(text.replace("[params]", told), "utf-8")


OTHERS = [_asks_for_nothing, _no_preferences, _no_dockerflow, _not_translated]


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: change.__name__.strip("_"))
def test_a_release_that_is_otherwise_sound(
    served: Served, suite: Callable, change: Callable[[Served], None]
) -> None:
    """What FHR was at other times, or is elsewhere, is no reason to roll back."""
    change(served)
    ended = suite(f"--env={served.environment}")
    assert ended.code == 0, ended.output


def test_heartbeats_are_lost(served: Served, suite: Callable) -> None:
    """Where the version document is Dockerflow's, or the environment says that they are there."""
    (served.site / "__heartbeat__").unlink()
    ended = suite(f"--env={served.environment}")
    assert ended.failed_checks() == {"test_site.py::test_the_deployment_says_it_is_well"}
    text = served.environment.read_text("utf-8")
    told = text.replace("[params]", '[params]\nheartbeat = ["__lbheartbeat__"]')
    served.environment.write_text(told, "utf-8")
    ended = suite(f"--env={served.environment}")
    assert ended.code == 0, ended.output


@pytest.fixture
def manifest(served: Served) -> Path:
    """What was listed when the site was built, before it was served."""
    command = [sys.executable, "-m", "knowngood", "manifest", str(served.site)]
    path = served.site.parent / "manifest.txt"
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path


def _change_one_byte(path: Path) -> tuple[str, str]:
    """A colour by one digit: no check looks at it. The digests before and after."""
    content = path.read_bytes()
    changed = content.replace(b"#2b2f36", b"#2b2f37", 1)
    path.write_bytes(changed)
    return sha256(content).hexdigest(), sha256(changed).hexdigest()


WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])


@WORKERS
def test_what_is_served_is_what_was_built(
    served: Served, suite: Callable, manifest: Path, workers: tuple[str, ...]
) -> None:
    """Links, aliases, compression, a query: a sound deployment never fails. The version document
    is the deployment's own.
    """
    version = served.site / "__version__"
    version.write_text(version.read_text().replace("v1", "v2"))
    ended = suite(f"--env={served.environment}", f"--manifest={manifest}", *workers)
    digest = sha256(manifest.read_bytes()).hexdigest()
    assert ended.verdict["manifest"]["digest"] == digest
    assert ended.verdict["manifest"]["compared"] > 400
    assert ended.code == 0, ended.output


@WORKERS
def test_one_byte_is_another(
    served: Served, suite: Callable, manifest: Path, workers: tuple[str, ...]
) -> None:
    """A file that every check takes, and that is not the one that was built."""
    built, there = _change_one_byte(_shared(served.site, "css/styles.css"))
    ended = suite(f"--env={served.environment}", f"--manifest={manifest}", *workers)
    assert ended.code == 1, ended.output
    assert ended.failed_checks() == {BUILT}
    [failure] = ended.verdict["failures"]
    assert "/ar/css/styles.css and 4 answers more" in failure["message"]
    assert f"served sha256 {there}" in ended.output
    assert f"built  sha256 {built}" in ended.output


def test_a_file_that_was_not_built(served: Served, suite: Callable, manifest: Path) -> None:
    """What an older release left behind still answers, and hides that the build lacks it."""
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(each for each in lines if "/css/print.css" not in each))
    ended = suite(f"--env={served.environment}", f"--manifest={manifest}")
    assert ended.code == 1, ended.output
    assert ended.failed_checks() == {BUILT}
    assert "/fr/css/print.css is served and was not built" in ended.output


@pytest.mark.parametrize("folder", ["parent", "below", "other"])
def test_a_manifest_of_something_else(
    served: Served, suite: Callable, manifest: Path, folder: str
) -> None:
    """Of the folder above, of one below, of another site: no reason to roll back, nor to go on."""
    lines = manifest.read_text().splitlines(keepends=True)
    if folder == "parent":
        lines = [f"{each[:66]}site/{each[66:]}" for each in lines]
    elif folder == "below":
        lines = [f"{each[:66]}{each[69:]}" for each in lines if each[66:].startswith("fr/")]
    else:
        lines = [each for each in lines if "robots.txt" in each]
    manifest.write_text("".join(lines))
    ended = suite(f"--env={served.environment}", f"--manifest={manifest}")
    assert ended.code == 75, ended.output
    assert "make it of the folder that is served" in ended.output
