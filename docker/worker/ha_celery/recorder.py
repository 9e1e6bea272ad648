"""Tells the ledger what happened: executions from the pool's processes, confirmations from a publisher."""

from __future__ import annotations

import http.client
import json
import math
import os
import time
from typing import Any
from urllib.parse import quote, urlsplit

from celery import signals, states
from celery.utils.log import get_logger

from ha_celery.backoff import Backoff

logger = get_logger(__name__)

#: A task function that ended in one of these has run; retried and rejected ones run again.
ENDED = frozenset({states.SUCCESS, states.FAILURE})


class LedgerClient:
    """One kept-open connection; every call is repeated until the ledger has answered."""

    def __init__(self, url: str, budget: float = math.inf, timeout: float = 10.0) -> None:
        """Talk to the ledger at this URL and give up after `budget` seconds without an answer."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        self._budget = budget
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def execution(self, task_id: str, attempt: int, worker: str, started: float, finished: float) -> None:
        """Record that a task function has ended."""
        body = {"id": task_id, "attempt": attempt, "worker": worker, "started": started, "finished": finished}
        self._call("POST", "/executions", body)

    def confirmed(self, ids: list[str]) -> None:
        """Record that the broker has confirmed these tasks."""
        self._call("POST", "/confirmed", {"ids": ids})

    def confirmed_ids(self, run: str) -> set[str]:
        """Ask which tasks of a run are known as confirmed."""
        return set(self._call("GET", f"/confirmed?run={quote(run)}")["ids"])

    def close(self) -> None:
        """Drop the connection."""
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
                # A server that has restarted closes kept-open connections: no reason to wait.
                if fresh:
                    logger.warning("ledger %s:%s does not answer (%r)", self._host, self._port, error)
                    backoff.pause(error)

    def _attempt(self, method: str, path: str, data: str | None) -> Any:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        self._connection.request(method, path, data, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        text = response.read()
        if response.status >= 500:
            raise http.client.HTTPException(f"{response.status}: {text.decode(errors='replace')}")
        if response.status >= 400:
            raise ValueError(f"the ledger refused {method} {path}: {text.decode(errors='replace')}")
        return json.loads(text) if text else None


class _Recorder:
    """Connects Celery's signals to the ledger; lives once per process of the pool."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: LedgerClient | None = None
        self._client_pid = 0
        self._started: dict[str, float] = {}

    def before(self, task_id: str, **_: Any) -> None:
        self._started[task_id] = time.time()

    def after(self, task_id: str, task: Any, state: str, **_: Any) -> None:
        # Called before the result leaves the process, thus before the message is acknowledged.
        started = self._started.pop(task_id, None)
        if started is None or state not in ENDED:
            return
        attempt = 1 + int(task.request.get("x-delivery-count") or 0)
        worker = task.request.hostname or ""
        self._own_client().execution(task_id, attempt, worker, started, time.time())

    def _own_client(self) -> LedgerClient:
        # A socket inherited over a fork would be shared with the parent.
        if self._client is None or self._client_pid != os.getpid():
            self._client = LedgerClient(self._url)
            self._client_pid = os.getpid()
        return self._client


def record_executions(url: str) -> None:
    """Record every task that this worker runs; a task is not acknowledged before the ledger has stored it."""
    recorder = _Recorder(url)
    signals.task_prerun.connect(recorder.before, weak=False, dispatch_uid="ha-celery-recorder")
    signals.task_postrun.connect(recorder.after, weak=False, dispatch_uid="ha-celery-recorder")
