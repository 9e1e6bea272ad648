"""Typed settings from the environment, and the Celery configuration that loses no task."""

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

from ha_celery import logs, probes, recorder, task_process
from ha_celery.drill import tasks as drill_tasks
from ha_celery.environment import BOOLEAN, Environment, SettingsError, integer, number
from ha_celery.variable_types import (
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
AMQP_CLASS = "ha_celery.amqp:AMQP"


@dataclass(frozen=True)
class Settings:
    """Settings that differ between installations; `configure` sets everything that is the same for all."""

    broker_url: str
    queues: tuple[str, ...] = ("tasks",)
    prefetch_multiplier: int = 4
    longest_task_seconds: int = 3600
    confirm_timeout_seconds: float = 10.0
    publish_budget_seconds: float = 25.0
    broker_heartbeat_seconds: int = 10
    observable: bool = False
    state_dir: Path = Path("/run/ha-celery")
    ledger_url: str | None = None
    broker_ca: Path | None = None
    broker_server_name: str | None = None
    result_backend: str | None = None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """Reads all HA_CELERY_ variables; a SettingsError lists every missing or invalid one."""
        env = Environment(variables)
        settings = cls(
            broker_url=env.read("HA_CELERY_BROKER_URL", BROKER_URL, ""),
            queues=env.read("HA_CELERY_QUEUES", QUEUES, (), "tasks"),
            prefetch_multiplier=env.read("HA_CELERY_PREFETCH_MULTIPLIER", integer(1, 1000), 1, "4"),
            longest_task_seconds=env.read("HA_CELERY_LONGEST_TASK_SECONDS", integer(1, 7 * 86400), 1, "3600"),
            confirm_timeout_seconds=env.read("HA_CELERY_CONFIRM_TIMEOUT_SECONDS", number(0.1, 300), 1, "10"),
            publish_budget_seconds=env.read("HA_CELERY_PUBLISH_BUDGET_SECONDS", number(0.1, 86400), 1, "25"),
            broker_heartbeat_seconds=env.read("HA_CELERY_BROKER_HEARTBEAT_SECONDS", integer(2, 300), 2, "10"),
            observable=env.read("HA_CELERY_OBSERVABLE", BOOLEAN, False, "false"),
            state_dir=env.read("HA_CELERY_STATE_DIR", FOLDER, Path(), "/run/ha-celery"),
            ledger_url=env.read("HA_CELERY_LEDGER_URL", LEDGER_URL, None, ""),
            broker_ca=env.read("HA_CELERY_BROKER_CA", AUTHORITIES, None, ""),
            broker_server_name=env.read("HA_CELERY_BROKER_SERVER_NAME", SERVER_NAME, None, ""),
            result_backend=env.read("HA_CELERY_RESULT_BACKEND", RESULT_BACKEND, None, ""),
        )
        if settings.broker_url.startswith("amqp:") and (settings.broker_ca or settings.broker_server_name):
            env.add(
                "HA_CELERY_BROKER_URL starts with amqp:, but HA_CELERY_BROKER_CA or"
                " HA_CELERY_BROKER_SERVER_NAME requires TLS."
                " Set the URL to amqps://..., or unset the other two."
            )
        env.check()
        return settings


def create_app(name: str, settings: Settings | None = None, **options: Any) -> Celery:
    """Creates a configured Celery app; `options` are passed to Celery."""
    app = Celery(name, **options)
    configure(app, settings)
    return app


def configure(app: Celery, settings: Settings | None = None) -> Settings:
    """Configures an existing app; call it before the app defines its first task."""
    if "Task" in vars(app):
        raise SettingsError(
            f"configure() was called after app {app.main!r} created its Task class."
            " Call it before the first task is defined."
        )
    settings = settings or Settings.from_environment()
    _publish_confirmed(app)
    app.conf.update(_broker(app, settings) | _queueing(settings) | _worker(settings))
    app.conf.update(_tasks(settings) | _results(settings))
    app.steps["consumer"].add(probes.ProbeFiles)
    probes.watch(app, settings.state_dir)
    logs.one_line_a_task()
    # Lets a drill use the workers of any installation.
    drill_tasks.add_to(app)
    if settings.ledger_url:
        recorder.record_executions(settings.ledger_url)
    return settings


def _publish_confirmed(app: Celery) -> None:
    """Installs the AMQP class, through which the app publishes every task."""
    if app.amqp_cls not in (Celery.amqp_cls, AMQP_CLASS):
        raise SettingsError(
            f"app {app.main!r} has its own AMQP class, {app.amqp_cls}, but confirmed publishing needs"
            f" {AMQP_CLASS}. Remove `amqp` from the app's arguments."
        )
    app.amqp_cls = AMQP_CLASS
    # The app may have made Celery's already.
    vars(app).pop("amqp", None)
    task_process.watch()


def _broker(app: Celery, settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": settings.broker_url,
        "broker_use_ssl": _tls(settings),
        "broker_heartbeat": settings.broker_heartbeat_seconds,
        # Until Kubernetes detects a lost node, a third of the attempts go to it.
        "broker_connection_timeout": 2,
        # Pods may start before the broker, and survive its outages.
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A queue without a leader answers 404 or 405, which must not end the worker.
        "broker_channel_error_retry": True,
        "broker_transport_options": {
            "confirm_publish": True,
            "client_properties": {"connection_name": f"{app.main}@{socket.gethostname()}"},
            "socket_settings": _socket_settings(),
        },
        "broker_native_delayed_delivery_queue_type": "quorum",
    }


def _tls(settings: Settings) -> dict[str, Any] | bool:
    """Verifies the broker's certificate and its name; by default, py-amqp verifies no name."""
    url = urlsplit(settings.broker_url)
    if url.scheme != "amqps":
        return False
    options = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": settings.broker_server_name or url.hostname}
    # Without a file, py-amqp uses the system's CA certificates. It reads the file for every connection.
    return options | ({"ca_certs": str(settings.broker_ca)} if settings.broker_ca else {})


def _socket_settings() -> dict[int, int]:
    """Detects a silent peer within seconds, even if nothing is written, as while waiting for a confirm."""
    wanted = {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        # Milliseconds without acknowledgement; py-amqp's default is 1 s. Longer than brokers need to elect
        # leaders, because a client that reconnects earlier asks for the old leaders and hangs for 10 s.
        "TCP_USER_TIMEOUT": 5000,
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


def _queueing(settings: Settings) -> dict[str, Any]:
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    return {
        # Declared with their type, because Celery detects quorum queues by these arguments only.
        "task_queues": [
            Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
            for name in settings.queues
        ],
        "task_default_queue": settings.queues[0],
        "task_default_queue_type": "quorum",
        # Delayed delivery inside the broker requires a topic exchange.
        "task_default_exchange": EXCHANGE,
        "task_default_exchange_type": "topic",
        "task_default_routing_key": settings.queues[0],
        # A mistyped name is an error, instead of a queue that nobody reads.
        "task_create_missing_queues": False,
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
        "ha_celery_publish_budget": settings.publish_budget_seconds,
    }


def _results(settings: Settings) -> dict[str, Any]:
    if settings.result_backend is None:
        # Without an expiry, beat does not publish the nightly cleanup task.
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
        # The message of such a task has returned to the queue and runs elsewhere, so end the first copy.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_detect_quorum_queues": True,
        "worker_enable_remote_control": settings.observable,
        # An exclusive queue stays locked while its broker is down, and blocks its worker.
        "control_queue_exclusive": False,
        "control_queue_durable": True,
        "worker_send_task_events": settings.observable,
        "task_send_sent_event": settings.observable,
    }
