"""Reading of messages by a worker."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import kombu
import pytest
from amqp import RecoverableConnectionError
from kombu.exceptions import OperationalError

from ha_celery.transport import MESSAGES_A_TURN, Transport


class Loop:
    """Records the callbacks of the next iteration."""

    def __init__(self) -> None:
        self.soon: list[tuple[Any, ...]] = []

    def call_soon(self, *call: Any) -> None:
        self.soon.append(call)


class Broker:
    """Connection with the given number of messages; raises `end` afterwards."""

    def __init__(self, messages: int, end: Exception | None = None) -> None:
        self.left = messages
        self.end = end or TimeoutError()
        self.connected = True

    def drain_events(self, timeout: float) -> None:
        assert timeout == 0, "the loop must not wait here"
        if self.left == 0:
            raise self.end
        self.left -= 1


def reader(broker: Broker) -> Callable[[Any], None]:
    return Transport(SimpleNamespace())._make_reader(broker)


def test_all_that_waits_is_read_in_one_turn() -> None:
    broker, loop = Broker(5), Loop()
    reader(broker)(loop)
    assert broker.left == 0
    assert loop.soon == []


def test_a_flood_does_not_keep_the_loop_from_its_other_work() -> None:
    broker, loop = Broker(MESSAGES_A_TURN + 3), Loop()
    read = reader(broker)
    read(loop)
    assert broker.left == 3
    assert loop.soon == [(read, loop)]
    read(loop)
    assert broker.left == 0


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EINTR])
def test_nothing_more_for_now_is_no_error(code: int) -> None:
    loop = Loop()
    reader(Broker(1, OSError(code, "later")))(loop)
    assert loop.soon == []


def test_a_lost_connection_is_one() -> None:
    with pytest.raises(ConnectionResetError):
        reader(Broker(0, ConnectionResetError(errno.ECONNRESET, "gone")))(Loop())
    closed = Broker(1)
    closed.connected = False
    with pytest.raises(RecoverableConnectionError):
        reader(closed)(Loop())


def seconds_of_an_attempt(port: int, tls: bool) -> float:
    options = {"cert_reqs": ssl.CERT_NONE}
    connection = kombu.Connection(f"amqp://127.0.0.1:{port}", connect_timeout=2.0, ssl=tls and options)
    connection.get_transport_cls = lambda: Transport
    began = time.monotonic()
    with pytest.raises(OperationalError, match="timed out"):
        connection.ensure_connection(max_retries=0)
    return time.monotonic() - began


@pytest.mark.parametrize("tls", [False, True])
def test_a_busy_broker_is_waited_for_longer_than_a_lost_machine(tls: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert 2 <= seconds_of_an_attempt(busy.getsockname()[1], tls) < 4
    with socket.create_server(("127.0.0.1", 0), backlog=0) as lost, ExitStack() as clients:
        # The kernel answers no more clients than this, as a lost machine.
        for _ in range(4):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(lost.getsockname())
        assert 0.5 <= seconds_of_an_attempt(lost.getsockname()[1], tls) < 1.5
