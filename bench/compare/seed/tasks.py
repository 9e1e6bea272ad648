"""The seed's app: three broker addresses, and every setting as Celery has it by default."""

from celery import Celery
from ha_celery.drill import tasks

BROKER_URL = [
    "amqp://my_user:my_pass@rmq-0.rmq.seed.svc.cluster.local:5672/my_vhost",
    "amqp://my_user:my_pass@rmq-1.rmq.seed.svc.cluster.local:5672/my_vhost",
    "amqp://my_user:my_pass@rmq-2.rmq.seed.svc.cluster.local:5672/my_vhost",
]
app = Celery("tasks", broker=BROKER_URL)

# The seed's task counts to ten on the screen. These are the drill's tasks, which report to its ledger.
tasks.add_to(app)
