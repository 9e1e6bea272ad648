import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery, beat
from celery.apps.beat import Beat
from celery.result import denied_join_result
from celery.schedules import crontab
from kombu.exceptions import OperationalError

from ha_celery import Settings, SettingsError, create_app
from ha_celery import beat as ours
from ha_celery.beat import Scheduler
from ha_celery.beat_probes import begin
from ha_celery.link import Link
from ha_celery.message import PUBLISHED, Message

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)


class World:
    """Simulated clock, broker, and disk; the scheduler may crash and restart."""

    def __init__(self, app: Celery, folder: Path, schedule: dict[str, Any]) -> None:
        self.app = app
        self.file = folder / "runs.json"
        self.now = START
        self.published: list[tuple[str, str, float]] = []
        self.broker: Callable[[str], None] = lambda name: None
        app.conf.beat_schedule = schedule
        app.now = lambda: self.now
        self.start()

    def start(self) -> None:
        self.scheduler = Scheduler(self.app, schedule_filename=str(self.file))
        self.scheduler.publish = self._publish  # type: ignore[method-assign]

    def _publish(self, entry: Any, *args: Any, **options: Any) -> None:
        self.broker(entry.name)
        self.published.append((entry.name, entry.options["task_id"], (self.now - START).total_seconds()))

    def run(self, seconds: float) -> None:
        """Advances the time as Celery's service does."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            pause = self.scheduler.tick()
            assert pause <= 5
            self.now = min(self.now + timedelta(seconds=max(pause, 0.001)), end)

    def times(self, name: str = "every") -> list[float]:
        return [round(at) for entry, _, at in self.published if entry == name]


@pytest.fixture
def world(app: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    def make(**schedule: Any) -> World:
        entries = {name: {"task": name, "schedule": every} for name, every in schedule.items()}
        made = World(app, tmp_path, entries)
        clock = SimpleNamespace(monotonic=lambda: made.now.timestamp())
        monkeypatch.setattr(ours, "time", clock)
        return made

    return make


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"runs.json"}


def test_runs_come_as_often_as_they_should(world: Callable[..., World]) -> None:
    made = world(every=10.0, rarely=25.0)
    made.run(61)
    assert made.times() == [10, 20, 30, 40, 50, 60]
    assert made.times("rarely") == [25, 50]
    assert len({run for _, run, _ in made.published}) == 8


def test_a_restart_neither_repeats_nor_forgets_a_run(world: Callable[..., World]) -> None:
    made = world(every=10.0)
    made.run(15)
    made.now += timedelta(seconds=2)
    made.start()
    made.run(14)
    assert made.times() == [10, 20, 30]


def test_runs_that_were_missed_are_made_up_for_by_one(world: Callable[..., World]) -> None:
    made = world(every=10.0, nightly=crontab(minute="30", hour="12"))
    made.run(15)
    made.now = START + timedelta(hours=1)
    made.start()
    made.run(11)
    assert made.times() == [10, 3600, 3610]
    assert made.times("nightly") == [3600]


def test_a_schedule_that_is_not_due_often_survives_many_restarts(world: Callable[..., World]) -> None:
    made = world(daily=86400.0)
    for _ in range(30):
        made.run(3600)
        made.start()
    assert made.times("daily") == [86400]


def test_a_run_that_dies_before_it_is_written_down_is_repeated_under_its_id(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world(every=10.0)
    made.run(1)

    def die() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(made.scheduler._memory, "save", die)
    with pytest.raises(KeyboardInterrupt):
        made.run(10)
    made.scheduler.close()
    made.start()
    made.run(5)
    (_, first, _), (_, again, _) = made.published
    assert first == again


def test_a_run_that_dies_while_it_is_published_is_not_forgotten(world: Callable[..., World]) -> None:
    made = world(every=10.0)

    def die(name: str) -> None:
        raise SystemExit

    made.broker = die
    with pytest.raises(SystemExit):
        made.run(11)
    made.scheduler.close()
    made.broker = lambda name: None
    made.start()
    made.run(1)
    assert made.times() == [10]


def test_without_a_broker_runs_stay_due_and_probes_say_so(
    world: Callable[..., World], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = world(every=10.0)
    made.run(5)
    assert names(tmp_path) == {"heartbeat", "scheduling"}

    def away(name: str) -> None:
        raise OperationalError("no broker")

    made.broker = away
    made.run(60)
    assert names(tmp_path) == {"heartbeat"}
    assert "is overdue and will be retried: no broker" in caplog.text
    made.broker = lambda name: None
    made.run(11)
    assert made.times() == [65, 75]
    assert names(tmp_path) == {"heartbeat", "scheduling"}


def test_an_entry_that_fails_does_not_hold_up_the_others(world: Callable[..., World]) -> None:
    made = world(broken=10.0, every=10.0)
    tried: list[float] = []

    def refuse(name: str) -> None:
        if name == "broken":
            tried.append((made.now - START).total_seconds())
            raise ValueError("not serializable")

    made.broker = refuse
    made.run(31)
    assert made.times() == [10, 20, 30]
    assert [round(at) for at in tried] == [10, 15, 20, 25, 30]


def test_an_entry_that_is_gone_is_forgotten_and_one_that_changed_goes_on(
    world: Callable[..., World], tmp_path: Path
) -> None:
    made = world(every=10.0, gone=10.0)
    made.run(11)
    made.app.conf.beat_schedule = {"every": {"task": "other", "schedule": 5.0}}
    made.start()
    assert list(json.loads(made.file.read_text())) == ["every"]
    made.run(5)
    assert made.times() == [10, 15]


def test_a_clock_that_was_ahead_delays_nothing(world: Callable[..., World]) -> None:
    made = world(every=10.0)
    made.file.write_text(json.dumps({"every": (START + timedelta(days=1)).isoformat()}))
    made.start()
    made.run(11)
    assert made.times() == [10]


# The last one is the beginning of a file of plain Celery.
@pytest.mark.parametrize("content", [b"", b"[]", b'{"every": 1}', b'{"every": "soon"}', b"\xcf\x9aW\x13"])
def test_an_unreadable_file_is_said_and_begun_anew(
    world: Callable[..., World], content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    made = world(every=10.0)
    made.file.write_bytes(content)
    made.start()
    made.run(11)
    assert made.times() == [10]
    assert "all schedules start from now" in caplog.text


def test_a_disk_that_cannot_be_written_ends_nothing(
    world: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    made = world(every=10.0)
    made.file.with_name("runs.json.new").mkdir()
    made.run(21)
    assert made.times() == [10, 20]
    assert f"cannot write {made.file}" in caplog.text


def test_ids_are_valid_whatever_the_entry_is_called(world: Callable[..., World]) -> None:
    made = world(**{"mail.tasks.send('ä', 1)" + 300 * "x": 1.0})
    made.run(1.5)
    (_, run, _), *_ = made.published
    assert run.startswith("mail.tasks.send-1-x")
    assert run.endswith("-20261123T120000.000000")
    assert len(run) < 130


def test_the_app_must_be_configured(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not configured"):
        Scheduler(Celery("plain", set_as_current=False), schedule_filename=str(tmp_path / "runs"))


@pytest.mark.parametrize("known_here", [True, False])
def test_tasks_are_published_as_carefully_as_others(
    app: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_here: bool, no_sleep: list[float]
) -> None:
    task = "known" if known_here else "elsewhere.unknown"

    if known_here:

        @app.task(name="known")
        def known(a: int, b: int) -> None: ...

    sent: list[Message] = []

    def publish(link: Link, message: Message, *_: Any) -> None:
        sent.append(message)
        if len(sent) == 1:
            raise OperationalError("connection lost")

    monkeypatch.setattr(Link, "publish", publish)
    app.conf.beat_schedule = {
        "job": {"task": task, "schedule": 0.0, "args": (1,), "kwargs": {"b": 2}, "options": {"priority": 3}}
    }
    scheduler = Scheduler(app, schedule_filename=str(tmp_path / "runs.json"))
    scheduler.tick()
    (first, again) = sent
    assert first is again
    assert json.loads(again.content.body)[:2] == [[1], {"b": 2}]
    assert again.id.startswith("job-")
    assert again.headers["task"] == task
    assert again.mandatory
    assert again.properties["priority"] == 3
    assert no_sleep


def test_an_unknown_task_is_the_message_that_celery_would_send(
    app: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        app.amqp, "send_task_message", lambda producer, name, message, **options: sent.append(message)
    )
    entry = beat.ScheduleEntry("job", "elsewhere.unknown", schedule=1.0, args=(1,), app=app)
    entry.options = {"task_id": "id", "queue": "tasks"}
    celerys = beat.Scheduler(app)
    celerys.producer = None
    celerys.apply_async(entry, advance=False)
    Scheduler(app, schedule_filename=str(tmp_path / "runs.json")).apply_async(entry, advance=False)
    for message in sent:
        del message.headers[PUBLISHED]
    assert sent[0].headers == sent[1].headers
    assert sent[0].body == sent[1].body


def test_publishing_does_not_ask_the_result_backend(
    app: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def publish(self: Any, *args: Any, **options: Any) -> None:
        from celery._state import task_join_will_block

        seen.append(task_join_will_block())

    @app.task(name="watched")
    def watched() -> None: ...

    monkeypatch.setattr(type(app.tasks["watched"]), "apply_async", publish)
    app.conf.beat_schedule = {"job": {"task": "watched", "schedule": 0.0}}
    Scheduler(app, schedule_filename=str(tmp_path / "runs.json")).tick()
    with denied_join_result():
        pass
    assert seen == [True]


def test_monitoring_that_wraps_celerys_method_sees_every_run(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    celerys = beat.Scheduler.apply_entry

    def check_in(*args: Any, **options: Any) -> None:
        # As Sentry's wrapper.
        _, entry = args
        seen.append(entry.name)
        entry.options.setdefault("headers", {})["monitor"] = "yes"
        celerys(*args, **options)

    monkeypatch.setattr(beat.Scheduler, "apply_entry", check_in)
    made = world(every=10.0)
    made.run(21)
    assert seen == ["every", "every"]
    assert made.times() == [10, 20]


class Database(beat.Scheduler):
    """Scheduler of an app, which sleeps for minutes."""

    max_interval = 300

    def tick(self, *args: Any, **options: Any) -> float:
        return 300.0


@pytest.mark.parametrize("scheduler", [Database, Scheduler])
def test_any_scheduler_is_live_and_ready_by_its_ticking(app: Celery, tmp_path: Path, scheduler: Any) -> None:
    service = SimpleNamespace(
        app=app, scheduler=scheduler(app, schedule_filename=str(tmp_path / "runs.json"))
    )
    begin(service)
    assert names(tmp_path) == {"heartbeat"}
    assert service.scheduler.tick() == 5
    assert names(tmp_path) == {"heartbeat", "scheduling"}


@pytest.mark.parametrize("theirs", [None, "django_celery_beat.schedulers:DatabaseScheduler"])
def test_the_app_selects_its_scheduler(theirs: str | None) -> None:
    app = create_app("own", Settings("amqp://nowhere"), set_as_current=False)
    if theirs:
        app.conf.beat_scheduler = theirs
    assert Beat(app=app).scheduler_cls == (theirs or "ha_celery.beat:Scheduler")


def test_beat_with_unsafe_settings_ends(app: Celery, tmp_path: Path) -> None:
    app.conf.task_acks_late = False
    with pytest.raises(SystemExit, match="task_acks_late is False in the app"):
        begin(SimpleNamespace(app=app))
