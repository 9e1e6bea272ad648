import type {
  V1Container,
  V1Deployment,
  V1EnvVar,
  V1Job,
  V1NetworkPolicy,
  V1Pod,
  V1PodSpec,
  V1PodTemplateSpec,
} from "@kubernetes/client-node";
import type { LoadOptions } from ".";
import { labelsOf, LEDGER_PORT, objectName, queueOf, Role } from "./names";

/** What the drill's pods are made after, and where they may run. */
export interface Basis {
  readonly run: string;
  readonly namespace: string;
  /** Of the pool's Deployment: image, secrets, rights and placement are the user's own. */
  readonly template: V1PodTemplateSpec;
  readonly options: LoadOptions;
  /** What publishes; by default the drill's own publisher. */
  readonly publisher?: readonly string[];
  /** Where neither the ledger nor the publisher runs: the machine that the fault takes. */
  readonly avoid: readonly string[];
}

const PUBLISHER = ["python", "-m", "ha_celery.drill.publisher"];
const LONGEST_STOP_SECONDS = 30;
/** The client labels open the broker's NetworkPolicy. */
const CLIENT_LABEL = /^ha-celery\/broker$/;

/** Holds the count. A single pod: it must neither move nor share the fate of the brokers. */
export function ledgerPod(basis: Basis): V1Pod {
  const { run, namespace } = basis;
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    spec: {
      ...elsewhere(basis),
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          ...bare(basis),
          name: "ledger",
          command: [
            "python",
            "-m",
            "ha_celery.ledger",
            "--data",
            "/tmp/ledger",
            "--port",
            String(LEDGER_PORT),
          ],
          env: [],
          readinessProbe: {
            httpGet: { path: "/healthz", port: LEDGER_PORT },
            periodSeconds: 1,
            timeoutSeconds: 5,
          },
        },
      ],
    },
  };
}

/** Lets the drill's own pods, and the pool's, reach the ledger where nothing else may reach anything. */
export function ledgerAccess({ run, namespace }: Basis): V1NetworkPolicy {
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    spec: {
      podSelector: { matchLabels: labelsOf(run, Role.Ledger) },
      policyTypes: ["Ingress"],
      ingress: [{ _from: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: LEDGER_PORT }] }],
    },
  };
}

/** Workers like the pool's, but for the drill's queue and app. */
export function workersDeployment(basis: Basis): V1Deployment {
  const { run, namespace, options, template } = basis;
  const labels = { ...labelsOf(run, Role.Worker), ...clientLabels(template) };
  const spec = template.spec as V1PodSpec;
  const longest = Math.max(60, Math.ceil(options.taskSeconds * 2));
  const selector = { matchLabels: labelsOf(run, Role.Worker) };
  return {
    metadata: { name: objectName(run, Role.Worker), namespace, labels: labelsOf(run, Role.Worker) },
    spec: {
      replicas: options.workers,
      selector,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          ...spec,
          terminationGracePeriodSeconds: longest + LONGEST_STOP_SECONDS,
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { labelSelector: selector, topologyKey: "kubernetes.io/hostname" },
                },
              ],
            },
          },
          topologySpreadConstraints: undefined,
          containers: [
            {
              ...workerOf(spec),
              command: [
                "celery",
                "--app=ha_celery.drill.app",
                "worker",
                "--loglevel=INFO",
                `--queues=${queueOf(run)}`,
                `--concurrency=${options.concurrency}`,
                "--without-mingle",
                "--without-gossip",
                "--without-heartbeat",
              ],
              args: undefined,
              env: withEnv(workerOf(spec), {
                HA_CELERY_QUEUES: queueOf(run),
                ...(options.prefetch && { HA_CELERY_PREFETCH_MULTIPLIER: String(options.prefetch) }),
                HA_CELERY_LONGEST_TASK_SECONDS: String(longest),
                HA_CELERY_LEDGER_URL: undefined,
              }),
            },
          ],
        },
      },
    },
  };
}

/** A Job, so that a publisher that dies is replaced and resumes. */
export function publisherJob(basis: Basis, ledgerUrl: string, queue: string): V1Job {
  const { run, namespace, options, template } = basis;
  return {
    metadata: { name: objectName(run, Role.Publisher), namespace, labels: labelsOf(run, Role.Publisher) },
    spec: {
      backoffLimit: 20,
      podReplacementPolicy: "TerminatingOrFailed",
      template: {
        metadata: { labels: { ...labelsOf(run, Role.Publisher), ...clientLabels(template) } },
        spec: {
          ...elsewhere(basis),
          restartPolicy: "Never",
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              ...bare(basis),
              name: "publisher",
              command: [...(basis.publisher ?? PUBLISHER)],
              env: withEnv(workerOf(template.spec as V1PodSpec), {
                HA_CELERY_QUEUES: queue,
                HA_CELERY_LEDGER_URL: ledgerUrl,
                DRILL_RUN: run,
                DRILL_RATE: String(options.rate),
                DRILL_PRODUCERS: String(options.producers),
                DRILL_TASK_SECONDS: String(options.taskSeconds),
                DRILL_TASKS: "0",
              }),
            },
          ],
        },
      },
    },
  };
}

/** The pool's pod, kept off the machines to avoid. */
function elsewhere({ template, avoid }: Basis): V1PodSpec {
  const { spec } = template;
  return {
    ...(spec as V1PodSpec),
    topologySpreadConstraints: undefined,
    affinity:
      avoid.length === 0
        ? undefined
        : {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  {
                    matchExpressions: [
                      { key: "kubernetes.io/hostname", operator: "NotIn", values: [...avoid] },
                    ],
                  },
                ],
              },
            },
          },
  };
}

/** The worker's container without what makes it one. */
function bare({ template }: Basis): V1Container {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, args, ports, ...container } = workerOf(
    template.spec as V1PodSpec,
  );
  void [livenessProbe, readinessProbe, startupProbe, lifecycle, args, ports];
  return container;
}

/** The container that does the tasks: ours is called so; of somebody's own pod, the first. */
export function workerOf({ containers }: V1PodSpec): V1Container {
  return containers.find(({ name }) => name === "worker") ?? (containers[0] as V1Container);
}

function withEnv({ env = [] }: V1Container, settings: Record<string, string | undefined>): V1EnvVar[] {
  const kept = env.filter(({ name }) => !(name in settings));
  const added = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return [...kept, ...added];
}

function clientLabels({ metadata }: V1PodTemplateSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata?.labels ?? {}).filter(([name]) => CLIENT_LABEL.test(name)),
  );
}
