from types import SimpleNamespace
from typing import Any

import amqp
import pytest
from amqp.basic_message import Message
from amqp.method_framing import frame_writer
from amqp.spec import Basic, Channel

from ha_celery.write_buffer import WriteBuffer


class Socket:
    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, frames: Any) -> None:
        self.writes.append(bytes(frames))


@pytest.fixture
def socket() -> Socket:
    return Socket()


def connection() -> Any:
    return SimpleNamespace(frame_max=4096, bytes_sent=0)


@pytest.fixture
def buffer(socket: Socket, no_sleep: list[float]) -> WriteBuffer:
    return WriteBuffer(connection(), socket)


def publish(writer: Any, body: str) -> None:
    writer(1, 1, Basic.Publish, b"", Message(body, correlation_id=body[:10]))


def as_py_amqp_writes(*bodies: str) -> bytes:
    socket = Socket()
    writer = frame_writer(connection(), socket)
    for body in bodies:
        publish(writer, body)
    return b"".join(socket.writes)


def test_a_burst_is_written_at_once_and_byte_for_byte_the_same(buffer: WriteBuffer, socket: Socket) -> None:
    bodies = ["first", "second", "x" * 10_000, "last"]
    for body in bodies:
        publish(buffer, body)
    assert socket.writes == [as_py_amqp_writes("first")]
    buffer.flush()
    assert socket.writes[1:] == [as_py_amqp_writes(*bodies[1:])]
    buffer.flush()
    assert len(socket.writes) == 2


def test_messages_with_time_between_them_leave_at_once(
    buffer: WriteBuffer, socket: Socket, no_sleep: list[float]
) -> None:
    for body in ("first", "second"):
        publish(buffer, body)
        no_sleep.append(0.003)
    assert socket.writes == [as_py_amqp_writes("first"), as_py_amqp_writes("second")]


def test_a_burst_leaves_with_its_32nd_message(buffer: WriteBuffer, socket: Socket) -> None:
    bodies = [str(number) for number in range(40)]
    for body in bodies:
        publish(buffer, body)
    assert socket.writes[1:] == [as_py_amqp_writes(*bodies[1:33])]


def test_large_messages_are_not_gathered(buffer: WriteBuffer, socket: Socket) -> None:
    bodies = ["first", "x" * 40_000, "y" * 40_000, "last"]
    for body in bodies:
        publish(buffer, body)
    assert socket.writes[1:] == [as_py_amqp_writes(*bodies[1:3])]


def test_what_is_no_message_leaves_at_once_after_the_messages(buffer: WriteBuffer, socket: Socket) -> None:
    for body in ("first", "second"):
        publish(buffer, body)
    buffer(1, 1, Channel.Close, b"reason", None)
    [_, rest] = socket.writes
    messages = as_py_amqp_writes("second")
    assert rest.startswith(messages)
    assert b"reason" in rest[len(messages) :]


def test_a_write_that_takes_too_long_loses_the_connection(buffer: WriteBuffer, socket: Socket) -> None:
    def late(frames: Any) -> None:
        raise TimeoutError

    socket.write = late  # type: ignore[method-assign]
    with pytest.raises(amqp.RecoverableConnectionError, match="took too long"):
        publish(buffer, "first")
