"""An app that does not know the package, configured by CELERY_LOADER."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery

from ha_celery import SettingsError
from ha_celery.amqp import AMQP
from ha_celery.configuration import is_configured

URL = "amqp://user:secret@nowhere.invalid:5672/vhost"
PROJECT = """
from celery import Celery, shared_task

app = Celery("proj", broker="memory://")
app.conf.task_default_queue = "mail"


@shared_task
def work(): ...
"""


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Celery:
    monkeypatch.setenv("CELERY_LOADER", "ha_celery.loader:Loader")
    monkeypatch.setenv("HA_CELERY_BROKER_URL", URL)
    return Celery("proj", set_as_current=False)


def test_reading_a_setting_configures_the_app(plain: Celery) -> None:
    assert plain.conf.task_acks_late
    assert plain.conf.broker_url == URL
    assert is_configured(plain)
    assert type(plain.amqp) is AMQP


def test_so_does_a_first_send_task(plain: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[AMQP, str]] = []
    monkeypatch.setattr(
        AMQP, "send_task_message", property(lambda amqp: lambda *args, **_: sent.append((amqp, args[1])))
    )
    plain.send_task("somewhere.work")
    [(amqp, name)] = sent
    assert name == "somewhere.work"
    assert amqp is plain.amqp
    assert amqp.default_queue.name == "tasks"


def test_what_an_app_adds_before_its_settings_are_read_is_kept(plain: Celery) -> None:
    plain.add_defaults({"result_expires": 60})
    plain.add_periodic_task(5.0, plain.signature("somewhere.work"), name="often")
    # Reads the settings while the app creates its tasks.
    plain.finalize()
    assert plain.conf.result_expires == 60
    assert "often" in plain.conf.beat_schedule
    assert "ha_celery.drill.work" in plain.tasks


@pytest.mark.usefixtures("plain")
def test_a_fixup_may_use_the_loader_of_an_app_that_is_being_created() -> None:
    created: list[Celery] = []

    class App(Celery):
        def on_init(self) -> None:
            created.append(self)

    # Celery's fixup for Django does this, too.
    app = App("proj", fixups=[lambda app: app.loader], set_as_current=False)
    assert created == [app]
    assert is_configured(app)
    assert app.conf.task_acks_late
    assert type(app.amqp) is AMQP


def test_another_broker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_LOADER", "ha_celery.loader:Loader")
    monkeypatch.setenv("HA_CELERY_BROKER_URL", URL)
    app = Celery("proj", broker="amqp://old//", set_as_current=False)
    with pytest.raises(SettingsError, match="broker_url is 'amqp://old//' in the app"):
        app.send_task("work")


def test_the_command_line_finds_a_configured_app(tmp_path: Path) -> None:
    (tmp_path / "proj.py").write_text(PROJECT)
    code = """from proj import app, work
print(work.acks_late, app.conf.task_default_queue, type(app.amqp).__module__)"""
    environment = {
        **os.environ,
        "CELERY_LOADER": "ha_celery.loader:Loader",
        "HA_CELERY_BROKER_URL": URL,
        "PYTHONPATH": f"{tmp_path}:{Path(__file__).parent.parent}",
    }
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert output.split() == ["True", "mail", "ha_celery.amqp"]
