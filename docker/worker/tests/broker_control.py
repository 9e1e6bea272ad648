"""The tests' broker, and its control.

HA_CELERY_TEST_BROKER_URL is its URL, and HA_CELERY_TEST_BROKER_CTL its rabbitmqctl, such as
`docker exec NAME rabbitmqctl`. Each process of pytest-xdist needs a broker of its own, because tests stop and
block it: both variables then list one for each process, separated by commas.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import amqp
from celery import Celery


def _of_this_process(variable: str) -> str:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    listed = os.environ.get(variable)
    return listed.split(",")[number] if listed else ""


BROKER_URL = _of_this_process("HA_CELERY_TEST_BROKER_URL")
COMMAND = _of_this_process("HA_CELERY_TEST_BROKER_CTL")
DEAD_LETTERS = "dead-letters"

#: Policies of components/rabbitMqCluster/definitions.ts.
POLICIES = {
    "tasks": (
        "quorum_queues",
        "^(?!celery_delayed_|dead-letters$)",
        {
            "delivery-limit": 20,
            "dead-letter-exchange": DEAD_LETTERS,
            "dead-letter-strategy": "at-least-once",
            "overflow": "reject-publish",
            "delayed-retry-type": "failed",
            "delayed-retry-min": 1000,
            "delayed-retry-max": 60000,
        },
    ),
    "dead-letters": ("quorum_queues", "^dead-letters$", {"delivery-limit": -1}),
    "delayed": ("exchanges", "^celery_delayed_delivery$", {"alternate-exchange": DEAD_LETTERS}),
}


def rabbitmqctl(*arguments: str) -> str:
    done = subprocess.run(
        [*shlex.split(COMMAND), *arguments], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout


def set_policies() -> None:
    for name, (apply_to, pattern, definition) in POLICIES.items():
        rabbitmqctl("set_policy", "--apply-to", apply_to, name, pattern, json.dumps(definition))


def add_user(name: str, configure: str, write: str, read: str) -> None:
    """Add a user whose password is its name."""
    rabbitmqctl("add_user", name, name)
    set_permissions(name, configure, write, read)


def set_permissions(name: str, configure: str, write: str, read: str) -> None:
    vhost = unquote(urlsplit(BROKER_URL).path[1:]) or "/"
    rabbitmqctl("set_permissions", "--vhost", vhost, name, configure, write, read)


def url_of(user: str) -> str:
    """Return the broker's URL for a user of add_user."""
    parts = urlsplit(BROKER_URL)
    return parts._replace(netloc=f"{user}:{user}@{parts.hostname}:{parts.port}").geturl()


def set_alarm(on: bool) -> None:
    rabbitmqctl("set_vm_memory_high_watermark", "0.0001" if on else "0.6")


@contextmanager
def alarm() -> Iterator[None]:
    """Block publishers by a memory alarm."""
    set_alarm(True)
    try:
        yield
    finally:
        set_alarm(False)


def declare_dead_letters(channel: amqp.Channel) -> None:
    channel.exchange_declare(DEAD_LETTERS, "fanout", durable=True, auto_delete=False)
    channel.queue_declare(DEAD_LETTERS, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(DEAD_LETTERS, DEAD_LETTERS)
    channel.queue_purge(DEAD_LETTERS)


def depth(app: Celery, queue: str) -> int:
    """Return the number of ready messages of a queue."""
    with app.connection_for_read() as connection, connection.channel() as channel:
        return int(channel.queue_declare(queue, passive=True).message_count)


def unacknowledged(queue: str) -> int:
    """Return the number of messages of a queue that consumers hold, up to 5 s ago."""
    return _counts(queue)[1]


def unsettled(queue: str) -> int:
    """Return the number of messages of a queue, with those that consumers hold, up to 5 s ago."""
    return sum(_counts(queue))


def held(queue: str) -> int:
    """Return the number of a queue's messages that consumers hold, up to 5 s ago."""
    return _counts(queue)[1]


def _counts(queue: str) -> tuple[int, int]:
    columns = ("name", "messages_ready", "messages_unacknowledged")
    rows = json.loads(rabbitmqctl("--quiet", "--formatter=json", "list_queues", *columns))
    [row] = [row for row in rows if row["name"] == queue]
    return row["messages_ready"], row["messages_unacknowledged"]
