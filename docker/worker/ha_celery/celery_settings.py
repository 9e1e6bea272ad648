"""Celery's settings in three classes: fixed by us, ours unless the app sets them, and the app's own.

The rows of TABLE are the first two classes; every other setting belongs to the app.
docs/how-to/your-app.md shows the table, and tests/test_docs.py compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from celery.app.defaults import DEFAULTS

from ha_celery import setting_values
from ha_celery.setting_values import Context


class Class(Enum):
    """Precedence between our value and the app's."""

    FIXED = "fixed"
    DEFAULT = "ours unless you set it"
    MERGED = "yours, with our additions"


@dataclass(frozen=True)
class CelerySetting:
    """One row of the table."""

    name: str
    precedence: Class
    value: Callable[[Context], Any]
    #: Value as shown in the documentation.
    shown: str
    reason: str


def values(context: Context, *classes: Class) -> dict[str, Any]:
    """Returns our values of the given classes, for all settings that the installed Celery has."""
    return {
        row.name: row.value(context) for row in TABLE if row.precedence in classes and row.name in DEFAULTS
    }


def _row(precedence: Class, name: str, value: Any, reason: str, shown: str = "") -> CelerySetting:
    function = value if callable(value) else lambda _context: value
    return CelerySetting(name, precedence, function, shown or f"`{value!r}`", reason)


_ONE_URL = "One URL is enough, and a second one can point to another broker."
_RECONNECT = "Pods may start before the broker, and survive its outages."
_QUORUM = "Only quorum queues survive the loss of a broker."
_DELAYED = "Delayed delivery inside the broker requires it."
_OBSERVABLE = "Remote control and events cost messages, and their queues are on single brokers."

_FIXED, _DEFAULT, _MERGED = Class.FIXED, Class.DEFAULT, Class.MERGED
#: In the order of the documentation.
TABLE: tuple[CelerySetting, ...] = (
    _row(
        _FIXED,
        "broker_url",
        setting_values.broker_url,
        "The installation's broker.",
        "`HA_CELERY_BROKER_URL`",
    ),
    _row(_FIXED, "broker_read_url", setting_values.same_url, _ONE_URL, "`broker_url`"),
    _row(_FIXED, "broker_write_url", setting_values.same_url, _ONE_URL, "`broker_url`"),
    *(
        _row(_FIXED, f"broker_{part}", None, "Part of `HA_CELERY_BROKER_URL`.", "unset")
        for part in ("transport", "host", "port", "user", "password", "vhost")
    ),
    _row(
        _FIXED,
        "broker_use_ssl",
        setting_values.tls,
        "The broker's certificate and its name are verified.",
        "from `HA_CELERY_BROKER_CA` or `HA_CELERY_BROKER_CA_PEM`, and `HA_CELERY_BROKER_SERVER_NAME`",
    ),
    _row(
        _FIXED,
        "broker_native_delayed_delivery_queue_type",
        "quorum",
        "Delayed tasks survive the loss of a broker.",
    ),
    _row(_FIXED, "task_acks_late", True, "A task that dies with its worker runs again."),
    _row(_FIXED, "task_reject_on_worker_lost", True, "A task that kills its process runs again."),
    _row(_FIXED, "task_default_queue_type", "quorum", _QUORUM),
    _row(_FIXED, "task_create_missing_queue_type", "quorum", _QUORUM),
    _row(_FIXED, "task_create_missing_queue_exchange_type", "topic", _DELAYED),
    _row(
        _FIXED,
        "task_queue_max_priority",
        None,
        "RabbitMQ refuses `x-max-priority` for quorum queues, which have priorities without it.",
        "unset",
    ),
    _row(_FIXED, "task_default_exchange", setting_values.EXCHANGE, "Queues are bound to it."),
    _row(_FIXED, "task_default_exchange_type", "topic", _DELAYED),
    _row(
        _FIXED,
        "task_default_routing_key",
        setting_values.default_queue,
        "Queues are bound by name.",
        "the default queue",
    ),
    _row(_FIXED, "task_default_delivery_mode", "persistent", "Messages survive a restart of the broker."),
    _row(
        _FIXED,
        "worker_cancel_long_running_tasks_on_connection_loss",
        True,
        "The message of such a task has returned to the queue and runs elsewhere.",
    ),
    _row(_FIXED, "worker_detect_quorum_queues", True, "Quorum queues need another way to limit prefetching."),
    _row(
        _MERGED,
        "broker_transport_options",
        setting_values.transport_options,
        "Confirms (fixed), keepalive, and a name for the connection.",
        "`confirm_publish`, `socket_settings`, `client_properties`",
    ),
    _row(
        _MERGED,
        "task_queues",
        setting_values.queues,
        "Names only: type, arguments, exchange, and routing key are ours. Broadcast queues are refused.",
        "your queues and those of `HA_CELERY_QUEUES`",
    ),
    _row(
        _DEFAULT,
        "broker_heartbeat",
        lambda context: context.settings.broker_heartbeat_seconds,
        "Detects a silent broker.",
        "`HA_CELERY_BROKER_HEARTBEAT_SECONDS` (10)",
    ),
    _row(
        _DEFAULT,
        "broker_connection_timeout",
        # Celery's default. Its consumer waits as long for the TCP connection to a lost machine.
        lambda context: 10 if context.accelerated else 4,
        "For a busy broker. The first attempt waits 2 s; a quarter of each wait is for the TCP connection.",
        "`10`; `4` with Celery's own consumer",
    ),
    _row(_DEFAULT, "broker_connection_retry", True, _RECONNECT),
    _row(_DEFAULT, "broker_connection_retry_on_startup", True, _RECONNECT),
    _row(_DEFAULT, "broker_connection_max_retries", None, _RECONNECT),
    _row(_DEFAULT, "broker_channel_error_retry", True, "A queue without a leader answers 404 or 405."),
    _row(
        _DEFAULT,
        "task_create_missing_queues",
        False,
        "A mistyped name is an error, instead of a queue that nobody reads.",
    ),
    _row(
        _DEFAULT,
        "task_default_queue",
        setting_values.default_queue,
        "Tasks that name no queue.",
        "first of `HA_CELERY_QUEUES` (`tasks`)",
    ),
    _row(
        _DEFAULT,
        "task_time_limit",
        lambda context: context.settings.longest_task_seconds or setting_values.LONGEST_TASK_SECONDS,
        "Pods are given this long to finish; a longer value, or none, is refused.",
        "`HA_CELERY_LONGEST_TASK_SECONDS` (3600)",
    ),
    _row(
        _DEFAULT,
        "result_backend",
        setting_values.result_backend,
        "Results in RabbitMQ (`rpc://`) are refused.",
        "`HA_CELERY_RESULT_BACKEND`",
    ),
    _row(
        _DEFAULT,
        "task_ignore_result",
        lambda context: not setting_values.keeps_results(context),
        "Results need a backend.",
        "`True` without a result backend",
    ),
    _row(_DEFAULT, "task_store_errors_even_if_ignored", False, "Results need a backend."),
    _row(
        _DEFAULT,
        "result_expires",
        lambda context: 86400 if setting_values.keeps_results(context) else None,
        "Without results, beat does not publish the nightly cleanup task.",
        "`86400`; `None` without a result backend",
    ),
    _row(
        _DEFAULT,
        "worker_deduplicate_successful_tasks",
        False,
        "Since Celery 5.7, `True` is refused with Redis as result backend: chords could lose their body.",
    ),
    _row(
        _DEFAULT,
        "worker_prefetch_multiplier",
        setting_values.prefetch,
        "Tasks that a worker holds per slot. See [prefetch](#prefetch).",
        "`HA_CELERY_PREFETCH_MULTIPLIER`, or by time",
    ),
    _row(
        _DEFAULT,
        "worker_pool",
        setting_values.pool,
        "See [pools](#pools). `--pool` takes precedence.",
        "our `prefork`",
    ),
    _row(
        _DEFAULT,
        "worker_consumer",
        setting_values.consumer,
        "Reconnects sooner, and acknowledges tasks in batches.",
        "our consumer",
    ),
    _row(
        _DEFAULT,
        "beat_scheduler",
        "ha_celery.beat:Scheduler",
        "Beat misses no run. `--scheduler` takes precedence.",
    ),
    *(
        _row(
            _DEFAULT,
            name,
            lambda context: context.settings.observable,
            _OBSERVABLE,
            "`HA_CELERY_OBSERVABLE` (`False`)",
        )
        for name in ("worker_enable_remote_control", "worker_send_task_events", "task_send_sent_event")
    ),
    _row(
        _DEFAULT,
        "control_queue_exclusive",
        False,
        "An exclusive queue stays locked while its broker is down, and blocks its worker.",
    ),
    _row(_DEFAULT, "control_queue_durable", True, "RabbitMQ 4.3 refuses transient queues."),
)
