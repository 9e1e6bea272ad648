"""The messages that docs/how-to/troubleshooting.md quotes are those of the code."""

import re
from itertools import chain

from documents import DOCS, HOW_TO

REPOSITORY = DOCS.parent
SOURCES = ("components", "docker/rabbitmq", "docker/worker/ha_celery", "local", "operate", "program")
#: Messages of Celery, RabbitMQ, Python, Kubernetes, and Pulumi, and what is no message.
FOREIGN = {
    "'DisabledBackend' object has no attribute '_get_task_meta_for'",
    "NotImplementedError: Starting chords requires a result backend",
    "Received unregistered task of type 'NAME'",
    "Connection to broker lost",
    "Connection to broker lost … PRECONDITION_FAILED - inequivalent arg 'x-queue-type'",
    "Cannot connect to amqp://…: timed out",
    "Cannot connect to amqp://…: … ACCESS_REFUSED",
    "Cannot connect to amqp://…: … NOT_ALLOWED - vhost … not found",
    "Connection refused",
    "No module named 'ha_celery.required'",
    "Liveness probe failed",
    "the stack is currently locked by 1 lock(s)",
    "Running Nodes",
    "kubectl -n $NS describe pod",
}


def quoted() -> set[str]:
    """Return the messages in the first columns of the tables."""
    rows = re.findall(r"^\|([^|]+)\|", (HOW_TO / "troubleshooting.md").read_text(), re.M)
    return {text for text in chain(*(re.findall(r"`([^`]+)`", row) for row in rows)) if " " in text}


def sources() -> str:
    files = chain(*((REPOSITORY / folder).rglob("*") for folder in SOURCES))
    texts = (path.read_text() for path in files if path.suffix in (".py", ".ts", ".erl"))
    # Joins the lines of a text.
    return re.sub(r"""["'`] *\+?\n *f?["'`]""", "", "\n".join(texts))


def test_quoted_messages_are_those_of_the_code() -> None:
    code = sources()
    own = {text for text in quoted() if not any(text in foreign for foreign in FOREIGN)}
    assert len(own) > 15
    for text in own:
        # What stands for values, with their quotes.
        for part in re.split(r"""['"]?…['"]?|\bN\b""", text):
            assert part.strip() in code, f"{text!r}: {part!r} is in no source"
