"""Tables in docs/reference/metrics.md; HA_CELERY_UPDATE_DOCS=1 rewrites them."""

from __future__ import annotations

import pytest
from documents import REFERENCE, compare

from ha_celery.metrics.table import TABLE


def table(process: str) -> str:
    lines = ["| name | type | labels | meaning |", "| --- | --- | --- | --- |"]
    for metric in TABLE[process]:
        labels = ", ".join(f"`{label}`" for label in metric.labels) or "-"
        lines.append(f"| `{metric.name}` | {metric.type} | {labels} | {metric.meaning} |")
    return "\n".join(lines)


@pytest.mark.parametrize("process", list(TABLE))
def test_the_page_has_the_table(process: str) -> None:
    compare(REFERENCE / "metrics.md", process, table(process))
