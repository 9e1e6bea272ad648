"""The module that ends a worker whose app is not configured."""

from types import SimpleNamespace

import pytest
from celery import Celery

from ha_celery import Settings, configure
from ha_celery.required import require_configured


def start(app: Celery) -> None:
    require_configured(SimpleNamespace(app=app))


def test_a_configured_app_starts() -> None:
    app = Celery("proj", set_as_current=False)
    configure(app, Settings(broker_url="amqp://user:secret@broker:5672/vhost"))
    start(app)


def test_an_app_with_its_own_loader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_LOADER", "ha_celery.loader:Loader")
    app = Celery("proj", loader="default", set_as_current=False)
    with pytest.raises(
        SystemExit, match="app 'proj' has the loader 'default', so Celery ignores CELERY_LOADER"
    ):
        start(app)


def test_an_app_that_nothing_configures_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERY_LOADER", raising=False)
    with pytest.raises(
        SystemExit, match=r"app 'proj' is not configured.* Set CELERY_LOADER=ha_celery.loader:Loader"
    ):
        start(Celery("proj", set_as_current=False))
