"""Settings of the unit tests: tasks run at once, in the process of the test."""

from shop.settings import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
