"""Tables in docs/how-to/your-app.md; HA_CELERY_UPDATE_DOCS=1 rewrites them."""

from collections.abc import Callable

import pytest
from documents import HOW_TO, compare

from ha_celery.celery_settings import TABLE, Class
from ha_celery.versions import ACCELERATED, PYTHON_RANGE, SUPPORTED


def settings_table() -> str:
    lines = ["| setting | class | value | reason |", "| --- | --- | --- | --- |"]
    for precedence in Class:
        rows = [row for row in TABLE if row.precedence is precedence]
        lines += [f"| `{row.name}` | {precedence.value} | {row.shown} | {row.reason} |" for row in rows]
    return "\n".join(lines)


def versions_table() -> str:
    lines = ["| library | supported | with our own pool and consumer |", "| --- | --- | --- |"]
    lines += [f"| Python | {PYTHON_RANGE} | all |"]
    lines += [
        f"| {name} | >= {least}, < {below} | >= {ACCELERATED[name][0]}, < {ACCELERATED[name][1]} |"
        for name, (least, below) in SUPPORTED.items()
    ]
    return "\n".join(lines)


@pytest.mark.parametrize(("section", "table"), [("settings", settings_table), ("versions", versions_table)])
def test_the_page_shows_the_table(section: str, table: Callable[[], str]) -> None:
    compare(HOW_TO / "your-app.md", section, table())
