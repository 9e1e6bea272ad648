"""App of the drill's own workers: celery --app ha_celery.drill.app worker."""

from __future__ import annotations

import os
import signal

from ha_celery import create_app
from ha_celery.drill import canvas
from ha_celery.recorder import DRILL_TASKS

app = create_app("drill")
canvas.add_to(app)


@app.task(name=f"{DRILL_TASKS}poison")
def poison() -> None:
    """Kills the process that runs it; only the drill's own workers know this task."""
    os.kill(os.getpid(), signal.SIGKILL)
