"""Remote control."""

import pytest
from celery import Celery
from celery.app import control

from ha_celery import Settings, configure


@pytest.mark.parametrize("observable", [True, False])
def test_a_command_that_no_worker_hears_is_logged(
    observable: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(control.Control, "broadcast", lambda self, command, *_, **__: sent.append(command))
    app = Celery("proj", set_as_current=False)
    configure(app, Settings("amqp://u:p@h/v", observable=observable))
    app.control.revoke("id")
    assert sent == ["revoke"]
    assert (
        "no worker receives 'revoke': set observable on the worker pools" in caplog.text
    ) is not observable
