"""Values of the app that are refused, and how errors show them."""

from typing import Any

import pytest
from configured import URL, configured, refused

from ha_celery import Settings, check


def test_a_task_may_not_outlast_its_pod() -> None:
    settings = Settings(broker_url=URL, longest_task_seconds=60)
    check(configured(settings, task_time_limit=60))
    check(configured(task_time_limit=10_000))
    (line,) = refused(configured(settings, task_time_limit=61))
    assert line.startswith("- task_time_limit is 61 in the app, but HA_CELERY_LONGEST_TASK_SECONDS is 60.")


@pytest.mark.parametrize("unlimited", [None, 0])
def test_a_task_without_a_time_limit_would_outlast_its_pod(unlimited: int | None) -> None:
    check(configured(task_time_limit=unlimited))
    (line,) = refused(
        configured(Settings(broker_url=URL, longest_task_seconds=60), task_time_limit=unlimited)
    )
    assert line.startswith(f"- task_time_limit is {unlimited} in the app, but HA_CELERY_LONGEST_TASK_SECONDS")
    assert line.endswith(" Set task_time_limit to at most 60, or remove the setting from the app.")


@pytest.mark.parametrize("longest", [None, 60])
def test_a_time_limit_that_is_no_number_is_refused(longest: int | None) -> None:
    (line,) = refused(configured(Settings(URL, longest_task_seconds=longest), task_time_limit="300"))
    assert line == (
        "- task_time_limit is '300' in the app, but must be a number of seconds, because Celery calculates"
        " with it. Set it to a number, such as 300."
    )


TWO = "amqp://u:secret@a:5672/v;amqp://u:secret@b/v"


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        (TWO, "amqp://u:**@a:5672/v;amqp://u:**@b/v"),
        (TWO.split(";"), "amqp://u:**@a:5672/v;amqp://u:**@b/v"),
        ("amqp://u:sec;ret@a/v", "amqp://u:**@a/v"),
        ("amqp://u:secret/x@a/v", "***"),
        ("amqp://u:secret@ho\u2100st/v", "***"),
    ],
)
def test_another_broker_is_shown_without_its_passwords(theirs: Any, shown: str) -> None:
    (line,) = refused(configured(broker_url=theirs))
    assert line.startswith(
        f"- broker_url is '{shown}' in the app, but must be 'amqp://user:**@broker:5672/vhost'."
    )


def test_a_result_backend_of_several_urls_is_shown_without_its_passwords() -> None:
    ours = "sentinel://:secret@a:1;sentinel://:secret@b:1/0"
    (line,) = refused(configured(Settings(URL, result_backend=ours), result_backend="django-db"))
    assert line.startswith(
        "- result_backend is 'django-db' in the app, but HA_CELERY_RESULT_BACKEND is"
        " 'sentinel://:**@a:1/;sentinel://:**@b:1/0'."
    )


@pytest.mark.parametrize("ours", [URL, TWO])
def test_a_list_of_the_same_urls_passes(ours: str) -> None:
    app = configured(Settings(ours), broker_url=ours.split(";"))
    check(app)
    assert app.connection_for_write().as_uri(include_password=True).startswith(ours.split("@")[0])
    check(configured(broker_url=["memory://"]))
