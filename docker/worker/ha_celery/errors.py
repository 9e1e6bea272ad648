"""Which failures of publishing pass by themselves, and which are somebody's mistake."""

from __future__ import annotations

import amqp.exceptions
from kombu.exceptions import OperationalError

#: Worth another attempt: lost connections, timeouts, refused or unroutable messages, elections.
TEMPORARY: tuple[type[Exception], ...] = (OperationalError, OSError, amqp.exceptions.AMQPError)

#: Subclasses of the above that no waiting mends: wrong password, no such vhost, a queue declared otherwise.
MISTAKES: tuple[type[Exception], ...] = (
    amqp.exceptions.AccessRefused,
    amqp.exceptions.NotAllowed,
    amqp.exceptions.PreconditionFailed,
)


def is_temporary(error: BaseException) -> bool:
    """Tell whether the same publish may succeed later."""
    return isinstance(error, TEMPORARY) and not isinstance(error, MISTAKES)
