import { z } from "zod";
import { BEAT_ENVIRONMENT } from "../../components/celeryBeat/validation";
import { WORKER_ENVIRONMENT, WORKERS } from "../../components/celeryWorkers/validation";
import { ExclusionScope } from "../../components/gkeCluster/choices";
import { utcTime } from "../../components/gkeCluster/securityValidation";
import { cidr } from "../../components/gkeCluster/validation";
import { Scraper } from "../../components/monitoring/args";
import { MONITORING_OPTIONS } from "../../components/monitoring/validation";
import { BROKER } from "../../components/rabbitMqCluster/validation";
import { DrillScene } from "../../components/scheduledDrills/scenes";
import { DRILLS } from "../../components/scheduledDrills/validation";
import { queues } from "../../components/shared/celery/checks";
import { resourceName, TOLERATION_EFFECTS, TOLERATION_OPERATORS } from "../../components/shared/checks";
import { Pool, ScaleBy, Spread } from "../../components/types";
import { emptyToUndefined } from "./emptyToUndefined";
import { podOptions } from "./pod";
import { checked, choice, count, eachChecked, filled, quantity, text, textMap } from "./fields";

// Parts of lists and maps in the configuration. Omitted fields get the component's default.

/** Leaves room for the prefix `celery-`. */
const LONGEST_POOL_NAME = 33;

export const toleration = z.strictObject({
  key: text("KEY").optional(),
  operator: choice(Object.values(TOLERATION_OPERATORS), "Exists").optional(),
  value: text("VALUE").optional(),
  effect: choice(Object.values(TOLERATION_EFFECTS), "NoSchedule").optional(),
  tolerationSeconds: count("30").optional(),
});

const secretKey = z.strictObject({ secretName: filled("NAME"), key: filled("KEY") });

export const plugin = checked(text("rabbitmq_shovel"), (_, name) => BROKER.checks.plugins("plugins", [name]));

export const authorizedNetwork = z.strictObject({
  cidr: checked(text("203.0.113.7/32"), cidr, "cidr"),
  name: text("office").optional(),
});

export const maintenanceExclusion = z.strictObject({
  name: filled("year-end"),
  start: checked(text("2026-12-18T00:00:00Z"), utcTime, "start"),
  end: checked(text("2027-01-07T00:00:00Z"), utcTime, "end"),
  scope: choice(Object.values(ExclusionScope), ExclusionScope.All).optional(),
});

const autoscale = z.strictObject({
  minReplicas: count("2").optional(),
  maxReplicas: count("10", 1),
  by: choice(Object.values(ScaleBy), ScaleBy.Cpu).optional(),
  cpuPercent: count("70", 1).optional(),
  tasksPerReplica: count("20", 1).optional(),
});

const metrics = checked(
  z.strictObject({
    enabled: z.boolean("not true or false").meta({ fix: "true" }).optional(),
    port: count("9808").optional(),
  }),
  WORKERS.checks.metrics,
  "metrics",
);

const queue = checked(text("tasks"), (what, name) => queues(what, [name]));

const { checks } = WORKERS;

export const workerPool = z.strictObject({
  name: checked(filled("default"), resourceName(LONGEST_POOL_NAME)),
  app: filled("mail.tasks").optional(),
  queues: z
    .array(queue)
    .min(1, "it is empty")
    .refine((names) => new Set(names).size === names.length, "it lists a queue twice")
    .meta({ fix: "tasks", at: "[0]" })
    .optional(),
  replicas: checked(count("3"), checks.replicas, "replicas").optional(),
  autoscale: checked(autoscale, checks.autoscale, "autoscale").optional(),
  pool: checked(choice(Object.values(Pool), Pool.Prefork), checks.pool, "pool").optional(),
  concurrency: checked(count("2"), checks.concurrency, "concurrency").optional(),
  prefetch: checked(count("4"), checks.prefetch, "prefetch").optional(),
  longestTaskSeconds: checked(count("3600"), checks.longestTaskSeconds, "longestTaskSeconds").optional(),
  cpu: quantity("250m").optional(),
  memory: quantity("512Mi").optional(),
  env: eachChecked(textMap("VALUE"), (env) => WORKER_ENVIRONMENT.problems({ env })).optional(),
  envFromSecrets: eachChecked(z.record(z.string(), secretKey), (envFromSecrets) =>
    WORKER_ENVIRONMENT.problems({ envFromSecrets }),
  ).optional(),
  nodeSelector: textMap("VALUE").optional(),
  tolerations: z.array(toleration).optional(),
  priorityClassName: filled("high").optional(),
  spread: choice(Object.values(Spread), Spread.Preferred).optional(),
  spot: z
    .boolean("not true or false")
    .meta({
      fix: "false",
      description:
        "Whether the pool runs on the machines of `spotNodes`, which Google may reclaim with 30 seconds' notice.",
    })
    .optional(),
  observable: z.boolean("not true or false").meta({ fix: "true" }).optional(),
  metrics: metrics.optional(),
  pod: podOptions.optional(),
});

/** No fields: no monitoring. */
export const monitoring = z.strictObject({
  enabled: z
    .boolean("not true or false")
    .meta({
      fix: "true",
      description: "Whether there are scrapes and alerts; setting any other field also enables them.",
    })
    .optional(),
  by: choice(Object.values(Scraper), Scraper.PodMonitor).optional(),
  labels: checked(textMap("VALUE"), MONITORING_OPTIONS.checks.labels, "labels").optional(),
  intervalSeconds: checked(
    count("30"),
    MONITORING_OPTIONS.checks.intervalSeconds,
    "intervalSeconds",
  ).optional(),
  perQueue: z.boolean("not true or false").meta({ fix: "true" }).optional(),
  mostQueues: checked(count("1000"), MONITORING_OPTIONS.checks.mostQueues, "mostQueues").optional(),
  alerts: z.boolean("not true or false").meta({ fix: "true" }).optional(),
  dashboards: z.boolean("not true or false").meta({ fix: "true" }).optional(),
  longestWaitSeconds: checked(
    count("300"),
    MONITORING_OPTIONS.checks.longestWaitSeconds,
    "longestWaitSeconds",
  ).optional(),
});

const limit = (fix: string) => z.number("not a number").min(0, "it is negative").meta({ fix }).optional();

const drills = DRILLS.checks;

/** No fields: no drills. Otherwise, a rule requires scenes and schedule. */
export const scheduledDrills = z.strictObject({
  scenes: z
    .array(choice(Object.values(DrillScene), DrillScene.PodDelete))
    .min(1, "it is empty")
    .meta({ fix: DrillScene.PodDelete, at: "[0]" })
    .optional(),
  schedule: checked(filled("0 3 * * 1"), drills.schedule, "schedule").optional(),
  timeZone: checked(text("Europe/Berlin"), drills.timeZone, "timeZone").optional(),
  blackouts: z
    .array(checked(text("MO-FR 08:00-18:00"), (what, window) => drills.blackouts(what, [window])))
    .meta({ fix: "MO-FR 08:00-18:00", at: "[0]" })
    .optional(),
  limits: z
    .strictObject({
      publishGapSeconds: limit("10"),
      consumeGapSeconds: limit("10"),
      workerBackSeconds: limit("30"),
      redeliverySeconds: limit("12"),
      fullStrengthSeconds: limit("120"),
      duplicated: count("3").optional(),
    })
    .optional(),
  allowProtected: z.boolean("not true or false").meta({ fix: "false" }).optional(),
  options: z
    .array(checked(text("--use-pool"), (what, option) => drills.options(what, [option])))
    .meta({ fix: "--use-pool", at: "[0]" })
    .optional(),
  webhook: secretKey.optional(),
  suspend: z.boolean("not true or false").meta({ fix: "false" }).optional(),
  deadlineMinutes: checked(count("60"), drills.deadlineMinutes, "deadlineMinutes").optional(),
  cpu: quantity("50m").optional(),
  memory: quantity("256Mi").optional(),
  nodeSelector: textMap("VALUE").optional(),
  tolerations: z.array(toleration).optional(),
  priorityClassName: filled("high").optional(),
});

/** No fields: no beat. */
export const beat = z.strictObject({
  enabled: z
    .boolean("not true or false")
    .meta({ fix: "true", description: "Whether the beat runs; setting any other field also enables it." })
    .optional(),
  env: eachChecked(textMap("VALUE"), (env) => BEAT_ENVIRONMENT.problems({ env })).optional(),
  envFromSecrets: eachChecked(z.record(z.string(), secretKey), (envFromSecrets) =>
    BEAT_ENVIRONMENT.problems({ envFromSecrets }),
  ).optional(),
  cpu: quantity("50m").optional(),
  memory: quantity("256Mi").optional(),
  metrics: metrics.optional(),
  pod: podOptions.optional(),
});

/** Whether the stack has a beat. */
export const hasBeat = (options: z.output<typeof beat> = {}): boolean =>
  options.enabled !== false && emptyToUndefined(options) !== undefined;
