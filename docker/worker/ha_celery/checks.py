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
from ha_celery.setting_values import NO_RESULTS, Context, own_queues, result_backend
from ha_celery.variable_types import IN_RABBITMQ

#: Different spellings of the same value.
SAME: Mapping[str, tuple[Any, ...]] = {"task_default_delivery_mode": ("persistent", 2)}

BACKEND_CLASS = re.compile(r"[\w.]+:\w+\+")
#: Between several URLs.
SEPARATOR = re.compile(r";(?=[\w.+-]+://)")


def problems(conf: Any, context: Context) -> list[str]:
    """Returns the error texts of all checks."""
    found = [*_fixed(conf, context), *_time_limit(value(conf, "task_time_limit"), context)]
    return found + [text for check in _CHECKS for text in check(context)]


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
    types = {queue.name: (queue.queue_arguments or {}).get("x-queue-type") for queue in own_queues(context)}
    return [
        f"task_queues has {name} of type {queue_type!r} in the app, but it must be 'quorum'."
        " Only quorum queues survive the loss of a broker. Remove the type from the app."
        for name, queue_type in types.items()
        if queue_type not in (None, "quorum")
    ]


def _broadcasts(context: Context) -> list[str]:
    return [
        f"task_queues has the broadcast queue {queue.alias!r} in the app, but must have quorum queues only,"
        " in which each task runs once. Remove it from the app, and send one task to each of several queues."
        for queue in own_queues(context)
        if isinstance(queue, Broadcast)
    ]


def _time_limit(limit: Any, context: Context) -> list[str]:
    most = context.settings.longest_task_seconds
    if limit is not None and not isinstance(limit, (int, float)):
        return [
            f"task_time_limit is {limit!r} in the app, but must be a number of seconds, because Celery"
            " calculates with it. Set it to a number, such as 300."
        ]
    if most is None or (limit and limit <= most):
        return []
    if limit:
        fix = "Lower task_time_limit, or raise longestTaskSeconds of the worker pool."
    else:
        fix = f"Set task_time_limit to at most {most}, or remove the setting from the app."
    return [
        f"task_time_limit is {limit} in the app, but HA_CELERY_LONGEST_TASK_SECONDS is {most}."
        f" A pod that stops would kill such a task. {fix}"
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
    _result_backend,
    _deduplication,
    _remote_control,
)


def _equal(name: str, theirs: Any, ours: Any) -> bool:
    if name.endswith("_url") and theirs and ours:
        return is_in_memory(theirs) or _targets(theirs) == _targets(ours)
    return bool(theirs == ours) or (theirs in SAME.get(name, ()) and ours in SAME.get(name, ()))


def is_in_memory(url: Any) -> bool:
    """Returns whether a broker exists in this process only, as in unit tests."""
    return str(_joined(url or "")).startswith("memory:")


def _joined(urls: Any) -> Any:
    """Several URLs of a broker as one text: Celery accepts a list, too."""
    return ";".join(urls) if isinstance(urls, (list, tuple)) else urls


def _targets(urls: Any) -> Any:
    """Parts of a broker's URLs; the text itself if Python cannot parse it."""
    text = _joined(urls)
    try:
        return [_target(url) for url in SEPARATOR.split(text)]
    except ValueError:
        return text


def _target(url: str) -> dict[str, Any]:
    """Parts of a broker's URL, with the defaults of those that it leaves out."""
    parts: dict[str, Any] = parse_url(url)
    default_port = 5671 if parts["transport"] == "amqps" else 5672
    return parts | {"port": parts["port"] or default_port, "virtual_host": parts["virtual_host"] or "/"}


def _shown(name: str, setting: Any) -> str:
    if name == "broker_password" and setting:
        return "'***'"
    if name.endswith("_url"):
        setting = _joined(setting)
    if not isinstance(setting, str):
        return repr(setting)
    # A result backend's class can precede its URL, as in package.module:Class+http://host.
    found = BACKEND_CLASS.match(setting)
    prefix = found[0] if found else ""
    return repr(prefix + ";".join(map(_sanitized, SEPARATOR.split(setting.removeprefix(prefix)))))


def _sanitized(url: str) -> str:
    """A URL without its password, which Python's own messages about an invalid one contain."""
    try:
        return str(maybe_sanitize_url(url))
    except ValueError:
        return "***"
