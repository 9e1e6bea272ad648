from types import SimpleNamespace
from typing import Any

import pytest
from amqp import spec

from ha_celery.interrupted_writes import Writer


class Transport:
    """Writes; during the first write, a signal handler runs."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.handler: Any = None

    def write(self, frames: Any) -> None:
        # The channel's number is in the second and third bytes.
        number = bytes(frames)[2]
        handler, self.handler = self.handler, None
        if handler:
            handler()
        self.written.append(number)


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def writer(transport: Transport) -> Writer:
    return Writer(SimpleNamespace(frame_max=1000, bytes_sent=0), transport)


def write(writer: Writer, number: int) -> None:
    writer(1, number, spec.Basic.Ack, b"", None)


def test_frames_of_a_handler_follow_the_one_that_it_interrupts(writer: Writer, transport: Transport) -> None:
    def handler() -> None:
        write(writer, 2)
        write(writer, 3)
        assert transport.written == []

    transport.handler = handler
    write(writer, 1)
    assert transport.written == [1, 2, 3]
    write(writer, 4)
    assert transport.written == [1, 2, 3, 4]


def test_a_write_that_fails_blocks_no_other(writer: Writer, transport: Transport) -> None:
    def fail() -> None:
        raise ConnectionResetError

    transport.handler = fail
    with pytest.raises(ConnectionResetError):
        write(writer, 1)
    write(writer, 2)
    assert transport.written == [2]
