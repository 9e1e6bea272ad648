"""Tasks of a drill, registered in every configured app.

Their names are fixed: `ha_celery.drill.work` and `ha_celery.drill.count`. The ledger's URL is an argument, so
that the workers of any installation can run them.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import Any

from celery import Celery, signals

from ha_celery.ledger_store import Execution
from ha_celery.recorder import DRILL_TASKS, LedgerClient, attempt_of, own_client

FLUSH_SECONDS = 0.2


def add_to(app: Celery) -> None:
    """Registers the tasks in an app; their results are not stored."""
    for function in (work, count):
        name = DRILL_TASKS + function.__name__
        app.task(function, name=name, bind=True, shared=False, ignore_result=True)


def work(
    self: Any,
    ledger_url: str,
    seconds: float,
    counted_until: float = math.inf,
    payload: str = "",  # noqa: ARG001 - only transferred
) -> None:
    """Sleeps; the ledger stores its start, and its end before the message is acknowledged.

    A killed drill leaves tasks in the queue of a pool, but no ledger. So after the Unix time `counted_until`,
    a task fails if the ledger does not answer at once, instead of keeping a process of the pool busy.
    """
    request, began = self.request, time.time()
    attempt = attempt_of(request)
    ledger = own_client(ledger_url) if began < counted_until else LedgerClient(ledger_url, 0.0, timeout=2.0)
    ledger.started(request.id, attempt, request.hostname, began)
    time.sleep(seconds)
    ledger.execution(request.id, attempt, request.hostname, began, time.time())


def count(self: Any, ledger_url: str, payload: str, seconds: float = 0.0) -> None:  # noqa: ARG001 - only transferred
    """Sleeps; reports to the ledger within 0.2 s, after it has ended.

    Only for measuring throughput: a process that is killed loses its unreported executions.
    """
    began, request = time.time(), self.request
    if seconds:
        time.sleep(seconds)
    buffer = _buffers.get(ledger_url)
    if buffer is None:
        buffer = _buffers[ledger_url] = _Buffer(ledger_url)
    buffer.add(Execution(request.id, attempt_of(request), request.hostname, began, time.time()))


class _Buffer:
    """Buffers the executions of one process; a thread reports them."""

    def __init__(self, ledger_url: str) -> None:
        self._url = ledger_url
        self._waiting: deque[Execution] = deque()
        self._sending = threading.Lock()
        threading.Thread(target=self._forever, daemon=True, name="drill-count").start()

    def add(self, execution: Execution) -> None:
        self._waiting.append(execution)

    def flush(self) -> None:
        # Makes the end of the process wait for a batch in flight.
        with self._sending:
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if batch:
                own_client(self._url).executions(batch)

    def _forever(self) -> None:
        end = threading.Event()  # Never set: the thread is a daemon.
        while not end.wait(FLUSH_SECONDS):
            self.flush()


#: Filled by tasks, so only in pool processes, after the fork.
_buffers: dict[str, _Buffer] = {}


def _flush_all(**_: Any) -> None:
    for buffer in _buffers.values():
        buffer.flush()


signals.worker_process_shutdown.connect(_flush_all, weak=False, dispatch_uid="ha-celery-drill")
# For pools without child processes.
signals.worker_shutdown.connect(_flush_all, weak=False, dispatch_uid="ha-celery-drill")
