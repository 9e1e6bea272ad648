"""Celery without lost tasks: settings, confirmed publishing, probes, and a ledger that proves it."""

from ha_celery.backoff import GaveUpError
from ha_celery.publish import ConfirmedPublisher
from ha_celery.settings import Settings, SettingsError, configure, create_app
from ha_celery.task import PublishFailedError, Task

__all__ = [
    "ConfirmedPublisher",
    "GaveUpError",
    "PublishFailedError",
    "Settings",
    "SettingsError",
    "Task",
    "configure",
    "create_app",
]
