import { nameOf } from "../../../cluster/objects";
import { addPacketFilter, dropTrafficWith, removePacketFilter } from "../../agents/podNetwork";
import type { Drill } from "../scene";

/** Drops all traffic between the named brokers and their peers. Clients still reach every broker. */
export async function isolateFromPeers(drill: Drill, isolated: readonly string[]): Promise<void> {
  const pods = await drill.brokers.pods();
  await Promise.all(
    pods
      .filter((pod) => isolated.includes(nameOf(pod)))
      .map(async (pod) => {
        const peers = pods.filter((other) => other !== pod).flatMap(({ status }) => status?.podIPs ?? []);
        drill.undo(`${nameOf(pod)}: reconnected to its peers`, () => removePacketFilter(drill.nodes, pod));
        await addPacketFilter(
          drill.nodes,
          pod,
          peers.flatMap(({ ip }) => dropTrafficWith(ip)),
        );
      }),
  );
  drill.event(`${isolated.join(", ")}: isolated from ${isolated.length === 1 ? "its peers" : "each other"}`);
}
