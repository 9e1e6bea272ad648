"""Chords with a result backend that counts, Celery's in-memory cache."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery, chord
from celery.app.task import Context
from celery.exceptions import Retry

from ha_celery import Settings, create_app


@pytest.fixture
def counting() -> Celery:
    return create_app("chords", Settings("amqp://nowhere"), backend="cache+memory://", set_as_current=False)


def test_the_body_runs_once_all_have_run_although_one_runs_twice(
    counting: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []

    def send(producer: Any, name: str, message: Any, **options: Any) -> None:
        sent.append((name, message))

    monkeypatch.setattr(type(counting.amqp), "send_task_message", property(lambda amqp: send))

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
