"""App of the worker process, for `celery --app=suite_worker worker`: configured like the suite's own app."""

from __future__ import annotations

import json
import os
from pathlib import Path

from celery.contrib.testing import tasks as _ping_task  # noqa: F401
from celery.contrib.testing.app import TestApp

app = TestApp(
    config={
        "broker_url": os.environ["TEST_BROKER"],
        "result_backend": os.environ["TEST_BACKEND"],
        "result_extended": True,
        **json.loads(Path("integration-tests-config.json").read_text()),
    },
    set_as_current=True,
    enable_logging=True,
)
app.set_default()

from t.integration.tasks import ClassBasedAutoRetryTask  # noqa: E402

app.register_task(ClassBasedAutoRetryTask)
