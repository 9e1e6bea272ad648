import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1ConfigMap, V1Pod } from "@kubernetes/client-node";
import { startedLike } from "../../components/inject/objects";
import type { Cluster } from "../../operate/cluster/cluster";
import { ignoreNotFound } from "../../operate/cluster/objects";
import {
  baseContainer,
  clientLabels,
  podSpecAvoidingNodes,
  workerContainer,
} from "../../operate/drill/load/objects";
import type { Pool } from "../../operate/drill/load/pool";
import { until } from "../../operate/waiting";

const NAME = "idle-publishers";
const FOLDER = "/bench";
const CLIENTS = "clients.py";

/** Connects clients of bench/storm, each with a channel and heartbeats, until the pod is deleted. */
const command = (clients: number): string[] => [
  "sh",
  "-c",
  `(echo '${JSON.stringify({ light: clients, workers: 0, policy: {} })}'; sleep 3600) | python ${FOLDER}/${CLIENTS}`,
];

export const clientsConfigMap = (namespace: string): V1ConfigMap => ({
  metadata: { name: NAME, namespace },
  data: { [CLIENTS]: readFileSync(join(__dirname, "..", "storm", CLIENTS), "utf8") },
});

/** A pod like a pool's worker, with idle clients instead. */
export function clientsPod(namespace: string, { template }: Pool, clients: number): V1Pod {
  const spec = podSpecAvoidingNodes({ template, avoid: [] });
  const container = baseContainer({ template });
  return {
    metadata: { name: NAME, namespace, labels: clientLabels(template) },
    spec: {
      ...spec,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      volumes: [...(spec.volumes ?? []), { name: NAME, configMap: { name: NAME } }],
      containers: [
        {
          ...container,
          name: "clients",
          command: startedLike(workerContainer(spec).command, command(clients)),
          volumeMounts: [...(container.volumeMounts ?? []), { name: NAME, mountPath: FOLDER }],
          resources: {},
        },
      ],
    },
  };
}

/** Holds idle connections while something is measured. */
export async function withIdlePublishers<Result>(
  {
    cluster,
    namespace,
    pool,
    signal,
  }: { cluster: Cluster; namespace: string; pool: Pool; signal: AbortSignal },
  clients: number,
  measure: () => Promise<Result>,
): Promise<Result> {
  const remove = async () => {
    await cluster.core.deleteNamespacedPod({ namespace, name: NAME }).catch(ignoreNotFound);
    await cluster.core.deleteNamespacedConfigMap({ namespace, name: NAME }).catch(ignoreNotFound);
  };
  await remove();
  await cluster.core.createNamespacedConfigMap({ namespace, body: clientsConfigMap(namespace) });
  await cluster.core.createNamespacedPod({ namespace, body: clientsPod(namespace, pool, clients) });
  try {
    await until(`${clients} clients are connected`, 180, signal, async () => {
      const log = await cluster.core.readNamespacedPodLog({ namespace, name: NAME });
      return /"missing": 0,/.test(log);
    });
    return await measure();
  } finally {
    await remove();
  }
}
