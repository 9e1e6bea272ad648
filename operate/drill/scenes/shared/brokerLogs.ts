import { nameOf } from "../../../cluster/cluster";
import type { Drill } from "../scene";

/** A broker node believes that another one is gone. */
const NODE_DOWN = /node '?rabbit@\S+? down|rabbit on node \S+ down/;
/** A member of a queue has become its leader. */
const ELECTED = /queue '([^']+)' in vhost .*candidate -> leader/;

export interface Alarms {
  readonly nodesDown: number;
  /** Of the drill's queue. */
  readonly elections: number;
}

/** What the brokers' logs say since a time of the drill, in Unix seconds. */
export async function alarmsSince(drill: Drill, since: number): Promise<Alarms> {
  const pods = await drill.brokers.pods();
  const logs = await Promise.all(
    pods.map((pod) =>
      drill.cluster.core.readNamespacedPodLog({
        namespace: drill.brokers.namespace,
        name: nameOf(pod),
        container: "rabbitmq",
        sinceSeconds: Math.ceil(Date.now() / 1000 - since),
      }),
    ),
  );
  const lines = logs.flatMap((log) => log.split("\n"));
  return {
    nodesDown: lines.filter((line) => NODE_DOWN.test(line)).length,
    elections: lines.filter((line) => ELECTED.exec(line)?.[1] === drill.load.queue).length,
  };
}
