"""Start of a worker."""

import logging
from typing import Any

import pytest
from celery import Celery
from celery.worker.consumer import consumer
from kombu import Queue

from ha_celery import Settings, configure, versions
from ha_celery.versions import Mismatch
from ha_celery.worker_start import begin, check_pool, check_queues, renew_tracer, report

URL = "amqp://user:secret@broker:5672/vhost"


class Worker:
    def __init__(self, app: Celery) -> None:
        self.app = app
        self.pool_cls = app.conf.worker_pool


def started(queues: str | None = None, native_pool: bool = False, **own: Any) -> Celery:
    app = Celery("proj", set_as_current=False)
    configure(app, Settings(broker_url=URL, queues=("mail", "reports"), native_pool=native_pool))
    app.conf.update({"task_default_queue": "other", **own})
    worker = Worker(app)
    begin(worker, {"queues": queues})
    app.amqp.queues.select(queues)
    check_queues(worker)
    check_pool(worker)
    report(worker)
    return app


def test_a_worker_takes_tasks_from_the_queues_of_its_pool() -> None:
    app = started()
    assert list(app.amqp.queues) == ["mail", "reports", "other"]
    assert list(app.amqp.queues.consume_from) == ["mail", "reports"]


def test_an_option_names_other_queues() -> None:
    assert list(started(queues="reports").amqp.queues.consume_from) == ["reports"]


def test_a_worker_of_dead_letters_ends() -> None:
    with pytest.raises(SystemExit) as caught:
        started(queues="dead-letters", task_queues=[Queue("dead-letters")])
    assert str(caught.value) == (
        "'dead-letters' is one of the worker's queues (-Q or HA_CELERY_QUEUES), but the application's"
        " RabbitMQ user may not read it (403 ACCESS_REFUSED). Remove it, and publish dead letters again to"
        " a task queue: docs/how-to/troubleshooting.md#publish-dead-letters-again"
    )


def test_what_the_app_sets_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    started(task_time_limit=33)
    assert "the app sets task_time_limit to 33; the default of ha-celery is 3600" in caplog.text


@pytest.mark.parametrize(
    ("native_pool", "found", "reason"),
    [
        (True, [], "HA_CELERY_NATIVE_POOL is set"),
        (False, [Mismatch("celery", "5.6.3", "5.7", "5.8")], "celery 5.6.3"),
    ],
)
def test_a_slower_pool_is_logged(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    native_pool: bool,
    found: list[Mismatch],
    reason: str,
) -> None:
    monkeypatch.setattr(
        versions, "mismatches", lambda ranges, _=None: found if ranges is versions.ACCELERATED else []
    )
    started(native_pool=native_pool)
    assert f"Celery's own pool and consumer are used ({reason})" in caplog.text


def test_apps_of_others_are_left_alone() -> None:
    app = Celery("theirs", set_as_current=False)
    begin(Worker(app), {})
    check_pool(Worker(app))
    report(Worker(app))
    assert list(app.amqp.queues.consume_from) == ["celery"]


def test_a_worker_with_unsafe_settings_ends() -> None:
    with pytest.raises(SystemExit, match="task_acks_late is False in the app, but must be True"):
        started(task_acks_late=False)


def test_the_solo_pool_is_refused() -> None:
    with pytest.raises(SystemExit, match="Use --pool=prefork --concurrency=1"):
        started(worker_pool="solo")


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_the_limits_of_threads_are_logged(pool: str, caplog: pytest.LogCaptureFixture) -> None:
    started(worker_pool=pool)
    assert ("--pool=threads has no time limits" in caplog.text) is (pool == "threads")


def test_arguments_of_queues_that_are_not_used_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    quorum = {"x-queue-type": "quorum"}
    started(task_queues=[Queue("urgent", queue_arguments=quorum | {"x-max-priority": 5}), Queue("slow")])
    assert "gives queue 'urgent' the arguments {'x-max-priority': 5}, which are not used" in caplog.text
    assert "'slow'" not in caplog.text


def test_a_tracer_that_a_tool_has_installed_late_runs_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    app = started()
    # Restored at the end.
    monkeypatch.setattr(consumer, "build_tracer", consumer.build_tracer)
    monkeypatch.setattr("celery.app.trace.build_tracer", lambda name, *_, **__: f"of {name}")
    renew_tracer(Worker(app))
    own: Any = object.__new__(consumer.Consumer)
    own.app, own.hostname, own.strategies = app, "worker", {}
    monkeypatch.setattr("celery.app.task.Task.start_strategy", lambda *_: None)
    own.update_strategies()
    assert app.tasks["celery.chord"].__trace__ == "of celery.chord"
