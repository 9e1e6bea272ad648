"""Celery's AMQP class, which creates connections only for an app whose settings are safe."""

from __future__ import annotations

from typing import Any

from celery.app import amqp

from ha_celery.configuration import configuration_of
from ha_celery.connection import SwitchingConnection


class CheckedAMQP(amqp.AMQP):
    """Creates the app's connections."""

    @property
    def Connection(self) -> Any:  # noqa: N802 - Celery's name
        """Class of the app's connections. In eager mode, Celery creates one but never opens it."""
        if not self.app.conf.task_always_eager:
            configuration = configuration_of(self.app)
            configuration.check()
            configuration.warn()
        return SwitchingConnection
