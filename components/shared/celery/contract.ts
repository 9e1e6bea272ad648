/** Facts that the components share with the Python package `ha_celery`; a unit test compares both. */

/** Environment variables that the components set and the package reads. */
export const VARIABLES = {
  brokerUrl: "HA_CELERY_BROKER_URL",
  brokerAuthority: "HA_CELERY_BROKER_CA",
  brokerAuthorityPem: "HA_CELERY_BROKER_CA_PEM",
  brokerServerName: "HA_CELERY_BROKER_SERVER_NAME",
  resultBackend: "HA_CELERY_RESULT_BACKEND",
  queues: "HA_CELERY_QUEUES",
  prefetch: "HA_CELERY_PREFETCH_MULTIPLIER",
  longestTaskSeconds: "HA_CELERY_LONGEST_TASK_SECONDS",
  observable: "HA_CELERY_OBSERVABLE",
  publishBudget: "HA_CELERY_PUBLISH_BUDGET_SECONDS",
  ledgerUrl: "HA_CELERY_LEDGER_URL",
  ledgerToken: "HA_CELERY_LEDGER_TOKEN",
  stateDir: "HA_CELERY_STATE_DIR",
  metricsPort: "HA_CELERY_METRICS_PORT",
} as const;

/** Adds the token to a ledger's URL. Kubernetes replaces the reference, if the variable comes first in the list. */
export const withLedgerToken = (url: string): string =>
  url.replace("://", `://:$(${VARIABLES.ledgerToken})@`);

/** Environment variables of the scheduler Job, read by `counter.scheduler`. */
export const JOB_VARIABLES = { tasks: "SCHEDULE_TASKS", run: "SCHEDULE_RUN" } as const;

/** Limits and default of `tasks`. The scheduler keeps all IDs of a run in memory. */
export const TASKS = { least: 1, most: 1_000_000, fallback: 10_000 };
export const DEFAULT_RUN = "run-1";

/** Limits and default of `prefetch`. docs/decisions/throughput.md has the measurements. */
/** Tasks per slot. Without a number, workers hold tasks by the time that they take; limits count with the fallback. */
export const PREFETCH = { least: 1, most: 1000, fallback: 4 };

/** Limits and default of `longestTaskSeconds`: up to a week. */
export const LONGEST_TASK_SECONDS = { least: 1, most: 7 * 86_400, fallback: 3600 };

/** Limits and default of `publishBudgetSeconds`. */
export const PUBLISH_BUDGET_SECONDS = { least: 0.1, most: 86_400, fallback: 25 };

/** The port of the metrics: name, limits and default. 9808 is that of Celery in Prometheus' list of ports. */
export const METRICS = { name: "metrics", least: 1024, most: 65_535, fallback: 9808 };

export const DEFAULT_QUEUES = ["tasks"];

export const QUEUE_NAME = /^[A-Za-z0-9_.-]{1,200}$/;

export const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/;

/** User id of the image docker/worker. */
export const USER = 10001;

/** Folder of the files that the probes check. */
export const STATE_DIR = "/run/ha-celery";

/** Folder of the Python package in the pods of a component with `inject`. */
export const PACKAGE_DIR = "/opt/ha-celery";

/** Celery's loader that configures an app without a change of its code. */
export const LOADER = "ha_celery.loader:Loader";

/** Exchange and queue of the tasks that no worker could finish. */
export const DEAD_LETTERS = "dead-letters";

/** Start of the names of Celery's own queues for delayed tasks. */
export const DELAYED_QUEUES = "celery_delayed_";

/** Start of the names of the queues in which `ha-celery restore` counts while it is not complete. */
export const RESTORE_QUEUES = "ha-celery-restore-";
