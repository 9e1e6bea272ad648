"""Workflows of a drill: chains, chords, callbacks, retries, and tasks that are sent by name.

The publisher chooses the ids of all tasks of a workflow, so that the ledger can count each of them. A task is
counted when it has succeeded, which includes that the tasks after it are published.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from celery import Celery, Task, chain, chord

from ha_celery.recorder import DRILL_TASKS, attempt_of, own_client

#: Delay of a retry.
RETRY_SECONDS = 1
#: In one of this many rounds, the first tasks of chain and callback are long.
LONG_EVERY = 10
#: Long enough for a fault to begin while the task runs.
LONG_SECONDS = 15.0


class FirstAttemptError(Exception):
    """Raised by the first attempt of a task that is retried."""


class Counted(Task):
    """Reports its success to the ledger. A failure, or an attempt that ends in a retry, does not count."""

    ignore_result = False

    def work(self, ledger_url: str, seconds: float) -> str:
        """Reports the start, sleeps, and returns the task's id."""
        request = self.request
        request.began = time.time()
        own_client(ledger_url).started(request.id, attempt_of(request), request.hostname, request.began)
        time.sleep(seconds)
        return str(request.id)

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG002 - Celery's signature
        """Reports the end; Celery calls this after it has published what follows the task."""
        request = self.request
        client = own_client(kwargs["ledger_url"])
        client.execution(task_id, attempt_of(request), request.hostname, request.began, time.time())


def step(self: Any, *, ledger_url: str, seconds: float) -> str:
    """Runs on its own, at the start of a workflow, or in the header of a chord."""
    return str(self.work(ledger_url, seconds))


def follow(self: Any, previous: Any, *, expected: Any, ledger_url: str, seconds: float) -> str:
    """Runs after the tasks whose results are expected; fails if it receives others."""
    if previous != expected:
        raise ValueError(f"received {previous!r} instead of {expected!r}")
    return str(self.work(ledger_url, seconds))


def retry(self: Any, *, ledger_url: str, seconds: float) -> str:
    """Retries once, by itself."""
    if not self.request.retries:
        raise self.retry(countdown=RETRY_SECONDS)
    return str(self.work(ledger_url, seconds))


def autoretry(self: Any, *, ledger_url: str, seconds: float) -> str:
    """Raises an error that Celery retries."""
    if not self.request.retries:
        raise FirstAttemptError
    return str(self.work(ledger_url, seconds))


def add_to(app: Celery) -> None:
    """Registers the tasks in the drill's own app, which has a result backend for them."""
    # Logs and events show no arguments, which hold the ledger's token, not even those of retries and chords.
    app.amqp.argsrepr_maxsize = app.amqp.kwargsrepr_maxsize = 1
    options = {"base": Counted, "bind": True, "shared": False}
    for function in (step, follow, retry):
        app.task(function, name=DRILL_TASKS + function.__name__, **options)
    app.task(
        autoretry,
        name=f"{DRILL_TASKS}autoretry",
        autoretry_for=(FirstAttemptError,),
        default_retry_delay=RETRY_SECONDS,
        **options,
    )


@dataclass(frozen=True)
class Workflows:
    """The workflows of a run, by number; all kinds in turn."""

    app: Celery
    run: str
    ledger_url: str
    seconds: float

    def ids(self, number: int) -> list[str]:
        """Returns the ids of all tasks of a workflow."""
        _, size = KINDS[number % len(KINDS)]
        return [f"{self.run}-{number:06}.{part}" for part in range(1, size + 1)]

    def publish(self, number: int) -> None:
        """Returns once the broker has confirmed everything that the caller of a workflow publishes."""
        kind, _ = KINDS[number % len(KINDS)]
        kind(self, number, self.ids(number))

    def first_seconds(self, number: int) -> float:
        """Returns the duration of a workflow's first task."""
        is_long = number // len(KINDS) % LONG_EVERY == 0
        return max(self.seconds, LONG_SECONDS) if is_long else self.seconds

    def signature(self, name: str, task_id: str, seconds: float | None = None, **more: Any) -> Any:
        """Returns the signature of a task with a fixed id."""
        kwargs = self.kwargs(seconds) | more
        return self.app.signature(DRILL_TASKS + name, kwargs=kwargs, app=self.app).set(task_id=task_id)

    def kwargs(self, seconds: float | None = None) -> dict[str, Any]:
        """Returns the arguments of every task."""
        return {"ledger_url": self.ledger_url, "seconds": self.seconds if seconds is None else seconds}


def _chain(of: Workflows, number: int, ids: list[str]) -> None:
    first, second = ids
    chain(
        of.signature("step", first, of.first_seconds(number)), of.signature("follow", second, expected=first)
    ).apply_async()


def _chord(of: Workflows, _: int, ids: list[str]) -> None:
    *header, body = ids
    tasks = [of.signature("step", task_id) for task_id in header]
    chord(tasks, of.signature("follow", body, expected=header), app=of.app).apply_async(task_id=body)


def _callback(of: Workflows, number: int, ids: list[str]) -> None:
    first, second = ids
    task = of.signature("step", first, of.first_seconds(number))
    task.apply_async(link=of.signature("follow", second, expected=first))


def _retry(of: Workflows, _: int, ids: list[str]) -> None:
    of.signature("retry", ids[0]).apply_async()


def _autoretry(of: Workflows, _: int, ids: list[str]) -> None:
    of.signature("autoretry", ids[0]).apply_async()


def _send_task(of: Workflows, _: int, ids: list[str]) -> None:
    of.app.send_task(f"{DRILL_TASKS}step", kwargs=of.kwargs(), task_id=ids[0])


#: Each kind of workflow, with its number of tasks.
KINDS: Sequence[tuple[Callable[[Workflows, int, list[str]], None], int]] = (
    (_chain, 2),
    (_chord, 4),
    (_callback, 2),
    (_retry, 1),
    (_autoretry, 1),
    (_send_task, 1),
)
