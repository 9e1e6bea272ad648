"""Configures Celery apps so that they lose no task."""

from __future__ import annotations

from typing import Any

from celery import Celery

from ha_celery import (
    beat_probes,
    chords,
    delays,
    held,
    logs,
    probes,
    requests,
    task_process,
    undelivered,
    worker_start,
)
from ha_celery.configuration import Configuration, configuration_of, register
from ha_celery.drill import tasks as drill_tasks
from ha_celery.errors import SettingsError
from ha_celery.metrics.worker import MeasureTasks, ServeMetrics
from ha_celery.settings import Settings

AMQP_CLASS = "ha_celery.amqp:AMQP"


def create_app(name: str, settings: Settings | None = None, **options: Any) -> Celery:
    """Creates a configured Celery app; `options` are passed to Celery."""
    app = Celery(name, **options)
    configure(app, settings)
    return app


def configure(app: Celery, settings: Settings | None = None) -> None:
    """Configures an existing app, by default from the HA_CELERY_ variables.

    Call it before the app defines its first task, and before or after the app loads Celery's own settings.
    Invalid settings are reported when the app connects to the broker.
    """
    if "Task" in vars(app):
        raise SettingsError(
            f"configure() was called after app {app.main!r} created its Task class."
            " Call it before the first task is defined."
        )
    install(app, settings)
    if app.configured:
        configuration_of(app).apply()


def install(app: Celery, settings: Settings | None = None) -> None:
    """Prepares an app, whose settings may be loading at this moment."""
    configuration = Configuration(app, settings)
    if register(app, configuration):
        _publish_confirmed(app)
        if app.control_cls == Celery.control_cls:
            app.control_cls = "ha_celery.control:Control"
        app.on_after_configure.connect(lambda **_: configuration_of(app).apply(), weak=False)
        app.steps["worker"].add(ServeMetrics)
        app.steps["consumer"].add(MeasureTasks)
        app.steps["consumer"].update((probes.ProbeFiles, requests.Requests, held.GiveBack))
        app.steps["consumer"].add(undelivered.Undelivered)
        if not configuration.accelerated:
            app.steps["consumer"].add(delays.ExactBindings)
        chords.protect_bodies(app)
        logs.one_line_a_task()
        worker_start.watch()
        beat_probes.watch()
        # Lets a drill use the workers of any installation. Not created now, because a new task reads the
        # settings: loading them twice loses the app's defaults and periodic tasks.
        app.on_after_finalize.connect(lambda **_: drill_tasks.add_to(app), weak=False)


def _publish_confirmed(app: Celery) -> None:
    """Installs the AMQP class, through which the app publishes every task."""
    if app.amqp_cls not in (Celery.amqp_cls, AMQP_CLASS):
        raise SettingsError(
            f"app {app.main!r} has its own AMQP class, {app.amqp_cls}, but confirmed publishing needs"
            f" {AMQP_CLASS}. Remove `amqp` from the app's arguments."
        )
    app.amqp_cls = AMQP_CLASS
    # The app may have created Celery's already.
    vars(app).pop("amqp", None)
    task_process.watch()


def check(app: Celery) -> None:
    """Raises a SettingsError that lists everything that prevents the app from connecting safely."""
    # With CELERY_LOADER, the creation of its loader configures the app.
    _ = app.loader
    configuration_of(app).check()
