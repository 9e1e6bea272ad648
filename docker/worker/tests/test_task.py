from typing import Any

import amqp
import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from ha_celery import PublishFailedError


class Broker:
    """Stands in for Celery's send_task: fails as told, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls: list[dict[str, Any]] = []

    def send_task(self, name: str, *_: Any, **options: Any) -> str:
        self.calls.append(options)
        if self.failures:
            raise self.failures.pop(0) if len(self.failures) > 1 else self.failures[0]
        return name

    def recover(self) -> None:
        self.failures = []


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task
    def work() -> None: ...

    return work


def use(monkeypatch: pytest.MonkeyPatch, app: Celery, broker: Broker) -> Broker:
    monkeypatch.setattr(app, "send_task", broker.send_task)
    return broker


def test_each_publish_is_confirmed_in_time_and_routed(monkeypatch: Any, app: Celery, task: Any) -> None:
    broker = use(monkeypatch, app, Broker())
    task.delay()
    (call,) = broker.calls
    assert call["confirm_timeout"] == 10
    assert call["mandatory"] is True
    assert call["retry"] is False


@pytest.mark.parametrize(
    "failure",
    [OperationalError("lost"), TimeoutError(), amqp.ChannelError("NO_ROUTE"), amqp.NotFound("election")],
)
def test_it_is_tried_again_under_the_same_id(
    monkeypatch: Any, app: Celery, task: Any, no_sleep: list[float], failure: Exception
) -> None:
    broker = use(monkeypatch, app, Broker(failure))
    monkeypatch.setattr(task, "_pause", lambda *_: len(broker.calls) == 3 and broker.recover())
    task.apply_async()
    assert len(broker.calls) == 4
    assert len({call["task_id"] for call in broker.calls}) == 1


def test_it_gives_up_after_its_budget_and_says_what_happened(
    monkeypatch: Any, app: Celery, task: Any, no_sleep: list[float]
) -> None:
    use(monkeypatch, app, Broker(OperationalError("connection refused")))
    with pytest.raises(PublishFailedError) as raised:
        task.apply_async(task_id="order-7")
    message = str(raised.value)
    assert "[order-7] was not confirmed by amqp://user:**@nowhere.invalid:5672/vhost" in message
    assert "connection refused" in message
    assert "secret" not in message
    assert 50 < sum(no_sleep) <= 60
    assert max(no_sleep) <= 3


@pytest.mark.parametrize(
    "mistake", [amqp.AccessRefused("password"), amqp.PreconditionFailed("queue"), ValueError()]
)
def test_a_mistake_is_not_tried_again(
    monkeypatch: Any, app: Celery, task: Any, no_sleep: list[float], mistake: Exception
) -> None:
    broker = use(monkeypatch, app, Broker(mistake))
    with pytest.raises(type(mistake)):
        task.delay()
    assert len(broker.calls) == 1


def test_who_brings_a_producer_waits_for_confirms_himself(monkeypatch: Any, app: Celery, task: Any) -> None:
    broker = use(monkeypatch, app, Broker(OperationalError("lost")))
    with pytest.raises(OperationalError, match="lost"):
        task.apply_async(producer=object())
    assert "confirm_timeout" not in broker.calls[0]


def test_the_worker_decides_how_long_a_task_may_take(monkeypatch: Any, app: Celery, task: Any) -> None:
    messages: list[Any] = []
    monkeypatch.setattr(
        app.amqp, "send_task_message", lambda producer, name, message, **_: messages.append(message)
    )
    assert task.time_limit == 3600
    task.delay()
    task.apply_async(time_limit=30, soft_time_limit=20)
    assert [message.headers["timelimit"] for message in messages] == [[None, None], [30, 20]]
