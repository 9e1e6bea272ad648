"""publishing_app with redbeat's scheduler."""

import os

from publishing_app import app

app.conf.update(
    beat_scheduler="redbeat.RedBeatScheduler",
    beat_max_loop_interval=5,
    redbeat_lock_timeout=60,
    redbeat_redis_options={},
    redbeat_redis_url=os.environ["TEST_REDIS_URL"],
    beat_schedule={"often": {"task": "publishing_app.work", "schedule": 1.0, "args": ["often"]}},
)
