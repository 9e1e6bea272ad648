"""Internal names of Celery and its libraries: the installed versions have them; each one is missed."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

import celery
import pytest

from ha_celery import Settings, SettingsError, create_app, internals, lookup
from ha_celery.internals import ACCELERATED, METRICS, REDIS, REQUIRED
from ha_celery.lookup import InCode, Internals
from ha_celery.worker_start import report

TABLES = {"required": REQUIRED, "accelerated": ACCELERATED, "metrics": METRICS, "redis": REDIS}
NAMES = [
    pytest.param(row, name, id=f"{table}-{row.owner}-{name}")
    for table, rows in TABLES.items()
    for row in rows
    for name in row.names.split()
    if celery.VERSION[:2] >= max(row.since, (5, 7) if table == "redis" else (0, 0))
]


def renamed(code: CodeType, name: str) -> CodeType:
    """Returns a module's code in which a name, or a text, is another one."""

    def change(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return renamed(constant, name)
        if isinstance(constant, tuple):
            return tuple(map(change, constant))
        return "renamed" if constant == name else constant

    names: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda all_: tuple(map(change, all_))  # noqa: E731
    return code.replace(
        co_consts=tuple(map(change, code.co_consts)),
        co_names=names(code.co_names),
        co_varnames=names(code.co_varnames),
    )


def remove(row: Internals, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the installed version one without a name."""
    module_name, _, path = row.owner.partition(":")
    module = import_module(module_name)
    if isinstance(row, InCode):
        code = lookup._module_code(module)
        assert code
        changed = renamed(code, name)
        monkeypatch.setattr(lookup, "_module_code", lambda _: changed)
        return
    *outer, last = path.split(".") if path else [""]
    owner: Any = reduce(getattr, path.split(".") if path else [], module)
    if isinstance(owner, (list, str)):
        without = owner.replace(name, "") if isinstance(owner, str) else [one for one in owner if one != name]
        monkeypatch.setattr(reduce(getattr, outer, module), last, without)
        return
    for holder in getattr(owner, "__mro__", (owner, type(owner))):
        if name in vars(holder):
            monkeypatch.delattr(holder, name)


@pytest.mark.parametrize("table", [REQUIRED, ACCELERATED, METRICS])
@pytest.mark.skipif(celery.VERSION[:2] < (5, 7), reason="earlier versions have their own pool and consumer")
def test_the_installed_versions_have_all_names(table: tuple[Internals, ...]) -> None:
    assert internals.missing(table) == []


@pytest.mark.parametrize(("row", "name"), NAMES)
def test_every_name_is_missed(row: Internals, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert row.missing() == []
    remove(row, name, monkeypatch)
    assert row.missing() == [f"{name} in {row.owner}"]


@pytest.mark.parametrize(
    "row", [Internals("celery.moved", "a b"), Internals("celery:Gone", "a b"), InCode("celery:gone", "a b")]
)
def test_an_owner_that_is_gone_is_named(row: Internals) -> None:
    assert row.missing() == [f"{row.owner} with a", f"{row.owner} with b"]


def test_an_uninstalled_dependency_is_named_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needs_another.py").write_text("import not_installed")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'not_installed'"):
        Internals("needs_another:Owner", "name").missing()


def test_a_name_of_a_later_version_is_not_missed() -> None:
    assert Internals("celery", "later", since=(99, 0)).missing() == []


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_process_without_a_name_does_not_start() -> None:
    ended = run("from celery.app.amqp import AMQP; del AMQP._create_task_sender; import ha_celery")
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Unsupported versions: {internals.versions.installed_text()} lack names that ha_celery uses:"
        " _create_task_sender in celery.app.amqp:AMQP. Tasks can be lost without them, although the versions"
        f" are in the supported range ({internals.versions.supported_text()}). Install earlier versions, or a"
        " newer ha_celery.\n"
    )
    assert f"celery {celery.__version__}" in ended.stderr
    assert "celery>=5.5,<5.8" in ended.stderr


@pytest.mark.parametrize(
    "replace",
    ["t.build_tracer = lambda *a, f=t.build_tracer: f(*a)", "t.__loader__ = t.__spec__.loader = object()"],
    ids=["functions", "loaders"],
)
def test_tools_that_replace_parts_of_celery_do_not_prevent_the_start(replace: str) -> None:
    assert run(f"import celery.app.trace as t; {replace}; import ha_celery").returncode == 0


def test_a_module_without_readable_code_is_not_checked() -> None:
    assert InCode("math:gone", "a").missing() == []


@pytest.mark.skipif(celery.VERSION[:2] < (5, 7), reason="earlier versions have their own pool and consumer")
def test_without_a_name_of_our_pool_celerys_own_serves_and_the_log_says_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr("kombu.transport.base.Transport._make_reader")
    app = create_app("renamed", settings, set_as_current=False)
    assert app.conf.worker_pool == "prefork"
    assert app.conf.worker_consumer == "celery.worker.consumer:Consumer"
    worker: Any = type("Worker", (), {"app": app})
    with caplog.at_level(logging.WARNING):
        report(worker)
    assert "Celery's own pool and consumer are used" in caplog.text
    assert "lack _make_reader in kombu.transport.pyamqp:Transport" in caplog.text


@pytest.mark.skipif(celery.VERSION[:2] < (5, 7), reason="earlier versions do not count in Redis")
def test_redis_is_refused_without_what_chords_need(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app("redis", settings, set_as_current=False, backend="redis://nowhere.invalid")
    monkeypatch.setattr("celery.backends.redis.CHORD_CLEANUP_LUA", "return 0")
    with pytest.raises(SettingsError, match=r"'done' in celery\.backends\.redis:CHORD_CLEANUP_LUA"):
        _ = app.backend
