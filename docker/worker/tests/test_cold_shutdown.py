from __future__ import annotations

import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery.apps import worker as handlers
from celery.worker import state

from ha_celery import cold_shutdown


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Values of `should_terminate` at the calls of Celery's function, with SIGQUIT handled as in a worker."""
    found: list[Any] = []

    def on_cold_shutdown(_: Any) -> None:
        found.append(state.should_terminate)

    for name in ("install_worker_term_handler", "install_worker_term_hard_handler"):
        monkeypatch.setattr(handlers, name, getattr(handlers, name))
    monkeypatch.setattr(state, "should_terminate", None)
    monkeypatch.setattr(cold_shutdown, "_told", [])
    before = signal.getsignal(signal.SIGQUIT)
    cold_shutdown.defer()
    monkeypatch.setattr(handlers, "on_cold_shutdown", on_cold_shutdown)
    yield found
    signal.signal(signal.SIGQUIT, before)


def told() -> Any:
    """A worker that was told to end at once."""
    worker = SimpleNamespace(hostname="worker")
    handlers.install_worker_term_hard_handler(worker)
    signal.raise_signal(signal.SIGQUIT)
    return worker


def test_the_loop_does_what_the_handler_would_have_done(calls: list[Any]) -> None:
    worker = told()
    assert (calls, state.should_terminate) == ([], 1)
    cold_shutdown.end(worker)
    assert (calls, state.should_terminate) == ([None], 1)


def test_the_second_signal_does_not_wait_for_a_loop_that_hangs(calls: list[Any]) -> None:
    told()
    signal.raise_signal(signal.SIGQUIT)
    assert len(calls) == 1


def test_a_worker_that_ends_for_another_reason_is_not_concerned(calls: list[Any]) -> None:
    cold_shutdown.end(SimpleNamespace())
    assert calls == []


def test_a_warm_shutdown_is_celerys(calls: list[Any]) -> None:
    assert "callback" not in handlers.install_worker_term_handler.keywords
