"""TCP of a client: attempts beside each other, and the silence of a lost machine."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from amqp import RecoverableConnectionError
from certificates import Authority

from ha_celery import tcp
from ha_celery.connection import PatientConnection
from ha_celery.transport import Transport

LOOPBACK = "127.0.0.1"


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    """Closes what the test opens."""
    with ExitStack() as stack:
        yield stack


def listener(sockets: ExitStack, backlog: int = 5) -> int:
    """Return the port of a socket that listens."""
    listening = sockets.enter_context(socket.socket())
    listening.bind((LOOPBACK, 0))
    listening.listen(backlog)
    return int(listening.getsockname()[1])


def silent(sockets: ExitStack) -> int:
    """Return a port that answers no attempt, like a lost machine: its backlog is full."""
    port = listener(sockets, backlog=0)
    for _ in range(4):
        waiting = sockets.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex((LOOPBACK, port))
    return port


def refusing(sockets: ExitStack) -> int:
    """Return a port that refuses: bound, but not listening."""
    bound = sockets.enter_context(socket.socket())
    bound.bind((LOOPBACK, 0))
    return int(bound.getsockname()[1])


def resolve(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let a name have these ports of loopback."""
    entries = [
        (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (LOOPBACK, port)) for port in ports
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: entries)


def test_a_socket_that_waits_without_a_limit_is_returned(sockets: ExitStack) -> None:
    connected = sockets.enter_context(tcp.connect("localhost", listener(sockets), 1.0))
    assert connected.gettimeout() is None


def test_an_attempt_without_an_answer_gets_another_beside_it(
    sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = listener(sockets)
    resolve(monkeypatch, silent(sockets), good)
    began = time.monotonic()
    connected = sockets.enter_context(tcp.connect("broker", 5672, 5.0))
    assert connected.getpeername()[1] == good
    assert time.monotonic() - began >= tcp.NEXT_ATTEMPT_SECONDS
    assert time.monotonic() - began < 2.0


def test_a_single_address_is_tried_again_beside_the_first_attempt(
    sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a Service does, whose address leads to any broker.
    good, targets = listener(sockets), [silent(sockets)]
    connect = socket.socket.connect

    def next_target(self: socket.socket, address: Any) -> None:
        connect(self, (LOOPBACK, targets.pop() if targets else good))

    monkeypatch.setattr(socket.socket, "connect", next_target)
    resolve(monkeypatch, 1)
    assert sockets.enter_context(tcp.connect("broker", 5672, 5.0)).getpeername()[1] == good


def test_a_refused_address_is_followed_by_the_next_one_at_once(
    sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = listener(sockets)
    resolve(monkeypatch, refusing(sockets), good)
    assert sockets.enter_context(tcp.connect("broker", 5672, None)).getpeername()[1] == good


def test_a_family_that_the_kernel_lacks_is_a_failed_attempt(
    sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = listener(sockets)
    real = socket.socket

    class WithoutIPv6(real):  # type: ignore[misc, valid-type]
        def __init__(self, family: int = -1, *rest: Any, **options: Any) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
            super().__init__(family, *rest, **options)

    monkeypatch.setattr(socket, "socket", WithoutIPv6)
    stream = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    six = (socket.AF_INET6, *stream, ("::1", good, 0, 0))
    four = (socket.AF_INET, *stream, (LOOPBACK, good))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [six, four])
    assert sockets.enter_context(tcp.connect("broker", 5672, 5.0)).getpeername()[1] == good
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [six])
    with pytest.raises(OSError, match="family not supported"):
        tcp.connect("broker", 5672, 60.0)


def test_it_fails_at_once_if_all_refuse(sockets: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, refusing(sockets), refusing(sockets))
    began = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        tcp.connect("broker", 5672, 60.0)
    assert time.monotonic() - began < 5


def test_it_waits_no_longer_than_the_timeout(sockets: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, silent(sockets))
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="timed out"):
        tcp.connect("broker", 5672, 0.6)
    assert 0.6 <= time.monotonic() - began < 5


def test_the_kernel_tells_what_is_acknowledged(sockets: ExitStack) -> None:
    connected = sockets.enter_context(tcp.connect("localhost", listener(sockets), 1.0))
    connected.sendall(b"AMQP")
    time.sleep(0.1)
    sample = tcp.acknowledgements(connected)
    assert sample is not None
    assert sample[0] == 0
    assert 0 <= sample[1] < 60_000
    connected.close()
    assert tcp.acknowledgements(connected) is None


class Kernel:
    """A connection as the kernel describes it, and the time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waiting = 0
        self.acknowledged_at = 0.0
        self.silence = tcp.Silence(self.sample, lambda: self.now)

    def sample(self) -> tuple[int, int]:
        return self.waiting, round((self.now - self.acknowledged_at) * 1000)

    def lost_within(self, seconds: float) -> float | None:
        """Return the seconds after which the machine is found lost."""
        began = self.now
        while self.now < began + seconds:
            self.now += tcp.CHECK_SECONDS
            if self.silence.is_lost():
                return self.now - began
        return None


def test_a_connection_that_waits_for_nothing_is_never_lost() -> None:
    assert Kernel().lost_within(60) is None


def test_silence_begins_when_something_waits() -> None:
    kernel = Kernel()
    kernel.lost_within(60)
    kernel.waiting = 1
    assert kernel.lost_within(60) == pytest.approx(tcp.SILENCE_SECONDS, abs=2 * tcp.CHECK_SECONDS)


def test_each_acknowledgement_ends_the_silence() -> None:
    kernel = Kernel()
    kernel.waiting = 1
    for _ in range(20):
        kernel.acknowledged_at = kernel.now
        assert kernel.lost_within(tcp.SILENCE_SECONDS - tcp.CHECK_SECONDS) is None


def test_an_own_pause_is_not_the_silence_of_the_other_end() -> None:
    kernel = Kernel()
    kernel.waiting = 1
    kernel.lost_within(1)
    kernel.now += 3600
    assert kernel.lost_within(2) is None


def served_with_tls(sockets: ExitStack, folder: Path) -> int:
    """Return a port whose server accepts TLS, and then says nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Authority(folder).issue("localhost"))
    listening = sockets.enter_context(socket.create_server((LOOPBACK, 0)))

    def serve() -> None:
        sockets.enter_context(context.wrap_socket(listening.accept()[0], server_side=True))

    server = threading.Thread(target=serve)
    server.start()
    sockets.callback(server.join, 10)
    return int(listening.getsockname()[1])


@pytest.fixture(params=["plain", "tls"])
def connection(
    request: pytest.FixtureRequest, sockets: ExitStack, tmp_path: Path
) -> Iterator[PatientConnection]:
    """Connected to a server that says nothing."""
    tls = request.param == "tls"
    port = served_with_tls(sockets, tmp_path / "authority") if tls else listener(sockets)
    connection = PatientConnection()
    options = {"cert_reqs": ssl.CERT_NONE} if tls else False
    connection.transport = connection.Transport(f"{LOOPBACK}:{port}", 5.0, options)
    connection.transport.connect()
    yield connection
    connection.transport.close()


def test_a_reader_fails_when_the_machine_is_lost(
    connection: PatientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "acknowledgements", lambda _: (1, 60_000))
    began = time.monotonic()
    with pytest.raises(RecoverableConnectionError, match="acknowledges nothing"):
        connection.blocking_read(30)
    assert time.monotonic() - began == pytest.approx(tcp.SILENCE_SECONDS, abs=1.5)
    began = time.monotonic()
    connection.transport.close()
    assert time.monotonic() - began < 1


def read_often(connection: PatientConnection) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with suppress(TimeoutError):
            connection.blocking_read(0.1)


def test_short_reads_in_a_row_fail_when_the_machine_is_lost(
    connection: PatientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "acknowledgements", lambda _: (1, 60_000))
    began = time.monotonic()
    with pytest.raises(RecoverableConnectionError, match="acknowledges nothing"):
        read_often(connection)
    assert time.monotonic() - began == pytest.approx(tcp.SILENCE_SECONDS, abs=1.5)


def test_a_reader_waits_no_longer_than_its_timeout(connection: PatientConnection) -> None:
    for timeout in (0, 0.1, 0.7):
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.blocking_read(timeout)
        assert timeout <= time.monotonic() - began < timeout + 1


class Loop:
    """The worker's event loop, whose timers a test runs."""

    def __init__(self) -> None:
        self.timers: list[Any] = []
        self.cancelled = 0

    def add_reader(self, *_: Any) -> None:
        """Ignore the reader."""

    def call_repeatedly(self, _seconds: float, check: Any) -> Loop:
        self.timers.append(check)
        return self

    def cancel(self) -> None:
        self.cancelled += 1


def test_a_worker_looks_at_its_connection_until_that_is_closed() -> None:
    class Connection:
        connected = True
        checks = 0
        sock = transport = property(lambda self: self)

        def check_peer(self) -> None:
            self.checks += 1

    connection, loop = Connection(), Loop()
    Transport.register_with_event_loop(Transport.__new__(Transport), connection, loop)
    loop.timers[0]()
    connection.connected = False
    loop.timers[0]()
    assert (connection.checks, loop.cancelled) == (1, 1)
