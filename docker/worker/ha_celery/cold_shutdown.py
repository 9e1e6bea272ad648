"""A worker that is told to end at once does so from its event loop, not from the handler of the signal.

Celery's handler (5.5 and later) cancels the consumers and waits for the pool. If it interrupts the loop in a
write to the broker, it waits for py-amqp's lock, which the write holds; in a write to a process, that process
waits for the rest of its task, and the handler for the process. Either way for ever.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from celery.apps import worker as handlers
from celery.worker import state

#: Workers of this process that were told to end at once.
_told: list[Any] = []


def defer() -> None:
    """Replaces what the handlers of signals call. Call it before a worker installs them."""
    for name in ("install_worker_term_handler", "install_worker_term_hard_handler"):
        install = getattr(handlers, name)
        if install.keywords.get("callback") is handlers.on_cold_shutdown:
            setattr(handlers, name, partial(install, callback=_tell))


def _tell(worker: Any) -> None:
    if worker in _told:
        # The loop has not come to it since the first signal.
        handlers.on_cold_shutdown(worker)
    else:
        _told.append(worker)


def end(worker: Any) -> None:
    """Does what the handler of the signal would have done, in the loop's place."""
    if worker not in _told:
        return
    _told.remove(worker)
    # Celery's function needs it undefined while it waits for a soft shutdown.
    code, state.should_terminate = state.should_terminate, None
    try:
        handlers.on_cold_shutdown(worker)
    finally:
        state.should_terminate = code
