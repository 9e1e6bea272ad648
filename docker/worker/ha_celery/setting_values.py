"""Our values of Celery's settings, where they depend on the installation or on the app."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kombu import Exchange, Queue

from ha_celery.connection import UrlHost
from ha_celery.settings import Settings

EXCHANGE = "tasks"
DEFAULT_QUEUE = "tasks"
LONGEST_TASK_SECONDS = 3600
#: Tasks per slot where their time cannot be known.
PREFETCH = 4
NO_RESULTS = (None, "", "disabled")


class ByTime(int):
    """A number of tasks per slot that nobody has set: our consumer may hold more or fewer."""


@dataclass(frozen=True)
class Context:
    """Inputs of the values."""

    settings: Settings
    app_name: str
    #: Whether our own pool and consumer are used.
    accelerated: bool
    #: Returns the value that the app has set for a Celery setting, or None.
    app_value: Callable[[str], Any]
    #: Returns the class of the result backend.
    backend_class: Callable[[], Any]


def broker_url(context: Context) -> str:
    """URL of the installation's broker."""
    return context.settings.broker_url


def same_url(context: Context) -> str:
    """URL of the app, which must be that of the installation."""
    return context.app_value("broker_url") or broker_url(context)


def tls(context: Context) -> dict[str, Any] | bool:
    """Verifies the broker's certificate and its name; by default, py-amqp verifies no name."""
    settings = context.settings
    # Of several URLs, the first one is used first.
    url = urlsplit(settings.broker_url.partition(";")[0])
    if url.scheme != "amqps":
        return False
    name = {"server_hostname": settings.broker_server_name or UrlHost(url.hostname or "")}
    if settings.broker_ca_pem and not settings.broker_ca:
        # Arguments of ssl.create_default_context, which requires a certificate; py-amqp sets check_hostname.
        return name | {"context": {"cadata": settings.broker_ca_pem, "check_hostname": True}}
    # Without a file, py-amqp uses the system's CA certificates. It reads the file for every connection.
    file = {"ca_certs": str(settings.broker_ca)} if settings.broker_ca else {}
    return name | {"cert_reqs": ssl.CERT_REQUIRED} | file


def transport_options(context: Context) -> dict[str, Any]:
    """Our options, and those of the app."""
    ours = {
        "client_properties": {"connection_name": f"{context.app_name}@{socket.gethostname()}"},
        "socket_settings": _socket_settings(),
        "confirm_publish": True,
    }
    return ours | (context.app_value("broker_transport_options") or {})


def _socket_settings() -> dict[int, int]:
    """Detects a silent peer within seconds, even if nothing is written, as while waiting for a confirm."""
    wanted = {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        # Milliseconds without acknowledgement, or with a full receive window; py-amqp's default is 1 s.
        # Longer than brokers need to elect leaders, because a client that reconnects earlier asks for the
        # old leaders and hangs for 10 s.
        "TCP_USER_TIMEOUT": 5500,
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


def default_queue(context: Context) -> str:
    """Queue of tasks that name none: the app's, or else the first of HA_CELERY_QUEUES."""
    queues = context.settings.queues
    return str(context.app_value("task_default_queue") or (queues[0] if queues else DEFAULT_QUEUE))


def own_queues(context: Context) -> list[Queue]:
    """Queues that the app declares: as objects, names, or, as Celery accepts, a dict of names and options."""
    own = context.app_value("task_queues") or ()
    if isinstance(own, Mapping):
        own = [
            options if isinstance(options, Queue) else Queue.from_dict(name, **options)
            for name, options in own.items()
        ]
    return [queue if isinstance(queue, Queue) else Queue(queue) for queue in own]


def queue_names(context: Context) -> list[str]:
    """All queues of the app: those of HA_CELERY_QUEUES, its own, and its default queue."""
    own = [queue.name for queue in own_queues(context)]
    return list(dict.fromkeys([*context.settings.queues, *own, default_queue(context)]))


def queues(context: Context) -> list[Queue]:
    """Queues of the app, with the type, exchange, and routing key that are ours."""
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    return [
        # Declared with their type, because Celery detects quorum queues by these arguments only.
        Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
        for name in queue_names(context)
    ]


def result_backend(context: Context) -> str | None:
    """Result backend of the app, or else of HA_CELERY_RESULT_BACKEND."""
    return context.app_value("result_backend") or context.settings.result_backend


def keeps_results(context: Context) -> bool:
    """Returns whether there is a result backend."""
    return result_backend(context) not in NO_RESULTS


def pool(context: Context) -> str:
    """Class of the prefork pool: ours, if it supports the installed versions."""
    return "ha_celery.prefork:TaskPool" if context.accelerated else "prefork"


def consumer(context: Context) -> str:
    """Class of the consumer: ours, if it supports the installed versions."""
    return "ha_celery.consumer:Consumer" if context.accelerated else "celery.worker.consumer:Consumer"


def prefetch(context: Context) -> int:
    """Tasks per slot; a ByTime if nobody has set them."""
    return context.settings.prefetch_multiplier or ByTime(PREFETCH)
