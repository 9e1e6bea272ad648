import type { Installation } from "../cluster/installation";
import { runDrill } from "../drill/drill";
import type { DrillPlan, DrillResult } from "../drill/plan";
import type { View } from "../drill/view";
import { DrillWatcher } from "../drill/watcher";
import { UserError } from "../errors";
import type { ConnectedCluster } from "./clusterAccess";

/** Runs one drill, and shows it. When the signal aborts, its changes are undone. */
export async function runPlan(
  plan: DrillPlan,
  installation: Installation,
  { cluster, power, controlPlane }: ConnectedCluster,
  view: View,
  signal: AbortSignal,
): Promise<DrillResult> {
  const watcher = new DrillWatcher(cluster, installation, view, { scene: plan.scene.name, run: plan.run });
  try {
    return await runDrill(cluster, installation, plan, watcher, signal, { power, controlPlane });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UserError("The drill was stopped, and its changes were undone. There is no verdict.");
  } finally {
    await watcher.end();
  }
}
