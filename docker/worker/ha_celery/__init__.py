"""Celery without lost tasks: settings, confirmed publishing, probes, and a ledger that verifies them."""

from ha_celery import versions

# Before the other modules, which an unsupported version cannot import.
versions.require()

from ha_celery import internals

internals.require()

from ha_celery.apps import check, configure, create_app
from ha_celery.errors import (
    DuplicateIdError,
    GaveUpError,
    HaCeleryError,
    MessageRefusedError,
    MessageTooLargeError,
    PublishError,
    PublishTimeoutError,
    RejectedError,
    SettingsError,
    UnknownQueueError,
    UnroutableError,
)
from ha_celery.publish import ConfirmedPublisher
from ha_celery.settings import Settings

__all__ = [
    "ConfirmedPublisher",
    "DuplicateIdError",
    "GaveUpError",
    "HaCeleryError",
    "MessageRefusedError",
    "MessageTooLargeError",
    "PublishError",
    "PublishTimeoutError",
    "RejectedError",
    "Settings",
    "SettingsError",
    "UnknownQueueError",
    "UnroutableError",
    "check",
    "configure",
    "create_app",
]
