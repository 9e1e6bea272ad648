"""Ends a worker whose app is not configured. The components pass it to `celery worker --include`."""

from __future__ import annotations

import os
from typing import Any

from celery import signals

from ha_celery.configuration import is_configured


def require_configured(instance: Any, **_: Any) -> None:
    """Ends the worker before it connects: it could lose tasks, or use another broker."""
    app = instance.app
    if is_configured(app):
        return
    if os.environ.get("CELERY_LOADER"):
        raise SystemExit(
            f"app {app.main!r} has the loader {app.loader_cls!r}, so Celery ignores CELERY_LOADER, and tasks"
            " could be lost. Remove `loader` from the app's arguments, or call ha_celery.configure(app)."
        )
    raise SystemExit(
        f"app {app.main!r} is not configured, so tasks could be lost."
        " Set CELERY_LOADER=ha_celery.loader:Loader, or call ha_celery.configure(app)."
    )


signals.celeryd_after_setup.connect(require_configured, weak=False, dispatch_uid="ha-celery-required")
