"""Configures an app that does not know this package: CELERY_LOADER=ha_celery.loader:Loader.

Celery ignores CELERY_LOADER for an app with a loader of its own; such an app calls ha_celery.configure.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from celery.loaders.app import AppLoader

from ha_celery.amqp import AMQP
from ha_celery.apps import install


class Loader(AppLoader):
    """Celery's loader, which an app creates before it reads its first setting."""

    def __init__(self, app: Any, **options: Any) -> None:
        """Configures the app from the HA_CELERY_ variables."""
        super().__init__(app, **options)
        if app.on_after_finalize is None:
            # Celery's fixup for Django uses the loader in the app's constructor, which calls on_init last.
            app.on_init = partial(_install_last, app, app.on_init)
        else:
            _install(app)


def _install_last(app: Any, on_init: Callable[[], None]) -> None:
    del app.on_init
    on_init()
    _install(app)


def _install(app: Any) -> None:
    early = vars(app).get("amqp")
    install(app)
    if early is not None:
        # A first call of send_task is in progress, and publishes through this object.
        early.__class__ = AMQP
        AMQP.__init__(early, app)
        vars(app)["amqp"] = early
