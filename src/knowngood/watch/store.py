"""Store the state and the runs of an environment in an SQLite file.

A run is stored in one transaction with the state after it: a process that is killed leaves both or
nothing. WAL lets others read the history meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from ..safety import RunnerError, user_folder
from ..session import Options
from ..verdict import VerdictKind
from .run import RunCause, WatchedRun
from .state import WatchState

VERSION: Final = 1
"""The version of the file's format, its ``user_version``."""

_BUSY: Final = 60.0  # seconds to wait for another run, which may be sending messages
_TABLES: Final = """
CREATE TABLE states (environment TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    environment TEXT NOT NULL, id TEXT NOT NULL, began REAL NOT NULL, seconds REAL NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL, release TEXT, causes TEXT NOT NULL,
    cause_count INTEGER NOT NULL, flaky INTEGER NOT NULL, p50 REAL, p95 REAL
);
CREATE INDEX runs_by_time ON runs (environment, began);
"""


class StateUnusable(RunnerError):
    """The file cannot be read or written; the message says why, and what to do."""


def usual_path(options: Options) -> Path:
    """Return the state file for ``options``, below the user's state folder (XDG).

    Each environment file has its own, and so has each preview of it (``--origin``, ``--drill``) and
    each level: a PASSED of the level smoke must not end a FAILED of the level full. Raises
    UsageError if there is no such folder.
    """
    environment = options.environment
    file = str(environment.path.resolve())
    watched = [file, sorted(options.origins), options.drill, options.level]
    digest = sha256(json.dumps(watched).encode()).hexdigest()[:12]
    return user_folder("XDG_STATE_HOME", ".local/state") / f"{environment.name}-{digest}.sqlite3"


class Store:
    """An open file. Every method may raise StateUnusable."""

    def __init__(self, connection: sqlite3.Connection, path: Path, environment: str) -> None:
        self._connection = connection
        self._path = path
        self._environment = environment

    def state(self) -> WatchState:
        """Return the state; an empty one if none is stored."""
        query = "SELECT state FROM states WHERE environment = ?"
        with _file_errors(self._path):
            row = self._connection.execute(query, (self._environment,)).fetchone()
            return WatchState.from_json(json.loads(row[0])) if row else WatchState()

    def write(self, run: WatchedRun, state: WatchState, keep: float) -> None:
        """Store a run and the state after it, delete runs that are older by ``keep`` days, and end
        the transaction.
        """
        with _file_errors(self._path):
            self._insert(run)
            self._connection.execute(
                "INSERT OR REPLACE INTO states VALUES (?, ?)",
                (self._environment, json.dumps(state.to_json())),
            )
            self._connection.execute(
                "DELETE FROM runs WHERE environment = ? AND began < ?",
                (self._environment, run.began - keep * 86400),
            )
            self._connection.execute("COMMIT")

    def _insert(self, run: WatchedRun) -> None:
        self._connection.execute(
            f"INSERT INTO runs VALUES ({', '.join('?' * 12)})",  # noqa: S608 - marks alone
            (
                self._environment,
                run.id,
                run.began,
                run.seconds,
                run.verdict,
                run.reason,
                run.release,
                json.dumps([[cause.key, cause.sentence] for cause in run.causes]),
                run.cause_count,
                run.flaky,
                run.p50,
                run.p95,
            ),
        )

    def runs(self, since: float = 0.0) -> list[WatchedRun]:
        """Return the runs that began at ``since`` (seconds since the epoch) or later, in order.

        They have no commands and warnings: a month of these would need more than 20 MB.
        """
        with _file_errors(self._path):
            rows = self._connection.execute(
                "SELECT * FROM runs WHERE environment = ? AND began >= ? ORDER BY began, rowid",
                (self._environment, since),
            )
            return [_run(row) for row in rows]


def _run(row: sqlite3.Row) -> WatchedRun:
    values = dict(row)
    del values["environment"]
    return WatchedRun(
        **{
            **values,
            "verdict": VerdictKind(row["verdict"]),
            "causes": tuple(RunCause(*cause) for cause in json.loads(row["causes"])),
        }
    )


@contextmanager
def writing(path: Path, environment: str) -> Iterator[Store]:
    """Open the file for one ``write``, or make it. Wait while another process writes. Raises
    StateUnusable.
    """
    with _file_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = _connect(path)
    with closing(connection):
        with _file_errors(path):
            _begin(connection)
            _prepare(connection)
        yield Store(connection, path, environment)


@contextmanager
def reading(path: Path, environment: str) -> Iterator[Store]:
    """Open the file to read it. Raises StateUnusable, also if there is no file.

    SQLite must write beside a file to read it. Where it cannot, as on a full disk, no other process
    can either, so the file is read as unchanging.
    """
    with _file_errors(path):
        try:
            connection = _connect(path, "mode=ro")
        except sqlite3.OperationalError:
            connection = _connect(path, "mode=ro&immutable=1")
    with closing(connection):
        with _file_errors(path):
            _refuse_other_version(connection)
        yield Store(connection, path, environment)


def _connect(path: Path, options: str = "") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{options}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA user_version").fetchone()  # SQLite opens the file only now
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_locked(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # above that it says more exactly why
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@retry(
    retry=retry_if_exception(_is_locked),
    stop=stop_after_delay(_BUSY),
    wait=wait_random(0, 0.05),
    reraise=True,
)
def _begin(connection: sqlite3.Connection) -> None:
    """Begin to write. Retry if the file is locked: SQLite does not wait while another process makes
    or removes the write-ahead log (sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in a new file. Needs the transaction: two first runs may come at once."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    _refuse_other_version(connection)


def _refuse_other_version(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        raise StateUnusable("no run of the watch is stored in it yet")
    if version != VERSION:
        raise StateUnusable(
            f"found version {version} of its format; expected {VERSION}: give another --state FILE"
        )


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    """Raise StateUnusable, which names the file, for every error of it."""
    try:
        yield
    except StateUnusable as error:
        raise StateUnusable(f"{path}: {error}") from None
    except sqlite3.OperationalError as error:  # the disk, a lock, permissions
        raise StateUnusable(
            f"{path}: {error}; it needs a folder and a disk that can be written"
        ) from error
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise StateUnusable(
            f"{path}: no state of the watch can be read from it: {error}; move the file away, and "
            "the watch begins anew"
        ) from error
    except OSError as error:
        raise StateUnusable(f"{path}: {error.strerror or error}") from error
