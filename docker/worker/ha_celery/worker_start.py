"""Start of a worker: it selects its queues, and logs what differs from the usual."""

from __future__ import annotations

from typing import Any

from celery import signals
from celery.app import trace
from celery.concurrency import get_implementation
from celery.utils.log import get_logger
from celery.worker.consumer import consumer

from ha_celery.chords import protect_own_backends
from ha_celery.configuration import check_at_start, configuration_of, is_configured
from ha_celery.errors import SettingsError
from ha_celery.setting_values import ByTime

logger = get_logger(__name__)

#: Queue of dead letters, which the application's user may not read.
DEAD_LETTERS = "dead-letters"

_NO_LIMITS = (
    "has no time limits (task_time_limit is ignored) and cannot cancel a task: after a lost connection,"
    " running tasks finish while their second copies run elsewhere"
)
#: Celery's pools that run all tasks in the worker's own process, with what they cannot do.
WITHOUT_PROCESSES = {
    "celery.concurrency.thread": f"--pool=threads {_NO_LIMITS}",
    "celery.concurrency.gevent": "--pool=gevent has no soft time limits, and ends a task at its hard"
    " limit, or after a lost connection, only while the task waits for the network or sleeps",
    "celery.concurrency.eventlet": f"--pool=eventlet is not tested, {_NO_LIMITS}",
}


def watch() -> None:
    """Connects to the start of workers."""
    signals.celeryd_init.connect(begin, weak=False, dispatch_uid="ha-celery-begin")
    signals.celeryd_after_setup.connect(check_queues, weak=False, dispatch_uid="ha-celery-queues")
    signals.celeryd_after_setup.connect(check_pool, weak=False, dispatch_uid="ha-celery-pool")
    signals.celeryd_after_setup.connect(protect_chords, weak=False, dispatch_uid="ha-celery-chords")
    signals.celeryd_after_setup.connect(renew_tracer, weak=False, dispatch_uid="ha-celery-tracer")
    signals.celeryd_after_setup.connect(report, weak=False, dispatch_uid="ha-celery-report")


def begin(instance: Any, options: dict[str, Any], **_: Any) -> None:
    """Ends a worker whose settings are not safe; selects the queues of the others."""
    if not is_configured(instance.app):
        return
    check_at_start(instance.app)
    # The option --prefetch-multiplier, or else the setting.
    prefetch = options.get("prefetch_multiplier") or instance.app.conf.worker_prefetch_multiplier
    instance.prefetch_by_time = isinstance(prefetch, ByTime)
    # The queues of HA_CELERY_QUEUES only, unless the -Q option names others.
    if not options.get("queues"):
        instance.app.amqp.queues.select(configuration_of(instance.app).queues())


def check_queues(instance: Any, **_: Any) -> None:
    """Ends a worker of the dead letters; Celery would connect again and again."""
    if not is_configured(instance.app) or DEAD_LETTERS not in instance.app.amqp.queues.consume_from:
        return
    raise SystemExit(
        f"{DEAD_LETTERS!r} is one of the worker's queues (-Q or HA_CELERY_QUEUES), but the application's"
        " RabbitMQ user may not read it (403 ACCESS_REFUSED). Remove it, and publish dead letters again to"
        " a task queue: docs/how-to/troubleshooting.md#publish-dead-letters-again"
    )


def check_pool(instance: Any, **_: Any) -> None:
    """Ends a worker whose pool cannot keep the guarantees; logs the limits of the others."""
    if not is_configured(instance.app):
        return
    pool = get_implementation(instance.pool_cls).__module__
    if pool == "celery.concurrency.solo":
        raise SystemExit(
            "--pool=solo is not supported: it answers no heartbeat of the broker while a task runs, so long"
            " tasks run again and again. Use --pool=prefork --concurrency=1."
        )
    if pool in WITHOUT_PROCESSES:
        logger.warning("%s", WITHOUT_PROCESSES[pool])


def protect_chords(instance: Any, **_: Any) -> None:
    """Protects the chords of all tasks, which the worker has loaded, before it starts its pool."""
    if not is_configured(instance.app):
        return
    try:
        protect_own_backends(instance.app)
    except SettingsError as error:
        # Celery logs every other exception of such a handler, and goes on.
        raise SystemExit(str(error)) from error


def renew_tracer(instance: Any, **_: Any) -> None:
    """Makes pools without processes run tasks with the `build_tracer` that Sentry may have installed.

    Celery's consumer copies the function when it is imported, and this package imports it before most apps
    call `sentry_sdk.init`. Pools with processes look the function up later.
    """
    if is_configured(instance.app):
        consumer.build_tracer = trace.build_tracer


def report(instance: Any, **_: Any) -> None:
    """Logs which of our defaults the app replaces, and why Celery's own pool is used."""
    if not is_configured(instance.app):
        return
    configuration = configuration_of(instance.app)
    for name, (theirs, ours) in configuration.replaced_defaults().items():
        logger.info("the app sets %s to %r; the default of ha-celery is %r", name, theirs, ours)
    # The app may have connected before the worker has set its logging up.
    configuration.warn(again=True)
    if configuration.why_native:
        logger.warning(
            "Celery's own pool and consumer are used (%s): no task is lost, but tasks are acknowledged one by"
            " one, and the worker reconnects later after an outage",
            configuration.why_native,
        )
