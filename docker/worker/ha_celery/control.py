"""Remote control that says so when no worker hears it."""

from __future__ import annotations

from typing import Any

from celery.app import control
from celery.utils.log import get_logger

logger = get_logger(__name__)


class Control(control.Control):
    """Celery's remote control, such as `app.control.revoke`."""

    def broadcast(self, command: str, *args: Any, **options: Any) -> Any:
        """Sends a command to the workers, which hear it only if they are observable."""
        if not self.app.conf.worker_enable_remote_control:
            logger.warning(
                "remote control is off, so no worker receives %r: set observable on the worker pools, and"
                " HA_CELERY_OBSERVABLE=true in this process",
                command,
            )
        return super().broadcast(command, *args, **options)
