"""The errors of this package, each with when it is raised and what to do."""

from __future__ import annotations

import amqp.exceptions
import amqp.spec
from celery.exceptions import QueueNotFound
from click import ClickException
from kombu.exceptions import OperationalError


class HaCeleryError(Exception):
    """Base class of all errors that this package raises."""


class SettingsError(HaCeleryError, ClickException, ValueError):
    """Settings are missing, invalid, or in conflict. Nothing has connected to the broker.

    Raised by the first connection to the broker, by `ha_celery.check(app)`, and at the start of a worker or a
    beat, which then end. The message lists all problems, each with its fix. The `celery` command prints it
    without a traceback.
    """


class PublishError(HaCeleryError, OperationalError):
    """Base class of the errors of publishing a task.

    They are also `kombu.exceptions.OperationalError`, the error that Celery documents for a failed publish.
    `task_id` is the id of the task. A task that is published again must keep it.
    """

    #: None if the message is not a task.
    task_id: str | None = None
    #: Ids of all tasks that the error concerns, if `ConfirmedPublisher` reports several at once.
    task_ids: tuple[str, ...] = ()


class PublishTimeoutError(PublishError):
    """The broker did not confirm a task within the publish budget.

    No broker node could be reached, none answered, an alarm blocks publishers, or all connections of the
    process were in use; the message says which. If `maybe_stored` is true, the broker may have stored the
    task. Publish it again under the same id once the broker answers; it may then run twice. If `maybe_stored`
    is false, the task is not stored, and runs only if it is published again.
    """

    #: Whether the broker may have stored the task nevertheless.
    maybe_stored: bool = True


class RejectedError(PublishError):
    """The broker refused a task in every attempt within the publish budget. The task is not stored.

    In most cases its queue has reached its maximum length. Publish the task again when the queue has room:
    start more workers, or raise the limit of the queue.
    """


class UnroutableError(PublishError):
    """No queue takes messages of this exchange and routing key. The task is not stored.

    Raised at once, because another attempt cannot succeed. Correct the exchange or the routing key, or start
    the workers that declare the queue. A process that knows no queue needs `HA_CELERY_QUEUES`. A task with a
    `countdown` or an `eta` needs a queue that the application declares.
    """


class MessageRefusedError(PublishError):
    """The broker closed the channel of a `ConfirmedPublisher` because of a task. The task is not stored.

    One error names all such tasks in `task_ids`, after those that were sent with them are sent again. The
    broker's error is the cause: the user may not write to the exchange, another program has declared the
    queue with other arguments, or a property is not accepted, such as a `user_id` that is not the user's
    name. Publish the tasks again once the cause is removed.
    """


class UnknownQueueError(PublishError, QueueNotFound):
    """The application declares no queue of this name. Nothing was sent.

    Raised at once. Correct the name, declare the queue in `task_queues` or `HA_CELERY_QUEUES`, or set
    Celery's `task_create_missing_queues`.
    """

    def __str__(self) -> str:
        """Return the message; KeyError, one of the base classes, would quote it."""
        return str(self.args[0])


class MessageTooLargeError(PublishError):
    """The serialized task is larger than the 16 MiB, or its headers than the 128 KiB, that RabbitMQ accepts.

    Raised before the task is sent. Store the data elsewhere, such as in object storage, and pass a reference.
    """


class DuplicateIdError(HaCeleryError, ValueError):
    """`ConfirmedPublisher` was given the id of a task that is not confirmed yet. Nothing was sent.

    Use another id, or call `flush()` first.
    """


class GaveUpError(HaCeleryError):
    """`ConfirmedPublisher`, or a client of the ledger, made no progress within its limit.

    The cause is the last error. Tasks that were not reported to `on_confirmed` may be stored. Publish them
    again under the same ids once the broker answers; they may then run twice.
    """


#: Errors that another attempt may cure: lost connections, timeouts, elections.
TEMPORARY: tuple[type[Exception], ...] = (OperationalError, OSError, amqp.exceptions.AMQPError)

#: Errors among them that no attempt cures: wrong password, missing vhost, queue with other arguments,
#: arguments that AMQP cannot encode.
MISTAKES: tuple[type[Exception], ...] = (
    amqp.exceptions.AccessRefused,
    amqp.exceptions.NotAllowed,
    amqp.exceptions.PreconditionFailed,
    amqp.exceptions.FrameSyntaxError,
    UnroutableError,
    MessageTooLargeError,
    MessageRefusedError,
    UnknownQueueError,
)


def is_missing_exchange(error: BaseException) -> bool:
    """Return whether a message was published to an exchange that does not exist."""
    return isinstance(error, amqp.exceptions.NotFound) and error.method_sig == amqp.spec.Basic.Publish


def is_refusal(error: BaseException) -> bool:
    """Return whether the broker closed a channel because of one message or one declaration on it."""
    refusals = (amqp.exceptions.AccessRefused, amqp.exceptions.PreconditionFailed)
    return isinstance(error, refusals) or is_missing_exchange(error)


def is_temporary(error: BaseException) -> bool:
    """Return whether the same publish may succeed later."""
    return isinstance(error, TEMPORARY) and not isinstance(error, MISTAKES)


def words(error: BaseException) -> str:
    """Return the text of an error, or its class if it has none."""
    return str(error) or repr(error)
