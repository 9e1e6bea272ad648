from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from certificates import Authority

from ha_celery import Settings, SettingsError, variable_types

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
            "HA_CELERY_LEDGER_URL": "http://:token@ledger:8080/",
        }
    )
    assert settings == Settings(
        URL, ("fast", "slow"), 4, 60, 2.5, 12, 20, True, Path("/state"), "http://:token@ledger:8080"
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


def test_certificates_are_read_from_a_variable(tmp_path: Path) -> None:
    pem = Authority(tmp_path / "tls").certificate.read_text()
    variables = {
        "HA_CELERY_BROKER_URL": "amqps://user:secret@broker:5671/vhost",
        "HA_CELERY_BROKER_CA_PEM": pem,
    }
    assert Settings.from_environment(variables).broker_ca_pem == pem.strip()
    with pytest.raises(SettingsError, match="it contains no readable certificates") as raised:
        Settings.from_environment(variables | {"HA_CELERY_BROKER_CA_PEM": pem.replace("M", "?")})
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("HA_CELERY_BROKER_CA_PEM", "/etc/ca.crt", "it contains no readable certificates"),
        ("HA_CELERY_BROKER_CA", "ca.crt", "not an absolute path"),
        ("HA_CELERY_BROKER_CA", "/no/ca.crt", "the file does not exist"),
        ("HA_CELERY_BROKER_CA", __file__, "it contains no readable certificates"),
        ("HA_CELERY_BROKER_SERVER_NAME", "a b", "not a hostname"),
        ("HA_CELERY_RESULT_BACKEND", "redis", "neither a URL nor a result backend of an installed package"),
        ("HA_CELERY_RESULT_BACKEND", "rpc://", "results stored in RabbitMQ are lost with one broker node"),
    ],
)
def test_wrong_tls_and_results_are_refused(variable: str, text: str, why: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"HA_CELERY_BROKER_URL": URL.replace("amqp:", "amqps:"), variable: text})
    assert f"{variable} is {text!r}: {why}" in str(raised.value)


def test_tls_that_would_not_happen_is_refused(tmp_path: Path) -> None:
    pem = Authority(tmp_path / "tls").certificate.read_text()
    for tls in ({"HA_CELERY_BROKER_SERVER_NAME": "mq"}, {"HA_CELERY_BROKER_CA_PEM": pem}):
        with pytest.raises(SettingsError, match="HA_CELERY_BROKER_URL starts with amqp:") as raised:
            Settings.from_environment({"HA_CELERY_BROKER_URL": URL} | tls)
        assert "secret" not in str(raised.value)


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
        " letters, digits, and _.-."
        " Set it to a comma-separated list of queue names, starting with the default queue,"
        " or leave it unset.",
        "- HA_CELERY_PREFETCH_MULTIPLIER is '0': out of range. Set it to an integer from 1 to 1000,"
        " or leave it unset.",
        "- HA_CELERY_LONGEST_TASK_SECONDS is '1.5': not an integer. Set it to an integer from 1 to 604800,"
        " or leave it unset.",
        "- HA_CELERY_CONFIRM_TIMEOUT_SECONDS is 'soon': not a number. Set it to a number from 0.1 to 300.",
        "- HA_CELERY_OBSERVABLE is 'yes': neither true nor false. Set it to true or false.",
        "- HA_CELERY_STATE_DIR is 'state': not an absolute path."
        " Set it to the absolute path of a folder that the worker can write to.",
        "- HA_CELERY_LEDGER_URL is 'ledger': not an http:// URL."
        " Set it to the ledger's URL with its token, such as http://:TOKEN@ledger:8080, or leave it unset.",
    ]


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("HA_CELERY_BROKER_URL", "redis://u:secret@host/0"),
        ("HA_CELERY_BROKER_URL", "amqp://u:secret/x@host"),
        ("HA_CELERY_BROKER_URL", "amqp://:secret@"),
        ("HA_CELERY_BROKER_URL", "http://@"),
        # Python normalizes such a host, and shows the password if it cannot.
        ("HA_CELERY_BROKER_URL", "amqp://u:secret@ho\u2100st/v"),
        ("HA_CELERY_LEDGER_URL", "http://:secret@ho\u2100st:8080"),
        ("HA_CELERY_LEDGER_URL", "http://:secret/x@host:8080"),
    ],
)
def test_a_wrong_url_is_refused_and_its_password_not_shown(variable: str, url: str) -> None:
    with pytest.raises(SettingsError, match=rf"{variable} is \*\*\*: ") as raised:
        Settings.from_environment({"HA_CELERY_BROKER_URL": URL} | {variable: url})
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("0", False), ("TRUE", True), ("false", False)])
def test_a_boolean_is_a_word_or_a_digit(text: str, value: bool) -> None:
    settings = Settings.from_environment({"HA_CELERY_BROKER_URL": URL, "HA_CELERY_NATIVE_POOL": text})
    assert settings.native_pool is value


@pytest.mark.parametrize("backend", ["redis://redis/0", "file:///results", "my.backend:Backend"])
def test_result_backends_are_urls_and_classes(backend: str) -> None:
    settings = Settings.from_environment({"HA_CELERY_BROKER_URL": URL, "HA_CELERY_RESULT_BACKEND": backend})
    assert settings.result_backend == backend


def test_a_result_backend_can_be_the_name_of_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("django-db", "django_celery_results.backends:DatabaseBackend", "")]
    monkeypatch.setattr(variable_types, "entry_points", lambda group: points)
    settings = Settings.from_environment(
        {"HA_CELERY_BROKER_URL": URL, "HA_CELERY_RESULT_BACKEND": "django-db"}
    )
    assert settings.result_backend == "django-db"
