import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { BrokerCluster } from "./brokerCluster";
import { SHOP } from "./brokerProgram";

/** Tasks that a pod of `publishOnce` publishes on each road. */
const TASKS = 10;
const ROADS = ["loader", "configure", "create"];

const PUBLISHES_ONCE = `
import os, sys
from celery import Celery
import ha_celery
road, run = sys.argv[1:]
app = ha_celery.create_app("shop") if road == "create" else Celery("shop")
if road == "configure":
    ha_celery.configure(app)
for number in range(${TASKS}):
    app.send_task("counter.tasks.count", task_id=f"{run}-{number:06}")
print(road, "published as", app.connection().userid, sorted(name for name in os.environ if name.startswith("HA_CELERY")))`;

/**
 * Runs a pod with `envFrom` and the label only, in another namespace than the broker's. It publishes on the three roads
 * of docs/how-to/publish-from-your-services.md. Returns its log once the workers have executed every task.
 */
export async function publishOnce(cluster: BrokerCluster, namespace: string, run: string): Promise<string> {
  const name = `${namespace}-${run}`;
  const workers = await cluster.pods(namespace, "celery-worker");
  const road = (each: string) =>
    `${each === "loader" ? "CELERY_LOADER=ha_celery.loader:Loader " : ""}python -c "$SCRIPT" ${each} ${run}${each}`;
  const body: V1Pod = {
    metadata: { name, labels: { "ha-celery/broker": `${namespace}-mq` } },
    spec: {
      restartPolicy: "Never",
      containers: [
        {
          name: "publish",
          image: workers[0]?.spec?.containers[0]?.image,
          command: ["sh", "-ec", ROADS.map(road).join("\n")],
          envFrom: [{ secretRef: { name: `${namespace}-client` } }],
          env: [{ name: "SCRIPT", value: PUBLISHES_ONCE }],
        },
      ],
    },
  };
  await cluster.core.createNamespacedPod({ namespace: SHOP, body });
  const where = { namespace: SHOP, name };
  const phase = await until(async () => {
    const { status } = await cluster.core.readNamespacedPod(where);
    return /Succeeded|Failed/.test(status?.phase ?? "") ? status?.phase : undefined;
  });
  const log = await cluster.core.readNamespacedPodLog(where);
  if (phase !== "Succeeded") throw new Error(`pod ${name} failed:\n${log}`);
  for (const each of ROADS) {
    const ofRoad = `${run}${each}`;
    await until(async () => (await cluster.summary(namespace, ofRoad)).executed === TASKS || undefined);
  }
  return log;
}

/** Returns the number of tasks of the service that keeps publishing, once it has grown by 10. */
export async function webGoesOn(cluster: BrokerCluster, namespace: string): Promise<number> {
  const executed = async () => (await cluster.summary(namespace, `${namespace}-web`)).executed;
  const before = await executed();
  return until(async () => {
    const now = await executed();
    return now >= before + 10 ? now : undefined;
  });
}

async function until<T>(poll: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const result = await poll();
    if (result !== undefined) return result;
    if (attempt === 360) throw new Error("no progress within 180 s");
    await sleep(500);
  }
}
