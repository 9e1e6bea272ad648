import { z } from "zod";
import { queueProblems } from "../../components/shared/celery/validation";
import { workersProblems } from "../../components/celeryWorkers/validation";
import { beatProblems } from "../../components/celeryBeat/validation";
import type { WorkerOptions } from "../../components";
import { brokerProblems } from "../../components/rabbitMqCluster/validation";
import { ScaleBy, Spread } from "../../components/types";
import { nameProblems } from "../../components/shared/validation";
import { gkeProblems } from "./gkeProblems";
import { checked, choice, count, eachChecked, filled, quantity, text, textMap } from "./fields";

// What lists and maps of the configuration are made of. What is left out gets the component's default.

/** Room for `celery-` before it and a suffix behind it. */
const LONGEST_POOL_NAME = 33;

export const toleration = z.strictObject({
  key: text("KEY").optional(),
  operator: choice(["Exists", "Equal"], "Exists").optional(),
  value: text("VALUE").optional(),
  effect: choice(["NoSchedule", "PreferNoSchedule", "NoExecute"], "NoSchedule").optional(),
  tolerationSeconds: count("30").optional(),
});

const secretKey = z.strictObject({ secretName: filled("NAME"), key: filled("KEY") });

export const plugin = checked(text("rabbitmq_shovel"), (name) => brokerProblems({ plugins: [name] }));

export const authorizedNetwork = z.strictObject({
  cidr: checked(text("203.0.113.7/32"), (cidr) =>
    gkeProblems({ authorizedNetworks: [{ cidr }] }).map((message) =>
      message.replace("authorizedNetworks[0].", ""),
    ),
  ),
  name: text("office").optional(),
});

const autoscale = z.strictObject({
  minReplicas: count("2").optional(),
  maxReplicas: count("10", 1),
  by: choice(Object.values(ScaleBy), ScaleBy.Cpu).optional(),
  cpuPercent: count("70", 1).optional(),
  tasksPerReplica: count("20", 1).optional(),
});

/** A field of a pool that the component checks under the same name. */
const field = <Name extends keyof WorkerOptions, T extends z.ZodType<WorkerOptions[Name]>>(
  name: Name,
  schema: T,
) => checked(schema, (value) => workersProblems({ [name]: value })).optional();

const queue = checked(text("tasks"), (name) => queueProblems("it", [name]));

export const workerPool = z.strictObject({
  name: checked(filled("default"), (name) => nameProblems("it", name, LONGEST_POOL_NAME)),
  app: filled("mail.tasks").optional(),
  queues: z
    .array(queue)
    .min(1, "it names none")
    .refine((names) => new Set(names).size === names.length, "it names one twice")
    .meta({ fix: "tasks", at: "[0]" })
    .optional(),
  replicas: field("replicas", count("3")),
  autoscale: field("autoscale", autoscale),
  concurrency: field("concurrency", count("2")),
  prefetch: field("prefetch", count("4")),
  longestTaskSeconds: field("longestTaskSeconds", count("3600")),
  cpu: quantity("250m").optional(),
  memory: quantity("512Mi").optional(),
  env: eachChecked(textMap("VALUE"), (env) => workersProblems({ env })).optional(),
  envFromSecrets: eachChecked(z.record(z.string(), secretKey), (envFromSecrets) =>
    workersProblems({ envFromSecrets }),
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
        "Run on the machines of `spotNodes`, each of which Google may take away at 30 seconds' notice.",
    })
    .optional(),
  observable: z.boolean("not true or false").meta({ fix: "true" }).optional(),
});

/** Empty: none. */
export const beat = z.strictObject({
  enabled: z
    .boolean("not true or false")
    .meta({ fix: "true", description: "Whether it runs; any other field alone switches it on, too." })
    .optional(),
  env: eachChecked(textMap("VALUE"), (env) => beatProblems({ env })).optional(),
  envFromSecrets: eachChecked(z.record(z.string(), secretKey), (envFromSecrets) =>
    beatProblems({ envFromSecrets }),
  ).optional(),
  cpu: quantity("50m").optional(),
  memory: quantity("256Mi").optional(),
});
