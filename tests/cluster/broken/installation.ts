import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { execa } from "execa";
import { seedFile } from "../../../components/rabbitMqCluster/prepare";
import { MEMORY } from "../../../operate/drill/alarms";
import { processesScript } from "../../../operate/drill/agents/processes";
import type { InstallationStatus } from "../../../operate/status/model";
import type { Authority, Certificate } from "../certificates";
import { InstallationCommands } from "../commandLine";
import { executeIn } from "../machine";
import { PrometheusReader } from "../prometheusReader";
import type { SharedCluster } from "../sharedCluster";
import { CERTIFICATE, MONITORING, NAMESPACE, SERVER_NAME } from "../workersProgram";

const HOME = "/var/lib/rabbitmq";

/** What the test has by now. */
export interface Deployed {
  readonly shared: SharedCluster;
  readonly authority: Authority;
}

/** Breaks the installation of the suite `workers`, and runs commands for it. */
export class BrokenInstallation {
  readonly core: CoreV1Api;
  readonly prometheus: PrometheusReader;
  readonly commands: InstallationCommands;
  private readonly apps: AppsV1Api;

  constructor(private readonly deployed: Deployed) {
    this.core = deployed.shared.config.makeApiClient(CoreV1Api);
    this.prometheus = new PrometheusReader(deployed.shared.config, MONITORING);
    this.commands = new InstallationCommands(deployed.shared.cluster, NAMESPACE);
    this.apps = deployed.shared.config.makeApiClient(AppsV1Api);
  }

  async status(): Promise<{ status: InstallationStatus; code: number }> {
    const { stdout, stderr, code } = await this.commands.haCelery("status", "--json");
    if (stdout === "") throw new Error(stderr);
    return { status: JSON.parse(stdout) as InstallationStatus, code };
  }

  pods = async (name: string): Promise<V1Pod[]> =>
    (
      await this.core.listNamespacedPod({
        namespace: NAMESPACE,
        labelSelector: `app.kubernetes.io/name=${name}`,
      })
    ).items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);

  /** Cordons the node of the first worker, and returns its name. */
  async cordon(): Promise<string> {
    const [worker] = await this.pods("celery-worker");
    const name = worker?.spec?.nodeName ?? "";
    await this.core.patchNode({ name, body: [{ op: "add", path: "/spec/unschedulable", value: true }] });
    return name;
  }

  async raiseAlarm(): Promise<void> {
    await this.inBroker(0, "rabbitmqctl", "--quiet", "eval", `${MEMORY.raise}.`);
  }

  async endAlarm(): Promise<void> {
    await this.inBroker(0, "rabbitmqctl", "--quiet", "eval", `${MEMORY.restore}.`);
  }

  /** Publishes tasks that no worker knows. */
  async publishUnknown(count: number): Promise<void> {
    const [worker] = await this.pods("celery-worker");
    const script = `from counter.tasks import app\nfor _ in range(${count}): app.send_task("shop.unknown")`;
    await this.execute(worker, "worker", "python", "-c", script);
  }

  /** Stops the main process of all workers. Kubernetes restarts them ten minutes later. */
  async stopWorkers(): Promise<void> {
    for (const { spec, status } of await this.pods("celery-worker")) {
      const id = status?.containerStatuses?.[0]?.containerID ?? "";
      // The first process of a container. On a local cluster, each node is a container of the same name.
      const stop = `kill -STOP $(${processesScript(id)} | head -1 | cut -d' ' -f2)`;
      await execa("docker", ["exec", spec?.nodeName ?? "", "sh", "-c", stop]);
    }
  }

  /** Pauses all brokers while the work begins, as a machine without CPU time does. */
  async whileBrokersPause<Result>(seconds: number, work: () => Promise<Result>): Promise<Result> {
    const brokers = await this.pods("rabbitmq");
    const signalAll = (signal: "STOP" | "CONT") =>
      Promise.all(
        brokers.map(({ spec, status }) => {
          const id = status?.containerStatuses?.[0]?.containerID ?? "";
          const send = `kill -${signal} $(${processesScript(id)} | cut -d' ' -f2) 2>/dev/null; true`;
          return execa("docker", ["exec", spec?.nodeName ?? "", "sh", "-c", send]);
        }),
      );
    await signalAll("STOP");
    try {
      const result = work();
      await sleep(seconds * 1000);
      await signalAll("CONT");
      return await result;
    } finally {
      await signalAll("CONT");
    }
  }

  /** Makes the third broker a cluster of its own. */
  async split(): Promise<void> {
    const domain = (await this.inBroker(0, "rabbitmqctl", "--quiet", "eval", "node().")).replace(
      /^.*?-broker-0|'?\s*$/g,
      "",
    );
    const control = (ordinal: number, ...words: string[]) =>
      this.inBroker(ordinal, "rabbitmqctl", "--quiet", ...words);
    const name = `rabbit@celery-broker-2${domain}`;
    await control(2, "stop_app");
    await control(0, "forget_cluster_node", name);
    // Otherwise, it would join the others again.
    const seed = `echo "cluster_formation.k8s.seed_node = ${name}" > ${seedFile(HOME)}`;
    await this.inBroker(2, "sh", "-c", seed);
    await control(2, "reset");
    await control(2, "start_app");
  }

  async expire(): Promise<void> {
    await this.putCertificate(this.deployed.authority.issueExpired(SERVER_NAME));
    // Kubernetes writes the Secret to a pod that has changed at once; otherwise, up to two minutes later.
    for (const { metadata } of await this.pods("rabbitmq"))
      await this.core.patchNamespacedPod({
        namespace: NAMESPACE,
        name: metadata?.name ?? "",
        body: [{ op: "add", path: "/metadata/annotations/secret-changed", value: String(Date.now()) }],
      });
  }

  async renew(): Promise<void> {
    await this.putCertificate(this.deployed.authority.issue(SERVER_NAME));
  }

  private async putCertificate(certificate: Certificate): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(certificate).map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]),
    );
    await this.core.patchNamespacedSecret({
      namespace: NAMESPACE,
      name: CERTIFICATE,
      body: [{ op: "replace", path: "/data", value: data }],
    });
  }

  private inBroker(ordinal: number, ...command: string[]): Promise<string> {
    const pod = `celery-broker-${ordinal}`;
    const { config } = this.deployed.shared;
    return executeIn({ config, namespace: NAMESPACE, pod, container: "rabbitmq" }, ...command);
  }

  private execute(pod: V1Pod | undefined, container: string, ...command: string[]): Promise<string> {
    const { config } = this.deployed.shared;
    return executeIn({ config, namespace: NAMESPACE, pod: pod?.metadata?.name ?? "", container }, ...command);
  }
}
