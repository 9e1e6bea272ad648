"""Celery's defaults with quorum queues.

https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/rabbitmq.html#using-quorum-queues
"""

from celery import Celery
from ha_celery.drill import tasks

# The address that the cluster-operator writes into the Secret of its default user.
app = Celery("tasks", broker="amqp://celery:celery@rabbitmq.peer-default.svc:5672//")
app.conf.task_default_queue_type = "quorum"

# The drill's tasks, which report to its ledger.
tasks.add_to(app)
