"""AMQP clients that all lose their connections at the same moment, and connect again.

Reads one JSON object a line: {"light": 1000, "workers": 100, "policy": {...}} connects clients, and
{"storm": true} cuts all connections. Prints one JSON object for each. The URL is HA_CELERY_BROKER_URL.

A light client opens a channel. A worker also declares its queue and bindings, and consumes with a prefetch.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

URL = urlsplit(os.environ["HA_CELERY_BROKER_URL"])
QUEUE = "storm"
HEARTBEAT_SECONDS = 10
METHOD, HEARTBEAT = 1, 8
CONNECTION_CLOSE, CHANNEL_CLOSE = struct.pack(">HH", 10, 50), struct.pack(">HH", 20, 40)


@dataclass
class Policy:
    """Waits and pauses of a client that connects again."""

    #: Patience of the first attempt, doubled after each failure up to the longest.
    first_timeout: float = 0.5
    longest_timeout: float = 2.0
    #: Fraction of the patience for the TCP connection: a lost machine does not answer, a busy broker does.
    tcp: float = 1.0
    #: The pause after a failed attempt is doubled, or grows by `step`, up to the longest.
    first_pause: float = 0.2
    longest_pause: float = 3.0
    step: float | None = None
    #: Fraction of a pause that is random.
    jitter: float = 0.5
    #: The first attempt comes after at most this many seconds.
    spread: float = 0.0

    def timeout(self, failures: int) -> float:
        """Patience of an attempt."""
        return min(self.longest_timeout, self.first_timeout * 2.0 ** min(failures, 16))

    def pause(self, failures: int) -> float:
        """Pause after a number of failures."""
        if failures == 0:
            return random.uniform(0, self.spread)  # noqa: S311 - no secret
        grown = (
            self.first_pause * 2.0 ** min(failures - 1, 16)
            if self.step is None
            else self.first_pause + self.step * (failures - 1)
        )
        return min(self.longest_pause, grown) * random.uniform(1 - self.jitter, 1)  # noqa: S311 - no secret


def short(text: str) -> bytes:
    """Encodes a short string."""
    data = text.encode()
    return bytes([len(data)]) + data


def long(data: bytes) -> bytes:
    """Encodes a long string."""
    return struct.pack(">I", len(data)) + data


def frame(channel: int, class_id: int, method_id: int, arguments: bytes) -> bytes:
    """Encodes a method."""
    payload = struct.pack(">HH", class_id, method_id) + arguments
    return struct.pack(">BHI", METHOD, channel, len(payload)) + payload + b"\xce"


START_OK = frame(
    0,
    10,
    11,
    long(b"")
    + short("PLAIN")
    + long(b"\0" + unquote(URL.username or "").encode() + b"\0" + unquote(URL.password or "").encode())
    + short("en_US"),
)
TUNE_OK = frame(0, 10, 31, struct.pack(">HIH", 2047, 131072, HEARTBEAT_SECONDS))
OPEN = frame(0, 10, 40, short(unquote(URL.path[1:]) or "/") + short("") + b"\0")
CHANNEL = frame(1, 20, 10, short(""))
QUORUM = long(short("x-queue-type") + b"S" + long(b"quorum"))
#: Requests of a worker, the same as those of Celery's consumer.
WORKER = (
    frame(1, 40, 10, b"\0\0" + short("tasks") + short("topic") + b"\x02" + long(b"")),
    frame(1, 50, 10, b"\0\0" + short(QUEUE) + b"\x02" + QUORUM),
    frame(1, 50, 20, b"\0\0" + short(QUEUE) + short("tasks") + short(QUEUE) + b"\0" + long(b"")),
    frame(1, 40, 10, b"\0\0" + short("celery_delayed_delivery") + short("topic") + b"\x03" + long(b"")),
    frame(1, 60, 10, struct.pack(">IHB", 0, 16, 0)),
    frame(1, 60, 20, b"\0\0" + short(QUEUE) + short("") + b"\0" + long(b"")),
)


class Client:
    """One connection that is kept."""

    def __init__(self, is_worker: bool, policy: Policy) -> None:
        """Connects when it is run."""
        self._is_worker = is_worker
        self._policy = policy
        self._writer: asyncio.StreamWriter | None = None
        self.back = asyncio.Event()
        self.seconds = 0.0
        self.attempts = 0

    async def run(self) -> None:
        """Connects, and connects again."""
        while True:
            lost, failures = time.monotonic(), 0
            self.attempts = 0
            while True:
                await asyncio.sleep(self._policy.pause(failures))
                self.attempts += 1
                try:
                    reader = await self._connect(self._policy.timeout(failures))
                    break
                except (OSError, EOFError, asyncio.TimeoutError):
                    self.cut()
                    failures += 1
            self.seconds = time.monotonic() - lost
            self.back.set()
            await self._serve(reader)
            self.cut()

    def cut(self) -> None:
        """Drops the connection."""
        self.back.clear()
        writer, self._writer = self._writer, None
        if writer:
            writer.transport.abort()

    async def _connect(self, timeout: float) -> asyncio.StreamReader:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(URL.hostname, URL.port or 5672), timeout * self._policy.tcp
        )
        self._writer = writer
        # py-amqp waits this long for each frame.
        for request in (b"AMQP\x00\x00\x09\x01", START_OK, TUNE_OK + OPEN, CHANNEL):
            await _ask(reader, writer, request, timeout)
        for request in WORKER if self._is_worker else ():
            # py-amqp has no timeout here.
            await _ask(reader, writer, request, 60)
        return reader

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        beat = asyncio.create_task(self._heartbeats())
        try:
            while True:
                kind, method = await asyncio.wait_for(_frame(reader), 2 * HEARTBEAT_SECONDS)
                if kind == METHOD and method[:4] == CONNECTION_CLOSE:
                    return
        except (OSError, EOFError, asyncio.TimeoutError):
            return
        finally:
            beat.cancel()

    async def _heartbeats(self) -> None:
        while self._writer:
            await asyncio.sleep(HEARTBEAT_SECONDS / 2)
            if self._writer:
                self._writer.write(struct.pack(">BHI", HEARTBEAT, 0, 0) + b"\xce")


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, timeout: float
) -> None:
    writer.write(request)
    method = b""
    # A heartbeat is empty.
    while not method:
        _, method = await asyncio.wait_for(_frame(reader), timeout)
    if method[:4] in (CONNECTION_CLOSE, CHANNEL_CLOSE):
        raise OSError(method[6:])


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind, _, length = struct.unpack(">BHI", await reader.readexactly(7))
    return kind, (await reader.readexactly(length + 1))[:-1]


async def all_back(clients: list[Client], began: float) -> dict[str, Any]:
    """Waits until all clients have been connected for 5 s, and returns the times they needed."""
    last, cpu = began, time.process_time()
    while time.monotonic() - began < 120:
        if all(client.back.is_set() for client in clients):
            if time.monotonic() - last >= 5:
                break
        else:
            last = time.monotonic()
        await asyncio.sleep(0.05)
    times = sorted(client.seconds for client in clients)
    return {
        "all_back": round(last - began, 1),
        "missing": sum(not client.back.is_set() for client in clients),
        "p50": round(times[len(times) // 2], 1),
        "p99": round(times[len(times) * 99 // 100], 1),
        "slowest": round(times[-1], 1),
        "most_attempts": max(client.attempts for client in clients),
        "attempts": sum(client.attempts for client in clients),
        "own_cpu": round(time.process_time() - cpu, 1),
    }


async def main() -> None:
    """Follows the commands on standard input."""
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    clients: list[Client] = []
    tasks: list[asyncio.Task[None]] = []
    while line := await commands.readline():
        command = json.loads(line)
        began = time.monotonic()
        if "light" in command:
            for task in tasks:
                task.cancel()
            for client in clients:
                client.cut()
            policy = Policy(**command["policy"])
            # Connect calmly at first.
            calm = Policy(longest_timeout=10, spread=10)
            kinds = [False] * command["light"] + [True] * command["workers"]
            clients = [Client(is_worker, calm) for is_worker in kinds]
            tasks = [asyncio.create_task(client.run()) for client in clients]
            print(json.dumps(await all_back(clients, began)), flush=True)
            for client in clients:
                client._policy = policy
        else:
            for client in clients:
                client.cut()
            print(json.dumps(await all_back(clients, began)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
