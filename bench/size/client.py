"""One step of a measurement, in a container of the worker image. Prints one JSON object."""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import sys
import time

import amqp
from tasks import app, take

from ha_celery import ConfirmedPublisher

HOST, PORT = os.environ["HA_CELERY_BROKER_URL"].split("@")[1].split("/")[0].split(":")
QUORUM = {"x-queue-type": "quorum"}
SECONDS = 3600


def connect() -> amqp.Connection:
    """Opens a connection with a channel in confirm mode."""
    connection = amqp.Connection(f"{HOST}:{PORT}", "guest", "guest", confirm_publish=True)
    connection.connect()
    connection.channel()
    return connection


def publish(tasks: int, size: int, window: int) -> dict[str, float]:
    """Publishes tasks as fast as the brokers confirm them."""
    payload = "x" * size
    began = time.monotonic()
    with ConfirmedPublisher(app, lambda _ids: None, window=window) as publisher:
        for _ in range(tasks):
            publisher.publish(take, (payload,))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": time.monotonic() - began, "cpu": used.ru_utime + used.ru_stime}


def drain(queue: str, left: int) -> dict[str, float]:
    """Waits until at most this many tasks wait in the queue."""
    began = time.monotonic()
    with connect() as connection:
        channel = connection.channel()
        while channel.queue_declare(queue, passive=True).message_count > left:
            if time.monotonic() > began + SECONDS:
                sys.exit(f"{queue} has more than {left} tasks after {SECONDS} s")
            time.sleep(0.1)
    return {"seconds": time.monotonic() - began}


def queues(count: int) -> dict[str, float]:
    """Declares quorum queues."""
    with connect() as connection:
        channel = connection.channel()
        for number in range(count):
            channel.queue_declare(f"q{number}", durable=True, auto_delete=False, arguments=QUORUM)
    return {"queues": count}


def connections(count: int) -> None:
    """Holds idle publishers' connections until standard input ends."""
    held = [connect() for _ in range(count)]
    print(json.dumps({"connections": len(held), "host": socket.gethostname()}), flush=True)
    sys.stdin.read()


def main() -> None:
    """Runs the step that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["publish", "drain", "queues", "connections"])
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--bytes", type=int, default=0)
    parser.add_argument("--left", type=int, default=0)
    parser.add_argument("--window", type=int, default=500)
    options = parser.parse_args()
    if options.step == "connections":
        return connections(options.count)
    if options.step == "publish":
        result = publish(options.count, options.bytes, options.window)
    elif options.step == "drain":
        result = drain(os.environ["HA_CELERY_QUEUES"], options.left)
    else:
        result = queues(options.count)
    print(json.dumps(result))
    return None


if __name__ == "__main__":
    main()
