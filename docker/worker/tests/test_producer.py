"""How often, how long, and with which error a message is published; the broker is simulated."""

from __future__ import annotations

import json
import math
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import amqp
import pytest
from amqp import spec
from billiard.einfo import ExceptionInfo
from celery import Celery, group
from celery.exceptions import Reject
from kombu.exceptions import OperationalError

from ha_celery import (
    PublishTimeoutError,
    RejectedError,
    Settings,
    UnroutableError,
    create_app,
    task_process,
)
from ha_celery import link as links
from ha_celery.confirms import Nacked, Returned
from ha_celery.link import BlockedError, Link, LinkPool, NoConfirmError, PoolExhaustedError
from ha_celery.message import Message
from ha_celery.producer import Budget

ALARM = BlockedError("a memory alarm blocks publishers (low on memory)", written=True)


class Broker:
    """Answers each attempt as told, and the last way from then on; None is a confirm."""

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers) or [None]
        self.received: list[Message] = []
        self.waits: list[float] = []
        self.deadlines: list[float] = []

    def publish(
        self, link: Link, message: Message, deadline: float, confirm_timeout: float, failures: int
    ) -> None:
        self.received.append(message)
        self.waits.append(confirm_timeout)
        self.deadlines.append(deadline)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer

    @property
    def ids(self) -> set[str]:
        return {message.id for message in self.received}


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Broker], Broker]:
    def use(broker: Broker) -> Broker:
        monkeypatch.setattr(Link, "publish", lambda *arguments: broker.publish(*arguments))
        return broker

    return use


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task(shared=False)
    def work() -> None: ...

    return work


@pytest.fixture
def in_task(monkeypatch: pytest.MonkeyPatch, task: Any) -> Iterator[Callable[..., None]]:
    """Run within a task of a worker's process that began now."""
    monkeypatch.setattr(task_process._Process, "pool", True)
    pushed = []

    def push(limits: list[float | None], **context: Any) -> None:
        task.push_request(id="parent", timelimit=limits, called_directly=False, **context)
        task_process._task_stack.push(task)
        task_process._began(task)
        pushed.append(task)

    yield push
    for one in pushed:
        task_process._task_stack.pop()
        one.pop_request()


class TestAttempts:
    def test_each_message_is_mandatory(self, use: Any, task: Any) -> None:
        broker = use(Broker())
        task.apply_async(task_id="a")
        [message] = broker.received
        assert (message.id, message.mandatory, message.exchange) == ("a", True, "")
        assert message.routing_key == "tasks"
        assert message.properties["delivery_mode"] == 2
        assert broker.waits == [10]

    @pytest.mark.parametrize(
        "error",
        [
            OperationalError("cannot connect"),
            ConnectionResetError(),
            amqp.NotFound("a queue without a leader", spec.Queue.Declare),
            amqp.ConnectionForced("the node stops"),
            Nacked("the queue has no leader"),
            NoConfirmError("no confirm for 10 s", written=True),
        ],
    )
    def test_it_is_repeated_under_the_same_id(
        self, use: Any, task: Any, no_sleep: list[float], error: Exception
    ) -> None:
        broker = use(Broker(error, error, None))
        task.delay()
        assert len(broker.received) == 3
        assert len(broker.ids) == 1
        assert len(no_sleep) == 2

    def test_a_slow_broker_gets_few_copies(self, use: Any, task: Any, no_sleep: list[float]) -> None:
        silence = NoConfirmError("no confirm", written=True)
        broker = use(Broker(silence, silence, silence, None))
        task.delay()
        assert broker.waits == [10, 20, 40, 80]

    @pytest.mark.parametrize(
        "mistake", [amqp.AccessRefused("password"), amqp.PreconditionFailed("queue"), ValueError("other")]
    )
    def test_a_mistake_is_raised_at_once(self, use: Any, task: Any, mistake: Exception) -> None:
        broker = use(Broker(mistake))
        with pytest.raises(type(mistake)):
            task.delay()
        assert len(broker.received) == 1

    @pytest.mark.parametrize(
        "error", [Returned("no queue takes it"), amqp.NotFound("no exchange 'tasks'", spec.Basic.Publish)]
    )
    def test_unroutable_is_raised_at_once(self, use: Any, app: Celery, error: Exception) -> None:
        broker = use(Broker(error))
        with pytest.raises(UnroutableError, match="key 'nobody' of exchange 'other'") as raised:
            app.send_task("x", exchange="other", routing_key="nobody", task_id="a")
        assert raised.value.task_id == "a"
        assert len(broker.received) == 1


class TestBudget:
    @pytest.mark.parametrize(
        ("error", "kind", "text", "stored"),
        [
            (OperationalError("refused"), PublishTimeoutError, "refused.*is not stored", False),
            (PoolExhaustedError("all 10"), PublishTimeoutError, "all 10.*is not stored", False),
            (ConnectionResetError(), PublishTimeoutError, "Reset.*may be stored", True),
            (NoConfirmError("silent", written=True), PublishTimeoutError, "silent.*may be stored", True),
            (NoConfirmError("blocked", written=False), PublishTimeoutError, "blocked.*not stored", False),
            (Nacked("the queue is full"), RejectedError, r"rejected.*queue is full.*'tasks'", None),
        ],
    )
    def test_the_error_says_what_has_become_of_the_task(
        self,
        use: Any,
        task: Any,
        no_sleep: list[float],
        error: Exception,
        kind: type[Exception],
        text: str,
        stored: bool | None,
    ) -> None:
        use(Broker(error))
        with pytest.raises(kind, match=text) as raised:
            task.apply_async(task_id="order-7")
        message = str(raised.value)
        assert "work[order-7]" in message
        assert "amqp://user:**@nowhere.invalid:5672/vhost" in message
        assert raised.value.task_id == "order-7"
        assert 20 < sum(no_sleep) <= 25
        if stored is not None:
            assert raised.value.maybe_stored is stored
        assert pickle.loads(pickle.dumps(raised.value)).task_id == "order-7"

    def test_a_group_is_one_call(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [0.0]
        monkeypatch.setattr("ha_celery.producer.time.monotonic", lambda: now[0])
        budget = Budget(25)
        for _ in range(4):
            began, deadline = now[0], budget.begin()
            assert deadline == 25
            now[0] += 5
            budget.end(began)
        # A prompt confirm renews it.
        began = now[0]
        budget.end(began)
        assert budget.begin() == 45

    def test_a_held_producer_has_its_budget_again_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [0.0]
        monkeypatch.setattr("ha_celery.producer.time.monotonic", lambda: now[0])
        budget = Budget(25)
        assert budget.begin() == 25
        now[0] = 20
        budget.end(0)
        now[0] = 100
        assert budget.begin() == 125

    def test_all_messages_of_a_group_share_a_producer(self, use: Any, app: Celery, task: Any) -> None:
        broker = use(Broker())
        group([task.si() for _ in range(3)], app=app).apply_async()
        assert len(broker.received) == 3


class TestRetryPolicy:
    @pytest.mark.parametrize(
        ("options", "attempts"),
        [
            ({"retry": False}, 1),
            ({"retry_policy": {"max_retries": 0}}, 1),
            ({"retry": True, "retry_policy": {"max_retries": 3}}, 4),
        ],
    )
    def test_a_caller_may_give_up_earlier(
        self, use: Any, task: Any, no_sleep: list[float], options: dict[str, Any], attempts: int
    ) -> None:
        broker = use(Broker(OperationalError("away")))
        with pytest.raises(PublishTimeoutError):
            task.apply_async(**options)
        assert len(broker.received) == attempts

    def test_nobody_may_extend_the_budget(self, use: Any, task: Any, no_sleep: list[float]) -> None:
        use(Broker(OperationalError("away")))
        with pytest.raises(PublishTimeoutError):
            task.apply_async(retry_policy={"max_retries": None, "interval_start": 1, "interval_step": 1})
        assert sum(no_sleep) <= 25

    def test_the_policy_of_the_app_holds_for_what_the_caller_does_not_say(
        self, use: Any, app: Celery, task: Any, no_sleep: list[float]
    ) -> None:
        app.conf.task_publish_retry_policy = {"max_retries": 2, "interval_start": 0, "interval_max": 0}
        broker = use(Broker(OperationalError("away")))
        for options, attempts in ({}, 3), ({"retry_policy": {"max_retries": 1}}, 2):
            broker.received.clear()
            with pytest.raises(PublishTimeoutError):
                task.apply_async(**options)
            assert len(broker.received) == attempts
        assert sum(no_sleep) == 0

    def test_the_app_may_give_up_earlier(self, use: Any, app: Celery, task: Any) -> None:
        app.conf.task_publish_retry = False
        broker = use(Broker(OperationalError("away")))
        with pytest.raises(PublishTimeoutError):
            task.delay()
        assert len(broker.received) == 1


class TestWithinATask:
    def test_it_goes_on_until_the_time_limit_of_the_task(
        self, use: Any, task: Any, in_task: Any, no_sleep: list[float]
    ) -> None:
        in_task([100, None])
        broker = use(Broker(OperationalError("away")))
        with pytest.raises(task_process.ReturnToQueue, match="returns to its queue"):
            task.apply_async(retry=False, retry_policy={"max_retries": 1})
        assert 90 < sum(no_sleep) <= 99
        assert set(broker.deadlines) == {99}

    def test_or_of_the_pool(self, use: Any, task: Any, in_task: Any, no_sleep: list[float]) -> None:
        in_task([None, None])
        broker = use(Broker())
        task.delay()
        assert broker.deadlines == [3599]

    def test_or_from_now_on_in_a_receiver_that_runs_before_the_task_has_begun(
        self, use: Any, task: Any, in_task: Any, no_sleep: list[float]
    ) -> None:
        in_task([100, None])
        del task.request.ha_celery_began
        broker = use(Broker())
        no_sleep.append(50)
        task.delay()
        assert broker.deadlines == [149]

    def test_a_pool_without_processes_has_no_limit(
        self, use: Any, task: Any, in_task: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_task([100, None])
        monkeypatch.setattr(task_process._Process, "pool", False)
        broker = use(Broker())
        task.delay()
        assert broker.deadlines == [math.inf]

    def test_a_task_that_cannot_return_to_its_queue_gets_the_error(
        self, use: Any, task: Any, in_task: Any, no_sleep: list[float]
    ) -> None:
        task.acks_late = False
        in_task([100, None])
        use(Broker(OperationalError("away")))
        with pytest.raises(PublishTimeoutError):
            task.delay()
        assert 20 < sum(no_sleep) <= 25

    def test_an_eager_task_is_none_of_a_worker(
        self, use: Any, task: Any, in_task: Any, no_sleep: list[float]
    ) -> None:
        in_task([100, None], is_eager=True)
        broker = use(Broker())
        task.delay()
        assert broker.deadlines == [25]

    def test_the_worker_receives_celerys_reject(self) -> None:
        try:
            raise task_process.ReturnToQueue("the broker is away")
        except task_process.ReturnToQueue:
            received = pickle.loads(pickle.dumps(ExceptionInfo())).exception
        error = received.exc if hasattr(received, "exc") else received
        assert isinstance(error, Reject)
        assert error.requeue is True
        assert not issubclass(task_process.ReturnToQueue, Exception)


class TestMessages:
    def test_the_limits_of_this_process_are_not_those_of_a_task(self, use: Any, task: Any) -> None:
        broker = use(Broker())
        assert task.app.conf.task_time_limit == 3600
        task.delay()
        task.apply_async(time_limit=30, soft_time_limit=20)
        limits = [message.headers["timelimit"] for message in broker.received]
        assert limits == [[None, None], [30, 20]]

    def test_the_first_task_protocol(self, use: Any, app: Celery, task: Any) -> None:
        app.conf.task_protocol = 1
        del app.amqp
        broker = use(Broker())
        task.apply_async(task_id="a")
        [message] = broker.received
        assert message.id == "a"
        assert json.loads(message.content.body)["timelimit"] == [None, None]

    def test_a_delayed_task_does_not_expire_on_its_way(self, use: Any, task: Any) -> None:
        broker = use(Broker())
        task.apply_async(countdown=60, expires=90)
        task.apply_async(expires=90)
        delayed, direct = broker.received
        assert "expiration" not in delayed.properties
        assert direct.properties["expiration"] == "90000"
        assert delayed.headers["expires"]

    def test_another_transport_is_celerys(self, use: Any, tmp_path: Path) -> None:
        app = create_app("unit", Settings("amqp://u:p@h/v", state_dir=tmp_path), set_as_current=False)
        app.conf.broker_url = "memory://"
        broker = use(Broker())
        app.send_task("x", task_id="a")
        assert not broker.received
        with app.connection_for_read() as connection:
            message = app.amqp.queues["tasks"](connection).get()
        assert message.properties["correlation_id"] == "a"


class TestEager:
    def test_a_task_runs_once_and_raises_its_own_error(self, app: Celery) -> None:
        app.conf.task_always_eager = app.conf.task_eager_propagates = True
        runs = []

        @app.task(shared=False)
        def fails() -> None:
            runs.append(1)
            raise FileNotFoundError("report.csv")

        with pytest.raises(FileNotFoundError):
            fails.delay()
        assert runs == [1]
        app.conf.task_eager_propagates = False
        assert isinstance(fails.delay().result, FileNotFoundError)
        assert runs == [1, 1]


class TestPool:
    def test_its_limit_holds_and_waiting_has_an_end(self, app: Celery) -> None:
        pool = LinkPool(app.connection_for_write(), 2)
        later = time.monotonic() + 0.2
        with pool.acquire(math.inf) as one, pool.acquire(math.inf) as two:
            assert one is not two
            with pytest.raises(PoolExhaustedError, match="all 2 connections"), pool.acquire(later):
                pass
        with pool.acquire(math.inf) as again:
            assert again in (one, two)

    def test_a_child_process_makes_its_own_connections(
        self, app: Celery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pool = LinkPool(app.connection_for_write(), 1)
        with pool.acquire(math.inf) as parents:
            monkeypatch.setattr(links.os, "getpid", lambda: -1)
            with pool.acquire(math.inf) as childs:
                assert childs is not parents

    def test_no_thread_of_a_child_is_lent_a_connection_of_the_parent(
        self, app: Celery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        takes_over_before_it_is_empty = []

        class Pool(LinkPool):
            def __setattr__(self, name: str, value: Any) -> None:
                if name == "_process":
                    takes_over_before_it_is_empty.append(bool(vars(self).get("_idle")))
                super().__setattr__(name, value)

        pool = Pool(app.connection_for_write(), 1)
        with pool.acquire(math.inf):
            pass
        monkeypatch.setattr(links.os, "getpid", lambda: -1)
        with pool.acquire(math.inf):
            pass
        assert takes_over_before_it_is_empty == [False, False]

    def test_one_pool_for_each_broker(self, use: Any, app: Celery, task: Any) -> None:
        use(Broker())
        ours, other = app.connection_for_write(), app.connection_for_write(url="amqp://u:p@elsewhere/v")
        for connection in (ours, other, ours, None):
            task.apply_async(connection=connection)
        assert len(app.amqp._pools) == 2


class SilentServer:
    """Accepts connections and never answers; or closes them at once."""

    def __init__(self, closes: bool) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.closes = closes
        self.accepted: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            if self.closes:
                connection.close()
            else:
                self.accepted.append(connection)


@pytest.mark.parametrize("closes", [True, False])
def test_a_broker_that_does_not_answer_is_given_up_in_time(closes: bool, tmp_path: Path) -> None:
    server = SilentServer(closes)
    url = f"amqp://u:p@127.0.0.1:{server.socket.getsockname()[1]}/v"
    settings = Settings(url, state_dir=tmp_path, publish_budget_seconds=1.5)
    app = create_app("silent", settings, set_as_current=False)
    began = time.monotonic()
    with pytest.raises(PublishTimeoutError, match="is not stored"):
        app.send_task("x")
    assert time.monotonic() - began < 3
    server.socket.close()
    app.close()
