"""What the app gives its queues besides their names."""

import logging
from typing import Any

import pytest
from celery import Celery
from configured import configured, refused
from kombu import Exchange, Queue, binding
from kombu.common import Broadcast

from ha_celery import check
from ha_celery.configuration import configuration_of
from ha_celery.queue_options import unused

MEDIA = Exchange("media")


def unused_of(queues: Any) -> dict[str, Any]:
    app = configured(task_queues=queues)
    check(app)
    assert "a" in app.amqp.queues
    return unused(configuration_of(app).context())


@pytest.mark.parametrize(
    ("queue", "options"),
    [
        (Queue("a"), {}),
        (Queue("a", Exchange("tasks", "topic"), routing_key="a", consumer_arguments={}), {}),
        (Queue("a", queue_arguments={"x-queue-type": "quorum"}), {}),
        (
            Queue("a", queue_arguments={"x-queue-type": "quorum", "x-max-length": 5}),
            {"x-max-length": 5},
        ),
        (Queue("a", MEDIA, routing_key="media.#"), {"exchange": "media (direct)", "routing_key": "media.#"}),
        (
            Queue("a", max_priority=9, message_ttl=5, expires=0, max_length=7),
            {"max_priority": 9, "message_ttl": 5.0, "expires": 0.0, "max_length": 7},
        ),
        (Queue("a", consumer_arguments={"x-priority": 3}), {"consumer_arguments": {"x-priority": 3}}),
        (Queue("a", durable=False, alias="b"), {"durable": False, "alias": "b"}),
    ],
)
def test_what_is_not_used_of_a_queue_is_named(queue: Queue, options: dict[str, Any]) -> None:
    assert unused_of([queue, "by-name"]) == ({"a": options} if options else {})


def test_bindings_are_not_used() -> None:
    bindings = [binding(MEDIA, routing_key="video")]
    assert list(unused_of([Queue("a", bindings=bindings)])["a"]) == ["bindings"]


def test_queues_can_be_a_dict_as_in_celery() -> None:
    assert unused_of(
        {
            "a": {"exchange": "media", "exchange_type": "topic", "binding_key": "media.#"},
            "b": {"queue_arguments": {"x-max-priority": 3}},
            "c": {},
            "d": Queue("d", max_length=4),
        }
    ) == {
        "a": {"exchange": "media (topic)", "routing_key": "media.#"},
        "b": {"x-max-priority": 3},
        "d": {"max_length": 4},
    }


def test_types_and_broadcast_queues_of_a_dict_are_refused() -> None:
    lines = refused(
        configured(
            task_queues={"a": {"queue_arguments": {"x-queue-type": "classic"}}, "b": Broadcast("everyone")}
        )
    )
    assert [line.split(" in the app")[0] for line in lines] == [
        "- task_queues has a of type 'classic'",
        "- task_queues has the broadcast queue 'everyone'",
    ]


def test_a_publisher_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    app: Celery = configured(task_queues=[Queue("a", max_priority=9)])
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            app.connection_for_write()
    assert caplog.text.count("gives queue 'a' the arguments {'max_priority': 9}, which are not used") == 1
