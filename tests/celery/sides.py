"""Both configurations that the suite runs with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from celery.app.defaults import NAMESPACES

PACKAGE = Path(__file__).parents[2] / "docker" / "worker"

#: Celery 5.5 has no durable queues for remote control, and RabbitMQ 4.3 refuses the transient ones.
REMOTE_CONTROL = "queue_durable" in NAMESPACES["control"]

#: RabbitMQ 4.3 refuses transient queues, and both sides use the same type of queue.
PLAIN = {
    "task_default_queue_type": "quorum",
    "worker_detect_quorum_queues": True,
    "control_queue_durable": True,
    "control_queue_exclusive": False,
    "event_queue_durable": True,
    "event_queue_exclusive": False,
    "worker_enable_remote_control": REMOTE_CONTROL,
}


@dataclass(frozen=True)
class Side:
    """A configuration of Celery."""

    name: str
    broker: str
    #: Content of the file that the suite reads settings from.
    config: str
    #: Folders of Python packages.
    packages: tuple[Path, ...]
    #: Returns the environment for a result backend and a folder for state.
    variables: Callable[[str, Path], dict[str, str]]


def plain(broker: str) -> Side:
    """Celery without ha_celery."""
    return Side("plain", broker, json.dumps(PLAIN), (), lambda _backend, _folder: {})


def ours(broker: str) -> Side:
    """Celery with ha_celery, which the environment alone switches on."""
    return Side("ours", broker, "{}", (PACKAGE,), lambda backend, folder: _variables(broker, backend, folder))


def _variables(broker: str, backend: str, folder: Path) -> dict[str, str]:
    state = folder / "state"
    state.mkdir()
    return {
        "CELERY_LOADER": "ha_celery.loader:Loader",
        "HA_CELERY_BROKER_URL": broker,
        # The suite allows no queue but this one.
        "HA_CELERY_QUEUES": "celery",
        # Plain Celery holds more tasks than this, because it acknowledges them early.
        "HA_CELERY_PREFETCH_MULTIPLIER": "16",
        # The suite tests remote control and events.
        "HA_CELERY_OBSERVABLE": str(REMOTE_CONTROL).lower(),
        "HA_CELERY_RESULT_BACKEND": backend,
        "HA_CELERY_STATE_DIR": str(state),
    }
