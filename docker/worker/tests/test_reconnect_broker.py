"""A worker whose password is refused, with a real broker."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import broker_control
import pytest
from celery import Celery
from conftest import BROKER_URL, wait_for
from workers import celery_process

from ha_celery import versions

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(bool(versions.mismatches(versions.ACCELERATED)), reason="Celery's consumer serves"),
]
QUEUE = f"reconnect-{os.getpid()}"
USER = f"reconnect-{os.getpid()}"


@pytest.fixture
def user() -> Iterator[str]:
    """A user of the broker; its name."""
    vhost = unquote(urlsplit(BROKER_URL).path[1:]) or "/"
    broker_control.rabbitmqctl("add_user", USER, "right")
    broker_control.rabbitmqctl("set_permissions", "--vhost", vhost, USER, ".*", ".*", ".*")
    yield USER
    broker_control.rabbitmqctl("delete_user", USER)


@pytest.fixture
def queue() -> str:
    return QUEUE


def test_a_refused_worker_tries_less_and_less_often_until_its_password_is_valid(
    app: Celery, user: str, tmp_path: Path
) -> None:
    parts = urlsplit(BROKER_URL)
    url = parts._replace(netloc=f"{user}:wrong@{parts.hostname}:{parts.port}").geturl()
    log = tmp_path / "worker.log"

    def refusals() -> int:
        return log.read_text().count("ACCESS_REFUSED")

    options = ("--loglevel=INFO", "--concurrency=1")
    with celery_process("publishing_app", "worker", tmp_path, (QUEUE,), *options, HA_CELERY_BROKER_URL=url):
        wait_for(lambda: refusals() > 0, 60)
        time.sleep(10)
        # 0.2 s, 0.4 s, ... to 3 s, half of them at least; without pauses, it would be six per second.
        assert 4 <= refusals() <= 11
        broker_control.rabbitmqctl("change_password", user, "wrong")
        wait_for(lambda: "ready." in log.read_text(), 30)
