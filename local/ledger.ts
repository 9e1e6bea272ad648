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
  private readonly api: CoreV1Api;

  constructor(
    kubeconfigPath: string | undefined,
    context: string,
    private readonly namespace: string,
  ) {
    const config = new KubeConfig();
    if (kubeconfigPath) config.loadFromFile(kubeconfigPath);
    else config.loadFromDefault();
    config.setCurrentContext(context);
    this.api = config.makeApiClient(CoreV1Api);
  }

  async summary(run: string): Promise<LedgerSummary> {
    const { items } = await this.api.listNamespacedService({
      namespace: this.namespace,
      labelSelector: "app.kubernetes.io/name=task-ledger",
    });
    const name = items[0]?.metadata?.name;
    if (!name) throw new Error(`no task ledger in namespace ${this.namespace}`);
    const body: unknown = await this.api.connectGetNamespacedServiceProxyWithPath({
      name: `${name}:8080`,
      namespace: this.namespace,
      path: `summary?run=${encodeURIComponent(run)}`,
    });
    return summarySchema.parse(typeof body === "string" ? JSON.parse(body) : body);
  }
}
