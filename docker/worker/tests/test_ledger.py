import http.client
import json
import sqlite3
import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery, states
from conftest import TOKEN, RunningLedger

from ha_celery import recorder
from ha_celery.errors import GaveUpError
from ha_celery.ledger import Ledger
from ha_celery.ledger_store import Execution, Store
from ha_celery.recorder import LedgerClient


def get(ledger: RunningLedger, path: str) -> Any:
    return ledger.ask(path)


def test_it_counts_lost_duplicated_and_unconfirmed(ledger: RunningLedger) -> None:
    client = LedgerClient(ledger.url)
    client.confirmed(["r-000000", "r-000001", "r-000002"])
    client.execution("r-000000", 1, "w1", 10.0, 11.0)
    client.execution("r-000001", 1, "w1", 11.0, 12.0)
    client.execution("r-000001", 2, "w2", 12.5, 13.5)
    client.execution("r-000003", 1, "w2", 9.0, 9.5)
    assert get(ledger, "/summary?run=r") == {
        "run": "r",
        "confirmed": 3,
        "executed": 3,
        "executions": 4,
        "lost": 1,
        "duplicated": 1,
        "unconfirmed": 1,
        "workers": {"w1": 2, "w2": 2},
        "firstStarted": 9.0,
        "lastFinished": 13.5,
    }
    assert get(ledger, "/missing?run=r") == {"lost": ["r-000002"], "duplicated": ["r-000001"]}
    assert client.confirmed_ids("r") == {"r-000000", "r-000001", "r-000002"}


def test_a_run_does_not_count_another_whose_name_begins_alike(ledger: RunningLedger) -> None:
    ledger.store.add_confirmed([(f"{run}-000000", None) for run in ("run-1", "run-1-b", "run-10", "run-1.5")])
    assert ledger.store.confirmed("run-1") == ["run-1-000000"]
    assert ledger.store.confirmed("run-1-b") == ["run-1-b-000000"]


def test_an_empty_run_has_zeros(ledger: RunningLedger) -> None:
    summary = get(ledger, "/summary?run=none")
    assert summary["confirmed"] == summary["executed"] == summary["lost"] == summary["executions"] == 0
    assert summary["firstStarted"] is None


def test_what_is_sent_twice_counts_once(ledger: RunningLedger) -> None:
    execution = Execution("r-000000", 1, "w", 1.0, 2.0)
    for _ in range(2):
        ledger.store.add_confirmed([("r-000000", None)])
        ledger.store.add_executions([execution])
    assert ledger.store.summary("r")["executions"] == 1
    assert ledger.store.summary("r")["duplicated"] == 0


def test_it_remembers_after_a_restart(tmp_path: Path) -> None:
    Store(tmp_path).add_confirmed([("r-000000", None)])
    assert Store(tmp_path).confirmed("r") == ["r-000000"]


def test_many_clients_at_once(ledger: RunningLedger) -> None:
    def work(client_number: int) -> None:
        client = LedgerClient(ledger.url)
        for number in range(50):
            client.execution(f"r-{client_number:03}{number:03}", 1, f"w{client_number}", number, number + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert ledger.store.summary("r")["executed"] == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/summary", None, 400),
        ("POST", "/confirmed", b"no json", 400),
        ("POST", "/confirmed", b'{"ids": [1]}', 400),
        ("POST", "/executions", b'{"id": "x"}', 400),
        ("POST", "/executions", b'[{"id": "x"}]', 400),
        ("POST", "/started", b'{"id": "x"}', 400),
        ("POST", "/stop", b'{"run": 1}', 400),
        ("POST", "/confirmed", b'{"ids": ["r-0"], "at": [1, 2]}', 400),
        ("POST", "/confirmed", b'{"ids": ["r-0"], "at": ["x"]}', 400),
        ("GET", "/events", None, 400),
    ],
)
def test_bad_requests_are_answered(
    ledger: RunningLedger, method: str, path: str, body: bytes | None, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        ledger.ask(path, body, method)
    assert raised.value.code == status
    assert json.load(raised.value)["error"]


def test_a_client_waits_for_a_ledger_that_is_away(tmp_path: Path, ledger: RunningLedger) -> None:
    client = LedgerClient(ledger.url)
    client.confirmed(["r-000000"])
    port = ledger.server.server_port
    ledger.server.shutdown()
    ledger.server.server_close()
    client.close()

    returned: list[Ledger] = []

    def come_back() -> None:
        time.sleep(0.3)
        returned.append(Ledger(Store(tmp_path / "other"), port, TOKEN, "127.0.0.1"))
        returned[0].serve_forever(0.01)

    threading.Thread(target=come_back, daemon=True).start()
    client.confirmed(["r-000001"])
    assert returned[0].store.confirmed("r") == ["r-000001"]
    returned[0].shutdown()
    returned[0].server_close()


def test_a_client_gives_up_after_its_budget(no_sleep: list[float]) -> None:
    with pytest.raises(GaveUpError):
        LedgerClient("http://127.0.0.1:1", budget=20).confirmed(["r-000000"])
    assert sum(no_sleep) <= 20


def test_a_refused_request_is_not_repeated(ledger: RunningLedger) -> None:
    with pytest.raises(ValueError, match=r"refused POST /confirmed: .*expected"):
        LedgerClient(ledger.url).confirmed([1])  # type: ignore[list-item]


def post(ledger: RunningLedger, path: str, body: Any) -> Any:
    return ledger.ask(path, json.dumps(body).encode())


def test_it_lists_the_events_of_a_run(ledger: RunningLedger) -> None:
    assert post(ledger, "/confirmed", {"ids": ["r-000000", "x-000000"], "at": [7.5, 1]}) == {"stop": False}
    post(ledger, "/confirmed", {"ids": ["r-000001"]})
    for at in (8.0, 8.0, 9.0):
        post(ledger, "/started", {"id": "r-000000", "attempt": 1, "worker": "w", "at": at})
    execution = {"id": "r-000000", "attempt": 2, "worker": "w", "started": 9.0, "finished": 10.0}
    assert post(ledger, "/executions", [execution, {**execution, "id": "r-000001", "finished": 9.5}]) is None
    assert post(ledger, "/executions", []) is None
    assert get(ledger, "/events?run=r") == {
        "confirmed": [["r-000001", None], ["r-000000", 7.5]],
        "started": [["r-000000", 1, "w", 8.0], ["r-000000", 1, "w", 9.0]],
        "finished": [["r-000001", 2, "w", 9.0, 9.5], ["r-000000", 2, "w", 9.0, 10.0]],
    }


def test_a_run_is_stopped_for_all_its_publishers(ledger: RunningLedger) -> None:
    post(ledger, "/stop", {"run": "r-1"})
    post(ledger, "/stop", {"run": "r-1"})
    assert post(ledger, "/confirmed", {"run": "r-1", "ids": []}) == {"stop": True}
    assert post(ledger, "/confirmed", {"ids": ["r-1-000000"]}) == {"stop": True}
    assert post(ledger, "/confirmed", {"ids": ["r-000000"]}) == {"stop": False}
    assert post(ledger, "/confirmed", {"ids": []}) == {"stop": False}


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b"no such host"), (403, b'{"message": "denied"}'), (200, b"<html>"), (302, b""), (503, b"{}")],
)
def test_the_answer_of_somebody_else_is_not_final(
    ledger: RunningLedger, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    real = http.client.HTTPConnection.getresponse
    answers = [SimpleNamespace(status=status, read=lambda: body) for _ in range(2)]
    monkeypatch.setattr(
        http.client.HTTPConnection,
        "getresponse",
        lambda connection: answers.pop() if answers else real(connection),
    )
    LedgerClient(ledger.url).confirmed(["r-000000"])
    assert answers == []
    assert ledger.store.confirmed("r") == ["r-000000"]


class TestRecorder:
    def run(self, ledger: RunningLedger, app: Celery, task: Any, **headers: Any) -> Any:
        record = recorder._Recorder(ledger.url)
        task.push_request(id="r-000000", hostname="celery@w", ha_celery_began=time.monotonic(), **headers)
        try:
            record.before(task)
            record.after("r-000000", task, headers.get("state", states.SUCCESS))
        finally:
            task.pop_request()
        return ledger.store.summary("r")

    @pytest.fixture
    def task(self, app: Celery) -> Any:
        @app.task
        def work() -> None: ...

        return work

    def test_records_an_execution(self, ledger: RunningLedger, app: Celery, task: Any) -> None:
        summary = self.run(ledger, app, task)
        assert summary["executed"] == 1
        assert summary["workers"] == {"celery@w": 1}
        assert summary["lastFinished"] >= summary["firstStarted"]

    def test_counts_attempts_as_the_broker_does(self, ledger: RunningLedger, app: Celery, task: Any) -> None:
        self.run(ledger, app, task, **{"x-delivery-count": 2})
        connection = ledger.store._connect()
        assert connection.execute("SELECT attempt FROM executions").fetchall() == [(3,)]
        connection.close()

    def test_leaves_out_what_will_run_again(self, ledger: RunningLedger, app: Celery, task: Any) -> None:
        assert self.run(ledger, app, task, state=states.RETRY)["executed"] == 0

    def test_counts_failed_tasks(self, ledger: RunningLedger, app: Celery, task: Any) -> None:
        assert self.run(ledger, app, task, state=states.FAILURE)["executed"] == 1

    def test_counts_both_copies_of_a_task_that_run_at_the_same_time(
        self, ledger: RunningLedger, task: Any
    ) -> None:
        record = recorder._Recorder(ledger.url)
        for _ in range(2):
            task.push_request(id="r-000000", hostname="celery@w", ha_celery_began=time.monotonic())
            record.before(task_id="r-000000", task=task)
        for _ in range(2):
            record.after("r-000000", task, states.SUCCESS)
            task.pop_request()
        assert ledger.store.summary("r")["duplicated"] == 1


def test_a_database_of_before_the_drill_keeps_working(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "ledger.sqlite3")
    old.executescript(
        "CREATE TABLE confirmed (id TEXT PRIMARY KEY) WITHOUT ROWID;"
        "CREATE TABLE executions (id TEXT, attempt INTEGER, worker TEXT, started REAL, finished REAL,"
        " PRIMARY KEY (id, started, worker)) WITHOUT ROWID;"
        "INSERT INTO confirmed VALUES ('r-000000'); INSERT INTO executions VALUES ('r-000000', 1, 'w', 1, 2);"
    )
    old.close()
    for _ in range(2):
        store = Store(tmp_path)
    store.add_confirmed([("r-000000", 5.0), ("r-000001", 6.0)])
    assert store.summary("r")["confirmed"] == 2
    assert store.events("r") == {
        "confirmed": [("r-000000", None), ("r-000001", 6.0)],
        "started": [],
        "finished": [("r-000000", 1, "w", 1.0, 2.0)],
    }


def test_a_client_goes_on_within_5_s_of_the_return_of_a_ledger_that_was_away_for_an_hour(
    ledger: RunningLedger, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = LedgerClient._attempt

    def away(self: LedgerClient, *request: Any) -> Any:
        if sum(no_sleep) < 3600:
            raise ConnectionRefusedError
        return attempt(self, *request)

    monkeypatch.setattr(LedgerClient, "_attempt", away)
    LedgerClient(ledger.url).confirmed(["r-000000"])
    assert ledger.store.confirmed("r") == ["r-000000"]
    assert sum(no_sleep) < 3605
