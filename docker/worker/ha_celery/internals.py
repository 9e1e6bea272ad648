"""Names of Celery and its libraries that this package uses or overrides without being their public API.

A version may rename them at any time, and an override of a renamed method is silently ignored. So all of them
are listed here, and every process looks them up when it starts.
"""

from __future__ import annotations

from collections.abc import Iterable

from ha_celery import versions
from ha_celery.errors import SettingsError
from ha_celery.lookup import InCode, Internals

#: Without one of these, tasks can be lost or published twice: no process starts.
REQUIRED = (
    # amqp, checked_amqp, producer
    Internals("celery.app.base:Celery", "amqp amqp_cls control_cls either on_init"),
    InCode("celery.app.base:Celery.__init__", "on_after_finalize on_init configured"),
    Internals(
        "celery.app.amqp:AMQP",
        "Connection Router _create_task_sender _event_dispatcher as_task_v1 as_task_v2 default_exchange"
        " producer_pool publisher_pool queues queues_cls routes",
    ),
    InCode("celery.app.amqp:AMQP.as_task_v1", "timelimit"),
    InCode("celery.app.amqp:AMQP.as_task_v2", "timelimit"),
    InCode("celery.app.amqp:AMQP._create_task_sender", "publish event_dispatcher"),
    Internals("celery.app.amqp:task_message", "headers properties body sent_event"),
    Internals("celery.app.amqp:AMQP", "_retry_publish", since=(5, 7)),
    InCode("celery.app.trace:build_tracer", "_retry_publish", since=(5, 7)),
    # routing
    Internals("celery.app.amqp:Queues", "new_missing consume_from select"),
    InCode("celery.app.amqp:Queues.__init__", "default_exchange"),
    Internals("celery.app.routes:Router", "expand_destination route"),
    InCode("celery.app.routes:Router.__init__", "queues"),
    # configuration, checks
    Internals("celery.app.defaults", "DEFAULTS"),
    Internals("celery.app.utils:Settings", "add_defaults changes finalize maps pop"),
    InCode("celery.utils.collections:ConfigurationView.__init__", "prefix _keys"),
    Internals("kombu.entity:Queue", "attrs from_dict"),
    Internals("kombu.utils.url", "maybe_sanitize_url parse_url"),
    # chords
    Internals("celery.app.base:Celery", "_get_backend"),
    Internals("celery.backends.base:Backend", "apply_chord on_chord_part_return supports_native_join"),
    InCode("celery.app.builtins:add_unlock_chord_task", "supports_native_join"),
    # task_process
    Internals("celery._state", "_task_stack"),
    Internals("celery._state:_task_stack", "stack"),
    Internals("celery.app.task:Context", "called_directly is_eager timelimit"),
    # requests, held
    Internals("celery.app.task:Task", "Request"),
    InCode("celery.worker.strategy:default", "Request symbol_by_name"),
    InCode("celery.worker.worker:WorkController.reload", "update_strategies"),
    Internals(
        "celery.worker.request:Request",
        "_already_cancelled _already_revoked _announce_revoked acknowledge acknowledged cancel chord"
        " delivery_info message on_accepted on_failure on_timeout reject request_dict revoked task"
        " time_limits time_start worker_pid",
    ),
    InCode("celery.worker.request:Request.__init__", "_connection_errors"),
    InCode("celery.worker.request:Request.on_failure", "_already_cancelled _already_revoked Terminated"),
    InCode("celery.worker.request:Request.execute_using_pool", "on_failure on_timeout"),
    InCode("celery.worker.request:create_request_cls", "TaskRevokedError on_accepted revoked"),
    InCode("celery.worker.worker:WorkController._process_task", "TaskRevokedError"),
    Internals("celery.concurrency.base:BasePool", "is_green"),
    InCode("celery.concurrency.base:apply_target", "accept_callback"),
    InCode("celery.worker.request:Request.on_success", "acknowledge"),
    InCode("celery.worker.request:Request.revoked", "_announce_revoked"),
    Internals("celery.worker.request:Request", "_success_was_stored", since=(5, 7)),
    InCode("celery.worker.request:Request.on_failure", "_success_was_stored", since=(5, 7)),
    Internals("celery.worker.state", "active_requests all_total_count should_terminate task_ready"),
    Internals("celery.bootsteps", "RUN"),
    InCode("celery.bootsteps:Blueprint.start", "RUN state"),
    InCode("celery.bootsteps:Blueprint.stop", "CLOSE state"),
    InCode("celery.worker.consumer.consumer:Consumer.__init__", "blueprint hub"),
    Internals("celery.worker.consumer.consumer:Consumer", "on_decode_error update_strategies"),
    InCode("celery.worker.consumer.tasks:Tasks.start", "on_decode_error task_consumer"),
    Internals("kombu.common", "ignore_errors"),
    InCode("celery.concurrency.thread:TaskPool.__init__", "executor"),
    InCode("billiard.einfo:ExceptionWithTraceback.__init__", "exc"),
    Internals("kombu.message:Message", "acknowledged"),
    InCode("kombu.message:Message.__init__", "_state"),
    Internals("amqp.abstract_channel:AbstractChannel", "send_method"),
    # delays
    Internals("celery.worker.consumer.delayed_delivery", "DelayedDelivery"),
    Internals(
        "kombu.transport.native_delayed_delivery",
        "CELERY_DELAYED_DELIVERY_EXCHANGE MAX_LEVEL MAX_NUMBER_OF_BITS_TO_USE calculate_routing_key"
        " declare_native_delayed_delivery_exchanges_and_queues level_name",
    ),
    InCode("kombu.common:maybe_declare", "_maybe_declare"),
    InCode("kombu.common:_maybe_declare", "can_cache_declaration declared_entities is_bound"),
    # confirms, link
    Internals("kombu.transport.pyamqp:Channel", "confirm_select"),
    # message
    Internals("amqp.basic_message:Message", "_serialize_properties"),
    InCode("amqp.method_framing:frame_writer", "_serialize_properties"),
    Internals("amqp.serialization", "dumps"),
    InCode("amqp.channel:Channel.__init__", "events no_ack_consumers"),
    InCode("amqp.channel:Channel._on_basic_ack", "events basic_ack"),
    InCode("amqp.channel:Channel._on_basic_nack", "events basic_nack"),
    InCode("amqp.channel:Channel._on_basic_return", "events basic_return"),
    InCode("amqp.exceptions:AMQPError.__init__", "method_sig"),
    Internals("kombu.connection:Connection", "collect cycle declared_entities maybe_switch_next switch"),
    # connection
    Internals("amqp.connection:Connection", "Transport _METHODS _on_blocked _on_unblocked blocking_read"),
    InCode("amqp.connection:Connection.connect", "Transport connect_timeout"),
    Internals("amqp.transport:_AbstractTransport", "_connect"),
    InCode("amqp.transport:_AbstractTransport.connect", "_connect connect_timeout"),
    InCode("amqp.transport:_AbstractTransport._connect", "sock"),
    InCode("amqp.connection:Connection._setup_listeners", "_on_blocked _on_unblocked"),
    InCode("amqp.connection:Connection.__init__", "frame_writer_cls socket_settings"),
    InCode("amqp.connection:Connection.drain_events", "blocking_read"),
    Internals("amqp.spec:Connection", "Blocked"),
    Internals("kombu.transport.pyamqp:Transport", "Connection driver_type"),
    InCode("kombu.transport.pyamqp:Transport.establish_connection", "Connection transport_options"),
    InCode("amqp.transport:_AbstractTransport.__init__", "sock"),
    InCode("celery.utils.quorum_queues:detect_quorum_queues", "amqp"),
    # message
    Internals("kombu.entity", "maybe_delivery_mode"),
    Internals("kombu.compression", "compress"),
    # write_buffer
    Internals("amqp.method_framing", "frame_writer"),
    InCode("amqp.method_framing:frame_writer", "write"),
    # beat, beat_probes
    Internals(
        "celery.beat:Scheduler",
        "Entry adjust apply_async apply_entry install_default_entries is_due merge_inplace"
        " populate_heap producer setup_schedule tick",
    ),
    InCode("celery.beat:Scheduler.__init__", "_heap setup_schedule"),
    InCode("celery.beat:Scheduler.tick", "_heap adjust apply_entry is_due populate_heap"),
    InCode("celery.beat:Scheduler.apply_entry", "apply_async"),
    Internals("celery.beat:ScheduleEntry", "default_now last_run_at options"),
    Internals("celery.beat:event_t", "entry time"),
    Internals("celery.beat:Service", "scheduler"),
    InCode("celery.beat:Service.start", "tick"),
    Internals("celery.result", "denied_join_result"),
    # undelivered
    InCode("celery.worker.state:task_accepted", "all_total_count"),
    InCode("amqp.abstract_channel:AbstractChannel.dispatch_method", "_callbacks"),
    InCode("amqp.abstract_channel:AbstractChannel.__init__", "_callbacks"),
    # probes, worker_start
    Internals("celery.worker.consumer.consumer:Consumer", "call_soon timer"),
    InCode("celery.worker.worker:WorkController.setup_defaults", "pool_cls"),
    Internals("celery.concurrency", "get_implementation"),
    Internals("celery.concurrency.solo", "TaskPool"),
)

#: Without one of these, workers use Celery's own pool and consumer.
ACCELERATED = (
    # acks, consumer
    Internals(
        "celery.worker.consumer.consumer:Consumer",
        "Blueprint connect connection_for_read connection_for_write create_task_handler ensure_connected"
        " on_close shutdown start",
    ),
    InCode("celery.worker.consumer.consumer:Consumer.create_task_handler", "ack_log_error reject_log_error"),
    # cold_shutdown
    Internals(
        "celery.apps.worker",
        "install_worker_term_handler install_worker_term_hard_handler on_cold_shutdown",
    ),
    InCode("celery.worker.consumer.connection:Connection.start", "connect"),
    InCode("celery.worker.consumer.consumer:Consumer.connect", "connection_for_read"),
    InCode("celery.worker.consumer.consumer:Consumer.ensure_connected", "ensure_connection"),
    Internals(
        "celery.worker.consumer.consumer:Consumer.Blueprint.default_steps",
        "celery.worker.consumer.delayed_delivery:DelayedDelivery",
    ),
    InCode("celery.worker.consumer.events:Events.start", "connection_for_write event_dispatcher"),
    InCode("celery.worker.loops:asynloop", "create_task_handler prev value"),
    InCode("celery.events.dispatcher:EventDispatcher.__init__", "enabled"),
    Internals("celery.concurrency.base:BasePool", "_pool num_processes uses_semaphore"),
    InCode("kombu.message:Message.ack_log_error", "ack multiple"),
    Internals("kombu.connection:Connection", "ensure_connection get_transport_cls"),
    InCode("kombu.connection:Connection.create_transport", "get_transport_cls"),
    InCode("kombu.connection:Connection.__init__", "transport_options"),
    InCode("amqp.connection:Connection.__init__", "on_blocked on_unblocked"),
    InCode("kombu.asynchronous.hub:Hub.__init__", "consolidate_callback readers"),
    # prefetch
    InCode(
        "celery.worker.consumer.consumer:Consumer.__init__",
        "app blueprint controller hub initial_prefetch_count on_close pool prefetch_multiplier task_buckets",
    ),
    InCode("celery.worker.consumer.tasks:Tasks.__init__", "qos task_consumer"),
    InCode("celery.worker.consumer.tasks:Tasks.start", "initial_prefetch_count"),
    InCode("celery.worker.consumer.consumer:Consumer._update_prefetch_count", "prefetch_multiplier"),
    InCode("celery.worker.components:Pool.__init__", "autoscale"),
    InCode("celery.worker.components:Pool.create", "_process_task_sem pool_putlocks semaphore"),
    InCode("celery.apps.worker:Worker.on_before_init", "celeryd_init options"),
    Internals("celery.worker.state", "maybe_shutdown reserved_requests scheduled_requests task_ready"),
    InCode("kombu.asynchronous.semaphore:LaxBoundedSemaphore.__init__", "_waiting value"),
    InCode("kombu.asynchronous.semaphore:LaxBoundedSemaphore.release", "_pop_waiter"),
    Internals("kombu.common:QoS", "prev"),
    Internals("kombu.messaging:Consumer", "_receive_callback"),
    InCode("kombu.messaging:Consumer.__init__", "_active_queue_no_ack _active_tags"),
    InCode("kombu.messaging:Consumer.queues", "_queues"),
    Internals("kombu.entity:Queue", "consume"),
    InCode("amqp.channel:Channel._on_basic_cancel_ok", "_remove_tag"),
    InCode("amqp.channel:Channel.basic_consume", "callbacks"),
    Internals("amqp.spec:Basic", "Cancel Qos"),
    # delays
    Internals(
        "celery.worker.consumer.delayed_delivery:DelayedDelivery", "_bind_queues _setup_delayed_delivery"
    ),
    InCode("celery.worker.consumer.delayed_delivery:DelayedDelivery.start", "_setup_delayed_delivery"),
    # prefork, time_limits
    Internals("celery.concurrency.prefork:TaskPool", "Pool"),
    InCode(
        "celery.concurrency.prefork:_is_ack_callback", "ack_log_error reject_log_error __self__", since=(5, 7)
    ),
    InCode("celery.concurrency.prefork:TaskPool.on_start", "Pool"),
    Internals("celery.concurrency.asynpool:AsynPool", "_create_timelimit_handlers _create_write_handlers"),
    InCode(
        "celery.concurrency.asynpool:AsynPool.register_with_event_loop",
        "_create_timelimit_handlers _create_write_handlers on_poll_start",
    ),
    InCode("celery.concurrency.asynpool:AsynPool._create_write_handlers", "consolidate_callback"),
    InCode(
        "celery.concurrency.asynpool:AsynPool.__init__",
        "_active_writes _all_inqueues _busy_workers _fileno_to_outq on_hard_timeout on_soft_timeout"
        " outbound_buffer",
    ),
    Internals("celery.concurrency.asynpool:AsynPool", "ResultHandler"),
    Internals("celery.concurrency.asynpool:ResultHandler", "_make_process_result"),
    InCode("celery.concurrency.asynpool:ResultHandler.__init__", "fileno_to_outq"),
    InCode(
        "celery.concurrency.asynpool:ResultHandler.register_with_event_loop",
        "_make_process_result handle_event",
    ),
    InCode("celery.concurrency.asynpool:ResultHandler._recv_message", "add_reader handle_event"),
    InCode("billiard.pool:Pool.__init__", "_cache _pool _putlock on_timeout_cancel on_timeout_set"),
    InCode("billiard.pool:Worker.contribute_to_object", "inq inqW_fd"),
    Internals("billiard.pool:ApplyResult", "_scheduled_for _write_to discard"),
    InCode("billiard.pool:ApplyResult.__init__", "_accepted _callback _job _time_accepted"),
    InCode(
        "celery.concurrency.asynpool:AsynPool._create_write_handlers",
        "_payload _put_back _scheduled_for _write_to popleft send_job_offset",
    ),
    Internals("celery.worker.worker:WorkController", "_process_task"),
    InCode("celery.worker.worker:WorkController._process_task_sem", "_process_task _quick_acquire"),
    # transport
    Internals("kombu.transport.pyamqp:Transport", "_make_reader"),
    InCode("kombu.transport.base:Transport.on_readable", "_make_reader"),
)

#: Without one of these, workers serve no metrics.
METRICS = (
    Internals(
        "celery.worker.request:Request",
        "_announce_cancelled on_accepted on_failure on_retry on_timeout request_dict time_start",
    ),
    InCode("celery.worker.request:create_request_cls", "on_accepted on_failure on_success on_timeout"),
    InCode("celery.worker.request:Request.cancel", "_announce_cancelled"),
    InCode("celery.worker.request:Request.__init__", "_eta _request_dict"),
    InCode("celery.worker.request:Request.on_failure", "on_retry reject"),
    InCode("celery.worker.consumer.consumer:Consumer.__init__", "controller"),
    InCode(
        "celery.worker.consumer.consumer:Consumer.create_task_handler",
        "on_decode_error on_invalid_task on_unknown_message on_unknown_task",
    ),
    InCode("kombu.messaging:Consumer.__init__", "_active_tags"),
    Internals("celery.worker.state", "active_requests reserved_requests"),
    Internals("celery.concurrency.base:BasePool", "num_processes"),
    Internals("celery.utils.log", "current_process_index"),
)

#: Since Celery 5.7, `chords` needs these if the result backend is Redis.
REDIS = (
    Internals("celery.backends.redis:RedisBackend", "client get_key_for_group"),
    InCode("celery.backends.redis:RedisBackend.on_chord_part_return", ".c _chord_part_return_script"),
    Internals("celery.backends.redis:CHORD_CLEANUP_LUA", "'done'"),
)


def missing(table: Iterable[Internals]) -> list[str]:
    """Returns what the installed versions do not have."""
    return [text for internals in table for text in internals.missing()]


def problem(table: Iterable[Internals]) -> str | None:
    """Returns an error text if a name is missing."""
    found = missing(table)
    if not found:
        return None
    return (
        f"Unsupported versions: {versions.installed_text()} lack names that ha_celery uses:"
        f" {', '.join(found)}. Tasks can be lost without them, although the versions are in the supported"
        f" range ({versions.supported_text()}). Install earlier versions, or a newer ha_celery."
    )


def require() -> None:
    """Ends a process with a version that lacks a name. The `celery` command prints no traceback for it."""
    text = problem(REQUIRED)
    if text:
        raise SystemExit(text)


def require_redis() -> None:
    """Refuses a Redis result backend whose chords could lose their body."""
    text = problem(REDIS)
    if text:
        raise SettingsError(text)
