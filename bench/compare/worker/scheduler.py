"""The peers' scheduler: a plain loop that calls apply_async, with the settings of the peer's app.

Reads the same settings as the drill's own publisher (ha_celery.drill.publisher). A task counts as published
when apply_async returns. If it raises, the task is not retried, because a web request would fail here.
If it still waits for a lost connection when the load has ended, the scheduler exits without it.

With PEER_FILLS it only fills a queue, of which workers are measured then, and waits for no confirm.
"""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from ha_celery.drill.pace import Pace
from ha_celery.drill.publisher import Plan
from ha_celery.drill.reporter import Reporter
from ha_celery.recorder import DRILL_TASKS
from tasks import app

# Longer than the reporter needs to report the last tasks.
HANGING_SECONDS = 10.0


def exit_after_stop(reporter: Reporter) -> None:
    """Exit if the load was stopped, but apply_async does not return."""
    while not reporter.stopped():
        time.sleep(0.5)
    time.sleep(HANGING_SECONDS)
    print("apply_async does not return", file=sys.stderr, flush=True)
    os._exit(0)


def schedule(plan: Plan) -> dict[str, object]:
    """Publish until the end or the stop; return the figures."""
    task, arguments = app.tasks[DRILL_TASKS + plan.kind], plan.arguments()
    refused = 0
    if os.environ.get("PEER_FILLS"):
        app.conf.broker_transport_options = app.conf.broker_transport_options | {"confirm_publish": False}
    with Reporter(plan.run, plan.ledger_url) as reporter:
        threading.Thread(target=exit_after_stop, args=(reporter,), daemon=True).start()
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=10)
        started = time.time()
        pace = Pace(plan.rate)
        for number in plan.numbers(0):
            time.sleep(pace.wait())
            if reporter.stopped():
                break
            task_id = f"{plan.run}-{number:06}"
            try:
                task.apply_async(arguments, task_id=task_id)
            except Exception as error:
                refused += 1
                print(f"{task_id} was not published: {error!r}", file=sys.stderr, flush=True)
            else:
                reporter.add([task_id])
            pace.step()
        seconds = time.time() - started
    return {
        "run": plan.run,
        "published": reporter.confirmed,
        "refused": refused,
        "seconds": round(seconds, 3),
        "perSecond": round(reporter.confirmed / seconds, 1),
    }


if __name__ == "__main__":
    line = json.dumps(schedule(Plan.from_environment()))
    print(line, flush=True)
    with suppress(OSError):
        Path("/dev/termination-log").write_text(line)
