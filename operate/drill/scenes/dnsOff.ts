import { nameOf } from "../../cluster/objects";
import { addPacketFilter, removePacketFilter } from "../agents/podNetwork";
import type { Scene } from "./scene";
import { DNS_QUERIES } from "./shared/dnsQueries";

export const dnsOff: Scene = {
  name: "dns-off",
  summary: "drops all DNS queries of brokers, workers, and publisher",
  holdSeconds: 60,
  // Only new connections need DNS, and no connection is lost.
  limits: { publishGapSeconds: 1, consumeGapSeconds: 1, duplicated: 0, fullStrengthSeconds: 30 },
  needsAgents: true,
  async inject(drill) {
    const { brokers, cluster, load, nodes } = drill;
    const pods = [
      ...(await brokers.pods()),
      ...(await cluster.pods(load.namespace, load.workerSelector)),
      ...(await cluster.pods(load.namespace, load.publisherSelector)),
    ];
    await Promise.all(
      pods.map((pod) => {
        drill.undo(`${nameOf(pod)}: DNS restored`, () => removePacketFilter(nodes, pod));
        return addPacketFilter(nodes, pod, DNS_QUERIES, ["OUTPUT"]);
      }),
    );
    drill.event(`${pods.length} pods: no DNS`);
  },
};
