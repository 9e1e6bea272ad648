"""Parts of pages that are generated from the code; HA_CELERY_UPDATE_DOCS=1 rewrites them."""

import os
import re
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"
HOW_TO = DOCS / "how-to"
REFERENCE = DOCS / "reference"


def compare(page: Path, section: str, text: str) -> None:
    """Assert that a section of a page has this text, or write it."""
    found = page.read_text()
    match = re.search(rf"(<!-- {section}: [^\n]*-->\n)(.*?)(<!-- {section} end -->)", found, re.S)
    assert match
    if os.environ.get("HA_CELERY_UPDATE_DOCS"):
        page.write_text(found.replace(match.group(), f"{match.group(1)}{text}\n{match.group(3)}"))
        return
    assert match.group(2) == f"{text}\n", "rewrite it with HA_CELERY_UPDATE_DOCS=1"
