"""docs/reference/errors.md has each error with its docstring and a message that it really has."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import amqp
import pytest
from documents import REFERENCE, compare
from kombu.exceptions import OperationalError

import ha_celery
from ha_celery import ConfirmedPublisher, HaCeleryError, PublishError, Settings, check, create_app, errors
from ha_celery.backoff import Backoff, random
from ha_celery.confirms import Nacked, Returned
from ha_celery.failed_tasks import FailedTasks
from ha_celery.link import BlockedError, Link, NoConfirmError
from ha_celery.message import encode

#: In the order of the page.
ERRORS = [one for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, HaCeleryError)]
#: They are never raised themselves.
BASES = (HaCeleryError, PublishError)


class Situation:
    """An app whose broker is simulated, and time that passes only when told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, sleeps: list[float]) -> None:
        settings = Settings("amqp://shop:secret@broker:5672/shop", ("mail", "reports"), state_dir=folder)
        self.app = create_app("shop", settings, set_as_current=False)
        self.sleeps = sleeps
        self._monkeypatch = monkeypatch

        @self.app.task(name="shop.send_mail", shared=False)
        def send_mail(order: Any) -> None: ...

        self.task = send_mail

    def answer(self, error: Exception, seconds: float = 0.0) -> None:
        """Let each attempt to publish end with an error after some time."""

        def publish(*_: Any) -> None:
            self.sleeps.append(seconds)
            raise error

        self._monkeypatch.setattr(Link, "publish", publish)

    def publish(self, **options: Any) -> None:
        self.task.apply_async((7,), task_id="mail-7", **options)


def settings_error(_: Situation) -> None:
    Settings.from_environment({"HA_CELERY_QUEUES": "mail,mail"})


def settings_error_of_the_app(situation: Situation) -> None:
    situation.app.conf.task_acks_late = False
    check(situation.app)


def publish_timeout(situation: Situation) -> None:
    alarm = BlockedError("a memory alarm blocks publishers (low on memory)", written=True)
    situation.answer(alarm, 25)
    situation.publish()


def publish_timeout_without_a_copy(situation: Situation) -> None:
    situation.answer(OperationalError("[Errno 111] Connection refused"))
    situation.publish()


def rejected(situation: Situation) -> None:
    situation.answer(Nacked("the queue is full or has no leader"))
    situation.publish()


def unroutable(situation: Situation) -> None:
    situation.answer(Returned("no queue takes it"))
    situation.publish(exchange="tasks", routing_key="nobody")


def unknown_queue(situation: Situation) -> None:
    situation.publish(queue="raports")


def too_large(_: Situation) -> None:
    headers = {"task": "shop.send_mail"}
    encode("x" * 17_000_000, content_type="text/plain", headers=headers, correlation_id="mail-7")


def refused(_: Situation) -> None:
    headers = {"task": "shop.send_mail"}
    failed = FailedTasks()
    failed.add(
        encode(7, serializer="json", headers=headers, correlation_id="mail-7"),
        amqp.AccessRefused(
            "ACCESS_REFUSED - write access to exchange 'mail' in vhost '/' refused for user 'shop'",
            (60, 40),
            "Basic.publish",
        ),
    )
    failed.raise_error()


def duplicate_id(situation: Situation) -> None:
    with ConfirmedPublisher(situation.app, print) as publisher:
        publisher._accept(encode(7, serializer="json", correlation_id="mail-7"))
        publisher.publish(situation.task, (7,), task_id="mail-7")


def gave_up(situation: Situation) -> None:
    backoff = Backoff(300)
    while True:
        situation.sleeps.append(20)
        backoff.pause(NoConfirmError("no confirm for 10 s", written=True))


EXAMPLES: tuple[Callable[[Situation], None], ...] = (
    settings_error,
    settings_error_of_the_app,
    publish_timeout,
    publish_timeout_without_a_copy,
    rejected,
    unroutable,
    unknown_queue,
    too_large,
    refused,
    duplicate_id,
    gave_up,
)


@pytest.fixture
def raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_sleep: list[float]) -> list[HaCeleryError]:
    """Raise each of the examples."""
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    found = []
    for example in EXAMPLES:
        situation = Situation(tmp_path, monkeypatch, no_sleep)
        with pytest.raises(HaCeleryError) as error:
            example(situation)
        situation.app.close()
        found.append(error.value)
    return found


def test_every_error_is_exported_and_none_is_defined_elsewhere() -> None:
    for module in pkgutil.walk_packages(ha_celery.__path__, "ha_celery."):
        importlib.import_module(module.name)

    def below(kind: type) -> set[type]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    assert below(HaCeleryError) == set(ERRORS)
    assert {one.__name__ for one in ERRORS} <= set(ha_celery.__all__)


def test_the_page_has_every_error_with_its_meaning_and_messages(raised: list[HaCeleryError]) -> None:
    sections = []
    for kind in ERRORS:
        meaning = inspect.cleandoc(kind.__doc__ or "")
        messages = [str(error) for error in raised if type(error) is kind]
        assert bool(messages) is (kind not in BASES), f"{kind.__name__} needs an example"
        if kind not in BASES:
            assert "\n\n" in meaning, f"{kind.__name__} does not say when it is raised and what to do"
        shown = "".join(f"\n\n```text\n{_wrapped(message)}\n```" for message in messages)
        sections.append(f"## {kind.__name__}\n\n{meaning}{shown}\n")
    compare(REFERENCE / "errors.md", "errors", "\n".join(sections))


def _wrapped(message: str) -> str:
    return "\n".join(
        textwrap.fill(line, 105, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for line in message.splitlines()
    )
