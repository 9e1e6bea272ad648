"""A connection for publishing, with a deadline for every wait and the reason of an alarm."""

from __future__ import annotations

import math
import socket
import time
from functools import partial
from typing import Any

import kombu
from amqp import RecoverableConnectionError, spec
from kombu.transport import pyamqp

from ha_celery import tcp

#: The transports of py-amqp. Others, such as `memory` in unit tests, keep Celery's own way to publish.
AMQP_TRANSPORTS = ("amqp", "amqps", "pyamqp")

#: Longest wait for the end of a TLS session whose connection is dropped.
GOODBYE_SECONDS = 0.1

#: Fraction of a connect timeout for the TCP connection. The TLS handshake and each answer have all of it.
TCP_FRACTION = 0.25


class Deadline:
    """A point in time, shared between a connection and its user."""

    def __init__(self) -> None:
        """Start without a limit."""
        self.at = math.inf

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.at - time.monotonic()


class PatientConnection(pyamqp.Connection):
    """An AMQP connection that waits longer for a busy broker than for a lost machine."""

    def Transport(self, *args: Any, **options: Any) -> Any:  # noqa: N802 - py-amqp's name
        """Return the transport. A busy broker's kernel accepts TCP connections; a lost machine does not."""
        transport = super().Transport(*args, **options)
        transport._connect = partial(_connect, transport)
        self._silence = tcp.Silence(lambda: tcp.acknowledgements(transport.sock))
        return transport

    def blocking_read(self, timeout: float | None = None) -> Any:
        """Read a frame; fail if the broker's machine is lost meanwhile."""
        if timeout is None:
            # A worker that stops bounds its last reads by a timeout of the socket.
            timeout = self.transport.sock.gettimeout()
        if timeout == 0:
            return super().blocking_read(0)
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            left = end - time.monotonic()
            try:
                return super().blocking_read(max(min(left, tcp.CHECK_SECONDS), 0))
            except TimeoutError:
                self.check_peer()
                if left <= tcp.CHECK_SECONDS:
                    raise

    def check_peer(self) -> None:
        """Raise an error if the broker's machine is lost. Closing the connection then does not wait."""
        if self._silence.is_lost():
            self.transport.sock.settimeout(GOODBYE_SECONDS)
            raise RecoverableConnectionError("the broker's machine is lost: it acknowledges nothing")


def _connect(transport: Any, host: str, port: int, timeout: float | None) -> None:
    transport.sock = tcp.connect(host, port, timeout * TCP_FRACTION if timeout else None)


class Connection(PatientConnection):
    """An AMQP connection with a deadline for reads, which py-amqp repeats without a limit."""

    # py-amqp drops the reason that RabbitMQ gives for blocking a connection.
    _METHODS = pyamqp.Connection._METHODS | {
        spec.Connection.Blocked: spec.method(spec.Connection.Blocked, "s")
    }

    def __init__(self, *args: Any, deadline: Deadline, **options: Any) -> None:
        """Take the deadline from the transport options."""
        super().__init__(*args, **options)
        self._deadline = deadline
        self.alarm: str | None = None

    def blocking_read(self, timeout: float | None = None) -> Any:
        """Read a frame until the timeout or the deadline, whichever is first."""
        left = self._deadline.left()
        if timeout == 0:
            # Read pending frames even after the deadline: they may contain the reason.
            return super().blocking_read(0)
        if left <= 0:
            raise TimeoutError("the deadline for publishing has passed")
        if left < math.inf:
            timeout = left if timeout is None else min(timeout, left)
        return super().blocking_read(timeout)

    def _on_blocked(self, reason: str) -> None:
        self.alarm = reason
        # While the broker does not read, unsent data do not indicate a lost peer.
        self._set_user_timeout(0)
        super()._on_blocked()

    def _on_unblocked(self) -> None:
        self.alarm = None
        self._set_user_timeout((self.socket_settings or {}).get(socket.TCP_USER_TIMEOUT, 0))
        super()._on_unblocked()

    def _set_user_timeout(self, milliseconds: int) -> None:
        self.transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


class Transport(pyamqp.Transport):
    """py-amqp with the connection above."""

    Connection = Connection

    # For "amqp", Celery computes the route of a delayed task itself. It fails below one second and forgets
    # the queue of a retry. See `AMQP.send_task_message`.
    driver_type = "amqp-confirmed"


def for_publishing(connection: kombu.Connection, deadline: Deadline, **options: Any) -> kombu.Connection:
    """Return an unconnected copy of a connection, with a deadline and without py-amqp's confirms.

    py-amqp waits for each confirm and returns at any, so the confirms are counted in `confirms` instead.
    """
    copy = connection.clone()
    if connection.transport_cls == "amqps":
        copy.ssl = copy.ssl or True
    copy.transport_cls = Transport
    copy.transport_options = {
        **connection.transport_options,
        "confirm_publish": False,
        "deadline": deadline,
        **options,
    }
    return copy


class UrlHost(str):
    """The name in the broker's certificate, if the URL gives it: several URLs have one each."""

    __slots__ = ()


class SwitchingConnection(kombu.Connection):
    """Verifies the name of the URL in use, also where kombu itself goes on to the next one."""

    ssl: Any

    def switch(self, conn_str: str) -> None:
        """Use another URL."""
        super().switch(conn_str)
        self.ssl = _with_host(self.ssl, self.hostname)


def next_broker(connection: kombu.Connection) -> None:
    """Use the next of several URLs after a failed attempt; kombu does so between its own attempts only."""
    if not connection.cycle:
        # Only one. Its host may be an address by now, because kombu replaces "localhost".
        return
    ssl, transport_cls = connection.ssl, connection.transport_cls
    connection.maybe_switch_next()
    # Set again by the URL.
    connection.ssl, connection.transport_cls = _with_host(ssl, connection.hostname), transport_cls


def _with_host(ssl: Any, hostname: str) -> Any:
    if isinstance(ssl, dict) and isinstance(ssl.get("server_hostname"), UrlHost):
        return ssl | {"server_hostname": UrlHost(hostname)}
    return ssl


def drop(connection: kombu.Connection) -> None:
    """Close a connection without AMQP's closing handshake, which a blocked broker does not answer."""
    if connection.connected:
        connection.connection.transport.sock.settimeout(GOODBYE_SECONDS)
    connection.collect()
