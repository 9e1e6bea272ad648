"""Celery's prefork pool, with less work per task in the parent process, and short tasks written ahead."""

from __future__ import annotations

import fcntl
import os
import select
import termios
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from inspect import isgenerator
from itertools import count
from typing import Any

from celery.concurrency import asynpool, prefork

from ha_celery.time_limits import TimeLimits

#: Most tasks in the pipe of a process behind the one that it runs, and most bytes of each. All fit into it.
MOST_AHEAD = 7
MOST_BYTES_AHEAD = 4000
#: Load of a process that runs a slow task: more than any number of short ones.
SLOW_LOAD = MOST_AHEAD + 2
#: Duration of a task after which nothing may wait behind it, in seconds.
SLOW_SECONDS = 0.1
#: Maximum number of messages of a process before the loop handles other events.
MESSAGES_A_TURN = 32
#: More than a pipe contains.
PIPE_BYTES = 2**20
#: Timeout for processes to accept tasks that were written to them. An idle process needs milliseconds.
LONGEST_WAY_SECONDS = 2.0


class Results(asynpool.ResultHandler):
    """Reads several messages of a process per turn of the event loop; Celery reads one.

    The event loop has the reader of a message that has been read in part, and forgets it with a lost
    connection. Celery then takes the rest for a new message, and never understands the process again. This
    class keeps the reader.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        """Create the handler of a pool's results."""
        super().__init__(*args, **options)
        #: By file descriptor: the process, and the generator that reads the rest of its message.
        self._parts: dict[int, tuple[Any, Any]] = {}

    def _make_process_result(self, hub: Any) -> Callable[[int], None]:
        read_one = super()._make_process_result(hub)
        available = bytearray(4)

        def read(fd: int) -> None:
            process, rest = self._parts.pop(fd, (None, None))
            # A finished generator has no frame. A new process may have the file descriptor of a dead one.
            if rest and rest.gi_frame and process is self.fileno_to_outq.get(fd):
                self._parts[fd] = process, rest
                hub.add_reader(fd, rest)
                return
            for _ in range(MESSAGES_A_TURN):
                read_one(fd)
                reader = hub.readers.get(fd, (None,))[0]
                if reader is not read:
                    # Nothing else may read while a message has been read in part.
                    if isgenerator(reader):
                        self._parts[fd] = self.fileno_to_outq.get(fd), reader
                    return
                fcntl.ioctl(fd, termios.FIONREAD, available)
                if not any(available):
                    return

        return read


class Processes(asynpool.AsynPool):
    """Celery's AsynPool, with fewer iterations of the event loop per task."""

    ResultHandler = Results

    #: Tasks that may wait in the pipe of each process, behind the one that it runs.
    ahead = 0
    _put_back: Any
    _time_limits: TimeLimits | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        """Start the processes."""
        #: Numbers tasks in the order in which they are written.
        self._places = count()
        super().__init__(*args, **options)

    def _create_timelimit_handlers(self, hub: Any) -> None:
        """Enforces all time limits with one timer; Celery calls this for every connection."""
        self._time_limits = self._time_limits or TimeLimits(self)
        self._time_limits.register(hub)

    def _create_write_handlers(self, hub: Any) -> None:
        """Writes to an idle process immediately; Celery first waits one iteration for a writable pipe."""
        super()._create_write_handlers(hub)
        self.on_poll_start = lambda: self._hand_out(hub.consolidate_callback)
        put_back = self._put_back

        def put_back_unwritten(job: Any) -> None:
            # A new process may have the file descriptor of the dead one.
            job._write_to = job._scheduled_for = None
            put_back(job)

        self._put_back = put_back_unwritten

    def _hand_out(self, write: Callable[[list[int]], None]) -> None:
        """Writes tasks to the processes that have the fewest."""
        # Celery's semaphore admits one task for each process. The others wait for it.
        waiting: Any = self._putlock._waiting if self.ahead else ()
        if not (self.outbound_buffer or waiting):
            return
        loads = self._loads()
        while self.outbound_buffer or waiting:
            pipe = min(self._all_inqueues - self._active_writes, key=loads.__getitem__, default=None)
            if pipe is None or loads[pipe] > self.ahead:
                return
            if not self.outbound_buffer:
                run, arguments, options = waiting.popleft()
                run(*arguments, **options)
            if not self.outbound_buffer:
                # It was revoked.
                continue
            job = self.outbound_buffer[0]
            if loads[pipe] and job._payload[2] > MOST_BYTES_AHEAD:
                # One that is written in part cannot be taken back.
                return
            job._place = next(self._places)
            loads[pipe] += 1
            self._busy_workers.discard(pipe)
            write([pipe])

    def _loads(self) -> Counter[int]:
        """Returns the number of tasks of each process; one that runs a slow task has no room for others."""
        loads: Counter[int] = Counter()
        slow_since = time.monotonic() - SLOW_SECONDS
        for job in self._cache.values():
            if job._write_to:
                is_slow = job._accepted and job._time_accepted < slow_since
                loads[job._write_to.inqW_fd] += SLOW_LOAD if is_slow else 1
        return loads

    def is_blocked(self) -> bool:
        """Returns whether a task waits behind a slow one."""
        slow = [load for load in self._loads().values() if load >= SLOW_LOAD]
        waits_for_all = bool(self.outbound_buffer) and len(slow) >= len(self._all_inqueues)
        return bool(slow) and (waits_for_all or max(slow) > SLOW_LOAD)

    def withdraw(self) -> list[Any]:
        """Removes all tasks that no process has begun, and returns their requests in order."""
        self.ahead = 0
        jobs = [job for process in self._pool for job in self._taken_from(process)]
        jobs += self.outbound_buffer
        self.outbound_buffer.clear()
        requests = []
        for job in sorted(jobs, key=lambda job: job._job):
            if job._callback:
                job.discard()
                requests.append(job._callback.__self__)
            else:
                # Wakes an idle process, which `pool_restart` ends.
                self.outbound_buffer.append(job)
        return requests

    def _taken_from(self, process: Any) -> list[Any]:
        """Reads back the tasks that a process has not read from its pipe."""
        if not can_take_back() or process.inqW_fd in self._active_writes:
            return []
        jobs = [job for job in self._cache.values() if job._write_to is process and not job._accepted]
        content = read_available(process.inq._reader.fileno()) if jobs else b""
        taken = []
        for job in sorted(jobs, key=lambda job: job._place, reverse=True):
            header, body, _ = job._payload
            message = bytes(header) + bytes(body)
            if not content.endswith(message):
                break
            content = content[: -len(message)]
            job._write_to = job._scheduled_for = None
            taken.append(job)
        if content:
            # The process has read the beginning of this task, and waits for the rest.
            os.write(process.inqW_fd, content)
        return taken


def read_available(pipe: int) -> bytes:
    """Reads what a pipe contains, without waiting.

    Its other reader waits, so this needs an open file of its own.
    """
    own = os.open(f"/proc/self/fd/{pipe}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(own, PIPE_BYTES)
    except BlockingIOError:
        return b""
    finally:
        os.close(own)


@cache
def can_take_back() -> bool:
    """Returns whether this system lets a pipe be opened a second time."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b"-")
        return read_available(reader) == b"-"
    except OSError:
        return False
    finally:
        os.close(reader)
        os.close(writer)


class TaskPool(prefork.TaskPool):
    """Replaces Celery's `prefork`. An explicit --pool option takes precedence."""

    Pool = Processes


def processes_of(pool: Any) -> Processes | None:
    """Returns the processes of a pool if they are ours, and run."""
    processes = getattr(pool, "_pool", None)
    return processes if isinstance(processes, Processes) else None


def wait_until_taken(pool: Any, hub: Any) -> None:
    """Take back what no process has begun, and read until each has accepted the task that it has read.

    Otherwise the task runs a second time elsewhere, and its process takes 30 s to end.
    """
    if ours := processes_of(pool):
        ours.withdraw()
    processes = pool._pool
    deadline = time.monotonic() + LONGEST_WAY_SECONDS
    while processes is not None and _on_the_way(processes) and time.monotonic() < deadline:
        # Empty after a lost connection, which removes these readers.
        outputs = [fd for fd in processes._fileno_to_outq if hub.readers.get(fd)]
        if not outputs:
            return
        readable = select.poll()
        for fd in outputs:
            readable.register(fd, select.POLLIN)
        for fd, _ in readable.poll(100):
            read, arguments = hub.readers[fd]
            # Continue a message that has been read in part.
            if isgenerator(read):
                next(read, None)
            else:
                read(*arguments)


def _on_the_way(processes: Any) -> bool:
    return any(job._write_to and not job._accepted for job in processes._cache.values())
