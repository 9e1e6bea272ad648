import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from broker_control import BROKER_URL, declare_dead_letters, set_policies
from celery import Celery
from window_broker import Broker

from ha_celery import ConfirmedPublisher, Settings, backoff, create_app
from ha_celery.ledger import Ledger
from ha_celery.ledger_store import Store, authorization


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not BROKER_URL:
        skip = pytest.mark.skip(reason="HA_CELERY_TEST_BROKER_URL is not set")
        for item in items:
            if "broker" in item.keywords:
                item.add_marker(skip)


def needs_broker(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("broker") is not None


@pytest.fixture
def queue() -> str:
    """Name of a queue for one test."""
    return f"test-{uuid4()}"


@pytest.fixture
def settings(request: pytest.FixtureRequest, queue: str, tmp_path: Path) -> Settings:
    """Settings with the tests' broker, or with one that does not exist for a test that needs none."""
    if needs_broker(request):
        return Settings(BROKER_URL, (queue,), state_dir=tmp_path)
    return Settings(broker_url="amqp://user:secret@nowhere.invalid:5672/vhost", state_dir=tmp_path)


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Celery]:
    """App with these settings. Its queues are deleted at the end."""
    app = create_app("test", settings, set_as_current=False)
    yield app
    if needs_broker(request):
        with app.connection_for_write() as connection, connection.channel() as channel:
            for name in settings.queues:
                channel.queue_delete(name)
    app.close()


@pytest.fixture
def dead_letters(app: Celery) -> None:
    """The policies of the product, and an empty queue of dead letters."""
    set_policies()
    with app.connection_for_write() as connection, connection.channel() as channel:
        declare_dead_letters(channel)


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Simulated time: sleeping advances the clock."""
    sleeps: list[float] = []
    monkeypatch.setattr(backoff.time, "sleep", sleeps.append)
    monkeypatch.setattr(backoff.time, "monotonic", lambda: sum(sleeps))
    return sleeps


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch, app: Celery) -> Any:
    """Publishes `window.work` to a simulated broker, and returns the confirmed ids and the publisher."""

    @app.task(name="window.work", shared=False)
    def work(*_: Any) -> None: ...

    def run(
        broker: Broker, tasks: int, window: int = 10, **options: Any
    ) -> tuple[list[str], ConfirmedPublisher]:
        confirmed: list[str] = []
        # Celery makes its event dispatcher here, with a connection that is none of the publisher's.
        assert app.amqp.send_task_message
        assert app.amqp.producer_pool
        monkeypatch.setattr(app, "connection_for_write", broker.connect)
        with ConfirmedPublisher(app, confirmed.extend, window=window, **options) as publisher:
            for number in range(tasks):
                publisher.publish(work, task_id=f"r-{number}")
        return confirmed, publisher

    return run


TOKEN = "the-ledgers-token"


@dataclass
class RunningLedger:
    store: Store
    server: Ledger
    #: With the token.
    url: str

    def ask(self, path: str, body: bytes | None = None, method: str | None = None, token: str = TOKEN) -> Any:
        """Sends a request as a program that knows nothing of the package would."""
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        headers = {"Authorization": authorization(token)} if token else {}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)) as response:
            return json.loads(response.read() or b"null")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[RunningLedger]:
    store = Store(tmp_path / "ledger")
    server = Ledger(store, 0, TOKEN, "127.0.0.1")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield RunningLedger(store, server, f"http://:{TOKEN}@127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
