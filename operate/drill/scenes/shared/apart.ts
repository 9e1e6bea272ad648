import { nameOf } from "../../../cluster/cluster";
import { apartFrom, filter, unfilter } from "../../agents/podNetwork";
import type { Drill } from "../scene";

/** Cuts the named brokers from all their peers, in both directions. Clients still reach every one of them. */
export async function cutFromPeers(drill: Drill, cut: readonly string[]): Promise<void> {
  const pods = await drill.brokers.pods();
  await Promise.all(
    pods
      .filter((pod) => cut.includes(nameOf(pod)))
      .map(async (pod) => {
        const peers = pods.filter((other) => other !== pod).flatMap(({ status }) => status?.podIPs ?? []);
        drill.undo(`${nameOf(pod)}: connected to its peers again`, () => unfilter(drill.nodes, pod));
        await filter(
          drill.nodes,
          pod,
          peers.flatMap(({ ip }) => apartFrom(ip)),
        );
      }),
  );
  drill.event(`${cut.join(", ")}: cut from ${cut.length === 1 ? "its peers" : "each other"}`);
}
