"""How many tasks a worker holds, by the time that they take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from amqp import RecoverableConnectionError, spec
from celery import Celery
from celery.bootsteps import RUN
from celery.worker import state
from kombu import Queue

from ha_celery import Settings, create_app, prefetch, worker_start
from ha_celery.acks import Acks
from ha_celery.prefetch import (
    HOLD_SECONDS,
    LEAST_TASKS,
    MOST,
    PATIENCE_SECONDS,
    STUCK_SECONDS,
    Durations,
    Prefetch,
    can_change,
    step_for,
)
from ha_celery.prefork import SLOW_SECONDS, Processes
from ha_celery.setting_values import PREFETCH, ByTime


def durations_of(*seconds: float) -> Durations:
    durations = Durations()
    for each in seconds:
        durations.add(each)
    return durations


def test_the_mean_is_of_recent_tasks() -> None:
    assert Durations().mean == 0
    assert durations_of(0.01, 0.03).mean == pytest.approx(0.02, rel=0.01)
    after_a_long_one = durations_of(60.0, *[0.002] * 100)
    assert after_a_long_one.mean > HOLD_SECONDS
    assert durations_of(60.0, *[0.002] * 20000).mean == pytest.approx(0.002, rel=0.1)


def test_a_mix_with_few_long_tasks_has_their_mean() -> None:
    mix = ([0.01] * 9 + [5.0]) * 20
    assert step_for(durations_of(*mix, *[0.01] * 8), 500, 1, MOST, True) == 1


@pytest.mark.parametrize(
    ("seconds", "queues", "step"),
    [(0.0002, 1, 64), (0.003, 1, 64), (0.01, 1, 16), (0.01, 2, 8), (0.04, 1, 4), (0.4, 1, 2), (1.5, 1, 1)],
)
def test_a_slot_holds_what_it_finishes_in_a_fifth_of_a_second(seconds: float, queues: int, step: int) -> None:
    assert step_for(durations_of(*[seconds] * 1000), 500, queues, 1, True) == step
    assert step_for(durations_of(*[seconds] * 1000), 500, queues, MOST, True) == step


def test_it_changes_by_a_factor_only() -> None:
    for seconds in (0.013, 0.024, 0.048):
        assert step_for(durations_of(*[seconds] * 1000), 500, 1, 8, True) == 8
    assert step_for(durations_of(*[0.052] * 1000), 500, 1, 8, True) == 2


@pytest.mark.parametrize(("message_bytes", "step"), [(2_000, 64), (200_000, 16), (15_000_000, 1)])
def test_a_slot_holds_few_large_messages(message_bytes: int, step: int) -> None:
    assert step_for(durations_of(*[0.001] * 1000), message_bytes, 1, 1, True) == step
    assert step_for(durations_of(*[0.001] * 1000), message_bytes, 1, MOST, True) == step


def test_it_increases_for_several_tasks_and_after_a_while_only() -> None:
    assert step_for(durations_of(*[0.001] * (LEAST_TASKS - 1)), 500, 1, 1, True) == 1
    assert step_for(durations_of(*[0.001] * 100), 500, 1, 8, False) == 8
    assert step_for(durations_of(10.0), 500, 1, 8, False) == 1, "but decreases at once"


MESSAGE = SimpleNamespace(body="x" * 500)


class Channel:
    """Records what is sent to the broker."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.callbacks: dict[str, Any] = {}
        self.error: Exception | None = None

    def send_method(self, method: tuple[int, int], _: str, arguments: tuple[Any, ...]) -> None:
        if self.error:
            raise self.error
        names = {spec.Basic.Qos: "qos", spec.Basic.Cancel: "cancel", spec.Basic.Nack: "nack"}
        self.sent.append((names[method], *arguments))

    def consume(self, tag: str, callback: Any, no_ack: bool, nowait: bool) -> None:
        assert nowait, "the event loop must not wait"
        self.callbacks[tag] = callback
        self.sent.append(("consume", tag, no_ack))

    def confirm(self, tag: str) -> None:
        del self.callbacks[tag]


class Request:
    """A task that waits for a slot."""

    def __init__(self, channel: Channel, tag: int) -> None:
        self.id = str(tag)
        self.message = SimpleNamespace(delivery_tag=tag, acknowledged=False)
        self._channel = channel

    def run(self) -> None:
        """Has run."""

    def give_back(self) -> None:
        self._channel.send_method(spec.Basic.Nack, "", (self.message.delivery_tag,))


class Worker:
    """A worker of two slots and one queue, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.channel = Channel()
        self.channel.callbacks["first"] = None
        self.now = 100.0
        monkeypatch.setattr(prefetch.time, "monotonic", lambda: self.now)
        self.timer: Callable[[], None] | None = None
        self.slow = SimpleNamespace(acks_late=True)
        self.queues = SimpleNamespace(
            channel=self.channel,
            _active_tags={"mail": "first"},
            _active_queue_no_ack={"mail": False},
            _queues={"mail": SimpleNamespace(consume=self.channel.consume)},
            _receive_callback=print,
        )
        self.consumer = SimpleNamespace(
            app=SimpleNamespace(tasks={"slow": self.slow}, conf=SimpleNamespace(worker_eta_task_limit=None)),
            blueprint=SimpleNamespace(state=RUN),
            connection_errors=(RecoverableConnectionError,),
            channel_errors=(),
            controller=SimpleNamespace(pool_putlocks=True, semaphore=SimpleNamespace(_waiting=deque())),
            initial_prefetch_count=8,
            pool=SimpleNamespace(num_processes=2),
            prefetch_multiplier=4,
            qos=SimpleNamespace(value=0, prev=0),
            task_buckets={"slow": None},
            task_consumer=self.queues,
        )
        self.prefetch = Prefetch(self.consumer)
        self.acks = Acks(self.call_later, lambda: True)
        self.prefetch.connected(self.call_later, self.acks)

    def call_later(self, _: float, fun: Callable[[], None]) -> Any:
        self.timer = fun
        return SimpleNamespace(cancel=lambda: None)

    def run(self, seconds: float, tasks: int = 200) -> None:
        """Lets both slots run tasks; the broker confirms."""
        for _ in range(tasks):
            self.now += seconds / 2
            self.prefetch.finished(seconds)
            for tag in self.prefetch.former_tags:
                self.channel.callbacks.pop(tag, None)

    def wait(self, seconds: float) -> None:
        """Lets time pass without a finished task."""
        self.now += seconds
        timer, self.timer = self.timer, None
        assert timer
        timer()

    def hold(self, *tags: int) -> list[Request]:
        requests = [Request(self.channel, tag) for tag in tags]
        waiting = self.consumer.controller.semaphore._waiting
        for request in requests:
            state.task_reserved(request)
            waiting.append((print, (request,), {}))
        self.prefetch.delivered(MESSAGE)
        return requests


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    # Other tests leave tasks there, and must not call this worker.
    monkeypatch.setattr(prefetch.held, "_held", {})
    monkeypatch.setattr(prefetch.held, "_observer", prefetch.held._observer)
    yield Worker(monkeypatch)
    state.reset_state()


def test_a_worker_begins_with_one_task_per_slot(worker: Worker) -> None:
    assert worker.consumer.initial_prefetch_count == 2
    assert worker.consumer.prefetch_multiplier == 1
    worker.run(3.0, 20)
    assert worker.channel.sent == []


def test_short_tasks_get_a_new_consumer_before_the_old_one_is_cancelled(worker: Worker) -> None:
    worker.run(0.01)
    assert worker.channel.sent == [
        ("qos", 0, 32, False),
        ("consume", "ha-celery-1", False),
        ("cancel", "first", False),
    ]
    assert worker.queues._active_tags == {"mail": "ha-celery-1"}
    assert worker.prefetch.former_tags == {"first": "mail"}
    assert worker.consumer.initial_prefetch_count == 32, "also of the next connection"
    assert worker.consumer.qos.value == 32, "shown by remote control"


def test_nothing_changes_before_the_broker_has_confirmed_the_last_change(worker: Worker) -> None:
    for _ in range(1000):
        worker.now += 0.005
        worker.prefetch.finished(0.01)
    worker.now += PATIENCE_SECONDS
    worker.prefetch.finished(60.0)
    assert len(worker.channel.sent) == 3
    worker.channel.confirm("first")
    worker.now += PATIENCE_SECONDS
    worker.prefetch.finished(60.0)
    assert worker.channel.sent[3:] == [
        ("qos", 0, 2, False),
        ("consume", "ha-celery-2", False),
        ("cancel", "ha-celery-1", False),
    ]


def test_tasks_behind_long_ones_return_to_the_queue_in_their_order(worker: Worker) -> None:
    worker.run(0.01)
    worker.channel.sent.clear()
    waiting = worker.hold(1, 2, 3)
    worker.wait(0.1)
    assert worker.channel.sent == []
    worker.prefetch.delivered(MESSAGE)
    worker.wait(STUCK_SECONDS + 0.1)
    assert [frame[:2] for frame in worker.channel.sent] == [
        ("cancel", "ha-celery-1"),
        *[("nack", 1), ("nack", 2), ("nack", 3)],
    ]
    assert not worker.consumer.controller.semaphore._waiting
    assert not any(request in state.reserved_requests for request in waiting)


def pause(worker: Worker) -> list[Request]:
    """Lets both slots run long tasks until the worker takes no others. Returns the long ones."""
    running = [Request(worker.channel, tag) for tag in (8, 9)]
    for request in running:
        state.task_reserved(request)
    worker.run(0.01)
    worker.hold(1, 2, 3)
    worker.wait(STUCK_SECONDS + 0.1)
    worker.channel.sent.clear()
    return running


def test_a_worker_takes_tasks_again_when_a_slot_is_free(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than slots: one waits for its time.
    monkeypatch.setattr(prefetch.held, "count", lambda: 3)
    running = pause(worker)
    worker.wait(30)
    assert worker.channel.sent == []
    state.task_ready(running[0])
    worker.prefetch.finished(30.0)
    assert worker.channel.sent == [("qos", 0, 2, False), ("consume", "ha-celery-2", False)]
    worker.wait(30)
    assert len(worker.channel.sent) == 2


def test_a_queue_that_was_added_during_a_pause_has_one_consumer(worker: Worker) -> None:
    running = pause(worker)
    worker.channel.confirm("ha-celery-1")
    # As remote control's `add_consumer` does.
    queues = worker.queues
    queues._queues["sms"] = SimpleNamespace(consume=worker.channel.consume)
    queues._active_queue_no_ack["sms"] = False
    queues._active_tags["sms"] = "added"
    worker.channel.callbacks["added"] = None
    state.task_ready(running[0])
    worker.prefetch.finished(30.0)
    assert worker.channel.sent == [
        ("qos", 0, 2, False),
        ("consume", "ha-celery-2", False),
        ("consume", "ha-celery-3", False),
        ("cancel", "added", False),
    ]
    assert worker.prefetch._is_changing()
    worker.channel.confirm("added")
    assert set(worker.channel.callbacks) == set(queues._active_tags.values())


def test_tasks_that_became_slower_return_except_for_one_per_slot(worker: Worker) -> None:
    worker.run(0.001, 3000)
    assert worker.consumer.prefetch_multiplier == 64
    worker.channel.sent.clear()
    worker.hold(*range(1, 41))
    worker.run(0.1, 200)
    counts = [frame[2] for frame in worker.channel.sent if frame[0] == "qos"]
    assert counts == sorted(counts, reverse=True)
    assert [frame[1] for frame in worker.channel.sent if frame[0] == "nack"] == list(range(3, 41))


@pytest.fixture
def processes(worker: Worker) -> Processes:
    """A pool of the worker without processes."""
    processes = Processes.__new__(Processes)
    vars(processes).update(_cache={}, _pool=[], _all_inqueues={5, 6}, outbound_buffer=deque())
    worker.consumer.pool._pool = processes
    return processes


@pytest.mark.parametrize(("seconds", "ahead"), [(0.001, 7), (0.01, 4), (0.04, 1), (0.1, 0), (2.0, 0)])
def test_a_quarter_of_short_tasks_may_be_written_ahead(
    worker: Worker, processes: Processes, seconds: float, ahead: int
) -> None:
    worker.run(seconds, 3000)
    assert processes.ahead == ahead
    worker.slow.acks_late = False
    worker.run(seconds)
    assert processes.ahead == 0


def test_tasks_behind_a_slow_one_wait_for_a_slot_before_all_others(
    worker: Worker, processes: Processes
) -> None:
    worker.run(0.01)
    controller = worker.consumer.controller
    free: list[None] = []
    controller.semaphore.release = lambda: free.append(None)
    controller._process_task = print
    worker.hold(3, 4)
    running = SimpleNamespace(
        _job=0, _accepted=True, _time_accepted=worker.now, _write_to=SimpleNamespace(inqW_fd=5)
    )
    processes._cache[0] = running
    for tag in (1, 2):
        request = Request(worker.channel, tag)
        job = SimpleNamespace(
            _job=tag,
            _accepted=False,
            _callback=request.run,
            _write_to=running._write_to,
            discard=partial(processes._cache.pop, tag),
        )
        processes._cache[tag] = job
        processes.outbound_buffer.append(job)
    worker.wait(SLOW_SECONDS / 2)
    assert len(controller.semaphore._waiting) == 2
    worker.prefetch.delivered(MESSAGE)
    worker.wait(SLOW_SECONDS)
    assert [request.id for _, (request,), _ in controller.semaphore._waiting] == ["1", "2", "3", "4"]
    assert len(free) == 1, "slots without a task"
    assert processes.ahead == 4, "for the processes without a slow task"


def test_a_worker_that_has_nothing_to_do_does_not_wake_up(worker: Worker) -> None:
    worker.prefetch.delivered(MESSAGE)
    worker.wait(0.1)
    assert worker.timer is None


@pytest.mark.parametrize("why", ["rate limit", "early acknowledgement", "no semaphore"])
def test_tasks_whose_time_is_not_that_of_their_slot_have_a_fixed_number(worker: Worker, why: str) -> None:
    if why == "rate limit":
        worker.consumer.task_buckets["slow"] = object()
    elif why == "no semaphore":
        worker.consumer.controller.pool_putlocks = False
    else:
        worker.slow.acks_late = False
    worker.run(0.001, 1000)
    assert worker.consumer.initial_prefetch_count == PREFETCH * 2


def test_tasks_that_wait_for_their_time_take_no_place(worker: Worker) -> None:
    delayed = [SimpleRequest(str(number)) for number in range(3)]
    for request in delayed:
        state.task_scheduled(request)
    worker.run(10.0, 2)
    assert worker.consumer.initial_prefetch_count == 2 + 4


@pytest.mark.parametrize(
    ("limit", "delayed", "most"),
    [(None, 40_000, 65_535), (10, 40, 10), (1, 3, 2), (100, 3, 6)],
)
def test_tasks_that_wait_for_their_time_are_limited(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, limit: int | None, delayed: int, most: int
) -> None:
    worker.consumer.app.conf.worker_eta_task_limit = limit
    monkeypatch.setattr(prefetch.state, "scheduled_requests", set(range(delayed)))
    worker.run(10.0, 2)
    assert worker.consumer.initial_prefetch_count == most


class SimpleRequest(SimpleNamespace):
    """A request that Celery's sets can hold."""

    def __init__(self, request_id: str) -> None:
        super().__init__(id=request_id)

    def __hash__(self) -> int:
        return hash(self.id)


def test_more_slots_hold_more_tasks(worker: Worker) -> None:
    worker.consumer.pool.num_processes = 6
    worker.run(10.0, 2)
    assert worker.consumer.initial_prefetch_count == 6


def test_a_worker_that_stops_changes_nothing(worker: Worker) -> None:
    worker.consumer.blueprint.state = None
    worker.run(0.001)
    assert worker.channel.sent == []


def test_a_connection_that_is_lost_meanwhile_is_left_to_its_reader(worker: Worker) -> None:
    worker.channel.error = RecoverableConnectionError("closed")
    worker.run(0.001, 1000)
    assert worker.consumer.initial_prefetch_count > 2
    worker.channel.error = None
    worker.queues._active_tags = {"mail": "second"}
    worker.prefetch.connected(worker.call_later, worker.acks)
    assert worker.prefetch.former_tags == {}


@pytest.mark.parametrize(
    ("number", "theirs", "option", "by_time"),
    [
        (None, {}, None, True),
        (4, {}, None, False),
        (None, {"worker_prefetch_multiplier": 4}, None, False),
        (None, {}, 4, False),
    ],
)
def test_a_number_that_somebody_has_set_is_kept(
    number: int | None, theirs: dict[str, int], option: int | None, by_time: bool, settings: Settings
) -> None:
    app = create_app("test", Settings(settings.broker_url, prefetch_multiplier=number), set_as_current=False)
    app.conf.update(theirs)
    instance: Any = SimpleNamespace(app=app)
    # As the command line does.
    worker_start.begin(instance, {"prefetch_multiplier": option or app.conf.worker_prefetch_multiplier})
    assert instance.prefetch_by_time is by_time
    assert app.conf.worker_prefetch_multiplier == 4


@pytest.mark.parametrize("arguments", [None, {}, {"x-max-length": 2}])
def test_the_number_changes_with_other_queues(arguments: dict[str, Any] | None) -> None:
    assert can_change([Queue("mail", queue_arguments=arguments)])


def test_a_single_active_consumer_keeps_its_place_in_the_line() -> None:
    alone = Queue("ledger", queue_arguments={"x-single-active-consumer": True})
    assert not can_change([Queue("mail"), alone])


def test_the_fallback_is_a_number_for_celery(app: Celery) -> None:
    assert isinstance(app.conf.worker_prefetch_multiplier, ByTime)
    assert int(app.conf.worker_prefetch_multiplier) == PREFETCH
