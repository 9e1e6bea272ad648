import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

// Defaults live in Pulumi.yaml alone; the engine fills them in before the program runs. Each `fix` is a value that works.

const QUANTITY = /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/;

const text = (fix: string) => z.string().meta({ fix });
const choice = <const T extends string>(values: readonly T[], fix: T) =>
  z.enum(values, { error: `allowed are ${values.join(", ")}` }).meta({ fix });
const quantity = (fix: string) =>
  z.string().regex(QUANTITY, "not a Kubernetes quantity such as 500m, 2 or 20Gi").meta({ fix });
const wholeNumber = (fix: string) => z.coerce.number("not a number").int("not a whole number").meta({ fix });
const flag = (fix: "true" | "false") =>
  z
    .enum(["true", "false"], { error: "not true or false" })
    .transform((value) => value === "true")
    .meta({ fix });
const json = <T extends z.ZodType>(inner: T, fix: string) =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "not valid JSON" });
        return z.NEVER;
      }
    })
    .pipe(inner)
    .meta({ fix });

const workerPool = z.strictObject({
  name: z
    .string()
    .regex(DNS_LABEL, "a pool's name is a DNS label: lower case letters, digits and -, at most 42"),
  queues: z.array(z.string().min(1)).min(1, "a pool needs at least one queue").default(["tasks"]),
  replicas: z.number().int().min(0).default(3),
  concurrency: z.number().int().min(1).default(2),
  prefetch: z.number().int().min(1).default(1),
  longestTaskSeconds: z.number().int().min(1).default(3600),
  cpu: z.string().regex(QUANTITY).default("250m"),
  memory: z.string().regex(QUANTITY).default("512Mi"),
  env: z.record(z.string(), z.string("must be text: put it in quotes")).default({}),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  observable: z.boolean().default(false),
});

const schema = z.object({
  target: choice(["local", "existing"], "existing"),
  kubeContext: text("CONTEXT"),
  kubeconfigPath: text("~/.kube/config"),
  imageRepository: text("registry.example.com/team"),
  platform: choice(["linux/amd64", "linux/arm64"], "linux/amd64"),
  rabbitmqBaseImage: text("rabbitmq:4.3-management").min(1, "it is empty"),
  workerBaseImage: text("python:3.13-slim").min(1, "it is empty"),
  namespace: z
    .string()
    .regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/, "not a Kubernetes namespace name")
    .meta({ fix: "celery" }),
  brokerReplicas: wholeNumber("3").refine(
    (count) => count >= 1 && count % 2 === 1,
    "quorum queues need an odd number: 3 survives the loss of one Kubernetes node, 5 of two",
  ),
  brokerCpu: quantity("1"),
  brokerMemory: quantity("2Gi"),
  brokerStorage: quantity("20Gi"),
  brokerStorageClass: text("standard"),
  brokerConfig: json(z.record(z.string(), z.string("every value must be text: put it in quotes")), "{}"),
  brokerSpread: choice(["required", "preferred"], "required"),
  storageOnDelete: choice(["retain", "delete"], "retain"),
  vhost: text("celery").min(1, "it is empty"),
  brokerUser: text("celery").min(1, "it is empty"),
  deletionProtection: flag("true"),
  workerContext: text("docker/worker").min(1, "it is empty"),
  workerApp: text("counter.tasks").min(1, "it is empty"),
  workerPools: json(
    z
      .array(workerPool)
      .min(1, "there must be at least one pool")
      .refine(
        (pools) => new Set(pools.map((pool) => pool.name)).size === pools.length,
        "two pools have the same name",
      ),
    '[{"name":"default"}]',
  ),
  scheduleTasks: wholeNumber("10000").refine((count) => count >= 0, "it is negative"),
  scheduleRun: z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/,
      "a run's name is made of lower case letters, digits and -, at most 42",
    )
    .meta({ fix: "run-1" }),
  ledger: flag("false"),
  readyTimeout: z
    .string()
    .regex(/^\d+[smh]$/, "not a duration such as 90s, 10m or 1h")
    .meta({ fix: "10m" }),
});

/** The stack's configuration, checked and typed. The meaning of each key stands in Pulumi.yaml. */
export type Settings = z.output<typeof schema>;

/** Reads the configuration of the running stack. Throws one error that names every problem and its fix. */
export function loadSettings(): Settings {
  return parseSettings(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
}

/** The same as a pure function of the configuration's keys and values. */
export function parseSettings(config: Record<string, string>, project: string, stack: string): Settings {
  const values = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), value]] : [],
    ),
  );
  const parsed = schema.safeParse(values);
  const problems = [
    ...unknownKeys(values),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, values))),
    ...missingAddresses(values),
  ];
  if (!parsed.success || problems.length > 0) {
    const count =
      problems.length === 1 ? "a configuration problem" : `${problems.length} configuration problems`;
    throw new pulumi.RunError(
      [`Stack "${stack}" has ${count}:`, ...problems.map((line) => `  - ${line}`)].join("\n"),
    );
  }
  return parsed.data;
}

function describe(issue: z.core.$ZodIssue, values: Record<string, string>): string {
  const [key = "", ...path] = issue.path.map(String);
  const value = values[key];
  const where = [`ha-celery:${key}`, ...path].join(".");
  const fix = (schema.shape as Record<string, z.ZodType>)[key]?.meta()?.fix;
  const reason = value === undefined ? "is not set" : `is ${shorten(value)}: ${issue.message}`;
  return `${where} ${reason}. Fix: pulumi config set ${key} ${quote(String(fix))}`;
}

function unknownKeys(values: Record<string, string>): string[] {
  const known = Object.keys(schema.shape);
  return Object.keys(values)
    .filter((key) => !known.includes(key))
    .map(
      (key) =>
        `ha-celery:${key} is not a key of this program. Fix: pulumi config rm ${key} (known keys: ${known.join(", ")})`,
    );
}

function missingAddresses(values: Record<string, string>): string[] {
  const how =
    values.target === "local" ? "Fix: run `make up`, which creates the cluster and sets it" : undefined;
  return [
    ["kubeContext", "it is never taken from the current context", "CONTEXT"],
    [
      "imageRepository",
      "the nodes must be able to pull the images from somewhere",
      "registry.example.com/team",
    ],
  ].flatMap(([key = "", why, fix]) =>
    values[key]
      ? []
      : [`ha-celery:${key} is not set: ${why}. ${how ?? `Fix: pulumi config set ${key} ${fix}`}`],
  );
}

const shorten = (value: string) => (value.length > 60 ? `${value.slice(0, 57)}...` : `"${value}"`);
const quote = (value: string) => (/^[\w:./~-]+$/.test(value) ? value : `'${value}'`);
