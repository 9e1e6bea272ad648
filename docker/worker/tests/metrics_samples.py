"""What a collector of metrics reports."""

from __future__ import annotations

from collections.abc import Callable

from ha_celery.metrics.server import Families


def samples(collect: Callable[[Families], None]) -> dict[str, float]:
    """Values by name; those of tasks only of the task `work` in its queue."""
    families = Families()
    collect(families)
    return {
        sample.name + (f" <= {sample.labels['le']}" if "le" in sample.labels else ""): sample.value
        for family in families.all
        for sample in family.samples
        if sample.labels.get("task", "work") == "work" and sample.labels.get("queue", "tasks") == "tasks"
    }
