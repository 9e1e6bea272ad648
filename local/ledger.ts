import { get, type RequestOptions } from "node:https";
import { json } from "node:stream/consumers";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";

const summarySchema = z.object({
  run: z.string(),
  confirmed: z.number(),
  executed: z.number(),
  executions: z.number(),
  lost: z.number(),
  duplicated: z.number(),
  workers: z.record(z.string(), z.number()),
  firstStarted: z.number().nullable(),
  lastFinished: z.number().nullable(),
});

/** What the ledger knows of one run. */
export type LedgerSummary = z.output<typeof summarySchema>;

/** Reads the task ledger inside a cluster through the API server, so that nothing has to be forwarded or exposed. */
export class LedgerClient {
  private readonly config = new KubeConfig();

  constructor(
    kubeconfigPath: string | undefined,
    context: string,
    private readonly namespace: string,
  ) {
    if (kubeconfigPath) this.config.loadFromFile(kubeconfigPath);
    else this.config.loadFromDefault();
    this.config.setCurrentContext(context);
  }

  async summary(run: string): Promise<LedgerSummary> {
    const { items } = await this.config.makeApiClient(CoreV1Api).listNamespacedService({
      namespace: this.namespace,
      labelSelector: "app.kubernetes.io/name=task-ledger",
    });
    const service = items[0]?.metadata?.name;
    if (!service) throw new Error(`no task ledger in namespace ${this.namespace}`);
    const path = `/api/v1/namespaces/${this.namespace}/services/${service}:8080/proxy/summary?run=${encodeURIComponent(run)}`;
    return summarySchema.parse(await this.get(path));
  }

  /** The generated client escapes the question mark of a proxied path, so this asks by itself. */
  private async get(path: string): Promise<unknown> {
    const options: RequestOptions = { timeout: 5_000 };
    await this.config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const request = get(`${this.config.getCurrentCluster()?.server ?? ""}${path}`, options, (answer) => {
        if (answer.statusCode === 200) json(answer).then(resolve, reject);
        else reject(new Error(`the ledger answered ${answer.statusCode}`));
      });
      request
        .on("error", reject)
        .on("timeout", () => request.destroy(new Error("the ledger did not answer in time")));
    });
  }
}
