"""The errors of this package, each with when it is raised and what to do."""

from __future__ import annotations

import amqp.exceptions
from celery.exceptions import QueueNotFound
from kombu.exceptions import OperationalError


class HaCeleryError(Exception):
    """Base class of every error that this package raises."""


class GaveUpError(HaCeleryError):
    """ConfirmedPublisher, or a client of the ledger, made no progress within its limit.

    The cause is the last error. Start again with the tasks that were not reported as confirmed.
    """


class PublishError(HaCeleryError, OperationalError):
    """Base class of the errors of publishing a task.

    They are `kombu.exceptions.OperationalError` too, which is what Celery documents for a failed publish.
    """

    #: Id of the task. A task that is published again must keep it.
    task_id: str | None = None


class PublishTimeoutError(PublishError):
    """The broker did not confirm a task within the budget: it is away, silent, or blocked by an alarm.

    Publish the task again under the same id once the broker answers. If `maybe_stored` is true, it may then
    run twice.
    """

    #: Whether the broker may have stored the task nevertheless.
    maybe_stored: bool = True


class RejectedError(PublishError):
    """The broker refused a task in every attempt, in most cases because its queue is full.

    The task is not stored. Publish it again when the queue has room.
    """


class UnroutableError(PublishError):
    """No queue takes messages of this exchange and routing key. The task is not stored.

    Correct the exchange or the routing key, or start the workers that declare the queue. Raised at once.
    """


class MessageTooLargeError(PublishError):
    """The serialized task is larger than RabbitMQ accepts. Nothing was sent.

    Store the data elsewhere and pass a reference to it.
    """


class UnknownQueueError(PublishError, QueueNotFound):
    """The application declares no queue of this name. Nothing was sent.

    Correct the name, declare the queue, or set Celery's `task_create_missing_queues`.
    """

    def __str__(self) -> str:
        """Return the message; KeyError, one of the base classes, would quote it."""
        return str(self.args[0])


class DuplicateIdError(HaCeleryError, ValueError):
    """ConfirmedPublisher was given the id of a task that is not confirmed yet. Nothing was sent.

    Use another id, or call flush() first.
    """


#: Errors that another attempt may cure: lost connections, timeouts, elections.
TEMPORARY: tuple[type[Exception], ...] = (OperationalError, OSError, amqp.exceptions.AMQPError)

#: Errors among them that no attempt cures: wrong password, missing vhost, queue with other arguments.
MISTAKES: tuple[type[Exception], ...] = (
    amqp.exceptions.AccessRefused,
    amqp.exceptions.NotAllowed,
    amqp.exceptions.PreconditionFailed,
    UnroutableError,
    MessageTooLargeError,
    UnknownQueueError,
)


def is_temporary(error: BaseException) -> bool:
    """Return whether the same publish may succeed later."""
    return isinstance(error, TEMPORARY) and not isinstance(error, MISTAKES)
