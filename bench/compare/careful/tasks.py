"""Quorum queues with the settings that the guides advise for tasks that matter.

confirm_publish:
https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/rabbitmq.html#using-quorum-queues
task_acks_late, task_reject_on_worker_lost:
https://docs.celeryq.dev/en/stable/userguide/tasks.html and userguide/configuration.html
worker_prefetch_multiplier: https://docs.celeryq.dev/en/stable/userguide/optimizing.html
Confirms and acknowledgements after the work: https://www.rabbitmq.com/docs/reliability
"""

from celery import Celery
from ha_celery.drill import tasks

app = Celery("tasks", broker="amqp://celery:celery@rabbitmq.peer-careful.svc:5672//")
app.conf.update(
    task_default_queue_type="quorum",
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
)

# The drill's tasks, which report to its ledger.
tasks.add_to(app)
