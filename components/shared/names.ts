/** Exchange and queue of the tasks that no worker could finish. */
export const DEAD_LETTERS = "dead-letters";

/** Start of the names of Celery's own queues for delayed tasks. */
export const DELAYED_QUEUES = "celery_delayed_";

/** Name of a queue. The Python package `ha_celery` accepts the same. */
export const QUEUE_NAME = /^[A-Za-z0-9_.-]{1,200}$/;

/** Name of a run of a job. The Python package `ha_celery` accepts the same. */
export const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/;
