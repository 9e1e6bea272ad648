"""The app of the measurements: a task that takes a payload and does nothing."""

from ha_celery import create_app

app = create_app("size")


@app.task
def take(payload: str) -> None:
    """Takes a payload."""
