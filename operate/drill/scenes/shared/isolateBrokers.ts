import type { V1Pod } from "@kubernetes/client-node";
import { nameOf } from "../../../cluster/objects";
import { addPacketFilter, dropTrafficWith, removePacketFilter } from "../../agents/podNetwork";
import type { Drill } from "../scene";

/**
 * Drops all traffic between the named brokers and their peers: all of them, or those in `cutOff`. Clients still reach
 * every broker.
 */
export async function isolateFromPeers(
  drill: Drill,
  isolated: readonly string[],
  cutOff?: readonly string[],
): Promise<void> {
  const pods = await drill.brokers.pods();
  const isCutOff = (pod: V1Pod) => cutOff === undefined || cutOff.includes(nameOf(pod));
  await Promise.all(
    pods
      .filter((pod) => isolated.includes(nameOf(pod)))
      .map(async (pod) => {
        const peers = pods
          .filter((other) => other !== pod && isCutOff(other))
          .flatMap(({ status }) => status?.podIPs ?? []);
        drill.undo(`${nameOf(pod)}: reconnected to its peers`, () => removePacketFilter(drill.nodes, pod));
        await addPacketFilter(
          drill.nodes,
          pod,
          peers.flatMap(({ ip }) => dropTrafficWith(ip)),
        );
      }),
  );
  drill.event(
    `${isolated.join(", ")}: isolated from ${cutOff?.join(", ") ?? (isolated.length === 1 ? "its peers" : "each other")}`,
  );
}
