"""Checks of a configuration; each error text names both values, the reason, and the fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from celery.app.defaults import DEFAULTS
from kombu.common import Broadcast
from kombu.utils.url import maybe_sanitize_url, parse_url

from ha_celery.celery_settings import TABLE, Class, values
from ha_celery.chords import counts_in_redis
from ha_celery.setting_values import NO_RESULTS, Context, result_backend
from ha_celery.variable_types import IN_RABBITMQ

#: Different spellings of the same value.
SAME: Mapping[str, tuple[Any, ...]] = {"task_default_delivery_mode": ("persistent", 2)}

BACKEND_CLASS = re.compile(r"[\w.]+:\w+\+")


def problems(conf: Any, context: Context) -> list[str]:
    """Returns the error texts of all checks."""
    return [*_fixed(conf, context), *(text for check in _CHECKS for text in check(context))]


def value(conf: Any, name: str) -> Any:
    """Returns a setting, or None. As an attribute, because Celery reads some from the environment, too."""
    return getattr(conf, name, None)


def _fixed(conf: Any, context: Context) -> list[str]:
    found = []
    ours = values(context, Class.FIXED)
    for row in TABLE:
        if row.name in ours and not _equal(row.name, value(conf, row.name), ours[row.name]):
            theirs, required = _shown(row.name, value(conf, row.name)), _shown(row.name, ours[row.name])
            found.append(
                f"{row.name} is {theirs} in the app, but must be {required}. {row.reason}"
                " Remove the setting from the app."
            )
    return found


def _confirms(context: Context) -> list[str]:
    if values(context, Class.MERGED)["broker_transport_options"]["confirm_publish"]:
        return []
    return [
        "broker_transport_options has confirm_publish False in the app, but must have True."
        " Tasks are lost without confirms. Remove the option from the app."
    ]


def _queue_types(context: Context) -> list[str]:
    queues = context.app_value("task_queues") or ()
    types = {
        str(queue): (getattr(queue, "queue_arguments", None) or {}).get("x-queue-type") for queue in queues
    }
    return [
        f"task_queues has {queue} of type {queue_type!r} in the app, but it must be 'quorum'."
        " Only quorum queues survive the loss of a broker. Remove the type from the app."
        for queue, queue_type in types.items()
        if queue_type not in (None, "quorum")
    ]


def _broadcasts(context: Context) -> list[str]:
    queues = context.app_value("task_queues") or ()
    return [
        f"task_queues has the broadcast queue {queue.alias!r} in the app, but must have quorum queues only,"
        " in which each task runs once. Remove it from the app, and send one task to each of several queues."
        for queue in queues
        if isinstance(queue, Broadcast)
    ]


def _time_limit(context: Context) -> list[str]:
    theirs, ours = context.app_value("task_time_limit"), context.settings.longest_task_seconds
    if theirs is None or ours is None or theirs <= ours:
        return []
    return [
        f"task_time_limit is {theirs} in the app, but HA_CELERY_LONGEST_TASK_SECONDS is {ours}."
        " A pod that stops would kill such a task."
        " Lower task_time_limit, or raise longestTaskSeconds of the worker pool."
    ]


def _result_backend(context: Context) -> list[str]:
    theirs, ours = context.app_value("result_backend"), context.settings.result_backend
    if not theirs or is_in_memory(context.app_value("broker_url")):
        return []
    shown = _shown("result_backend", theirs)
    found = []
    if ours and theirs != ours:
        found.append(
            f"result_backend is {shown} in the app, but HA_CELERY_RESULT_BACKEND is"
            f" {_shown('result_backend', ours)}. Remove one of them."
        )
    if isinstance(theirs, str) and theirs.partition(":")[0] in IN_RABBITMQ:
        found.append(
            f"result_backend is {shown} in the app, but results stored in RabbitMQ are lost with one broker"
            " node. Use another result backend, such as redis://host:6379/0 or django-db."
        )
    return found


def _deduplication(context: Context) -> list[str]:
    if not context.app_value("worker_deduplicate_successful_tasks"):
        return []
    backend = result_backend(context)
    if backend in NO_RESULTS or not counts_in_redis(context.backend_class()):
        return []
    return [
        "worker_deduplicate_successful_tasks is True in the app, but must be False with the result backend"
        f" {_shown('result_backend', backend)}. Redis counts the tasks of a chord, but none that is skipped,"
        " so the body of its chord would never run. Remove the setting from the app, or use another kind of"
        " result backend."
    ]


def _remote_control(context: Context) -> list[str]:
    if not context.settings.observable or "control_queue_durable" in DEFAULTS:
        return []
    return [
        "HA_CELERY_OBSERVABLE is true, but the remote control of Celery 5.5 needs transient queues, which"
        " RabbitMQ 4.3 refuses. Unset the variable, or run: pip install 'celery>=5.6,<5.8'"
    ]


_CHECKS: tuple[Callable[[Context], list[str]], ...] = (
    _confirms,
    _queue_types,
    _broadcasts,
    _time_limit,
    _result_backend,
    _deduplication,
    _remote_control,
)


def _equal(name: str, theirs: Any, ours: Any) -> bool:
    if name.endswith("_url") and theirs and ours:
        return is_in_memory(theirs) or _targets(theirs) == _targets(ours)
    return bool(theirs == ours) or (theirs in SAME.get(name, ()) and ours in SAME.get(name, ()))


def is_in_memory(url: str | None) -> bool:
    """Returns whether a broker exists in this process only, as in unit tests."""
    return (url or "").startswith("memory:")


def _targets(urls: str) -> list[dict[str, Any]]:
    return [_target(url) for url in urls.split(";")]


def _target(url: str) -> dict[str, Any]:
    """Parts of a broker's URL, with the defaults of those that it leaves out."""
    parts: dict[str, Any] = parse_url(url)
    default_port = 5671 if parts["transport"] == "amqps" else 5672
    return parts | {"port": parts["port"] or default_port, "virtual_host": parts["virtual_host"] or "/"}


def _shown(name: str, setting: Any) -> str:
    if name == "broker_password" and setting:
        return "'***'"
    if not isinstance(setting, str):
        return repr(setting)
    # A result backend's class can precede its URL, as in package.module:Class+http://host.
    found = BACKEND_CLASS.match(setting)
    prefix = found[0] if found else ""
    return repr(prefix + maybe_sanitize_url(setting.removeprefix(prefix)))
