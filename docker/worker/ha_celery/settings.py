"""Typed settings of an installation, read from the HA_CELERY_ variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ha_celery.environment import BOOLEAN, Environment, integer, number, optional
from ha_celery.variable_types import (
    AUTHORITIES,
    BROKER_URL,
    CERTIFICATES,
    FOLDER,
    LEDGER_URL,
    OPTIONAL_QUEUES,
    RESULT_BACKEND,
    SERVER_NAME,
)


@dataclass(frozen=True)
class Settings:
    """Settings that differ between installations; all others are in `celery_settings`."""

    broker_url: str
    #: Empty for the app's own queues.
    queues: tuple[str, ...] = ()
    #: None to hold tasks by the time that they take.
    prefetch_multiplier: int | None = None
    #: Time for which the installation lets tasks finish; None if it sets no limit.
    longest_task_seconds: int | None = None
    confirm_timeout_seconds: float = 10.0
    publish_budget_seconds: float = 25.0
    broker_heartbeat_seconds: int = 10
    observable: bool = False
    state_dir: Path = Path("/run/ha-celery")
    ledger_url: str | None = None
    broker_ca: Path | None = None
    #: CA certificates themselves; `broker_ca` takes precedence.
    broker_ca_pem: str | None = None
    broker_server_name: str | None = None
    result_backend: str | None = None
    native_pool: bool = False
    #: Port of the metrics; 0 for none.
    metrics_port: int = 0

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """Reads all HA_CELERY_ variables; a SettingsError lists every missing or invalid one."""
        env = Environment(variables)
        settings = cls(
            broker_url=env.read("HA_CELERY_BROKER_URL", BROKER_URL, ""),
            queues=env.read("HA_CELERY_QUEUES", OPTIONAL_QUEUES, (), ""),
            prefetch_multiplier=env.read(
                "HA_CELERY_PREFETCH_MULTIPLIER", optional(integer(1, 1000)), None, ""
            ),
            longest_task_seconds=env.read(
                "HA_CELERY_LONGEST_TASK_SECONDS", optional(integer(1, 7 * 86400)), None, ""
            ),
            confirm_timeout_seconds=env.read("HA_CELERY_CONFIRM_TIMEOUT_SECONDS", number(0.1, 300), 1, "10"),
            publish_budget_seconds=env.read("HA_CELERY_PUBLISH_BUDGET_SECONDS", number(0.1, 86400), 1, "25"),
            broker_heartbeat_seconds=env.read("HA_CELERY_BROKER_HEARTBEAT_SECONDS", integer(2, 300), 2, "10"),
            observable=env.read("HA_CELERY_OBSERVABLE", BOOLEAN, False, "false"),
            state_dir=env.read("HA_CELERY_STATE_DIR", FOLDER, Path(), "/run/ha-celery"),
            ledger_url=env.read("HA_CELERY_LEDGER_URL", LEDGER_URL, None, ""),
            broker_ca=env.read("HA_CELERY_BROKER_CA", AUTHORITIES, None, ""),
            broker_ca_pem=env.read("HA_CELERY_BROKER_CA_PEM", CERTIFICATES, None, ""),
            broker_server_name=env.read("HA_CELERY_BROKER_SERVER_NAME", SERVER_NAME, None, ""),
            result_backend=env.read("HA_CELERY_RESULT_BACKEND", RESULT_BACKEND, None, ""),
            native_pool=env.read("HA_CELERY_NATIVE_POOL", BOOLEAN, False, "false"),
            metrics_port=env.read("HA_CELERY_METRICS_PORT", integer(0, 65535), 0, "0"),
        )
        tls = settings.broker_ca or settings.broker_ca_pem or settings.broker_server_name
        if settings.broker_url.startswith("amqp:") and tls:
            env.add(
                "HA_CELERY_BROKER_URL starts with amqp:, but HA_CELERY_BROKER_CA, HA_CELERY_BROKER_CA_PEM or"
                " HA_CELERY_BROKER_SERVER_NAME requires TLS."
                " Set the URL to amqps://..., or unset the others."
            )
        env.check()
        return settings
