"""A broker whose volume is filled by tasks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from broker_container import IMAGE, BrokerContainer
from conftest import wait_for
from workers import worker

from ha_celery import PublishTimeoutError, Settings, create_app

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not IMAGE, reason="HA_CELERY_TEST_BROKER_IMAGE is not set"),
]
QUEUE = f"disk-{os.getpid()}"
MIB = 1024 * 1024
#: In the same proportions as the product's smallest broker: three files of the log, and what must stay free.
VOLUME, FREE, LOG = 160 * MIB, 80 * MIB, 16 * MIB
TASK_BYTES = 50_000
#: Longer than the intervals, of 10 s each, at which RabbitMQ reads the free space and the broker's plugin
#: releases the log of consumed tasks.
NOTICED_SECONDS = 60


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerContainer]:
    configuration = f"disk_free_limit.absolute = {FREE}\nquorum_queue.wal_max_size_bytes = {LOG}\n"
    volume = f"--tmpfs=/var/lib/rabbitmq/mnesia:size={VOLUME},uid=999,gid=999"
    broker = BrokerContainer(tmp_path, configuration, volume, ports=(5672,))
    yield broker
    broker.remove()


def test_a_full_volume_blocks_publishers_and_loses_nothing(broker: BrokerContainer, tmp_path: Path) -> None:
    url = f"amqp://guest:guest@{broker.address(5672)}//"
    settings = Settings(url, (QUEUE,), state_dir=tmp_path, publish_budget_seconds=3)
    app = create_app("publishing", settings, set_as_current=False)
    confirmed: set[str] = set()

    def publish() -> None:
        """The broker has confirmed the task when the call returns."""
        confirmed.add(app.send_task("publishing_app.take", ("x" * TASK_BYTES,), queue=QUEUE).id)

    with app.connection_for_write() as connection:
        app.amqp.queues[QUEUE](connection).declare()

    def fill() -> None:
        """Publish more than fits."""
        for _ in range(2 * VOLUME // TASK_BYTES):
            publish()

    def publishes() -> bool:
        with suppress(PublishTimeoutError):
            publish()
            return True
        return False

    with pytest.raises(PublishTimeoutError, match=r"a disk alarm blocks publishers"):
        fill()
    assert len(confirmed) * TASK_BYTES > MIB
    assert "disk" in broker.rabbitmqctl("eval", "rabbit_alarm:get_alarms().")
    # Nothing is written to a connection that is known to be blocked.
    with pytest.raises(PublishTimeoutError, match="is not stored"):
        publish()

    with worker(tmp_path, (QUEUE,), HA_CELERY_BROKER_URL=url) as journal:

        def executed() -> set[str]:
            return {entry["id"] for entry in journal.of("taken")}

        wait_for(lambda: executed() >= confirmed, 120)
        wait_for(publishes, NOTICED_SECONDS)
        wait_for(lambda: executed() >= confirmed, 30)
    app.close()
