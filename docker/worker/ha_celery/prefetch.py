"""How many tasks a worker holds: what its slots finish in a fifth of a second, by the time that tasks take.

A quorum queue takes a new limit only from a new consumer. So the worker subscribes again, under a new tag,
before it cancels the old consumer: no delivery is lost, and those on the way to the old one are returned by
the broker, which counts no failed delivery.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from amqp import spec
from celery.bootsteps import RUN
from celery.utils.log import get_logger
from celery.worker import state
from kombu.common import ignore_errors

from ha_celery import held
from ha_celery.acks import Acks
from ha_celery.prefork import MOST_AHEAD, can_take_back, processes_of
from ha_celery.setting_values import PREFETCH

logger = get_logger(__name__)

#: A worker holds what its slots finish in this time, in seconds. A broker that is short of CPU time needs
#: more than half of it to deliver the next tasks.
HOLD_SECONDS = 0.2
#: Below this duration, in seconds, a second task waits for each slot. Above, a slot that waits for the broker
#: costs less than a task that waits for a slot.
SHORT_SECONDS = 0.5
#: The largest limit in AMQP.
MOST_HELD = 2**16 - 1
#: Most tasks per slot, and most bytes of their messages.
MOST = 64
MOST_BYTES = 4 * 2**20
#: Slot time over which the duration of tasks is averaged, in seconds.
MEMORY_SECONDS = 5.0
#: Number of tasks from which the worker holds more.
LEAST_TASKS = 8
#: Interval of checks while the worker holds tasks, in seconds.
CHECK_SECONDS = 0.1
#: Least time between a change and the next increase, in seconds.
PATIENCE_SECONDS = 1.0
#: Time without a finished task after which those that wait for a slot are returned, in seconds.
STUCK_SECONDS = 0.5


class Durations:
    """Mean duration of recent tasks."""

    def __init__(self) -> None:
        """Knows no task yet."""
        self._tasks = 0.0
        self._seconds = 0.0

    def add(self, seconds: float) -> None:
        """Adds a task; all earlier ones count less, the longer it took."""
        keep = math.exp(-seconds / MEMORY_SECONDS)
        self._tasks = self._tasks * keep + 1
        self._seconds = self._seconds * keep + seconds

    @property
    def tasks(self) -> float:
        """Number of tasks in the mean."""
        return self._tasks

    @property
    def mean(self) -> float:
        """Mean duration in seconds; 0 without a task."""
        return self._seconds / self._tasks if self._tasks else 0.0


def step_for(durations: Durations, message_bytes: float, queues: int, step: int, may_increase: bool) -> int:
    """Returns the tasks per slot and queue, a power of 2; the current ones unless they differ clearly."""
    in_time = HOLD_SECONDS / max(durations.mean, 1e-6) / queues
    if durations.mean < SHORT_SECONDS:
        in_time = max(in_time, 2)
    fitting = min(in_time, MOST_BYTES / max(message_bytes, 1) / queues)
    nearest = 2 ** int(math.log2(min(max(fitting, 1), MOST)))
    if nearest > step:
        return nearest if may_increase and durations.tasks >= LEAST_TASKS else step
    return nearest if fitting < step / 2 else step


def can_change(queues: Iterable[Any]) -> bool:
    """Returns whether a new consumer is as good as the one before it.

    That of a single active consumer goes to the end of the line, and another worker gets its tasks.
    """
    return not any((queue.queue_arguments or {}).get("x-single-active-consumer") for queue in queues)


class Prefetch:
    """The limit of a consumer, over all its connections."""

    def __init__(self, consumer: Any) -> None:
        """Begins with one task per slot."""
        self._consumer = consumer
        self._durations = Durations()
        self._message_bytes = 0.0
        self._step = 1
        #: Limit of each queue.
        self._count = consumer.initial_prefetch_count // consumer.prefetch_multiplier
        self._generation = 0
        self._paused = False
        self._changed = self._next_check = -math.inf
        self._last_finished = 0.0
        self._timer: Any = None
        self._acks: Acks | None = None
        #: Queues by the tags of the consumers that were cancelled last.
        self.former_tags: dict[str, str] = {}
        self._apply()
        held.observe(self.finished)

    def connected(self, call_later: Callable[..., Any], acks: Acks) -> None:
        """Begins a connection, whose consumers have the limit that was the last one."""
        self._stop()
        self._call_later = call_later
        self._acks = acks
        self._count = self._consumer.initial_prefetch_count
        self._paused = False
        self.former_tags = {}

    def delivered(self, message: Any) -> None:
        """Checks the limit as long as the worker holds tasks."""
        self._message_bytes += (len(message.body) - self._message_bytes) / LEAST_TASKS
        if self._timer is None:
            self._last_finished = time.monotonic()
            self._timer = self._call_later(CHECK_SECONDS, self._poll)

    def finished(self, seconds: float) -> None:
        """Adds the duration of a task, from its start in a process to its acknowledgement."""
        self._durations.add(seconds)
        now = self._last_finished = time.monotonic()
        if self._paused or now >= self._next_check:
            self._check(now)

    def _poll(self) -> None:
        self._timer = None
        self._check(time.monotonic())
        if held.count() and self._timer is None:
            self._timer = self._call_later(CHECK_SECONDS, self._poll)

    def _stop(self) -> None:
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()

    def _check(self, now: float) -> None:
        self._next_check = now + CHECK_SECONDS
        if self._acks is None or self._consumer.blueprint.state != RUN:
            return
        if self._paused:
            # Not the held ones, because tasks that wait for their time are held, too.
            if len(state.reserved_requests) < self._slots:
                self._changed = now
                ignore_errors(self._consumer, self._change)
            return
        processes = processes_of(self._consumer.pool)
        if processes and processes.is_blocked():
            self._take_back()
        if self._is_changing():
            return
        if self._step > 1 and self._waiting() and now - self._last_finished > STUCK_SECONDS:
            # All slots run long tasks, whose durations are not known before they end.
            self._durations.add(now - self._last_finished)
            self._step = 1
            ignore_errors(self._consumer, self._pause)
            return
        measurable = self._is_measurable()
        self._step = self._wanted(now) if measurable else PREFETCH
        if self._count_now() != self._count:
            self._changed = now
            ignore_errors(self._consumer, self._change)
        if processes:
            # A quarter of the tasks of a slot wait in the pipe of its process.
            processes.ahead = min(self._step // 4, MOST_AHEAD) if measurable and can_take_back() else 0

    def _wanted(self, now: float) -> int:
        queues = len(self._consumer.task_consumer._active_tags) or 1
        return step_for(
            self._durations, self._message_bytes, queues, self._step, now - self._changed >= PATIENCE_SECONDS
        )

    def _is_measurable(self) -> bool:
        """Returns whether tasks leave as fast as slots run them, and are acknowledged at their end."""
        consumer = self._consumer
        return (
            # Tasks wait for a slot where they can be returned.
            consumer.controller.pool_putlocks
            and not any(consumer.task_buckets.values())
            and all(task.acks_late for task in consumer.app.tasks.values())
        )

    def _count_now(self) -> int:
        """Returns the limit of each queue: also for tasks that wait here for their time, as in Celery."""
        at_once = self._step * self._slots
        delayed = len(state.scheduled_requests)
        most = min(self._consumer.app.conf.worker_eta_task_limit or MOST_HELD, MOST_HELD)
        return max(min(at_once + (1 << (delayed - 1).bit_length() if delayed else 0), most), at_once)

    @property
    def _slots(self) -> int:
        return max(int(self._consumer.pool.num_processes), 1)

    def _is_changing(self) -> bool:
        """Returns whether the broker has not confirmed the last cancellation yet."""
        callbacks = self._consumer.task_consumer.channel.callbacks
        return any(tag in callbacks for tag in self.former_tags)

    def _change(self) -> None:
        """Replaces the consumers by others with the new limit."""
        before, self._count = self._count, self._count_now()
        self._apply()
        tags = subscribe(self._consumer.task_consumer, self._count, self._new_tag)
        self._paused = False
        self._cancel(tags)
        logger.debug("holds %d tasks of each queue instead of %d", self._count, before)
        if self._waiting() * self._durations.mean > STUCK_SECONDS * self._slots:
            # One for each slot, until the new consumer's arrive.
            self._give_back(self._slots)

    def _pause(self) -> None:
        """Takes no task before a slot is free: a new consumer would get more than those that run."""
        self._paused = True
        tags = {tag: queue for queue, tag in self._consumer.task_consumer._active_tags.items()}
        self._cancel(tags)
        self._give_back(0)

    def _cancel(self, tags: dict[str, str]) -> None:
        # After a pause, all but those of queues that remote control has added meanwhile.
        cancelled, self.former_tags = self.former_tags, tags
        channel = self._consumer.task_consumer.channel
        for tag in [tag for tag in tags if tag not in cancelled]:
            # Deliveries are handled until the broker confirms that there are no more.
            channel.send_method(spec.Basic.Cancel, "sb", (tag, False))

    def _apply(self) -> None:
        """Sets the limit of the next connection, and the batch of acknowledgements."""
        consumer = self._consumer
        consumer.prefetch_multiplier = self._step
        consumer.initial_prefetch_count = self._count
        if consumer.qos:
            consumer.qos.value = consumer.qos.prev = self._count
        if self._acks:
            self._acks.resize(self._step, self._slots)

    def _new_tag(self) -> str:
        self._generation += 1
        return f"ha-celery-{self._generation}"

    def _waiting(self) -> int:
        return len(self._consumer.controller.semaphore._waiting)

    def _take_back(self) -> None:
        """Makes tasks that no process has begun wait for a slot again."""
        processes, controller = processes_of(self._consumer.pool), self._consumer.controller
        if not processes:
            return
        for request in reversed(processes.withdraw()):
            controller.semaphore._waiting.appendleft((controller._process_task, (request,), {}))
        controller.semaphore.value = 0
        for _ in range(self._slots - len(processes._cache)):
            controller.semaphore.release()

    def _give_back(self, keep: int) -> None:
        """Returns the tasks that wait for a slot, except for the oldest."""
        self._take_back()
        waiting = self._consumer.controller.semaphore._waiting
        requests = []
        while len(waiting) > keep:
            _, (request,), _ = waiting.pop()
            requests.append(request)
        for request in reversed(requests):
            state.task_ready(request)
            request.give_back()
        if requests:
            logger.debug("returned %d tasks that waited for a slot", len(requests))


def subscribe(task_consumer: Any, count: int, new_tag: Callable[[], str]) -> dict[str, str]:
    """Consumes all queues under new tags without waiting for the broker. Returns the former tags."""
    channel = task_consumer.channel
    former = {}
    channel.send_method(spec.Basic.Qos, "lBb", (0, count, False))
    for name, tag in list(task_consumer._active_tags.items()):
        former[tag] = name
        task_consumer._active_tags[name] = new = new_tag()
        no_ack = task_consumer._active_queue_no_ack[name]
        callback = task_consumer._receive_callback
        task_consumer._queues[name].consume(new, callback, no_ack=no_ack, nowait=True)
    return former
