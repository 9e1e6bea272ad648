"""publishing_app with Sentry, which notes its check-ins in the journal."""

import sentry_sdk
from publishing_app import app, note
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.transport import Transport


class JournalTransport(Transport):
    def capture_envelope(self, envelope: Envelope) -> None:
        for item in envelope.items:
            if item.type == "check_in" and item.payload.json:
                check_in = item.payload.json
                note(check_in["status"], monitor=check_in["monitor_slug"], check_in=check_in["check_in_id"])


sentry_sdk.init(
    dsn="https://key@nowhere.invalid/1",
    transport=JournalTransport,
    integrations=[CeleryIntegration(monitor_beat_tasks=True)],
)
app.conf.beat_schedule = {
    "works": {"task": "publishing_app.work", "schedule": 60.0, "args": ["ran"]},
    "fails": {"task": "publishing_app.work", "schedule": 60.0, "args": ["failing", "not a number"]},
}
