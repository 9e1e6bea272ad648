"""start.sh, with which `inject` starts a container's command."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ha_celery"
START = PACKAGE / "start.sh"


def start(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["/bin/sh", START, *command], env=environment | variables, cwd=folder, capture_output=True, text=True
    )


def test_the_package_comes_before_what_the_image_has(tmp_path: Path) -> None:
    done = start(tmp_path, "printenv", "PYTHONPATH", "CELERY_LOADER", PYTHONPATH="/app:/lib")
    assert done.stdout.split() == [f"{PACKAGE.parent}:/app:/lib", "ha_celery.loader:Loader"]


def test_an_image_without_a_path_gets_no_empty_entry(tmp_path: Path) -> None:
    # Python reads an empty entry as the working directory.
    assert start(tmp_path, "printenv", "PYTHONPATH").stdout == f"{PACKAGE.parent}\n"


def test_no_shell_stays_between_the_kubelet_and_the_command(tmp_path: Path) -> None:
    process = subprocess.Popen(
        ["/bin/sh", START, "sh", "-c", "echo $$"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    output, _ = process.communicate()
    assert int(output) == process.pid


def test_arguments_and_the_exit_code_stay(tmp_path: Path) -> None:
    done = start(tmp_path, "sh", "-c", 'printf "%s|" "$@"; exit 3', "sh", "a b", "", "$HOME")
    assert (done.stdout, done.returncode) == ("a b||$HOME|", 3)


def test_another_loader_is_refused(tmp_path: Path) -> None:
    done = start(tmp_path, "true", CELERY_LOADER="shop.loader:Loader")
    assert done.returncode == 1
    assert done.stderr.startswith("inject: CELERY_LOADER is 'shop.loader:Loader', but must be")


def test_our_loader_is_accepted(tmp_path: Path) -> None:
    assert start(tmp_path, "true", CELERY_LOADER="ha_celery.loader:Loader").returncode == 0


def test_a_package_in_the_working_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ha_celery").mkdir()
    done = start(tmp_path, "true")
    assert done.returncode == 1
    assert f"the image has ha_celery in its working directory, {tmp_path}" in done.stderr


def test_a_missing_command_is_named(tmp_path: Path) -> None:
    done = start(tmp_path, "celery-of-nobody")
    assert done.returncode == 1
    assert done.stderr == "inject: the image has no command 'celery-of-nobody'. Install it, or set command.\n"


@pytest.mark.parametrize("python", [(3, 8), (3, 9)])
def test_modules_that_refuse_a_version_use_no_newer_syntax(python: tuple[int, int]) -> None:
    for module in ("__init__", "versions"):
        ast.parse((PACKAGE / f"{module}.py").read_text(), feature_version=python)
