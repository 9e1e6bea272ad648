import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import type { LocalCluster } from "../../local/cluster";
import { ensureBinaries } from "../../local/toolchain";
import { INSTALLATION_SELECTOR } from "../../operate/cluster/objects";
import { executeIn } from "../cluster/machine";
import type { Consumer } from "./consumer";

/** The packed command as kubectl finds it. */
export class Plugin {
  private constructor(
    private readonly env: Record<string, string>,
    private readonly context: string,
  ) {}

  static async of(cluster: LocalCluster, { folder }: Consumer): Promise<Plugin> {
    const { kubernetes } = await ensureBinaries(() => undefined);
    const bin = join(folder, "kubectl");
    mkdirSync(bin, { recursive: true });
    // One binary has all programs of Kubernetes, and takes the name that it is called by.
    await execa("ln", ["--symbolic", "--force", kubernetes, join(bin, "kubectl")]);
    const path = [bin, join(folder, "node_modules", ".bin"), process.env.PATH].join(":");
    return new Plugin({ PATH: path, KUBECONFIG: cluster.kubeconfigPath }, cluster.context);
  }

  /** Runs `kubectl ha-celery`. */
  run(command: string, ...options: string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    return execa("kubectl", ["ha-celery", ...command.split(" "), `--context=${this.context}`, ...options], {
      env: this.env,
      reject: false,
    });
  }
}

/** Repeats a command until its result is accepted, because brokers of a busy machine answer late; at most a minute. */
export async function eventually<T>(run: () => Promise<T>, accept: (result: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 60_000; ;) {
    const result = await run();
    if (accept(result) || Date.now() > deadline) return result;
  }
}

/** Keys whose values are no secrets. */
const PUBLIC = /^(host|port|vhost|username|ca\.crt|tls\.crt|HA_CELERY_(QUEUES|PUBLISH_BUDGET_SECONDS))$/;

/** Returns every value of a Secret of the namespace, and every password hash that the brokers export. */
export async function secretsOf(config: KubeConfig, namespace: string, set: string): Promise<string[]> {
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace });
  const values = items
    .flatMap(({ data = {} }) => Object.entries(data))
    .filter(([key]) => !PUBLIC.test(key))
    .map(([, value]) => Buffer.from(value, "base64").toString());
  const exported = await executeIn(
    { config, namespace, pod: `${set}-0`, container: "rabbitmq" },
    ...["rabbitmqctl", "--quiet", "export_definitions", "-"],
  );
  const hashes = [...exported.matchAll(/"password_hash":"([^"]+)"/g)].map(([, hash = ""]) => hash);
  if (hashes.length < 3) throw new Error(`the brokers export ${hashes.length} password hashes`);
  return [...new Set([...values, ...hashes])];
}

/** A pod of the installation that prints the broker's URL, and has its password as a plain variable. */
export class LeakyPod {
  private readonly core: CoreV1Api;

  constructor(
    config: KubeConfig,
    private readonly namespace: string,
  ) {
    this.core = config.makeApiClient(CoreV1Api);
  }

  /** Returns what leaks: the pod and its log. */
  async run(image: string): Promise<string> {
    const { namespace } = this;
    const { items } = await this.core.listNamespacedSecret({ namespace });
    const secret = items.find(({ data }) => data?.["amqp-url"] && data.password);
    const password = Buffer.from(secret?.data?.password ?? "", "base64").toString();
    const [label = "", value = ""] = INSTALLATION_SELECTOR.split("=");
    const name = "leaky";
    const created = await this.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name, labels: { [label]: value } },
        spec: {
          restartPolicy: "Never",
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name,
              image,
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              command: ["sh", "-c", 'echo "connecting to $URL"; echo "$PLAIN"'],
              env: [
                { name: "PLAIN", value: password },
                {
                  name: "URL",
                  valueFrom: { secretKeyRef: { name: secret?.metadata?.name ?? "", key: "amqp-url" } },
                },
              ],
            },
          ],
        },
      },
    });
    const ended = async () =>
      (await this.core.readNamespacedPod({ namespace, name })).status?.phase === "Succeeded";
    for (const deadline = Date.now() + 120_000; !(await ended()); await sleep(500))
      if (Date.now() > deadline) throw new Error("the pod has not ended within 120 s");
    return JSON.stringify(created) + (await this.core.readNamespacedPodLog({ namespace, name }));
  }
}
