"""Reports to the ledger: executions from pool processes, confirms from a publisher."""

from __future__ import annotations

import http.client
import json
import math
import os
import threading
import time
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from celery import signals, states
from celery.utils.log import get_logger

from ha_celery.backoff import Backoff
from ha_celery.errors import GaveUpError
from ha_celery.ledger_store import Execution, authorization
from ha_celery.task_process import end_of

logger = get_logger(__name__)

#: Prefix of the drill's tasks, which report to the ledger of their own run only.
DRILL_TASKS = "ha_celery.drill."

#: States of a completed task; retried and rejected tasks run again.
ENDED = frozenset({states.SUCCESS, states.FAILURE})

#: Longest wait of a task for the ledger, in seconds: its volume may take 7 minutes to leave a lost machine.
LONGEST_WAIT = 600.0
LONGEST_ATTEMPT = 10.0


class LedgerClient:
    """One keep-alive connection; every call is retried until the ledger answers."""

    def __init__(self, url: str, budget: float = math.inf, timeout: float = LONGEST_ATTEMPT) -> None:
        """Connects to http://:TOKEN@HOST:PORT; a call fails after `budget` seconds without an answer."""
        parts = urlsplit(url)
        self._headers = {
            "Authorization": authorization(unquote(parts.password or "")),
            "Content-Type": "application/json",
        }
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        self._budget = budget
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def limit(self, seconds: float, *, once: bool = False) -> None:
        """Limits each of the next calls to this time, or to one short attempt."""
        longest = 1.0 if once else LONGEST_ATTEMPT
        self._timeout = max(0.1, min(longest, seconds / 4))
        # An attempt may take the timeout twice: to connect, and until the answer.
        self._budget = 0.0 if once else seconds - 2 * self._timeout

    def started(self, task_id: str, attempt: int, worker: str, at: float) -> None:
        """Records the start of a task function."""
        self._call("POST", "/started", {"id": task_id, "attempt": attempt, "worker": worker, "at": at})

    def execution(self, task_id: str, attempt: int, worker: str, started: float, finished: float) -> None:
        """Records a completed task function."""
        body = {"id": task_id, "attempt": attempt, "worker": worker, "started": started, "finished": finished}
        self._call("POST", "/executions", body)

    def executions(self, executions: list[Execution]) -> None:
        """Records several completed task functions."""
        self._call("POST", "/executions", [asdict(execution) for execution in executions])

    def confirmed(self, ids: list[str]) -> None:
        """Records confirmed tasks."""
        self._call("POST", "/confirmed", {"ids": ids})

    def confirmed_at(self, run: str, confirmed: list[tuple[str, float]]) -> bool:
        """Records confirmed tasks with their times; returns whether the run is to stop."""
        ids, at = [task_id for task_id, _ in confirmed], [time_ for _, time_ in confirmed]
        return bool(self._call("POST", "/confirmed", {"run": run, "ids": ids, "at": at})["stop"])

    def confirmed_ids(self, run: str) -> set[str]:
        """Returns the confirmed task ids of a run."""
        return set(self._call("GET", f"/confirmed?run={quote(run)}")["ids"])

    def stop(self, run: str) -> None:
        """Asks the publishers of a run to stop."""
        self._call("POST", "/stop", {"run": run})

    def store_result(self, key: str, value: str) -> None:
        """Stores a value of the drill's result backend."""
        self._call("POST", "/results", {"key": key, "value": value})

    def result(self, key: str) -> str | None:
        """Returns a value of the drill's result backend."""
        value: str | None = self._call("GET", f"/results?key={quote(key)}")["value"]
        return value

    def close(self) -> None:
        """Closes the connection."""
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        backoff = Backoff(self._budget, longest=5.0)
        data = None if body is None else json.dumps(body)
        while True:
            fresh = self._connection is None
            try:
                return self._attempt(method, path, data)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A restarted server closes keep-alive connections, so reconnect without a pause.
                if fresh:
                    logger.warning("ledger %s:%s does not answer (%r)", self._host, self._port, error)
                    backoff.pause(error)

    def _attempt(self, method: str, path: str, data: str | None) -> Any:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        elif self._connection.sock:
            self._connection.sock.settimeout(self._timeout)
        self._connection.request(method, path, data, self._headers)
        response = self._connection.getresponse()
        return _result(method, path, response.status, response.read())


def _result(method: str, path: str, status: int, text: bytes) -> Any:
    """Parses an answer; answers that are not the ledger's, such as those of a proxy, are retried."""
    shown = f"{status} to {method} {path}: {text[:500].decode(errors='replace')}"
    try:
        result = json.loads(text) if text else None
    except ValueError as error:
        raise http.client.HTTPException(shown) from error
    if 400 <= status < 500 and isinstance(result, dict) and "error" in result:
        raise ValueError(f"the ledger refused {method} {path}: {result['error']}")
    if not 200 <= status < 300:
        raise http.client.HTTPException(shown)
    return result


class _Clients(threading.local):
    """One connection per ledger, thread, and process; a fork must not share a connection."""

    pid = 0

    def of(self, url: str) -> LedgerClient:
        if self.pid != os.getpid():
            self.pid = os.getpid()
            self.clients: dict[str, LedgerClient] = {}
        return self.clients.setdefault(url, LedgerClient(url))


_clients = _Clients()


def own_client(url: str) -> LedgerClient:
    """Returns this thread's client of a ledger."""
    return _clients.of(url)


def attempt_of(request: Any) -> int:
    """Returns the number of deliveries of a task's message, including this one, as the broker counts them."""
    return 1 + int(request.get("x-delivery-count") or 0)


class _Recorder:
    """Connects Celery's signals to the ledger; one per pool process."""

    def __init__(self, url: str) -> None:
        self._url = url
        # Not of a client: with gevent, every task has its own.
        self._gave_up = False

    def before(self, task: Any, **_: Any) -> None:
        # Of this execution: with threads, two copies of a task can run at the same time.
        task.request.ha_celery_started = time.time()

    def after(self, task_id: str, task: Any, state: str, **_: Any) -> None:
        # Celery sends this signal before it acknowledges the message.
        request = task.request
        started = getattr(request, "ha_celery_started", None)
        if started is None or state not in ENDED or task.name.startswith(DRILL_TASKS):
            return
        client = own_client(self._url)
        # A task over its time limit would run again, and count as failed by its worker.
        client.limit(min(LONGEST_WAIT, end_of(task, request) - time.monotonic()), once=self._gave_up)
        try:
            client.execution(task_id, attempt_of(request), request.hostname or "", started, time.time())
            self._gave_up = False
        except GaveUpError as error:
            self._gave_up = True
            logger.error("%s has run, but the ledger does not know it: %s", task_id, error)


def record_executions(url: str) -> None:
    """Records every task of this worker; a task is acknowledged after the ledger has stored it.

    A task waits for the ledger until its time limit, at most LONGEST_WAIT. Then it is acknowledged uncounted,
    and the tasks after it in that process try only once, until the ledger answers again.
    """
    recorder = _Recorder(url)
    signals.task_prerun.connect(recorder.before, weak=False, dispatch_uid="ha-celery-recorder")
    signals.task_postrun.connect(recorder.after, weak=False, dispatch_uid="ha-celery-recorder")
