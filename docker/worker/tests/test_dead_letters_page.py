"""The program of docs/how-to/troubleshooting.md that lists dead letters and publishes them again."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import amqp
import broker_control
import pytest
from broker_control import DEAD_LETTERS, depth
from celery import Celery
from conftest import BROKER_URL, wait_for
from documents import HOW_TO
from workers import worker

from ha_celery import Settings, create_app

pytestmark = pytest.mark.broker
WORK = "publishing_app.work"
#: User with the rights of components/rabbitMqCluster/definitions.ts.
READER = "dead-letters"


@pytest.fixture
def queue() -> str:
    return f"test-letters-{uuid4()}"


@pytest.fixture
def app(queue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    app = create_app("test", Settings(BROKER_URL, (queue,), state_dir=tmp_path), set_as_current=False)
    orders = ModuleType("orders.tasks")
    orders.app = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "orders", ModuleType("orders"))
    monkeypatch.setitem(sys.modules, "orders.tasks", orders)
    with app.connection_for_write() as connection, connection.channel() as channel:
        broker_control.set_policies()
        broker_control.declare_dead_letters(channel)
    broker_control.add_user(READER, configure="^$", write=".*", read=f"^{DEAD_LETTERS}$")
    yield app
    broker_control.rabbitmqctl("delete_user", READER)
    with app.connection_for_write() as connection:
        app.amqp.queues[queue](connection).delete()
    app.close()


def run(again: dict[str, str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    page = (HOW_TO / "troubleshooting.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", page, re.S)
    edited = re.sub(r"^AGAIN = .*$", f"AGAIN = {again!r}", program, count=1, flags=re.M)
    assert f"AGAIN = {again!r}" in edited
    exec(edited, {"URL": broker_control.url_of(READER)})
    return capsys.readouterr().out.splitlines()


def test_it_lists_them_as_often_as_wanted_and_publishes_what_is_named(
    app: Celery, queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with worker(tmp_path, (queue,)):
        for task_id in ("first", "second"):
            app.send_task("publishing_app.unknown", task_id=task_id)
        wait_for(lambda: depth(app, DEAD_LETTERS) == 2)
    both = [f"{task_id} publishing_app.unknown {queue} rejected" for task_id in ("first", "second")]
    # RabbitMQ would drop a message after 20 failed deliveries.
    for _ in range(25):
        assert run({}, capsys) == both
    run({"first": queue}, capsys)
    assert run({}, capsys) == both[1:]
    # By now, the workers have a task of this name.
    with app.connection_for_write() as connection, connection.channel() as channel:
        letter = channel.basic_get(queue)
        assert letter.headers["id"] == "first"
        assert "x-delivery-count" not in letter.headers
        channel.basic_ack(letter.delivery_tag)


def test_a_task_that_has_expired_runs_when_it_is_published_again(
    app: Celery, queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app.send_task(WORK, ("late",), task_id="late", expires=1)
    wait_for(lambda: depth(app, DEAD_LETTERS) == 1)
    assert run({"late": queue}, capsys) == [f"late {WORK} {queue} expired"]
    with worker(tmp_path, (queue,)) as journal:
        journal.wait("late", 1, 10)


def test_a_task_without_a_queue_is_refused_and_stays(
    app: Celery, queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app.send_task(WORK, task_id="late", countdown=1)
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.queue_delete(queue)
    wait_for(lambda: depth(app, DEAD_LETTERS) == 1)
    assert run({}, capsys) == [f"late {WORK} celery_delayed_0 expired"]
    with pytest.raises(amqp.ChannelError):
        run({"late": queue}, capsys)
    wait_for(lambda: depth(app, DEAD_LETTERS) == 1)
