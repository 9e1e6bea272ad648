import { BROKER_CONTAINER } from "../../../../components/rabbitMqCluster/names";
import { nameOf } from "../../../cluster/objects";
import type { Drill } from "../scene";

/** A broker node considers another one down. */
const NODE_DOWN = /node '?rabbit@\S+? down|rabbit on node \S+ down/;
/** A client has connected, with the name that it gives itself. */
const CONNECTED = /connection \S+ -> \S+ has a client-provided name: (\S+)/;
/** A queue member has become the leader. */
const ELECTED = /queue '([^']+)' in vhost .*candidate -> leader/;

export interface FalseAlarms {
  readonly nodesDown: number;
  /** Elections for the drill's queue. */
  readonly elections: number;
  /** Connections that the drill's workers and publisher opened. */
  readonly reconnects: number;
}

/** Counts the false alarms in the brokers' logs since a time in Unix seconds. */
export async function falseAlarmsSince(drill: Drill, since: number): Promise<FalseAlarms> {
  const pods = await drill.brokers.pods();
  const logs = await Promise.all(
    pods.map((pod) =>
      drill.cluster.core.readNamespacedPodLog({
        namespace: drill.brokers.namespace,
        name: nameOf(pod),
        container: BROKER_CONTAINER,
        sinceSeconds: Math.ceil(Date.now() / 1000 - since),
      }),
    ),
  );
  const lines = logs.flatMap((log) => log.split("\n"));
  const names = [drill.load.workersName, drill.load.publisherName];
  const isOfDrill = (client = "") => names.some((name) => client.includes(`@${name}`));
  return {
    nodesDown: lines.filter((line) => NODE_DOWN.test(line)).length,
    elections: lines.filter((line) => ELECTED.exec(line)?.[1] === drill.load.queue).length,
    reconnects: lines.filter((line) => isOfDrill(CONNECTED.exec(line)?.[1])).length,
  };
}
