import { get } from "node:http";
import { Duplex, PassThrough } from "node:stream";
import { json } from "node:stream/consumers";
import { CoreV1Api, KubeConfig, PortForward } from "@kubernetes/client-node";
import { z } from "zod";
import { LEDGER_PORT } from "../components/celery/settings";

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

const TIMEOUT_MS = 5_000;

/** Reads the task ledger inside a cluster by port-forwarding, so that nothing has to be exposed: it reaches the pod from within,
 * past every NetworkPolicy, which the API server's proxy does not. */
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
    return summarySchema.parse(await this.ask(service, `/summary?run=${encodeURIComponent(run)}`));
  }

  private async ask(service: string, path: string): Promise<unknown> {
    const [sent, received] = [new PassThrough(), new PassThrough()];
    const forward = new PortForward(this.config);
    const channel = await forward.portForwardService(
      this.namespace,
      service,
      [LEDGER_PORT],
      received,
      null,
      sent,
    );
    try {
      return await answer(path, Duplex.from({ readable: received, writable: sent }));
    } finally {
      if ("close" in channel) channel.close();
    }
  }
}

function answer(path: string, connection: Duplex): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { path, signal, headers: { connection: "close" }, createConnection: () => connection };
  return new Promise((resolve, reject) => {
    get(options, (response) => {
      if (response.statusCode === 200) json(response).then(resolve, reject);
      else reject(new Error(`the ledger answered ${response.statusCode}`));
    }).on("error", reject);
  });
}
