"""Connections to the ledger that are slow, endless, too many, or send no valid length of a body."""

import socket
import time
from contextlib import suppress

import pytest
from conftest import TOKEN, RunningLedger

from ha_celery.errors import GaveUpError
from ha_celery.ledger_store import authorization
from ha_celery.recorder import LedgerClient

TOKEN_HEADER = f"Authorization: {authorization(TOKEN)}\r\n".encode()


def answer(ledger: RunningLedger, request: bytes) -> bytes:
    """Return what the ledger sends until it closes the connection."""
    with socket.create_connection(ledger.server.server_address, timeout=10) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 411),
        ("Transfer-Encoding: chunked\r\n", 411),
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: 1_0\r\n", 400),
        ("Content-Length: all\r\n", 400),
        ("Content-Length: 16777217\r\n", 413),
        (f"Content-Length: {'9' * 5000}\r\n", 413),
    ],
)
def test_a_body_without_a_valid_length_ends_the_connection(
    ledger: RunningLedger, header: str, status: int
) -> None:
    smuggled = b'POST /stop HTTP/1.1\r\n%sContent-Length: 12\r\n\r\n{"run": "r"}' % TOKEN_HEADER
    answered = answer(ledger, b"POST /stop HTTP/1.1\r\n%s%s\r\n" % (TOKEN_HEADER, header.encode()) + smuggled)
    assert answered.startswith(f"HTTP/1.1 {status} ".encode())
    assert answered.count(b"HTTP/1.1") == 1
    assert not ledger.store.stopped("r")


def test_a_body_for_an_unknown_path_is_not_read_as_a_request(ledger: RunningLedger) -> None:
    smuggled = b'POST /stop HTTP/1.1\r\n%sContent-Length: 12\r\n\r\n{"run": "r"}' % TOKEN_HEADER
    answered = answer(ledger, b"POST /nothing HTTP/1.1\r\n%s\r\n" % TOKEN_HEADER + smuggled)
    assert answered.startswith(b"HTTP/1.1 404 ")
    assert not ledger.store.stopped("r")


def test_slow_and_endless_clients_are_cut(ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ha_celery.ledger.REQUEST_SECONDS", 0.5)
    monkeypatch.setattr("ha_celery.ledger.IDLE_SECONDS", 0.5)
    head = b"POST /stop HTTP/1.1\r\nContent-Length: 1000\r\n"
    for begin in (b"", b"POST /st", head, head + b"\r\n{"):
        began = time.monotonic()
        with socket.create_connection(ledger.server.server_address, timeout=10) as client:
            client.sendall(begin)
            with suppress(OSError):
                # One byte now and then: no single read takes long.
                while time.monotonic() - began < 8:
                    client.sendall(b" ")
                    time.sleep(0.05)
        assert time.monotonic() - began < 4
    deadline = time.monotonic() + 5
    while ledger.server.deadlines and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ledger.server.deadlines == {}


def test_a_client_whose_idle_connection_was_cut_goes_on(
    ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ha_celery.ledger.IDLE_SECONDS", 0.2)
    client = LedgerClient(ledger.url, budget=5)
    for number in range(3):
        client.confirmed([f"r-{number:06}"])
        deadline = time.monotonic() + 5
        while ledger.server.deadlines and time.monotonic() < deadline:
            time.sleep(0.05)
    assert len(ledger.store.confirmed("r")) == 3


def test_connections_are_limited(ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ha_celery.ledger.MOST_CONNECTIONS", 1)
    client = LedgerClient(ledger.url)
    client.confirmed(["r-000000"])
    with pytest.raises(GaveUpError):
        LedgerClient(ledger.url, budget=0.1).confirmed(["r-000001"])
    client.close()
    LedgerClient(ledger.url, budget=10).confirmed(["r-000002"])
