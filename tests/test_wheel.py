"""The package that other teams install: the engine alone, and it works without this checkout."""

import os
import subprocess
import sys
import sysconfig
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKS = '''
import pytest

@pytest.mark.get("content:/index.html")
def test_page_is_there(response):
    """The page is there."""
    assert response.status_code == 200

@pytest.mark.get("content:/missing.html")
def test_what_is_missing_is_404(response):
    """What is not there is 404."""
    assert response.status_code == 404
'''


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture
def fresh_python(wheel: Path, tmp_path: Path) -> Path:
    """The interpreter of a new environment that has the wheel, and of ours the dependencies."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = folder / "lib" / version / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site_packages)
    # A folder that a .pth file names is searched, but its own .pth files are not read: the
    # editable install of this checkout stays out.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """A service of somebody else's, on a port of its own."""
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>x</title>")

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, directory=str(folder), **options)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_wheel_holds_the_engine_alone(wheel: Path) -> None:
    """No embedded FHR, no checks of FHR's; but the schemas and templates that the engine reads."""
    names = set(zipfile.ZipFile(wheel).namelist())
    folders = {name.partition("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == {"knowngood"}
    data = {path for path in (ROOT / "src/knowngood").rglob("*.*") if path.suffix in DATA}
    assert {str(path.relative_to(ROOT / "src")) for path in data} <= names


DATA = {".json", ".css", ".j2", ".typed"}


def test_a_suite_of_two_checks_runs_with_it(
    fresh_python: Path, service: str, tmp_path: Path
) -> None:
    """A team installs the wheel, writes two checks and an environment, and gets a verdict."""
    suite = tmp_path / "suite"
    (suite / "environments").mkdir(parents=True)
    (suite / "smoketests").mkdir()
    (suite / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["smoketests"]\n')
    (suite / "smoketests" / "test_ours.py").write_text(CHECKS)
    (suite / "environments" / "ours.toml").write_text(
        f'description = "our service"\n[origins]\ncontent = "{service}"\n'
    )
    variables = {
        name: value
        for name, value in os.environ.items()
        if "PYTEST" not in name and name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    script = "import importlib.util, knowngood; print(importlib.util.find_spec('fhr_standin'))"
    where = subprocess.run(
        [fresh_python, "-c", f"{script}; print(knowngood.__file__)"],
        cwd=suite,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.splitlines()[0] == "None"
    assert str(fresh_python.parent.parent) in where.stdout.splitlines()[1]
    ended = subprocess.run(
        [fresh_python, "-m", "knowngood", "verify", "--env=ours", "-p", "no:cacheprovider"],
        cwd=suite,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 cases of 2 ran: 2 passed" in ended.stdout
