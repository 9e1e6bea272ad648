import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type KubeConfig, StorageV1Api, type V1Pod } from "@kubernetes/client-node";
import { PREPARE } from "../../components/rabbitMqCluster/names";
import type { LocalCluster } from "../../local/cluster";
import { LedgerReader, type LedgerSummary } from "../../local/ledger";
import { ignoreNotFound, isReady } from "../../operate/cluster/objects";
import { CERTIFICATE, EXPANDABLE, PLAIN, SECURE, SHOP } from "./brokerProgram";
import type { Certificate } from "./certificates";
import { executeIn } from "./machine";
import type { SharedCluster } from "./sharedCluster";

/** Queries and actions of the broker's tests. */
export class BrokerCluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  private readonly config: KubeConfig;
  private readonly cluster: LocalCluster;

  constructor({ cluster, config }: SharedCluster) {
    this.cluster = cluster;
    this.config = config;
    this.core = this.config.makeApiClient(CoreV1Api);
    this.apps = this.config.makeApiClient(AppsV1Api);
  }

  /** Creates what the installations require: namespaces, a certificate, and a storage class that allows expansion. */
  async prepare(certificate: Certificate): Promise<void> {
    for (const name of [PLAIN, SECURE, SHOP])
      await this.core.createNamespace({ body: { metadata: { name } } }).catch(existing);
    await this.putCertificate(SECURE, certificate);
    const storage = this.config.makeApiClient(StorageV1Api);
    const { items } = await storage.listStorageClass();
    const given = items.find(({ metadata }) =>
      Object.entries(metadata?.annotations ?? {}).some(
        ([key, value]) => /is-default-class$/.test(key) && value === "true",
      ),
    );
    await storage
      .createStorageClass({
        body: {
          metadata: { name: EXPANDABLE },
          provisioner: given?.provisioner ?? "",
          volumeBindingMode: given?.volumeBindingMode,
          allowVolumeExpansion: true,
        },
      })
      .catch(existing);
  }

  /** Creates the certificate's Secret in a namespace, or updates it in place, as cert-manager does. */
  async putCertificate(namespace: string, stringData: Certificate): Promise<void> {
    const where = { namespace };
    const body = {
      metadata: { name: CERTIFICATE },
      type: "kubernetes.io/tls",
      stringData: { ...stringData },
    };
    await this.core
      .createNamespacedSecret({ ...where, body })
      .catch(() => this.core.replaceNamespacedSecret({ ...where, name: CERTIFICATE, body }));
  }

  async pods(namespace: string, application: string): Promise<V1Pod[]> {
    const labelSelector = `app.kubernetes.io/name=${application}`;
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** Pods of the user's service that keeps publishing to the broker of a namespace. */
  async webPods(namespace: string): Promise<V1Pod[]> {
    const where = { namespace: SHOP, labelSelector: `app=${namespace}-web` };
    const { items } = await this.core.listNamespacedPod(where);
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** Identity and URL of the Secret with which services of another namespace publish. */
  async publishersSecret(namespace: string): Promise<{ uid: string | undefined; url: string }> {
    const where = { namespace: SHOP, name: `${namespace}-client` };
    const { metadata, data } = await this.core.readNamespacedSecret(where);
    return {
      uid: metadata?.uid,
      url: Buffer.from(data?.HA_CELERY_BROKER_URL ?? "", "base64").toString(),
    };
  }

  /** Returns the generated certificate of a namespace's broker. */
  async generatedCertificate(namespace: string): Promise<string> {
    const { data } = await this.core.readNamespacedSecret({ namespace, name: `${namespace}-mq-tls` });
    return Buffer.from(data?.["tls.crt"] ?? "", "base64").toString();
  }

  async uids(namespace: string, application: string): Promise<string[]> {
    return (await this.pods(namespace, application)).map(({ metadata }) => metadata?.uid ?? "").sort();
  }

  inPod(namespace: string, pod: string, container: string, ...argv: string[]): Promise<string> {
    return executeIn({ config: this.config, namespace, pod, container }, ...argv);
  }

  /** Runs a command in the first broker node of a namespace. */
  inBroker(namespace: string, ...argv: string[]): Promise<string> {
    return this.inPod(namespace, `${namespace}-mq-0`, "rabbitmq", ...argv);
  }

  /** Runs Python in a worker of a namespace. */
  async inWorker(namespace: string, script: string, env: Record<string, string> = {}): Promise<string> {
    const [pod] = await this.pods(namespace, "celery-worker");
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return this.inPod(
      namespace,
      pod?.metadata?.name ?? "",
      "worker",
      "env",
      ...settings,
      "python",
      "-c",
      script,
    );
  }

  /** Returns the number of running broker nodes, as reported by one of them. */
  async runningNodes(namespace: string, ordinal = 0): Promise<number> {
    const command = ["rabbitmqctl", "--quiet", "cluster_status", "--formatter=json"];
    const status = await this.inPod(namespace, `${namespace}-mq-${ordinal}`, "rabbitmq", ...command);
    return (JSON.parse(status.slice(status.indexOf("{"))) as { running_nodes: string[] }).running_nodes
      .length;
  }

  /** Whether each of the three nodes reports three running ones. */
  async isWhole(namespace: string): Promise<boolean> {
    // Cheap, unlike a command in a broker, which needs the memory of a second Erlang VM.
    if ((await this.pods(namespace, "rabbitmq")).filter(isReady).length < 3) return false;
    for (const ordinal of [0, 1, 2]) if ((await this.runningNodes(namespace, ordinal)) !== 3) return false;
    return true;
  }

  /** Kills all nodes at the same time, and deletes the volume of one. */
  async killBrokers(namespace: string, ordinal: number): Promise<void> {
    const pod = { namespace, name: `${namespace}-mq-${ordinal}` };
    const claim = { namespace, name: `data-${pod.name}` };
    await this.core.deleteNamespacedPersistentVolumeClaim(claim);
    await this.core.deleteCollectionNamespacedPod({
      namespace,
      labelSelector: "app.kubernetes.io/name=rabbitmq",
      gracePeriodSeconds: 0,
    });
    // The volumes are disks of machines. The new one may be on the machine that another node cannot do without, or the
    // pod may still wait for the old one.
    let looks = 0;
    await this.until("a place for every node", async () => {
      const pods = await this.pods(namespace, "rabbitmq");
      const homeless = pods.filter(({ spec }) => !spec?.nodeName).map(({ metadata }) => metadata?.name);
      if (pods.length === 3 && homeless.length === 0) return true;
      looks += 1;
      const isInTheWay = homeless.length > 0 && !homeless.includes(pod.name);
      if (isInTheWay || looks % 20 === 0) {
        await this.core.deleteNamespacedPersistentVolumeClaim(claim).catch(ignoreNotFound);
        await this.core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 });
      }
      return false;
    });
  }

  /** What a node's init container wrote. */
  prepareLog(namespace: string, ordinal: number): Promise<string> {
    const name = `${namespace}-mq-${ordinal}`;
    return this.core.readNamespacedPodLog({ namespace, name, container: PREPARE });
  }

  /** Scales the only Deployment of workers. */
  async scaleWorkers(namespace: string, replicas: number): Promise<void> {
    const labelSelector = "app.kubernetes.io/name=celery-worker";
    const { items } = await this.apps.listNamespacedDeployment({ namespace, labelSelector });
    await this.apps.patchNamespacedDeploymentScale({
      namespace,
      name: items[0]?.metadata?.name ?? "",
      body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
    });
  }

  /** Waits up to five minutes; a request that fails counts as "not yet". */
  async until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 300_000; !(await done().catch(() => false)); await sleep(1000))
      if (Date.now() > deadline) throw new Error(`${what}: not within 300 s`);
  }

  async accepts(namespace: string, user: string, password: string): Promise<boolean> {
    return this.inBroker(namespace, "rabbitmqctl", "authenticate_user", user, password).then(
      () => true,
      (error: Error) => {
        if (/authentication|credentials/i.test(error.message)) return false;
        throw error;
      },
    );
  }

  /** Whether the user of each Secret can read the queue of dead letters. RabbitMQ must refuse the others with 403. */
  async readsDeadLetters(namespace: string): Promise<{ application: boolean; deadLetters: boolean }> {
    const { items } = await this.core.listNamespacedSecret({ namespace });
    const reads = async (suffix: string): Promise<boolean> => {
      const secret = items.find(({ metadata }) => metadata?.name?.startsWith(`${namespace}-mq-${suffix}-`));
      const url = Buffer.from(secret?.data?.["amqp-url"] ?? "", "base64").toString();
      const script = `
from amqp import AccessRefused
from counter.tasks import app
with app.connection_for_write(${JSON.stringify(url)}) as connection, connection.channel() as channel:
    try:
        channel.basic_get("dead-letters")
        print("read")
    except AccessRefused as error:
        print(error)`;
      return !(await this.inWorker(namespace, script)).includes("ACCESS_REFUSED");
    };
    return { application: await reads("client"), deadLetters: await reads("dead-letters") };
  }

  summary(namespace: string, run: string): Promise<LedgerSummary> {
    return new LedgerReader(this.cluster.kubeconfigPath, this.cluster.context, namespace).summary(run);
  }

  /** Starts to count the executed tasks of runs, once a second. The result ends that, and returns the longest time
   * without one, in seconds. */
  watchPauses(namespace: string, ...runs: string[]): () => Promise<number> {
    let isWatching = true;
    let longest = 0;
    const watching = (async () => {
      let [since, before] = [Date.now(), 0];
      for (; isWatching; await sleep(1000)) {
        const summaries = await Promise.all(runs.map((run) => this.summary(namespace, run))).catch(() => []);
        const executed = summaries.reduce((sum, each) => sum + each.executed, 0);
        if (executed > before) [since, before] = [Date.now(), executed];
        longest = Math.max(longest, Date.now() - since);
      }
    })();
    return async () => {
      isWatching = false;
      await watching;
      return Math.round(longest / 1000);
    };
  }

  /** Returns the counts of a run once every confirmed task has been executed, or after 60 s. */
  async settled(namespace: string, run: string): Promise<LedgerSummary> {
    for (let attempt = 0; ; attempt++) {
      const summary = await this.summary(namespace, run);
      if (summary.lost === 0 || attempt === 120) return summary;
      await sleep(500);
    }
  }
}

/** A pod that publishes batches of 50 tasks, each over a new connection, until it is stopped. */
export class Publisher {
  private readonly name: string;

  constructor(
    private readonly cluster: BrokerCluster,
    private readonly namespace: string,
    readonly run: string,
  ) {
    this.name = `publisher-${run}`;
  }

  /** Starts the pod with a worker's image and environment. `url` replaces the broker's URL. */
  async start(url?: string): Promise<void> {
    const { items } = await this.cluster.apps.listNamespacedDeployment({
      namespace: this.namespace,
      labelSelector: "app.kubernetes.io/name=celery-worker",
    });
    const template = items[0]?.spec?.template;
    const worker = template?.spec?.containers[0];
    if (!template?.spec || !worker) throw new Error(`no workers in ${this.namespace}`);
    const { livenessProbe, readinessProbe, startupProbe, lifecycle, ...container } = worker;
    void [livenessProbe, readinessProbe, startupProbe, lifecycle];
    const others = (worker.env ?? []).filter(
      ({ name }) => url === undefined || name !== "HA_CELERY_BROKER_URL",
    );
    const body: V1Pod = {
      metadata: { name: this.name },
      spec: {
        ...template.spec,
        restartPolicy: "Never",
        containers: [
          {
            ...container,
            name: "publisher",
            command: ["sh", "-c", PUBLISH],
            args: undefined,
            env: [
              ...others,
              ...(url === undefined ? [] : [{ name: "HA_CELERY_BROKER_URL", value: url }]),
              { name: "SCHEDULE_RUN", value: this.run },
            ],
          },
        ],
      },
    };
    await this.cluster.core.createNamespacedPod({ namespace: this.namespace, body });
    await this.until(async () => (await this.cluster.summary(this.namespace, this.run)).executed > 50);
  }

  /** Stops the pod after its current batch, and returns its log. */
  async stop(): Promise<string> {
    await this.cluster.inPod(this.namespace, this.name, "publisher", "touch", "/tmp/stop");
    const where = { namespace: this.namespace, name: this.name };
    await this.until(async () =>
      /Succeeded|Failed/.test((await this.cluster.core.readNamespacedPod(where)).status?.phase ?? ""),
    );
    const { status } = await this.cluster.core.readNamespacedPod(where);
    const log = await this.cluster.core.readNamespacedPodLog(where);
    if (status?.phase !== "Succeeded") throw new Error(`the publisher failed:\n${log}`);
    return log;
  }

  private async until(done: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; !(await done().catch(() => false)); attempt++) {
      if (attempt === 240) throw new Error(`pod ${this.name} made no progress within 120 s`);
      await sleep(500);
    }
  }
}

const PUBLISH = [
  "tasks=0",
  "while [ ! -e /tmp/stop ]; do",
  "  tasks=$((tasks + 50))",
  "  SCHEDULE_TASKS=$tasks python -m counter.scheduler || exit 1",
  // The pause leaves CPU time for the brokers to restart.
  "  sleep 1",
  "done",
].join("\n");

function existing(error: Error): void {
  if (!/already exists/.test(error.message)) throw error;
}
