import socket
from pathlib import Path

import pytest
from celery import Celery
from celery.app.defaults import DEFAULTS
from celery.utils.quorum_queues import detect_quorum_queues
from certificates import Authority

from ha_celery import Settings, SettingsError, configure
from ha_celery.amqp import AMQP
from ha_celery.consumer import Consumer

URL = "amqp://user:secret@broker:5672/vhost"


def test_only_the_broker_url_is_required() -> None:
    settings = Settings.from_environment({"HA_CELERY_BROKER_URL": URL})
    assert settings == Settings(broker_url=URL)


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "HA_CELERY_BROKER_URL": URL,
            "HA_CELERY_QUEUES": "fast, slow",
            "HA_CELERY_PREFETCH_MULTIPLIER": "4",
            "HA_CELERY_LONGEST_TASK_SECONDS": "60",
            "HA_CELERY_CONFIRM_TIMEOUT_SECONDS": "2.5",
            "HA_CELERY_PUBLISH_BUDGET_SECONDS": "12",
            "HA_CELERY_BROKER_HEARTBEAT_SECONDS": "20",
            "HA_CELERY_OBSERVABLE": "True",
            "HA_CELERY_STATE_DIR": "/state",
            "HA_CELERY_LEDGER_URL": "http://ledger:8080/",
        }
    )
    assert settings == Settings(
        URL, ("fast", "slow"), 4, 60, 2.5, 12, 20, True, Path("/state"), "http://ledger:8080"
    )


def test_tls_and_results_are_read(tmp_path: Path) -> None:
    ca = Authority(tmp_path / "tls").certificate
    settings = Settings.from_environment(
        {
            "HA_CELERY_BROKER_URL": "amqps://user:secret@broker:5671/vhost",
            "HA_CELERY_BROKER_CA": str(ca),
            "HA_CELERY_BROKER_SERVER_NAME": "mq.example.com",
            "HA_CELERY_RESULT_BACKEND": "redis://:secret@redis:6379/0",
        }
    )
    assert (settings.broker_ca, settings.broker_server_name) == (ca, "mq.example.com")
    assert settings.result_backend == "redis://:secret@redis:6379/0"


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("HA_CELERY_BROKER_CA", "ca.crt", "not an absolute path"),
        ("HA_CELERY_BROKER_CA", "/no/ca.crt", "the file does not exist"),
        ("HA_CELERY_BROKER_CA", __file__, "it contains no readable certificates"),
        ("HA_CELERY_BROKER_SERVER_NAME", "a b", "not a hostname"),
        ("HA_CELERY_RESULT_BACKEND", "redis", "not a URL"),
        ("HA_CELERY_RESULT_BACKEND", "rpc://", "results stored in RabbitMQ are lost with one broker node"),
    ],
)
def test_wrong_tls_and_results_are_refused(variable: str, text: str, why: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"HA_CELERY_BROKER_URL": URL.replace("amqp:", "amqps:"), variable: text})
    assert f"{variable} is {text!r}: {why}" in str(raised.value)


def test_tls_that_would_not_happen_is_refused() -> None:
    with pytest.raises(SettingsError, match="HA_CELERY_BROKER_URL starts with amqp:") as raised:
        Settings.from_environment({"HA_CELERY_BROKER_URL": URL, "HA_CELERY_BROKER_SERVER_NAME": "mq"})
    assert "secret" not in str(raised.value)


def test_results_are_kept_for_a_day_or_not_at_all(app: Celery, tmp_path: Path) -> None:
    assert app.conf.task_ignore_result
    assert app.conf.result_expires is None
    kept = Celery("kept", set_as_current=False)
    configure(kept, Settings(broker_url=URL, result_backend="cache+memory://", state_dir=tmp_path))
    assert not kept.conf.task_ignore_result
    assert kept.conf.result_expires == 86400
    kept.backend.store_result("id", 42, "SUCCESS")
    assert kept.AsyncResult("id").get(timeout=1) == 42


def test_all_problems_are_named_at_once_with_value_reason_and_cure() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(
            {
                "HA_CELERY_QUEUES": "a,,b",
                "HA_CELERY_PREFETCH_MULTIPLIER": "0",
                "HA_CELERY_LONGEST_TASK_SECONDS": "1.5",
                "HA_CELERY_CONFIRM_TIMEOUT_SECONDS": "soon",
                "HA_CELERY_OBSERVABLE": "yes",
                "HA_CELERY_STATE_DIR": "state",
                "HA_CELERY_LEDGER_URL": "ledger",
            }
        )
    lines = str(raised.value).splitlines()
    assert lines[1:] == [
        "- HA_CELERY_BROKER_URL is not set. Set it to amqp://user:password@host:5672/vhost.",
        "- HA_CELERY_QUEUES is 'a,,b': a queue name is empty or contains characters other than"
        " letters, digits, and _.:-."
        " Set it to a comma-separated list of queue names, starting with the default queue.",
        "- HA_CELERY_PREFETCH_MULTIPLIER is '0': out of range. Set it to an integer from 1 to 1000.",
        "- HA_CELERY_LONGEST_TASK_SECONDS is '1.5': not an integer. Set it to an integer from 1 to 604800.",
        "- HA_CELERY_CONFIRM_TIMEOUT_SECONDS is 'soon': not a number. Set it to a number from 0.1 to 300.",
        "- HA_CELERY_OBSERVABLE is 'yes': neither true nor false. Set it to true or false.",
        "- HA_CELERY_STATE_DIR is 'state': not an absolute path."
        " Set it to the absolute path of a folder that the worker can write to.",
        "- HA_CELERY_LEDGER_URL is 'ledger': not an http:// URL."
        " Set it to the ledger's URL, such as http://ledger:8080, or leave it unset.",
    ]


@pytest.mark.parametrize(
    "url", ["redis://u:secret@host/0", "amqp://u:secret/x@host", "amqp://:secret@", "http://@"]
)
def test_a_wrong_url_is_refused_and_its_password_not_shown(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"HA_CELERY_BROKER_URL": url})
    assert "secret" not in str(raised.value)


def test_celery_knows_every_setting(app: Celery) -> None:
    ours = {key for key in app.conf.changes if not key.startswith("ha_celery_")}
    assert ours - set(DEFAULTS) == {"deprecated_settings"} & ours


def test_a_silent_broker_is_given_up_after_the_brokers_have_elected(app: Celery) -> None:
    connection = app.connection_for_write()
    assert connection.connect_timeout == 2
    options = connection.transport_options["socket_settings"]
    assert options[socket.TCP_USER_TIMEOUT] == 5000


def test_nothing_is_acknowledged_early(app: Celery) -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert not app.conf.task_acks_on_timeout
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss
    assert app.conf.broker_transport_options["confirm_publish"]


def test_queues_are_quorum_queues_on_a_topic_exchange(tmp_path: Path) -> None:
    app = Celery("test", set_as_current=False)
    configure(app, Settings(broker_url=URL, queues=("fast", "slow"), state_dir=tmp_path))
    assert list(app.amqp.queues) == ["fast", "slow"]
    assert app.amqp.default_queue.name == "fast"
    with pytest.raises(KeyError):
        app.amqp.queues["made-on-demand"]
    app.conf.task_create_missing_queues = True
    del app.amqp.queues
    for queue in [*app.amqp.queues.values(), app.amqp.queues["made-on-demand"]]:
        assert queue.queue_arguments["x-queue-type"] == "quorum"
        assert queue.exchange.type == "topic"
        assert queue.durable
    assert detect_quorum_queues(app, "amqp")[0]


def test_remote_control_only_when_observable(app: Celery, tmp_path: Path) -> None:
    assert not app.conf.worker_enable_remote_control
    watched = Celery("watched", set_as_current=False)
    configure(watched, Settings(broker_url=URL, observable=True, state_dir=tmp_path))
    assert watched.conf.worker_enable_remote_control
    # An exclusive one keeps a worker out while the broker that it was on is down.
    assert not watched.conf.control_queue_exclusive


def test_publishing_and_the_consumer_are_ours(app: Celery) -> None:
    assert type(app.amqp) is AMQP
    assert app.conf.worker_consumer == f"{Consumer.__module__}:{Consumer.__name__}"


def test_an_app_that_has_published_before_gets_our_amqp(settings: Settings) -> None:
    app = Celery("existing", set_as_current=False)
    assert type(app.amqp) is not AMQP
    configure(app, settings)
    assert type(app.amqp) is AMQP


def test_an_amqp_class_of_the_user_is_refused(settings: Settings) -> None:
    app = Celery("own", amqp="shop.amqp:AMQP", set_as_current=False)
    with pytest.raises(SettingsError, match=r"own AMQP class, shop\.amqp:AMQP, but .* ha_celery\.amqp:AMQP"):
        configure(app, settings)


def test_configuring_too_late_is_an_error(settings: Settings) -> None:
    app = Celery("late", set_as_current=False)
    assert app.Task
    with pytest.raises(SettingsError, match="was called after"):
        configure(app, settings)
