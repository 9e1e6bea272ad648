"""Tables of the ledger; when a write call returns, its data is on disk."""

from __future__ import annotations

import base64
import queue
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS confirmed (id TEXT PRIMARY KEY, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS started (
    id TEXT, attempt INTEGER, worker TEXT, at REAL,
    PRIMARY KEY (id, at, worker)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS executions (
    id TEXT, attempt INTEGER, worker TEXT, started REAL, finished REAL,
    -- A client that missed the answer sends the same execution again.
    PRIMARY KEY (id, started, worker)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stopped (run TEXT PRIMARY KEY) WITHOUT ROWID;
-- Of the result backend of drills.
CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""

ADD_CONFIRMED = "INSERT OR IGNORE INTO confirmed VALUES (?, ?)"
ADD_STARTED = "INSERT OR IGNORE INTO started VALUES (?, ?, ?, ?)"
ADD_EXECUTION = "INSERT OR IGNORE INTO executions VALUES (?, ?, ?, ?, ?)"

# Ids are <run>-<number>; the name of a run can be a prefix of another's.
OF_RUN = "id >= :run || '-' AND id < :run || '.' AND instr(substr(id, length(:run) + 2), '-') = 0"

LARGEST_BATCH = 1000


def authorization(token: str) -> str:
    """Returns the header with which clients send the ledger's token."""
    return "Basic " + base64.b64encode(f":{token}".encode()).decode()


@dataclass(frozen=True)
class Start:
    """Start of a task function, in Unix seconds."""

    id: str
    attempt: int
    worker: str
    at: float


@dataclass(frozen=True)
class Execution:
    """One run of a task function, times in Unix seconds."""

    id: str
    attempt: int
    worker: str
    started: float
    finished: float


@dataclass
class _Write:
    sql: str
    rows: Sequence[tuple[Any, ...]]
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Store:
    """SQLite database with one writer thread; concurrent writes share one disk flush."""

    def __init__(self, folder: Path) -> None:
        """Opens or creates the database in the given folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "ledger.sqlite3"
        try:
            with self._connect() as connection:
                connection.executescript(SCHEMA)
                columns = {row[1] for row in connection.execute("PRAGMA table_info(confirmed)")}
                if "at" not in columns:
                    # A file of version 0.1.
                    connection.execute("ALTER TABLE confirmed ADD COLUMN at REAL")
            connection.close()
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
        self._writes: queue.SimpleQueue[_Write] = queue.SimpleQueue()
        threading.Thread(target=self._write_forever, daemon=True, name="ledger-writer").start()

    def add_confirmed(self, confirmed: list[tuple[str, float | None]]) -> None:
        """Stores confirmed task ids, with the time of the confirm if it is known."""
        self._write(ADD_CONFIRMED, confirmed)

    def add_started(self, start: Start) -> None:
        """Stores the start of a task function."""
        self._write(ADD_STARTED, [astuple(start)])

    def add_executions(self, executions: list[Execution]) -> None:
        """Stores completed task functions."""
        self._write(ADD_EXECUTION, [astuple(execution) for execution in executions])

    def set_result(self, key: str, value: str) -> None:
        """Stores or replaces a value of the drill's result backend."""
        self._write("INSERT OR REPLACE INTO results VALUES (?, ?)", [(key, value)])

    def result(self, key: str) -> str | None:
        """Returns a value of the drill's result backend."""
        with self._connect() as connection:
            row = connection.execute("SELECT value FROM results WHERE key = ?", [key]).fetchone()
        connection.close()
        return row[0] if row else None

    def stop(self, run: str) -> None:
        """Stores the request to stop publishing for a run."""
        self._write("INSERT OR IGNORE INTO stopped VALUES (?)", [(run,)])

    def stopped(self, run: str) -> bool:
        """Returns whether the publishers of a run are to stop."""
        return bool(self._ids("SELECT run FROM stopped WHERE run = :run", run))

    def events(self, run: str) -> dict[str, list[Any]]:
        """Returns all events of a run, each type in chronological order."""
        questions = {
            "confirmed": f"SELECT id, at FROM confirmed WHERE {OF_RUN} ORDER BY at, id",
            "started": f"SELECT id, attempt, worker, at FROM started WHERE {OF_RUN} ORDER BY at, id",
            "finished": "SELECT id, attempt, worker, started, finished FROM executions"
            f" WHERE {OF_RUN} ORDER BY finished, id",
        }
        with self._connect() as connection:
            # One transaction, for a consistent snapshot.
            connection.execute("BEGIN")
            events = {
                name: connection.execute(sql, {"run": run}).fetchall() for name, sql in questions.items()
            }
        connection.close()
        return events

    def confirmed(self, run: str) -> list[str]:
        """Returns the confirmed task ids of a run."""
        return self._ids(f"SELECT id FROM confirmed WHERE {OF_RUN} ORDER BY id", run)

    def missing(self, run: str) -> dict[str, list[str]]:
        """Returns the lost and the duplicated task ids of a run."""
        return {
            "lost": self._ids(
                f"SELECT id FROM confirmed WHERE {OF_RUN} AND id NOT IN (SELECT id FROM executions)"
                " ORDER BY id",
                run,
            ),
            "duplicated": self._ids(
                f"SELECT id FROM executions WHERE {OF_RUN} GROUP BY id HAVING count(*) > 1 ORDER BY id", run
            ),
        }

    def summary(self, run: str) -> dict[str, Any]:
        """Returns the totals of a run."""
        confirmed_ids = f"""
            SELECT count(*), count(*) FILTER (
                WHERE EXISTS (SELECT 1 FROM executions WHERE executions.id = confirmed.id))
            FROM confirmed WHERE {OF_RUN}"""
        executed_ids = f"""
            SELECT count(*), total(times), count(*) FILTER (WHERE times > 1), min(first), max(last) FROM (
                SELECT count(*) AS times, min(started) AS first, max(finished) AS last
                FROM executions WHERE {OF_RUN} GROUP BY id)"""
        workers = f"SELECT worker, count(*) FROM executions WHERE {OF_RUN} GROUP BY worker ORDER BY worker"
        with self._connect() as connection:
            # One transaction, for a consistent snapshot.
            connection.execute("BEGIN")
            confirmed, both = connection.execute(confirmed_ids, {"run": run}).fetchone()
            executed, executions, duplicated, first, last = connection.execute(
                executed_ids, {"run": run}
            ).fetchone()
            by_worker = dict(connection.execute(workers, {"run": run}).fetchall())
        connection.close()
        return {
            "run": run,
            "confirmed": confirmed,
            "executed": executed,
            "executions": int(executions),
            "lost": confirmed - both,
            "duplicated": duplicated,
            "unconfirmed": executed - both,
            "workers": by_worker,
            "firstStarted": first,
            "lastFinished": last,
        }

    def check(self) -> bool:
        """Returns True if the database can be read; raises otherwise."""
        return self._ids("SELECT id FROM confirmed LIMIT 1", "") is not None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        # FULL, because an answer must survive a power failure.
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _ids(self, sql: str, run: str) -> list[str]:
        connection = self._connect()
        try:
            return [row[0] for row in connection.execute(sql, {"run": run} if ":run" in sql else {})]
        finally:
            connection.close()

    def _write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        write = _Write(sql, rows)
        self._writes.put(write)
        write.done.wait()
        if write.error:
            raise write.error

    def _write_forever(self) -> None:
        connection = self._connect()
        while True:
            batch = [self._writes.get()]
            while len(batch) < LARGEST_BATCH and not self._writes.empty():
                batch.append(self._writes.get())
            error: Exception | None = None
            try:
                with connection:
                    for write in batch:
                        connection.executemany(write.sql, write.rows)
            except Exception as problem:
                error = problem
            for write in batch:
                write.error = error
                write.done.set()
