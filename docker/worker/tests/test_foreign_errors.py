"""Errors of other packages that publishing raises unchanged, as docs/reference/errors.md lists them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp
import pytest
from celery import Celery
from conftest import BROKER_URL
from kombu.exceptions import EncodeError

from ha_celery import HaCeleryError, Settings, create_app

pytestmark = pytest.mark.broker
QUEUE = f"test-errors-{uuid4()}"


@pytest.fixture
def classic_queue() -> Iterator[None]:
    with Celery(broker=BROKER_URL, set_as_current=False).connection_for_write() as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "classic"})
        yield
        channel.queue_delete(QUEUE)


def publish(folder: Path, url: str = BROKER_URL, args: tuple[Any, ...] = (), **options: Any) -> None:
    """Publish a task; it must raise an error within seconds."""
    app = create_app("test", Settings(url, (QUEUE,), state_dir=folder), set_as_current=False)
    began = time.monotonic()
    try:
        app.send_task("x", args, **options)
    except HaCeleryError as error:
        raise AssertionError("an error of this package") from error
    finally:
        app.close()
        assert time.monotonic() - began < 3


def test_a_wrong_password(tmp_path: Path) -> None:
    with pytest.raises(amqp.AccessRefused):
        publish(tmp_path, BROKER_URL.replace("guest:guest@", "guest:wrong@"))


def test_no_such_virtual_host(tmp_path: Path) -> None:
    with pytest.raises(amqp.NotAllowed, match="not found"):
        publish(tmp_path, f"{BROKER_URL.rpartition('/')[0]}/nowhere")


@pytest.mark.usefixtures("classic_queue")
def test_a_queue_that_is_no_quorum_queue(tmp_path: Path) -> None:
    with pytest.raises(amqp.PreconditionFailed, match="x-queue-type"):
        publish(tmp_path)


def test_arguments_that_cannot_be_serialized(tmp_path: Path) -> None:
    with pytest.raises(EncodeError):
        publish(tmp_path, args=(object(),))
    # py-amqp encodes dates and decimals, but no other classes.
    with pytest.raises(EncodeError, match=r"headers, properties, or routing key of task .*UUID"):
        publish(tmp_path, headers={"tenant": uuid4()})


def test_a_delay_of_nine_years(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"8\.5 years"):
        publish(tmp_path, countdown=9 * 365 * 86_400)
