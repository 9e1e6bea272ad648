"""Redis with Sentinel, and the settings that the guides advise for tasks that matter.

https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html
task_acks_late, task_reject_on_worker_lost:
https://docs.celeryq.dev/en/stable/userguide/tasks.html and userguide/configuration.html
worker_prefetch_multiplier: https://docs.celeryq.dev/en/stable/userguide/optimizing.html
"""

from celery import Celery
from ha_celery.drill import tasks

SENTINELS = [f"sentinel://redis-{number}.redis.peer-redis.svc.cluster.local:26379" for number in range(3)]
app = Celery("tasks", broker=";".join(SENTINELS))
app.conf.update(
    # The longest task takes a second. Celery's page warns that a long timeout delays tasks of killed workers.
    broker_transport_options={"master_name": "mymaster", "visibility_timeout": 30},
    visibility_timeout=30,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
)

# The drill's tasks, which report to its ledger.
tasks.add_to(app)
