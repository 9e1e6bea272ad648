"""Every setting of Celery is in one class: ours, or the app's."""

from collections.abc import Iterable

import pytest
from celery.app.defaults import DEFAULTS

from ha_celery import versions
from ha_celery.celery_settings import TABLE

#: Settings of result backends and of signed messages, which cannot make a task unsafe.
BACKENDS = (
    "arangodb_",
    "azureblockblob_",
    "cache_",
    "cassandra_",
    "cosmosdbsql_",
    "couchbase_",
    "database_",
    "elasticsearch_",
    "gcs_",
    "mongodb_",
    "redis_",
    "s3_",
    "security_",
    "result_",
)

#: All other settings that belong to the app. Decide here, or in the table, about new ones.
YOURS = {
    "accept_content",
    "beat_cron_starting_deadline",
    "beat_enable_remote_control",
    "beat_max_loop_interval",
    "beat_remote_control_max_tick_age",
    "beat_schedule",
    "beat_schedule_filename",
    "beat_sync_every",
    "broker_failover_strategy",
    "broker_heartbeat_checkrate",
    "broker_login_method",
    "broker_pool_acquire_timeout",
    "broker_pool_limit",
    "control_exchange",
    "control_queue_expires",
    "control_queue_ttl",
    "enable_utc",
    "event_exchange",
    "event_queue_durable",
    "event_queue_exclusive",
    "event_queue_expires",
    "event_queue_prefix",
    "event_queue_ttl",
    "event_serializer",
    "imports",
    "include",
    "task_acks_on_failure",
    "task_acks_on_failure_or_timeout",
    "task_acks_on_timeout",
    "task_allow_error_cb_on_chord_header",
    "task_always_eager",
    "task_annotations",
    "task_compression",
    "task_default_priority",
    "task_default_rate_limit",
    "task_eager_propagates",
    "task_inherit_parent_priority",
    "task_protocol",
    "task_publish_retry",
    "task_publish_retry_policy",
    "task_remote_tracebacks",
    "task_repr_maxlevels",
    "task_retry_on_worker_lost",
    "task_routes",
    "task_serializer",
    "task_soft_time_limit",
    "task_store_eager_result",
    "task_track_started",
    "timezone",
    "worker_agent",
    "worker_autoscaler",
    "worker_concurrency",
    "worker_direct",
    "worker_disable_prefetch",
    "worker_disable_rate_limits",
    "worker_enable_prefetch_count_reduction",
    "worker_enable_soft_shutdown_on_idle",
    "worker_eta_task_limit",
    "worker_hijack_root_logger",
    "worker_log_color",
    "worker_log_datefmt",
    "worker_log_format",
    "worker_lost_wait",
    "worker_max_memory_per_child",
    "worker_max_tasks_per_child",
    "worker_pool_putlocks",
    "worker_pool_restarts",
    "worker_pool_start_method",
    "worker_proc_alive_timeout",
    "worker_redirect_stdouts",
    "worker_redirect_stdouts_level",
    "worker_soft_shutdown_timeout",
    "worker_state_db",
    "worker_task_log_datefmt",
    "worker_task_log_format",
    "worker_timer",
    "worker_timer_precision",
}


def undecided(names: Iterable[str]) -> set[str]:
    """Settings of Celery that are in no class."""
    ours = {row.name for row in TABLE}
    return {name for name in set(names) - ours - YOURS if not name.startswith(BACKENDS)}


def test_every_setting_of_celery_is_in_one_class() -> None:
    ours = {row.name for row in TABLE}
    assert len(ours) == len(TABLE)
    assert ours.isdisjoint(YOURS)
    assert undecided(DEFAULTS) == set(), "these settings have no class"


def test_a_new_setting_of_celery_needs_a_class() -> None:
    new = {"task_acks_soon", "worker_pool_size", "beat_leader"}
    assert undecided({*DEFAULTS, *new}) == new


@pytest.mark.skipif(
    bool(versions.mismatches(versions.ACCELERATED)), reason="earlier versions of Celery have fewer settings"
)
def test_every_setting_with_a_class_is_one_of_celery() -> None:
    assert {row.name for row in TABLE} | YOURS <= set(DEFAULTS)
