"""Tasks of `ConfirmedPublisher` that the broker refuses, with a simulated broker and with RabbitMQ."""

from typing import Any

import amqp
import pytest
from amqp.spec import Basic
from celery import Celery
from window_broker import IDS, Broker, Link

from ha_celery import (
    ConfirmedPublisher,
    MessageRefusedError,
    PublishError,
    UnroutableError,
    confirms,
)


@pytest.mark.parametrize("error", [amqp.AccessRefused, amqp.PreconditionFailed])
def test_a_task_that_the_broker_refuses_is_named_and_all_others_are_stored(
    app: Celery, publish: Any, error: type[Exception]
) -> None:
    bad = ("r-3", "r-7")

    def script(link: Link) -> None:
        # RabbitMQ ignores what follows the message because of which it closes the channel.
        first = next((at for at, task_id in enumerate(link.sent) if task_id in bad), None)
        if first is None:
            link.ack_all()
        elif link.answered < first:
            link.answered = first
            link.answer("basic_ack", first, True)
        else:
            raise error("refused")

    broker = Broker(script)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["window.work"]
    for task_id in IDS[:9]:
        publisher.publish(work, task_id=task_id)
    with pytest.raises(
        MessageRefusedError, match=r"r-3\], .*r-7\]\. .* refuses .*r-3\]: .*refused"
    ) as raised:
        publisher.flush()
    assert raised.value.task_ids == bad
    assert isinstance(raised.value.__cause__, error)
    publisher.flush()
    assert sorted(confirmed) == [task_id for task_id in IDS[:9] if task_id not in bad]
    # Afterward, tasks share a window again.
    for task_id in IDS[9:]:
        publisher.publish(work, task_id=task_id)
    publisher.flush()
    assert confirmed[-16:] == IDS[9:]
    assert max(broker.links[-1].writes) > 1


def test_a_user_that_may_no_longer_publish_gets_one_error_for_all_tasks(publish: Any) -> None:
    def refuse(link: Link) -> None:
        raise amqp.AccessRefused("ACCESS_REFUSED")

    with pytest.raises(MessageRefusedError, match=r"r-9\] and 15 more\. .*ACCESS_REFUSED") as raised:
        publish(Broker(refuse), 25, window=100)
    assert sorted(raised.value.task_ids) == sorted(IDS)


def test_a_missing_exchange_is_an_unroutable_task(publish: Any) -> None:
    def refuse(link: Link) -> None:
        raise amqp.NotFound("no exchange", method_sig=Basic.Publish)

    with pytest.raises(UnroutableError, match=r"not stored: .*r-0"):
        publish(Broker(refuse), 1)


def test_a_login_that_is_refused_concerns_no_task(
    app: Celery, publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["window.work"]

    def refuse() -> Any:
        raise amqp.AccessRefused("login refused")

    with publisher:
        with monkeypatch.context() as patch:
            patch.setattr(app, "connection_for_write", refuse)
            with pytest.raises(amqp.AccessRefused):
                publisher.publish(work, task_id="r-0")
        publisher.publish(work, task_id="r-1")
    assert confirmed == ["r-0", "r-1"]


def test_a_queue_declared_otherwise_fails_its_task_only(
    app: Celery, publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["window.work"]

    def refuse(*_: Any) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(app, "connection_for_write", broker.connect)
        raise amqp.PreconditionFailed("inequivalent arg")

    monkeypatch.setattr(confirms, "maybe_declare", refuse)
    with publisher:
        with pytest.raises(MessageRefusedError, match="inequivalent arg"):
            publisher.publish(work, task_id="bad")
        publisher.publish(work, task_id="good")
    assert confirmed == broker.received == ["good"]


@pytest.mark.broker
@pytest.mark.usefixtures("dead_letters")
def test_tasks_that_the_broker_refuses_are_the_only_ones_of_their_window_to_fail(
    app: Celery, queue: str
) -> None:
    @app.task(name="window.task", shared=False)
    def task() -> None: ...

    bad: dict[int, dict[str, Any]] = {
        20: {"user_id": "somebody"},
        40: {"exchange": "missing", "routing_key": "any", "declare": ()},
        60: {"user_id": "somebody"},
    }
    ids = [f"task-{number}" for number in range(100)]
    confirmed: list[str] = []
    errors: list[PublishError] = []
    with ConfirmedPublisher(app, confirmed.extend) as publisher:
        for number, task_id in enumerate(ids):
            try:
                publisher.publish(task, task_id=task_id, **bad.get(number, {}))
            except PublishError as error:
                errors.append(error)
        try:
            publisher.flush()
        except PublishError as error:
            errors.append(error)
    stored = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        while message := channel.basic_get(queue, no_ack=True):
            stored.append(message.properties["correlation_id"])
    refused = {ids[number] for number in bad}
    assert {task_id for error in errors for task_id in error.task_ids} == refused
    assert {type(error) for error in errors} <= {MessageRefusedError, UnroutableError}
    assert set(confirmed) == set(stored) == set(ids) - refused
