import type { V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import { VARIABLES } from "../components/shared/celery/contract";
import { LEDGER_PORT } from "../components/taskLedger/resolve";
import type { Cluster } from "../operate/cluster/cluster";
import { isReady, nameOf } from "../operate/cluster/objects";
import { requestPod } from "../operate/cluster/podRequest";
import { clusterOf } from "./kubeContext";

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

/** What the ledger has recorded of one run. */
export type LedgerSummary = z.output<typeof summarySchema>;

/** Reads the task ledger of a cluster through a port forward, which NetworkPolicies do not affect. */
export class LedgerReader {
  private readonly cluster: Cluster;

  constructor(
    kubeconfigPath: string | undefined,
    context: string,
    private readonly namespace: string,
  ) {
    this.cluster = clusterOf({ kubeconfigPath, context });
  }

  async summary(run: string): Promise<LedgerSummary> {
    const { cluster, namespace } = this;
    const pods = await cluster.pods(namespace, "app.kubernetes.io/name=task-ledger");
    const pod = pods.find(isReady);
    if (!pod) throw new Error(`no task ledger is ready in namespace ${namespace}`);
    const path = `/summary?run=${encodeURIComponent(run)}`;
    const auth = `:${await this.token(pod)}`;
    const request = { namespace, pod: nameOf(pod), port: LEDGER_PORT, path, auth };
    return summarySchema.parse(await requestPod(cluster, request));
  }

  private async token(pod: V1Pod): Promise<string> {
    const variables = pod.spec?.containers.flatMap(({ env = [] }) => env) ?? [];
    const key = variables.find(({ name }) => name === VARIABLES.ledgerToken)?.valueFrom?.secretKeyRef;
    if (!key?.name) throw new Error(`pod ${nameOf(pod)} is of an older version, whose ledger has no token`);
    const secret = await this.cluster.core.readNamespacedSecret({
      namespace: this.namespace,
      name: key.name,
    });
    return Buffer.from(secret.data?.[key.key] ?? "", "base64").toString();
  }
}
