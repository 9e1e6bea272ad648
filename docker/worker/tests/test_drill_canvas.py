from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import Retry
from conftest import TOKEN, RunningLedger

from ha_celery import Settings, create_app
from ha_celery.drill import canvas, outlets
from ha_celery.drill.canvas import KINDS, LONG_EVERY, LONG_SECONDS, FirstAttemptError, Workflows
from ha_celery.drill.outlets import WorkflowOutlet
from ha_celery.drill.publisher import Plan, produce
from ha_celery.errors import PublishTimeoutError, UnroutableError


@pytest.fixture
def app(settings: Settings, ledger: RunningLedger) -> Iterator[Celery]:
    backend = f"ha_celery.drill.results:LedgerBackend+{ledger.url}"
    app = create_app("test", settings, set_as_current=False, backend=backend)
    canvas.add_to(app)
    app.finalize()
    yield app
    app.close()


@pytest.fixture
def workflows(app: Celery, ledger: RunningLedger) -> Workflows:
    return Workflows(app, "r", ledger.url, 0.0)


@pytest.fixture
def sent(app: Celery, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The names of tasks that were sent, with their messages."""
    found: list[Any] = []
    monkeypatch.setattr(
        app.amqp, "send_task_message", lambda _, name, message, **options: found.append((name, message))
    )
    return found


class TestResults:
    def test_are_kept_in_the_ledger(self, app: Celery, ledger: RunningLedger) -> None:
        app.backend.store_result("r-000000.1", ["any", "value"], "SUCCESS")
        assert app.backend.get_result("r-000000.1") == ["any", "value"]
        results = [app.AsyncResult(task_id) for task_id in ("r-000000.1", "r-000000.2")]
        assert [result.state for result in results] == ["SUCCESS", "PENDING"]
        app.backend.store_result("r-000000.2", 2, "SUCCESS")
        assert app.GroupResult("g", results).join_native(timeout=3) == [["any", "value"], 2]

    def test_chords_are_not_counted(self, app: Celery) -> None:
        assert not app.backend.implements_incr


class TestTasks:
    def run(self, app: Celery, name: str, ledger: RunningLedger, *args: Any, **more: Any) -> Any:
        headers = {"id": "r-000000.1", "hostname": "celery@w", "retries": more.pop("retries", 0)}
        kwargs = {"ledger_url": ledger.url, "seconds": 0.0} | more
        task = app.tasks[f"ha_celery.drill.{name}"]
        task.push_request(**headers)
        try:
            result = task.run(*args, **kwargs)
            assert not ledger.store.events("r")["finished"]
            task.on_success(result, "r-000000.1", args, kwargs)
            return result
        finally:
            task.pop_request()

    def test_count_when_they_have_succeeded(self, app: Celery, ledger: RunningLedger) -> None:
        assert self.run(app, "step", ledger) == "r-000000.1"
        events = ledger.store.events("r")
        [(task_id, attempt, worker, at)] = events["started"]
        assert (task_id, attempt, worker) == ("r-000000.1", 1, "celery@w")
        assert [row[:4] for row in events["finished"]] == [(task_id, attempt, worker, at)]

    def test_a_task_that_receives_other_results_fails(self, app: Celery, ledger: RunningLedger) -> None:
        with pytest.raises(ValueError, match=r"received \['a'\] instead of \['a', 'b'\]"):
            self.run(app, "follow", ledger, ["a"], expected=["a", "b"])
        assert ledger.store.events("r") == {"confirmed": [], "started": [], "finished": []}

    def test_the_first_attempt_of_a_retry_does_not_count(
        self, app: Celery, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        published = []
        monkeypatch.setattr(
            canvas.Counted, "retry", lambda _, **options: published.append(options) or Retry()
        )
        with pytest.raises(Retry):
            self.run(app, "retry", ledger)
        with pytest.raises(Retry):
            self.run(app, "autoretry", ledger)
        assert published[0] == {"countdown": 1}
        assert isinstance(published[1]["exc"], FirstAttemptError)
        assert app.tasks["ha_celery.drill.autoretry"].default_retry_delay == 1
        assert not ledger.store.events("r")["started"]
        self.run(app, "retry", ledger, retries=1)
        assert len(ledger.store.events("r")["finished"]) == 1


class TestWorkflows:
    def test_every_task_has_an_id_of_its_own(self, workflows: Workflows) -> None:
        ids = [task_id for number in range(len(KINDS)) for task_id in workflows.ids(number)]
        assert ids[:3] == ["r-000000.1", "r-000000.2", "r-000001.1"]
        assert len(set(ids)) == len(ids) == sum(size for _, size in KINDS)

    def test_they_publish_under_these_ids(self, workflows: Workflows, sent: list[Any]) -> None:
        for number in range(len(KINDS)):
            sent.clear()
            workflows.publish(number)
            ids = []
            for name, message in sent:
                if name == "celery.chord_unlock":
                    body = message.body[0][1]
                    ids.append(body["options"]["task_id"])
                    continue
                ids.append(message.headers["id"])
                following = [*(message.body[2]["chain"] or []), *(message.body[2]["callbacks"] or [])]
                ids += [signature["options"]["task_id"] for signature in following]
            assert sorted(ids) == workflows.ids(number)

    def test_what_logs_and_events_show_does_not_contain_the_token(
        self, app: Celery, workflows: Workflows, sent: list[Any]
    ) -> None:
        for number in range(len(KINDS)):
            workflows.publish(number)
        for name in ("retry", "autoretry"):
            task = app.tasks[f"ha_celery.drill.{name}"]
            task.push_request(id="r", retries=0, args=(), kwargs=workflows.kwargs(), called_directly=False)
            with pytest.raises(Retry):
                task.run(**workflows.kwargs())
            task.pop_request()
        # Celery's own tasks of chords, and what a single task is published with.
        app.send_task("ha_celery.drill.work", (workflows.ledger_url,))
        names = [name.rpartition(".")[2] for name, _ in sent]
        assert (names.count("chord_unlock"), names[-3:]) == (1, ["retry", "autoretry", "work"])
        for _, message in sent:
            assert TOKEN in str(message.body)
            assert TOKEN not in message.headers["argsrepr"] + message.headers["kwargsrepr"]

    def test_some_begin_with_a_long_task(self, workflows: Workflows) -> None:
        rounds = [workflows.first_seconds(number * len(KINDS)) for number in range(LONG_EVERY + 1)]
        assert rounds == [LONG_SECONDS, *([0.0] * (LONG_EVERY - 1)), LONG_SECONDS]


class TestOutlet:
    def outlet(self, monkeypatch: pytest.MonkeyPatch, workflows: Workflows, errors: list[Exception]) -> Any:
        def publish(_: Workflows, number: int) -> None:
            self.calls.append(number)
            if errors:
                raise errors.pop(0)

        self.calls: list[int] = []
        self.reported: list[str] = []
        monkeypatch.setattr(Workflows, "publish", publish)
        monkeypatch.setattr(outlets, "PAUSE_SECONDS", 0)
        return WorkflowOutlet(workflows, self.reported.extend)

    def test_a_workflow_is_published_until_it_is_confirmed(
        self, monkeypatch: pytest.MonkeyPatch, workflows: Workflows
    ) -> None:
        outlet = self.outlet(
            monkeypatch, workflows, [PublishTimeoutError("alarm"), PublishTimeoutError("alarm")]
        )
        outlet.publish(1)
        assert self.calls == [1, 1, 1]
        assert self.reported == [f"r-000001.{part}" for part in range(1, 5)]
        assert outlet.totals() == (4, 2)

    def test_a_mistake_is_raised(self, monkeypatch: pytest.MonkeyPatch, workflows: Workflows) -> None:
        with pytest.raises(UnroutableError):
            self.outlet(monkeypatch, workflows, [UnroutableError("no queue")]).publish(1)
        assert self.reported == []

    def test_what_the_ledger_knows_is_not_published_again(
        self, app: Celery, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch, workflows: Workflows
    ) -> None:
        self.outlet(monkeypatch, workflows, [])
        # One task of the chord is missing.
        known = [*workflows.ids(0), *workflows.ids(1)[:-1]]
        ledger.store.add_confirmed([(task_id, None) for task_id in known])
        produce(Plan("r", ledger.url, rate=0, tasks=3, kind="canvas"), app)
        assert self.calls == [1, 2]
        assert ledger.store.summary("r")["confirmed"] == 8
