from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from celery import Celery
from configured import configured
from kombu import Exchange, Queue

from ha_celery.delays import FIRST_EXCHANGE, LONGEST_DELAY_SECONDS, delayed_key, seconds_until, without_delay
from ha_celery.producer import Producer
from ha_celery.routing import Queues, queue_of, takes

NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)
TASKS = Exchange("tasks", "topic")
QUEUES = [Queue(name, TASKS, routing_key=name) for name in ("mail", "eu.mail")]


@pytest.mark.parametrize(
    ("ahead", "seconds"), [(0.3, 1), (1, 1), (1.001, 2), (4.999, 5), (0, 0), (-3, 0), (86400, 86400)]
)
def test_delays_are_rounded_up(ahead: float, seconds: int) -> None:
    assert seconds_until((NOW + timedelta(seconds=ahead)).isoformat(), NOW) == seconds


def test_a_delay_of_more_than_eight_years_is_refused() -> None:
    with pytest.raises(ValueError, match=r"8\.5 years"):
        seconds_until((NOW + timedelta(seconds=LONGEST_DELAY_SECONDS + 1)).isoformat(), NOW)


def test_the_key_of_a_delayed_task_ends_with_its_queue() -> None:
    key = delayed_key(5, QUEUES[1])
    assert key == ".".join(f"{5:028b}") + ".eu.mail"
    assert without_delay(key) == without_delay("eu.mail") == "eu.mail"


@pytest.mark.parametrize(
    ("exchange", "key", "queue"),
    [
        ("", "mail", "mail"),
        ("", "eu.mail", "eu.mail"),
        ("tasks", "mail", "mail"),
        ("celery_delayed_delivery", "0." * 28 + "eu.mail", "eu.mail"),
        ("celery_delayed_27", "0." * 27 + "1.mail", "mail"),
        ("tasks", "nobody", None),
        ("other", "mail", None),
    ],
)
def test_the_queue_of_an_exchange_and_key(exchange: str, key: str, queue: str | None) -> None:
    found = queue_of(QUEUES, exchange, key)
    assert (found and found.name) == queue


@pytest.mark.parametrize(
    ("pattern", "key", "matches"),
    [
        ("feed.#", "feed.import", True),
        ("feed.#", "feed", True),
        ("feed.#", "feeds", False),
        ("#.mail", "mail", True),
        ("#.mail", "eu.mail", True),
        ("#", "anything.at.all", True),
        ("*.mail", "eu.mail", True),
        ("*.mail", "mail", False),
        ("*.mail", "a.b.mail", False),
        ("a+b", "aab", False),
    ],
)
def test_patterns_of_a_topic_exchange(pattern: str, key: str, matches: bool) -> None:
    assert takes(Queue("q", Exchange("feeds", "topic"), routing_key=pattern), "feeds", key) is matches


def test_a_queue_that_is_made_on_the_fly_is_of_the_same_kind() -> None:
    queues: Any = Queues(QUEUES, default_exchange=TASKS)
    made = queues["made"]
    assert made.exchange == TASKS
    assert made.queue_arguments == {"x-queue-type": "quorum"}


def route(app: Celery, **options: Any) -> dict[str, Any]:
    routed: dict[str, Any] = app.amqp.router.route(options, "task")
    return {name: getattr(value, "name", value) for name, value in routed.items()}


def test_a_queue_is_found_by_its_routing_key(app: Celery) -> None:
    assert route(app) == {"queue": "tasks"}
    assert route(app, routing_key="tasks", priority=3) == {"queue": "tasks", "priority": 3}
    assert route(app, exchange=Exchange("tasks"), routing_key="tasks") == {"queue": "tasks"}
    assert route(app, exchange="other", routing_key="x") == {
        "queue": "tasks",
        "exchange": "other",
        "routing_key": "x",
    }


def test_routes_of_the_app_are_followed(app: Celery) -> None:
    app.amqp.queues.add(Queue("feeds", Exchange("feeds", "topic"), routing_key="feed.#"))
    app.conf.task_routes = {"task": {"queue": "feeds", "routing_key": "feed.import"}}
    assert route(app) == {"queue": "feeds", "routing_key": "feed.import"}


#: That of Celery's routing guide.
FEEDS = {"feed.tasks.*": {"queue": "feed_tasks", "routing_key": "feed.import"}}


@pytest.mark.parametrize("countdown", [None, 5])
@pytest.mark.parametrize(
    ("routes", "options"),
    [
        (FEEDS, {}),
        ({"feed.tasks.*": FEEDS["feed.tasks.*"] | {"exchange": "tasks"}}, {}),
        ({}, {"queue": "feed_tasks", "routing_key": "feed.import"}),
        ({}, {"queue": "feed_tasks", "exchange": "tasks", "routing_key": "feed_tasks"}),
    ],
)
def test_a_plain_queue_is_reached_by_its_name_next_to_a_key_that_nothing_is_bound_with(
    monkeypatch: pytest.MonkeyPatch, routes: Any, options: Any, countdown: int | None
) -> None:
    app = configured(task_queues=[Queue("feed_tasks", routing_key="feed.#")], task_routes=routes)
    published: list[Any] = []
    monkeypatch.setattr(Producer, "publish", lambda *_, **options: published.append(options))
    app.send_task("feed.tasks.import_feed", countdown=countdown, **options)
    [sent] = published
    if countdown:
        assert sent["exchange"] == FIRST_EXCHANGE
        assert without_delay(sent["routing_key"]) == "feed_tasks"
    else:
        assert (sent["exchange"], sent["routing_key"]) == ("", "feed_tasks")


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"queue": "mail", "routing_key": "audit"}, ("tasks", "audit")),
        ({"queue": "mail", "exchange": "events", "routing_key": "x.y"}, ("events", "x.y")),
        ({"queue": "mail", "exchange": "", "routing_key": "audit"}, ("", "audit")),
    ],
)
def test_a_destination_that_exists_is_the_callers(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], sent: tuple[str, str]
) -> None:
    app = configured(task_queues=["mail", "audit"])
    published: list[Any] = []
    monkeypatch.setattr(Producer, "publish", lambda *_, **options: published.append(options))
    app.send_task("task", **options)
    [options] = published
    assert (options["exchange"], options["routing_key"]) == sent
