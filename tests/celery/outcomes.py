"""Outcomes of both runs, and their comparison."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

Outcomes = dict[str, str]


def outcomes(report: Path) -> Outcomes:
    """Reads pytest's report. A test with subtests has several entries, all of which must pass.

    There is no report if pytest could not begin, for example because SELECTION names a missing file.
    """
    found: Outcomes = {}
    if not report.exists():
        return found
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').removeprefix('t.integration.')}.{case.get('name')}"
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcome = kinds.pop() if kinds else "passed"
        if found.get(name, "passed") == "passed":
            found[name] = outcome
    return found


def counts(found: Outcomes) -> str:
    """Number of tests by outcome."""
    values = list(found.values())
    return ", ".join(f"{values.count(outcome)} {outcome}" for outcome in sorted(set(values)))


def not_compared(with_plain: Outcomes) -> list[str]:
    """Returns a line for each test that fails with plain Celery, too."""
    return [
        f"{name} fails with plain Celery and is not compared."
        for name, outcome in with_plain.items()
        if outcome not in ("passed", "skipped")
    ]


def expected_failures(lists: Mapping[str, Mapping[str, str]], release: str) -> dict[str, str]:
    """Returns the tests that are expected to fail with a release of Celery, with the reason of each."""
    found: dict[str, str] = {}
    for releases, tests in lists.items():
        if release in releases.split():
            found.update(tests)
    return found


def differing(with_plain: Outcomes, with_ours: Outcomes, expected: Mapping[str, str]) -> list[str]:
    """Returns the tests that pass with plain Celery only, and are not expected to."""
    return [
        name
        for name, outcome in with_plain.items()
        if outcome == "passed" and with_ours.get(name) != "passed" and name not in expected
    ]


def node_id(name: str) -> str:
    """Returns pytest's name of a test: `t/integration/test_tasks.py::test_tasks::test_add[a.b]`."""
    path, bracket, parameters = name.partition("[")
    module, *rest = path.split(".")
    return "::".join([f"t/integration/{module}.py", *rest]) + bracket + parameters


def problems(
    with_plain: Outcomes, with_ours: Outcomes, expected: Mapping[str, str], *, complete: bool
) -> list[str]:
    """Returns an error text for each difference that the list does not explain, and for each stale entry."""
    passes = {name for name, outcome in with_ours.items() if outcome == "passed"}
    found = [
        f"{name} passes with plain Celery, but not with ha_celery ({with_ours.get(name, 'not run')}). Fix it,"
        " or add it to tests/celery/expected_failures.toml with the reason."
        for name in differing(with_plain, with_ours, expected)
    ]
    found += [
        f"{name} is in tests/celery/expected_failures.toml, but passes. Remove it from the file."
        for name in expected
        if name in passes
    ]
    if complete:
        found += [
            f"{name} is in tests/celery/expected_failures.toml, but the suite has no such test. Remove it."
            for name in expected
            if name not in with_plain
        ]
    if not with_plain:
        found.append(
            "No test ran with plain Celery: SELECTION matches none, or pytest could not begin. See the logs."
        )
    elif "passed" not in with_plain.values():
        found.append("No test passed with plain Celery, so nothing was compared. See the logs.")
    return found
