"""Supported versions."""

from pathlib import Path

import pytest

from ha_celery.versions import ACCELERATED, SUPPORTED, mismatches, problem

OLDEST = {name: least for name, (least, _) in SUPPORTED.items()}


def test_the_installed_versions_are_supported() -> None:
    assert problem() is None


@pytest.mark.parametrize(
    ("celery", "supported"), [("5.4.9", False), ("5.5.0", True), ("5.7.3", True), ("5.8.0rc1", False)]
)
def test_only_versions_in_the_range_are_supported(celery: str, supported: bool) -> None:
    text = problem((OLDEST | {"celery": celery}).__getitem__)
    if supported:
        assert text is None
    else:
        assert text is not None
        assert text.startswith(f"Unsupported versions: celery {celery}.")
        assert text.endswith("Run: pip install 'celery>=5.5,<5.8'")


def test_our_pool_serves_a_part_of_the_supported_versions() -> None:
    assert mismatches(SUPPORTED, {name: least for name, (least, _) in ACCELERATED.items()}.__getitem__) == []
    assert [one.name for one in mismatches(ACCELERATED, OLDEST.__getitem__)] == list(ACCELERATED)


def test_the_package_requires_the_supported_versions() -> None:
    project = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    for name, (least, below) in SUPPORTED.items():
        assert f'"{name}>={least},<{below}"' in project
