"""How our settings and the app's are combined."""

import socket
from pathlib import Path
from typing import Any

import celery
import pytest
from celery import Celery, Task
from celery.app.defaults import DEFAULTS
from celery.utils.quorum_queues import detect_quorum_queues
from kombu import Queue
from kombu.common import Broadcast

from ha_celery import Settings, SettingsError, check, configure, create_app, versions
from ha_celery.amqp import AMQP
from ha_celery.celery_settings import TABLE, Class
from ha_celery.configuration import configuration_of

URL = "amqp://user:secret@broker:5672/vhost"


def configured(settings: Settings | None = None, **own: Any) -> Celery:
    """App that has set some of Celery's settings itself."""
    app = Celery("proj", set_as_current=False)
    configure(app, settings or Settings(broker_url=URL))
    app.conf.update(own)
    return app


def refused(app: Celery) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        check(app)
    return str(raised.value).splitlines()[1:]


def test_the_app_as_it_is_passes_the_check(app: Celery) -> None:
    check(app)


def test_an_app_is_imported_without_any_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HA_CELERY_BROKER_URL", raising=False)
    app = create_app("proj", set_as_current=False)

    @app.task(shared=False)
    def work() -> int:
        return 42

    app.conf.task_always_eager = True
    assert app.conf.timezone is None
    assert work.delay().get() == 42
    app.conf.task_always_eager = False
    for connect in (app.connection_for_read, app.connection_for_write, work.delay):
        with pytest.raises(SettingsError, match="HA_CELERY_BROKER_URL is not set"):
            connect()


class Django:
    """Module django.conf.settings."""

    CELERY_TASK_TIME_LIMIT = 33
    CELERY_TASK_DEFAULT_QUEUE = "mail"
    CELERY_RESULT_BACKEND = "cache+memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 3}  # noqa: RUF012


@pytest.mark.parametrize("loaded_first", [True, False])
def test_djangos_settings_replace_our_defaults(loaded_first: bool, tmp_path: Path) -> None:
    app = Celery("proj", set_as_current=False)
    if loaded_first:
        app.config_from_object(Django, namespace="CELERY")
        assert app.conf.task_time_limit == 33
    configure(app, Settings(broker_url=URL, longest_task_seconds=60, state_dir=tmp_path))
    if not loaded_first:
        assert app.conf.task_time_limit == 60
        app.config_from_object(Django, namespace="CELERY", force=True)
    check(app)
    assert app.conf.task_time_limit == 33
    assert app.conf.task_default_queue == app.conf.task_default_routing_key == "mail"
    assert not app.conf.task_ignore_result
    assert app.conf.result_expires == 86400
    assert app.conf.broker_transport_options["max_retries"] == 3
    assert app.conf.broker_transport_options["confirm_publish"] is True
    assert configuration_of(app).replaced_defaults() == {
        "task_time_limit": (33, 60),
    }


@pytest.mark.parametrize("argument", ["config_source", "changes"])
def test_settings_given_to_the_app_are_its_own(argument: str) -> None:
    def made(**own: Any) -> Celery:
        return create_app("proj", Settings(broker_url=URL), set_as_current=False, **{argument: own})

    app = made(task_time_limit=33, task_default_queue="mail")
    check(app)
    assert (app.conf.task_time_limit, app.conf.task_default_queue) == (33, "mail")
    [problem] = refused(made(task_acks_late=False))
    assert problem.startswith("- task_acks_late is False in the app, but must be True.")


def test_a_task_class_of_the_app_is_kept(settings: Settings) -> None:
    class Own(Task):
        pass

    app = create_app("proj", settings, set_as_current=False, task_cls=Own)

    @app.task(shared=False)
    def work() -> None: ...

    assert isinstance(work, Own)
    assert isinstance(app.amqp, AMQP)


def test_all_conflicts_are_reported_with_both_values() -> None:
    app = configured(
        task_acks_late=False,
        broker_url="redis://:hidden@old/0",
        broker_password="hidden",
        task_default_delivery_mode=2,
        broker_transport_options={"confirm_publish": False},
        task_queues=[Queue("fast", queue_arguments={"x-queue-type": "classic"}), Queue("slow")],
    )
    lines = refused(app)
    assert lines[:2] == [
        "- broker_url is 'redis://:**@old/0' in the app, but must be 'amqp://user:**@broker:5672/vhost'."
        " The installation's broker. Remove the setting from the app.",
        "- broker_password is '***' in the app, but must be None. Part of `HA_CELERY_BROKER_URL`."
        " Remove the setting from the app.",
    ]
    assert [line.split(" ")[1] for line in lines[2:]] == [
        "task_acks_late",
        "broker_transport_options",
        "task_queues",
    ]
    assert "hidden" not in "".join(lines)


def test_a_broadcast_queue_is_refused() -> None:
    [line] = refused(configured(task_queues=[Broadcast("everyone"), Queue("slow")]))
    assert line.startswith("- task_queues has the broadcast queue 'everyone' in the app, but")


FIXED = [row for row in TABLE if row.precedence is Class.FIXED]


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row.name)
def test_a_fixed_setting_with_another_value_is_refused(row: Any) -> None:
    if row.name not in DEFAULTS:
        pytest.skip("this Celery has no such setting")
    assert f"- {row.name} is " in "\n".join(refused(configured(**{row.name: "other"})))


def test_a_setting_changed_after_loading_is_refused(app: Celery) -> None:
    check(app)
    app.conf.task_acks_late = False
    assert len(refused(app)) == 1


@pytest.mark.parametrize("how", ["environment", "argument", "same"])
def test_another_broker_is_refused(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = "amqp://user:secret@broker/vhost" if how == "same" else "amqp://old//"
    if how == "environment":
        monkeypatch.setenv("CELERY_BROKER_URL", other)
    app = create_app(
        "proj", Settings(broker_url=URL), set_as_current=False, broker=None if how == "environment" else other
    )
    if how == "same":
        check(app)
    else:
        assert "'amqp://old//' in the app" in refused(app)[0]


def test_a_task_may_not_outlast_its_pod() -> None:
    settings = Settings(broker_url=URL, longest_task_seconds=60)
    check(configured(settings, task_time_limit=60))
    check(configured(task_time_limit=10_000))
    (line,) = refused(configured(settings, task_time_limit=61))
    assert line.startswith("- task_time_limit is 61 in the app, but HA_CELERY_LONGEST_TASK_SECONDS is 60.")


def test_results_are_kept_for_a_day_or_not_at_all(app: Celery) -> None:
    assert app.conf.task_ignore_result
    assert app.conf.result_expires is None
    for kept in (
        configured(Settings(broker_url=URL, result_backend="cache+memory://")),
        configured(result_backend="cache+memory://"),
        create_app("p", Settings(broker_url=URL), backend="cache+memory://", set_as_current=False),
    ):
        check(kept)
        assert not kept.conf.task_ignore_result
        assert kept.conf.result_expires == 86400
        kept.backend.store_result("id", 42, "SUCCESS")
        assert kept.AsyncResult("id").get(timeout=1) == 42


def test_two_result_backends_and_those_in_rabbitmq_are_refused() -> None:
    settings = Settings(broker_url=URL, result_backend="redis://:hidden@a")
    (line,) = refused(configured(settings, result_backend="redis://:hidden@b"))
    assert "is 'redis://:**@b/' in the app, but HA_CELERY_RESULT_BACKEND is 'redis://:**@a/'" in line
    (line,) = refused(configured(settings, result_backend="package.module:Backend+redis://:hidden@b"))
    assert "is 'package.module:Backend+redis://:**@b/' in the app" in line
    (line,) = refused(configured(result_backend="rpc://"))
    assert "lost with one broker node" in line


@pytest.mark.parametrize(
    ("backend", "is_refused"),
    [
        ("redis://:hidden@a", True),
        ("rediss://a", True),
        ("celery.backends.redis:SentinelBackend+sentinel://a", True),
        ("cache+memory://", False),
        (None, False),
    ],
)
def test_deduplication_is_refused_where_it_loses_the_body_of_a_chord(
    backend: str | None, is_refused: bool
) -> None:
    app = configured(
        Settings(broker_url=URL, result_backend=backend), worker_deduplicate_successful_tasks=True
    )
    if not is_refused or celery.VERSION[:2] < (5, 7):
        check(app)
        return
    (line,) = refused(app)
    assert line.startswith("- worker_deduplicate_successful_tasks is True in the app, but must be False with")
    assert "hidden" not in line
    check(configured(Settings(broker_url=URL, result_backend=backend)))


def test_an_app_in_memory_keeps_its_own_result_backend() -> None:
    settings = Settings(broker_url=URL, result_backend="redis://a")
    app = configured(settings, broker_url="memory://", result_backend="cache+memory://")
    check(app)
    assert app.conf.result_backend == "cache+memory://"


def test_a_silent_broker_is_given_up_after_the_brokers_have_elected(app: Celery) -> None:
    connection = app.connection_for_write()
    # Celery's own consumer waits as long for a lost machine.
    assert connection.connect_timeout == (10 if configuration_of(app).accelerated else 4)
    options = connection.transport_options["socket_settings"]
    assert options[socket.TCP_USER_TIMEOUT] == 5500


def test_nothing_is_acknowledged_early(app: Celery) -> None:
    @app.task(shared=False)
    def work() -> None: ...

    assert work.acks_late
    assert work.reject_on_worker_lost
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss
    assert app.conf.broker_transport_options["confirm_publish"]


def test_queues_are_quorum_queues_on_a_topic_exchange() -> None:
    app = configured(
        Settings(broker_url=URL, queues=("fast", "slow")),
        task_create_missing_queues=True,
        task_queues=[Queue("own")],
        task_default_queue="slow",
    )
    assert list(app.amqp.queues) == ["fast", "slow", "own"]
    assert app.amqp.default_queue.name == "slow"
    for queue in [*app.amqp.queues.values(), app.amqp.queues["made-on-demand"]]:
        assert queue.queue_arguments["x-queue-type"] == "quorum"
        assert queue.exchange.type == "topic"
        assert queue.durable
    assert detect_quorum_queues(app, "amqp")[0]
    assert configuration_of(app).queues() == ["fast", "slow"]


def test_remote_control_only_when_observable(app: Celery) -> None:
    assert not app.conf.worker_enable_remote_control
    watched = configured(Settings(broker_url=URL, observable=True))
    assert watched.conf.worker_enable_remote_control
    if "control_queue_exclusive" in DEFAULTS:
        check(watched)
        # An exclusive one keeps a worker out while the broker that it was on is down.
        assert not watched.conf.control_queue_exclusive
    else:
        assert "transient queues" in refused(watched)[0]


def test_our_pool_and_consumer_serve_only_the_versions_they_were_tested_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    native = configured(Settings(broker_url=URL, native_pool=True)).conf
    assert (native.worker_pool, native.broker_connection_timeout) == ("prefork", 4)
    monkeypatch.setattr(versions, "mismatches", lambda _: [versions.Mismatch("celery", "5.8", "5.7", "5.8")])
    app = configured()
    assert (app.conf.worker_pool, app.conf.worker_consumer) == ("prefork", "celery.worker.consumer:Consumer")
    assert configuration_of(app).why_native == "celery 5.8"


def test_queues_are_not_created_on_demand(app: Celery) -> None:
    with pytest.raises(KeyError):
        app.amqp.queues["made-on-demand"]


def test_an_app_that_has_published_before_gets_our_amqp(settings: Settings) -> None:
    app = Celery("existing", set_as_current=False)
    assert type(app.amqp) is not AMQP
    configure(app, settings)
    assert type(app.amqp) is AMQP


def test_an_amqp_class_of_the_user_is_refused(settings: Settings) -> None:
    app = Celery("own", amqp="celery.app.amqp:Other", set_as_current=False)
    with pytest.raises(SettingsError, match="has its own AMQP class"):
        configure(app, settings)


def test_configuring_too_late_is_an_error(settings: Settings) -> None:
    app = Celery("late", set_as_current=False)
    assert app.Task
    with pytest.raises(SettingsError, match="was called after"):
        configure(app, settings)
