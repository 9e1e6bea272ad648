"""TCP of a client: attempts to connect beside each other, and the silence of a lost machine."""

from __future__ import annotations

import itertools
import math
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

#: Seconds until another attempt begins beside those without an answer. A Service leads it to any broker.
NEXT_ATTEMPT_SECONDS = 0.25

#: Seconds without an acknowledgement of what was sent after which the machine is lost. Its kernel
#: acknowledges even if RabbitMQ has stopped. Half a second longer than between brokers, which elect leaders.
SILENCE_SECONDS = 3.0

#: Interval of the samples, and the distance above which two of them say nothing about the time between.
CHECK_SECONDS = 0.25
LONGEST_DISTANCE_SECONDS = 1.0

#: `tcpi_unacked` and, in milliseconds, `tcpi_last_ack_recv` of Linux's `struct tcp_info`.
_TCP_INFO = struct.Struct("=24xI28xI")


def connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """Return a connected socket: that of the first attempt that succeeds.

    Each address gets an attempt, then each gets another one, until the timeout in seconds.
    """
    addresses = socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    deadline = time.monotonic() + (math.inf if timeout is None else timeout)
    with selectors.DefaultSelector() as attempts:
        try:
            connected = _first(attempts, addresses, deadline)
        finally:
            for key in list(attempts.get_map().values()):
                attempts.unregister(key.fileobj)
                _socket(key).close()
    connected.setblocking(True)
    return connected


def _first(attempts: selectors.BaseSelector, addresses: list[Any], deadline: float) -> socket.socket:
    error: OSError | None = None
    for number, address in enumerate(itertools.cycle(addresses), start=1):
        error = _begin(attempts, address) or error
        following = time.monotonic() + NEXT_ATTEMPT_SECONDS
        while attempts.get_map() and (left := min(following, deadline) - time.monotonic()) > 0:
            for key, _ in attempts.select(left):
                attempts.unregister(key.fileobj)
                candidate = _socket(key)
                if not (code := candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                    return candidate
                candidate.close()
                error = OSError(code, os.strerror(code))
        if time.monotonic() >= deadline:
            break
        if error and not attempts.get_map() and number >= len(addresses):
            raise error
    raise TimeoutError("timed out")


def _begin(attempts: selectors.BaseSelector, address: Any) -> OSError | None:
    family, kind, protocol, _, target = address
    try:
        attempt = socket.socket(family, kind, protocol)
    except OSError as error:
        # The kernel may lack IPv6.
        return error
    attempt.setblocking(False)
    try:
        attempt.connect(target)
    except BlockingIOError:
        pass
    except OSError as error:
        attempt.close()
        return error
    attempts.register(attempt, selectors.EVENT_WRITE)
    return None


def _socket(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - for mypy
    return key.fileobj


class Silence:
    """Since when the machine at the other end of a connection has acknowledged nothing."""

    def __init__(
        self, sample: Callable[[], tuple[int, int] | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sample the connection with this function, such as `acknowledgements` of its socket."""
        self._sample = sample
        self._clock = clock
        self._sampled_at = -math.inf
        self._since: float | None = None

    def is_lost(self) -> bool:
        """Take a sample, and return whether the machine is lost. Call it at least every CHECK_SECONDS."""
        now = self._clock()
        late, self._sampled_at = now - self._sampled_at > LONGEST_DISTANCE_SECONDS, now
        sample = self._sample()
        if sample is None or sample[0] == 0:
            self._since = None
            return False
        # The last acknowledgement may be old because nothing was sent.
        first = now if late or self._since is None else self._since
        self._since = max(first, now - sample[1] / 1000)
        return now - self._since >= SILENCE_SECONDS


def acknowledgements(sock: socket.socket) -> tuple[int, int] | None:
    """Return the number of unacknowledged segments, and milliseconds since the last acknowledgement.

    None if it is unknown, as on systems other than Linux.
    """
    if not hasattr(socket, "TCP_INFO"):
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    except OSError:
        return None
    return _TCP_INFO.unpack(info)
