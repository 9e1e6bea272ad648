"""Tasks of a window that the broker does not store, until one error reports them all."""

from __future__ import annotations

from ha_celery.confirms import is_unroutable
from ha_celery.errors import MessageRefusedError, UnroutableError, words
from ha_celery.message import Message

#: Number of tasks that an error names in its text.
NAMED = 10


class FailedTasks:
    """Collects tasks, each with the broker's answer."""

    def __init__(self) -> None:
        """Begin with none."""
        self._failed: list[tuple[Message, Exception]] = []

    def add(self, message: Message, error: Exception) -> None:
        """Add a task that the broker has returned, or for which it has closed the channel."""
        self._failed.append((message, error))

    def raise_error(self) -> None:
        """Raise one error for all tasks, unless there are none."""
        if not self._failed:
            return
        failed, self._failed = self._failed, []
        refused = [(message, error) for message, error in failed if not is_unroutable(error)]
        first, cause = (refused or failed)[0]
        kind = MessageRefusedError if refused else UnroutableError
        reason = (
            f"The broker refuses {first}: {words(cause)}"
            if refused
            else f"No queue takes routing key {first.routing_key!r} of exchange {first.exchange!r}."
        )
        named = ", ".join(str(message) for message, _ in failed[:NAMED])
        more = f" and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
        error = kind(f"not stored: {named}{more}. {reason}")
        error.task_id = first.id
        error.task_ids = tuple(message.id for message, _ in failed)
        raise error from cause
