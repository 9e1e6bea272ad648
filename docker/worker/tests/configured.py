"""Apps that set some of Celery's settings themselves, and what the check says about them."""

from typing import Any

import pytest
from celery import Celery

from ha_celery import Settings, SettingsError, check, configure

URL = "amqp://user:secret@broker:5672/vhost"


def configured(settings: Settings | None = None, **own: Any) -> Celery:
    """App that has set some of Celery's settings itself."""
    app = Celery("proj", set_as_current=False)
    configure(app, settings or Settings(broker_url=URL))
    app.conf.update(own)
    return app


def refused(app: Celery) -> list[str]:
    """Problems of an app that must have some."""
    with pytest.raises(SettingsError) as raised:
        check(app)
    return str(raised.value).splitlines()[1:]
