"""Values of the app that are refused, and how errors show them."""

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
