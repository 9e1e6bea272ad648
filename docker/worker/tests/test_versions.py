"""Supported versions."""

from pathlib import Path

import pytest

from ha_celery import versions
from ha_celery.versions import ACCELERATED, SUPPORTED, mismatches, problem, require

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


@pytest.mark.parametrize(("python", "supported"), [((3, 9), False), ((3, 10), True), ((3, 15), False)])
def test_only_tested_versions_of_python_are_supported(python: tuple[int, int], supported: bool) -> None:
    text = problem(OLDEST.__getitem__, python)
    if supported:
        assert text is None
    else:
        assert text == (
            f"Unsupported version: Python 3.{python[1]}. Tasks can be lost with versions that were not"
            " tested. Use an image with Python 3.10 to 3.14."
        )


def test_an_unsupported_version_ends_the_process_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    monkeypatch.setattr(versions, "SUPPORTED", {"celery": ("1", "2")})
    with pytest.raises(SystemExit, match="Unsupported versions: celery"):
        require()


def test_our_pool_serves_a_part_of_the_supported_versions() -> None:
    assert mismatches(SUPPORTED, {name: least for name, (least, _) in ACCELERATED.items()}.__getitem__) == []
    assert [one.name for one in mismatches(ACCELERATED, OLDEST.__getitem__)] == list(ACCELERATED)


def test_the_package_requires_the_supported_versions() -> None:
    project = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    for name, (least, below) in SUPPORTED.items():
        assert f'"{name}>={least},<{below}"' in project
