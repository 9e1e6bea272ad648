"""Publishes the tasks of a drill at a steady rate and reports every confirm to the ledger.

python -m ha_celery.drill.publisher

Variables, in addition to HA_CELERY_LEDGER_URL and HA_CELERY_QUEUES (one queue), which are required:

DRILL_RUN            name of the run and prefix of its task ids (required)
DRILL_RATE           tasks per second of all producers together, 0 for unlimited (40)
DRILL_PRODUCERS      publishing processes, each with its own connection (1)
DRILL_TASKS          number of tasks or workflows, 0 to publish until the ledger asks to stop (0)
DRILL_KIND           work, canvas for workflows, or count, to measure throughput (work)
DRILL_TASK_SECONDS   duration of each task, in seconds (0.05)
DRILL_PAYLOAD_BYTES  size of an additional argument of `work` or `count` (0)
DRILL_WINDOW         maximum number of unconfirmed tasks per producer (500)

Safe to kill and restart at any time: ids derive from the task's number, and tasks that the ledger knows as
confirmed are not published again.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from ha_celery.apps import check
from ha_celery.drill.canvas import Workflows
from ha_celery.drill.outlets import OnConfirmed, Outlet, TaskOutlet, WorkflowOutlet
from ha_celery.drill.pace import Pace
from ha_celery.drill.reporter import Reporter
from ha_celery.environment import Environment, choice, integer, number
from ha_celery.errors import SettingsError
from ha_celery.recorder import LedgerClient
from ha_celery.variable_types import LEDGER_URL, QUEUES, RUN_NAME

# Maximum delay until a waiting producer notices the stop request, in seconds.
LONGEST_WAIT = 0.2
# Age from which a task does not wait for the ledger. Longer than a task waits in its queue during any scene.
COUNTED_SECONDS = 900.0
# Kubernetes shows the content of this file in the pod's status.
TERMINATION_LOG = Path("/dev/termination-log")


@dataclass(frozen=True)
class Plan:
    """Load to publish."""

    run: str
    ledger_url: str
    rate: float = 40.0
    producers: int = 1
    tasks: int = 0
    kind: str = "work"
    task_seconds: float = 0.05
    payload_bytes: int = 0
    window: int = 500

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Plan:
        """Reads the DRILL_ variables; a SettingsError lists every missing or invalid one."""
        env = Environment(variables)
        plan = cls(
            run=env.read("DRILL_RUN", RUN_NAME, ""),
            ledger_url=env.read("HA_CELERY_LEDGER_URL", LEDGER_URL, None) or "",
            rate=env.read("DRILL_RATE", number(0, 100_000), 0.0, "40"),
            producers=env.read("DRILL_PRODUCERS", integer(1, 64), 1, "1"),
            tasks=env.read("DRILL_TASKS", integer(0, 10_000_000), 0, "0"),
            kind=env.read("DRILL_KIND", choice("work", "canvas", "count"), "work", "work"),
            task_seconds=env.read("DRILL_TASK_SECONDS", number(0, 3600), 0.0, "0.05"),
            payload_bytes=env.read("DRILL_PAYLOAD_BYTES", integer(0, 10_000_000), 0, "0"),
            window=env.read("DRILL_WINDOW", integer(1, 100_000), 1, "500"),
        )
        if plan.kind == "canvas" and plan.payload_bytes:
            env.add(
                "DRILL_PAYLOAD_BYTES is set, but DRILL_KIND canvas has no payload."
                " Set DRILL_KIND to work or count."
            )
        if len(env.read("HA_CELERY_QUEUES", QUEUES, ("",))) != 1:
            env.add("HA_CELERY_QUEUES lists several queues. Set it to the one that the drill publishes to.")
        env.check()
        return plan

    def numbers(self, producer: int) -> Iterator[int]:
        """Returns the task numbers of one producer; no two producers share a number."""
        if self.tasks:
            return iter(range(producer, self.tasks, self.producers))
        return itertools.count(producer, self.producers)

    def outlet(self, app: Any, report: OnConfirmed) -> Outlet:
        """Returns what publishes tasks or workflows."""
        if self.kind == "canvas":
            return WorkflowOutlet(Workflows(app, self.run, self.ledger_url, self.task_seconds), report)
        return TaskOutlet(app, self.run, self.kind, self.arguments, self.window, report)

    def arguments(self) -> tuple[Any, ...]:
        """Returns the arguments of a task that is published now."""
        payload = "x" * self.payload_bytes
        if self.kind == "count":
            return (self.ledger_url, payload, self.task_seconds)
        counted_until = time.time() + COUNTED_SECONDS
        return (self.ledger_url, self.task_seconds, counted_until, *([payload] if payload else []))


@dataclass(frozen=True)
class Figures:
    """Totals of one producer; times in Unix seconds."""

    published: int
    confirmed: int
    retries: int
    began: float
    ended: float


def produce(plan: Plan, app: Any, producer: int = 0) -> Figures:
    """Publishes the share of one producer until it is complete or stopped, and reports it to the ledger."""
    known = LedgerClient(plan.ledger_url).confirmed_ids(plan.run)
    with Reporter(plan.run, plan.ledger_url) as reporter:
        outlet = plan.outlet(app, reporter.add)
        outlet.wait(0)
        began = time.time()
        # Evenly interleaved with the other producers.
        pace = Pace(plan.rate / plan.producers, producer / plan.rate if plan.rate else 0.0)
        for number_ in plan.numbers(producer):
            ids = outlet.ids(number_)
            if known.issuperset(ids):
                continue
            while (seconds := pace.wait()) and not reporter.stopped():
                outlet.wait(min(seconds, LONGEST_WAIT))
            if reporter.stopped():
                break
            outlet.publish(number_)
            for _ in ids:
                pace.step()
        outlet.finish()
        ended = time.time()
    published, retries = outlet.totals()
    return Figures(published, reporter.confirmed, retries, began, ended)


def _process(plan: Plan, app: Any, producer: int, answer: Connection) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer.send(asdict(produce(plan, app, producer)))
    except Exception as error:
        answer.send(f"producer {producer}: {error!r}")


def _end_with_parent() -> None:
    # Daemon processes end with their parent, except if the parent is killed.
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def publish(plan: Plan, app: Any) -> dict[str, Any]:
    """Runs all producers, one process each; raises RuntimeError if one of them fails."""
    # Forked before any connection is open.
    context = multiprocessing.get_context("fork")
    answers: list[Connection] = []
    figures: list[Figures] = []
    try:
        for producer in range(plan.producers):
            receiver, sender = context.Pipe(duplex=False)
            context.Process(target=_process, args=(plan, app, producer, sender), daemon=True).start()
            sender.close()
            answers.append(receiver)
        while answers:
            ready = wait(answers)
            figures += [_figures(receiver) for receiver in answers if receiver in ready]
            answers = [receiver for receiver in answers if receiver not in ready]
    finally:
        _kill_producers()
    seconds = max(one.ended for one in figures) - min(one.began for one in figures)
    confirmed = sum(one.confirmed for one in figures)
    return {
        "run": plan.run,
        "producers": plan.producers,
        "published": sum(one.published for one in figures),
        "confirmed": confirmed,
        "retries": sum(one.retries for one in figures),
        "seconds": round(seconds, 3),
        "perSecond": round(confirmed / seconds, 1) if seconds else 0.0,
    }


def _kill_producers() -> None:
    for process in multiprocessing.active_children():
        process.kill()


def _figures(receiver: Connection) -> Figures:
    try:
        answer = receiver.recv()
    except EOFError:
        answer = "a producer was killed"
    if isinstance(answer, str):
        raise RuntimeError(answer)
    return Figures(**answer)


def main() -> None:
    """Publishes; exits with 0 only if every task is confirmed and reported to the ledger."""
    try:
        plan = Plan.from_environment()
        from ha_celery.drill.app import app

        check(app)
    except SettingsError as error:
        sys.exit(str(error))
    signal.signal(signal.SIGTERM, _stop)
    try:
        line = json.dumps(publish(plan, app))
    except RuntimeError as error:
        sys.exit(f"{plan.run}: {error}. Restart the publisher: it resumes where it stopped.")
    print(line, flush=True)
    with suppress(OSError):
        TERMINATION_LOG.write_text(line)


def _stop(*_: object) -> NoReturn:
    # Without cleanup: the next attempt publishes all unconfirmed tasks.
    print("stopped by SIGTERM before every task was confirmed", file=sys.stderr, flush=True)
    _kill_producers()
    os._exit(143)


if __name__ == "__main__":
    main()
