"""Workers and beat in processes of their own, and what their tasks have noted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import broker_control
from conftest import BROKER_URL, wait_for

HERE = Path(__file__).parent
#: Options of the components: events would wait for the end of an alarm with Celery's own consumer.
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class Journal:
    """What the tasks of publishing_app have noted."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def entries(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        # The last line may be incomplete, because a worker is writing it.
        complete, _, _ = self.file.read_text().rpartition("\n")
        return [json.loads(line) for line in complete.splitlines()]

    def of(self, what: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["what"] == what]

    def wait(self, what: str, count: int = 1, seconds: float = 60) -> list[dict[str, Any]]:
        wait_for(lambda: len(self.of(what)) >= count, seconds)
        return self.of(what)


@contextmanager
def worker(folder: Path, queues: tuple[str, ...], *arguments: str, **environment: str) -> Iterator[Journal]:
    """Run a worker of publishing_app that takes tasks from these queues."""
    with worker_of("publishing_app", folder, queues, *arguments, **environment) as journal:
        yield journal


@contextmanager
def worker_during_alarm(
    folder: Path, queues: tuple[str, ...], *arguments: str, **environment: str
) -> Iterator[tuple[Journal, Callable[[], None]]]:
    """Run a worker that starts while an alarm blocks publishers, and return what ends the alarm.

    On a busy machine an alarm takes seconds, so a task that runs before it may end before it.
    """
    with ExitStack() as alarm:
        alarm.enter_context(broker_control.alarm())
        with worker(folder, queues, *arguments, **environment) as journal:
            yield journal, alarm.close


@contextmanager
def worker_of(
    app: str, folder: Path, queues: tuple[str, ...], *arguments: str, **environment: str
) -> Iterator[Journal]:
    """Run a worker of an app that takes tasks from these queues."""
    options = ("--loglevel=INFO", "--concurrency=2", *QUIET, *arguments)
    with celery_process(app, "worker", folder, queues, *options, **environment):
        wait_for(lambda: "ready." in (folder / "worker.log").read_text(), 60)
        yield Journal(folder / "journal")


@contextmanager
def beat(
    app: str, folder: Path, queue: str, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run beat of an app, whose tasks go to this queue; the state of its probes is in the folder `beat`."""
    ready = folder / "beat" / "scheduling"
    ready.unlink(missing_ok=True)
    with celery_process(
        app, "beat", folder, (queue,), "--loglevel=INFO", *arguments, **environment
    ) as process:
        wait_for(ready.exists, 120)
        yield process


@contextmanager
def celery_process(
    app: str, command: str, folder: Path, queues: tuple[str, ...], *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of Celery in a process of its own, with its log and its state in the folder."""
    state = folder / ("state" if command == "worker" else command)
    state.mkdir(exist_ok=True)
    log = (folder / f"{command}.log").open("a")
    variables = {
        "HA_CELERY_BROKER_URL": BROKER_URL,
        "HA_CELERY_QUEUES": ",".join(queues),
        "HA_CELERY_STATE_DIR": str(state),
        "TEST_JOURNAL": str(folder / "journal"),
        "PYTHONPATH": f"{HERE}:{HERE.parent}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", f"--app={app}", command, *arguments],
        env=os.environ | variables | environment,
        stdout=log,
        stderr=log,
        cwd=folder,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
