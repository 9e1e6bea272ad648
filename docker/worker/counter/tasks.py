"""Tasks of the example application.

COUNT_TO: upper limit of `count` (10). COUNT_PAUSE_SECONDS: pause after each number (1).
COUNT_EVERY_SECONDS: interval at which beat publishes the task (0, never).
"""

import os
import time

from ha_celery import create_app
from ha_celery.environment import Environment, integer, number

_env = Environment(os.environ)
COUNT_TO = _env.read("COUNT_TO", integer(0, 1_000_000), 0, "10")
COUNT_PAUSE_SECONDS = _env.read("COUNT_PAUSE_SECONDS", number(0, 3600), 0.0, "1")
COUNT_EVERY_SECONDS = _env.read("COUNT_EVERY_SECONDS", number(0, 86400), 0.0, "0")
_env.check()

app = create_app("counter")


@app.task
def count() -> None:
    """Prints numbers starting from 0, with a pause after each."""
    for number_ in range(COUNT_TO):
        print(number_)
        time.sleep(COUNT_PAUSE_SECONDS)


if COUNT_EVERY_SECONDS:
    app.conf.beat_schedule = {"count": {"task": count.name, "schedule": COUNT_EVERY_SECONDS}}
