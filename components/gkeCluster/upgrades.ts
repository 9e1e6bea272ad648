import type * as gcp from "@pulumi/gcp";
import { UpgradeStrategy } from "./choices";
import type { ResolvedCluster } from "./resolve";

/** Seconds that GKE gives a pod of a node that it upgrades, whatever its grace period and disruption budget
 * (https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies). */
export const DRAIN_SECONDS = 3600;

/** How GKE replaces nodes by upgraded ones. */
export function upgradeSettings({
  upgrades,
}: ResolvedCluster): gcp.types.input.container.NodePoolUpgradeSettings {
  if (upgrades.strategy === UpgradeStrategy.BlueGreen) {
    return {
      strategy: "BLUE_GREEN",
      blueGreenSettings: {
        // One broker moves at a time.
        standardRolloutPolicy: { batchNodeCount: 1 },
        nodePoolSoakDuration: `${upgrades.soakMinutes * 60}s`,
      },
    };
  }
  // A node is added before one is removed, so a broker finds a free node when its own is upgraded.
  return { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 };
}
