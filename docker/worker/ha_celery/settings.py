"""Typed settings from the environment, and the Celery configuration with which no task is lost."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import Exchange, Queue

from ha_celery import logs, probes, recorder
from ha_celery.drill import tasks as drill_tasks
from ha_celery.environment import TRUTH, Environment, SettingsError, number, whole
from ha_celery.kinds import (
    AUTHORITIES,
    BROKER_URL,
    FOLDER,
    LEDGER_URL,
    QUEUES,
    RESULT_BACKEND,
    SERVER_NAME,
)

__all__ = ["Settings", "SettingsError", "configure", "create_app"]

EXCHANGE = "tasks"


@dataclass(frozen=True)
class Settings:
    """What differs between installations; everything else is the same for all and stands in `configure`."""

    broker_url: str
    queues: tuple[str, ...] = ("tasks",)
    prefetch_multiplier: int = 4
    longest_task_seconds: int = 3600
    confirm_timeout_seconds: float = 10.0
    broker_heartbeat_seconds: int = 10
    observable: bool = False
    state_dir: Path = Path("/run/ha-celery")
    ledger_url: str | None = None
    broker_ca: Path | None = None
    broker_server_name: str | None = None
    result_backend: str | None = None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """Read all HA_CELERY_ variables; a SettingsError names every one that is missing or wrong."""
        env = Environment(variables)
        settings = cls(
            broker_url=env.read("HA_CELERY_BROKER_URL", BROKER_URL, ""),
            queues=env.read("HA_CELERY_QUEUES", QUEUES, (), "tasks"),
            prefetch_multiplier=env.read("HA_CELERY_PREFETCH_MULTIPLIER", whole(1, 1000), 1, "4"),
            longest_task_seconds=env.read("HA_CELERY_LONGEST_TASK_SECONDS", whole(1, 7 * 86400), 1, "3600"),
            confirm_timeout_seconds=env.read("HA_CELERY_CONFIRM_TIMEOUT_SECONDS", number(0.1, 300), 1, "10"),
            broker_heartbeat_seconds=env.read("HA_CELERY_BROKER_HEARTBEAT_SECONDS", whole(2, 300), 2, "10"),
            observable=env.read("HA_CELERY_OBSERVABLE", TRUTH, False, "false"),
            state_dir=env.read("HA_CELERY_STATE_DIR", FOLDER, Path(), "/run/ha-celery"),
            ledger_url=env.read("HA_CELERY_LEDGER_URL", LEDGER_URL, None, ""),
            broker_ca=env.read("HA_CELERY_BROKER_CA", AUTHORITIES, None, ""),
            broker_server_name=env.read("HA_CELERY_BROKER_SERVER_NAME", SERVER_NAME, None, ""),
            result_backend=env.read("HA_CELERY_RESULT_BACKEND", RESULT_BACKEND, None, ""),
        )
        if settings.broker_url.startswith("amqp:") and (settings.broker_ca or settings.broker_server_name):
            env.add(
                "HA_CELERY_BROKER_URL begins with amqp:, but HA_CELERY_BROKER_CA or"
                " HA_CELERY_BROKER_SERVER_NAME asks for TLS."
                " Set the URL to amqps://..., or leave the other two unset."
            )
        env.check()
        return settings


def create_app(name: str, settings: Settings | None = None, **options: Any) -> Celery:
    """Make a Celery app that loses no task; `options` go to Celery."""
    app = Celery(name, **options)
    configure(app, settings)
    return app


def configure(app: Celery, settings: Settings | None = None) -> Settings:
    """Give an existing app the no-loss configuration; call it before the app's first task is made."""
    if "Task" in vars(app):
        raise SettingsError(
            f"configure() comes too late: app {app.main!r} has made its Task class. Call it first."
        )
    settings = settings or Settings.from_environment()
    app.task_cls = "ha_celery.task:Task"
    app.conf.update(_broker(app, settings) | _queueing(settings) | _worker(settings))
    app.conf.update(_tasks(settings) | _results(settings))
    app.steps["consumer"].add(probes.ProbeFiles)
    probes.watch(app, settings.state_dir)
    logs.one_line_a_task()
    # A drill can so use the workers of any installation.
    drill_tasks.add_to(app)
    if settings.ledger_url:
        recorder.record_executions(settings.ledger_url)
    return settings


def _broker(app: Celery, settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": settings.broker_url,
        "broker_use_ssl": _tls(settings),
        "broker_heartbeat": settings.broker_heartbeat_seconds,
        # A third of the attempts go to a node that was lost, until Kubernetes notices.
        "broker_connection_timeout": 2,
        # Pods may start before the broker and outlive any outage of it.
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A queue that has no leader just now answers 404 or 405; that must not end the worker.
        "broker_channel_error_retry": True,
        "broker_transport_options": {
            "confirm_publish": True,
            "client_properties": {"connection_name": f"{app.main}@{socket.gethostname()}"},
            "socket_settings": _socket_settings(),
        },
        "broker_native_delayed_delivery_queue_type": "quorum",
        # For messages that do not go through our Task: the default gives up before an election ends.
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": 20,
            "interval_start": 0.2,
            "interval_step": 0.5,
            "interval_max": 3,
        },
    }


def _tls(settings: Settings) -> dict[str, Any] | bool:
    """Check the broker's certificate and its name; py-amqp checks no name unless it is told one."""
    url = urlsplit(settings.broker_url)
    if url.scheme != "amqps":
        return False
    options = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": settings.broker_server_name or url.hostname}
    # Without a file py-amqp takes the system's authorities. It reads the file at every connection.
    return options | ({"ca_certs": str(settings.broker_ca)} if settings.broker_ca else {})


def _socket_settings() -> dict[int, int]:
    """Notice a silent peer within seconds, also where nothing is written: while waiting for a confirm."""
    wanted = {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        # Milliseconds without acknowledgement. Later than the brokers give up a lost peer and elect leaders:
        # who comes earlier asks for the old ones, and hangs for 10 s. (py-amqp's own value is 1 s.)
        "TCP_USER_TIMEOUT": 5000,
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


def _queueing(settings: Settings) -> dict[str, Any]:
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    return {
        # Declared with their type: Celery looks at the arguments alone to see that a queue is a quorum queue.
        "task_queues": [
            Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
            for name in settings.queues
        ],
        "task_default_queue": settings.queues[0],
        "task_default_queue_type": "quorum",
        # Countdowns are delayed inside the broker, which a direct exchange cannot do.
        "task_default_exchange": EXCHANGE,
        "task_default_exchange_type": "topic",
        "task_default_routing_key": settings.queues[0],
        "task_create_missing_queue_type": "quorum",
        "task_create_missing_queue_exchange_type": "topic",
        "task_default_delivery_mode": "persistent",
    }


def _tasks(settings: Settings) -> dict[str, Any]:
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_timeout": False,
        "task_time_limit": settings.longest_task_seconds,
        "ha_celery_confirm_timeout": settings.confirm_timeout_seconds,
    }


def _results(settings: Settings) -> dict[str, Any]:
    if settings.result_backend is None:
        # Without an end there is nothing to clean up; else beat would publish a task for it every night.
        return {
            "task_ignore_result": True,
            "task_store_errors_even_if_ignored": False,
            "result_expires": None,
        }
    return {"result_backend": settings.result_backend, "task_ignore_result": False, "result_expires": 86400}


def _worker(settings: Settings) -> dict[str, Any]:
    return {
        "worker_consumer": "ha_celery.consumer:Consumer",
        "worker_pool": "ha_celery.prefork:TaskPool",
        "worker_prefetch_multiplier": settings.prefetch_multiplier,
        # A task whose message has gone back to the queue runs elsewhere: end the first copy.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_detect_quorum_queues": True,
        "worker_enable_remote_control": settings.observable,
        # An exclusive queue stays locked while the broker that it was on is down, and its worker with it.
        "control_queue_exclusive": False,
        "control_queue_durable": True,
        "worker_send_task_events": settings.observable,
        "task_send_sent_event": settings.observable,
    }
