import type {
  V1Container,
  V1Deployment,
  V1EnvVar,
  V1Job,
  V1NetworkPolicy,
  V1Pod,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Secret,
  V1Service,
  V1Toleration,
} from "@kubernetes/client-node";
import { startedLike } from "../../../components/inject/objects";
import { CLIENT_LABEL } from "../../../components/rabbitMqCluster/names";
import { VARIABLES, withLedgerToken } from "../../../components/shared/celery/contract";
import type { LoadOptions } from ".";
import { labelsOf, LEDGER_PORT, objectName, queueOf, Role } from "./names";

/** Inputs of the drill's objects. */
export interface LoadSpec {
  readonly run: string;
  readonly namespace: string;
  /** Pod template of the pool, which provides the image, secrets, permissions, and placement. */
  readonly template: V1PodTemplateSpec;
  readonly options: LoadOptions;
  /** Command of the publisher. By default, the drill's own publisher. */
  readonly publisher?: readonly string[];
  /** Kubernetes nodes that must not run the ledger or the publisher, because the fault hits them. */
  readonly avoid: readonly string[];
}

const TOKEN_KEY = "token";
const PUBLISHER = ["python", "-m", "ha_celery.drill.publisher"];
const LONGEST_STOP_SECONDS = 30;
/** `longestTaskSeconds` of the drill's workers, if their tasks are shorter. */
const LONGEST_TASK_SECONDS = {
  tasks: 60,
  // While publishers are blocked, a task waits to publish what follows it until its time limit.
  canvas: 300,
} as const;

/** Keeps a pod on a node that Kubernetes considers lost. */
const LOST_NODES = ["not-ready", "unreachable"].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: "Exists",
  effect: "NoExecute",
}));

const isNotOfLostNodes = ({ key }: V1Toleration): boolean => LOST_NODES.every((each) => each.key !== key);

/** The task ledger, as a pod without a controller, so that it neither moves nor depends on the brokers. */
export function ledgerPod(load: LoadSpec): V1Pod {
  const { run, namespace } = load;
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    spec: {
      ...podSpecAvoidingNodes(load),
      // No controller would replace an evicted ledger, and its records would be gone.
      tolerations: [...(load.template.spec?.tolerations ?? []).filter(isNotOfLostNodes), ...LOST_NODES],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          ...baseContainer(load),
          name: "ledger",
          command: startedLike(workerContainer(load.template.spec as V1PodSpec).command, [
            "python",
            "-m",
            "ha_celery.ledger",
            "--data",
            "/tmp/ledger",
            "--port",
            String(LEDGER_PORT),
          ]),
          env: [ledgerToken(run)],
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

/** The token without which the ledger refuses every request. */
export function ledgerSecret(
  { run, namespace }: Pick<LoadSpec, "run" | "namespace">,
  token: string,
): V1Secret {
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    stringData: { [TOKEN_KEY]: token },
  };
}

/** Gives the ledger an address that remains when its machine was off: a pod that restarts gets another one. */
export function ledgerService({ run, namespace }: LoadSpec): V1Service {
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    spec: { selector: labelsOf(run, Role.Ledger), ports: [{ port: LEDGER_PORT }] },
  };
}

/** Allows all pods of the namespace to reach the ledger, even if a default policy denies all traffic. */
export function ledgerNetworkPolicy({ run, namespace }: LoadSpec): V1NetworkPolicy {
  return {
    metadata: { name: objectName(run, Role.Ledger), namespace, labels: labelsOf(run, Role.Ledger) },
    spec: {
      podSelector: { matchLabels: labelsOf(run, Role.Ledger) },
      policyTypes: ["Ingress"],
      ingress: [{ _from: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: LEDGER_PORT }] }],
    },
  };
}

/** Workers from the pool's pod template that run the drill's app on the drill's queue. */
export function workersDeployment(load: LoadSpec, ledgerUrl: string): V1Deployment {
  const { run, namespace, options, template } = load;
  const labels = { ...labelsOf(run, Role.Worker), ...clientLabels(template) };
  const spec = template.spec as V1PodSpec;
  const longestTaskSeconds = Math.max(LONGEST_TASK_SECONDS[options.kind], Math.ceil(options.taskSeconds * 2));
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
          terminationGracePeriodSeconds: longestTaskSeconds + LONGEST_STOP_SECONDS,
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
              ...workerContainer(spec),
              command: startedLike(workerContainer(spec).command, [
                "celery",
                "--app=ha_celery.drill.app",
                "worker",
                "--loglevel=INFO",
                `--queues=${queueOf(run)}`,
                `--concurrency=${options.concurrency}`,
                "--without-mingle",
                "--without-gossip",
                "--without-heartbeat",
              ]),
              args: undefined,
              env: withEnv(run, workerContainer(spec), {
                [VARIABLES.queues]: queueOf(run),
                ...(options.prefetch && { [VARIABLES.prefetch]: String(options.prefetch) }),
                [VARIABLES.longestTaskSeconds]: String(longestTaskSeconds),
                [VARIABLES.ledgerUrl]: undefined,
                ...resultBackend(options, ledgerUrl),
              }),
            },
          ],
        },
      },
    },
  };
}

/** The publisher, as a Job, so that Kubernetes replaces a killed publisher and the new one resumes. */
export function publisherJob(load: LoadSpec, ledgerUrl: string, queue: string): V1Job {
  const { run, namespace, options, template } = load;
  return {
    metadata: { name: objectName(run, Role.Publisher), namespace, labels: labelsOf(run, Role.Publisher) },
    spec: {
      backoffLimit: 20,
      podReplacementPolicy: "TerminatingOrFailed",
      template: {
        metadata: { labels: { ...labelsOf(run, Role.Publisher), ...clientLabels(template) } },
        spec: {
          ...podSpecAvoidingNodes(load),
          restartPolicy: "Never",
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              ...baseContainer(load),
              name: "publisher",
              command: startedLike(
                workerContainer(template.spec as V1PodSpec).command,
                load.publisher ?? PUBLISHER,
              ),
              env: withEnv(run, workerContainer(template.spec as V1PodSpec), {
                [VARIABLES.queues]: queue,
                [VARIABLES.ledgerUrl]: withLedgerToken(ledgerUrl),
                ...resultBackend(options, ledgerUrl),
                DRILL_RUN: run,
                DRILL_KIND: options.kind === "canvas" ? "canvas" : "work",
                DRILL_RATE: String(options.rate),
                DRILL_PRODUCERS: String(options.producers),
                DRILL_TASK_SECONDS: String(options.taskSeconds),
                DRILL_TASKS: "0",
                DRILL_PAYLOAD_BYTES: String(options.payloadBytes),
              }),
            },
          ],
        },
      },
    },
  };
}

/** Workflows need a result backend for chords. The ledger serves it. */
const resultBackend = ({ kind }: LoadOptions, ledgerUrl: string): Record<string, string> =>
  kind === "canvas"
    ? { [VARIABLES.resultBackend]: `ha_celery.drill.results:LedgerBackend+${withLedgerToken(ledgerUrl)}` }
    : {};

/** The pool's pod, with an affinity that keeps it off the nodes to avoid. */
export function podSpecAvoidingNodes({ template, avoid }: Pick<LoadSpec, "template" | "avoid">): V1PodSpec {
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

/** The worker's container without its probes, hooks, arguments, and ports. */
export function baseContainer({ template }: Pick<LoadSpec, "template">): V1Container {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, args, ports, ...container } =
    workerContainer(template.spec as V1PodSpec);
  void [livenessProbe, readinessProbe, startupProbe, lifecycle, args, ports];
  return container;
}

/** Returns the container that runs tasks: the one named worker, or the first one of a custom pod. */
export function workerContainer({ containers }: V1PodSpec): V1Container {
  return containers.find(({ name }) => name === "worker") ?? (containers[0] as V1Container);
}

function withEnv(
  run: string,
  { env = [] }: V1Container,
  variables: Record<string, string | undefined>,
): V1EnvVar[] {
  const kept = env.filter(({ name }) => !(name in variables) && name !== VARIABLES.ledgerToken);
  const added = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return [ledgerToken(run), ...kept, ...added];
}

const ledgerToken = (run: string): V1EnvVar => ({
  name: VARIABLES.ledgerToken,
  valueFrom: { secretKeyRef: { name: objectName(run, Role.Ledger), key: TOKEN_KEY } },
});

/** The label by which the broker's NetworkPolicy lets a pod connect. */
export function clientLabels({ metadata }: V1PodTemplateSpec): Record<string, string> {
  const broker = metadata?.labels?.[CLIENT_LABEL];
  return broker === undefined ? {} : { [CLIENT_LABEL]: broker };
}
