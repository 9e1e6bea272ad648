import os
import threading
import time
from typing import Any

import pytest
from celery import Celery, signals
from conftest import RunningLedger, wait_for

from ha_celery import Settings, configure, recorder
from ha_celery.drill import tasks
from ha_celery.errors import GaveUpError
from ha_celery.recorder import LedgerClient


def run(app: Celery, name: str, *args: Any, task_id: str = "r-000000", **headers: Any) -> None:
    task = app.tasks[name]
    task.push_request(id=task_id, hostname="celery@w", **headers)
    try:
        task.run(*args)
    finally:
        task.pop_request()


class TestTasks:
    def test_the_app_of_a_user_knows_them_under_fixed_names(self, settings: Settings) -> None:
        app = Celery("shop", set_as_current=False)
        configure(app, settings)
        app.finalize()
        assert {"ha_celery.drill.work", "ha_celery.drill.count"} <= set(app.tasks)
        assert "ha_celery.drill.poison" not in app.tasks
        assert app.tasks["ha_celery.drill.work"].ignore_result
        assert type(app.tasks["ha_celery.drill.work"]).__mro__[1].__name__ == "Task"
        app.close()

    def test_work_tells_its_start_and_its_end(self, app: Celery, ledger: RunningLedger) -> None:
        run(app, "ha_celery.drill.work", ledger.url, 0.1, **{"x-delivery-count": 1})
        events = ledger.store.events("r")
        [(task_id, attempt, worker, at)] = events["started"]
        assert (task_id, attempt, worker) == ("r-000000", 2, "celery@w")
        [(task_id, attempt, worker, started, finished)] = events["finished"]
        assert (task_id, attempt, worker, started) == ("r-000000", 2, "celery@w", at)
        assert finished - started >= 0.1

    def test_work_that_a_killed_drill_left_does_not_wait_for_its_ledger(self, app: Celery) -> None:
        with pytest.raises(GaveUpError):
            run(app, "ha_celery.drill.work", "http://127.0.0.1:1", 0.1, time.time() - 1)

    def test_old_work_is_counted_while_the_ledger_answers(self, app: Celery, ledger: RunningLedger) -> None:
        run(app, "ha_celery.drill.work", ledger.url, 0, time.time() - 1)
        assert len(ledger.store.events("r")["finished"]) == 1

    def test_work_that_is_killed_has_only_begun(
        self, app: Celery, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(_: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(tasks.time, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            run(app, "ha_celery.drill.work", ledger.url, 1)
        events = ledger.store.events("r")
        assert (len(events["started"]), len(events["finished"])) == (1, 0)

    @pytest.mark.parametrize("end", [None, signals.worker_process_shutdown])
    def test_counts_arrive_together(
        self, app: Celery, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch, end: Any
    ) -> None:
        monkeypatch.setattr(tasks, "FLUSH_SECONDS", 3600 if end else 0.05)
        monkeypatch.setattr(tasks, "_buffers", {})
        for number in range(500):
            run(app, "ha_celery.drill.count", ledger.url, "x", 0.0, task_id=f"r-{number:06}")
        if end:
            assert ledger.store.events("r")["finished"] == []
            end.send(sender=None, pid=1, exitcode=0)
        wait_for(lambda: ledger.store.summary("r")["executed"] == 500)
        assert ledger.store.summary("r")["workers"] == {"celery@w": 500}

    def test_a_counted_task_takes_its_time(self, app: Celery, ledger: RunningLedger) -> None:
        run(app, "ha_celery.drill.count", ledger.url, "x", 0.02, task_id="r-000001")
        wait_for(lambda: ledger.store.summary("r")["executed"] == 1)
        [[_, _, _, began, ended]] = ledger.store.events("r")["finished"]
        assert ended - began >= 0.02

    def test_the_installations_ledger_does_not_hear_of_them(self, app: Celery, ledger: RunningLedger) -> None:
        record = recorder._Recorder(ledger.url)
        for name in ("ha_celery.drill.work", "celery.backend_cleanup"):
            task = app.tasks[name]
            task.push_request(id=f"{name}-000000", hostname="celery@w", ha_celery_began=time.monotonic())
            record.before(task)
            record.after(f"{name}-000000", task, "SUCCESS")
            task.pop_request()
        assert ledger.store.summary("ha_celery.drill.work")["executed"] == 0
        assert ledger.store.summary("celery.backend_cleanup")["executed"] == 1


def test_a_killed_process_leaves_no_connection_to_its_child(ledger: RunningLedger) -> None:
    mine = recorder.own_client(ledger.url)
    assert recorder.own_client(ledger.url) is mine
    others: list[LedgerClient] = []
    thread = threading.Thread(target=lambda: others.append(recorder.own_client(ledger.url)))
    thread.start()
    thread.join()
    assert others[0] is not mine
    child = os.fork()
    if child == 0:
        os._exit(0 if recorder.own_client(ledger.url) is not mine else 1)
    assert os.waitpid(child, 0)[1] == 0
