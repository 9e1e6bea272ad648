import { isReady, nameOf } from "../cluster/objects";
import type { Brokers } from "../cluster/brokers";
import { UserError } from "../errors";
import type { UpgradeCheck } from "./model";

/** Why the feature flags cannot be enabled yet. Empty if they can. */
export const unfinished = ({ findings }: UpgradeCheck): string[] =>
  findings.filter(({ of, blocks }) => blocks && of === "any").map(({ text }) => text);

/** Enables all stable feature flags on all brokers. There is no way back to a version that does not know them. */
export async function enableFeatureFlags(brokers: Pick<Brokers, "pods" | "exec">): Promise<void> {
  const pod = (await brokers.pods()).find(isReady);
  if (!pod) throw new UserError("No broker is ready. See what is wrong: npx ha-celery status");
  await brokers.exec({ pod: nameOf(pod) }, "rabbitmqctl", "--quiet", "enable_feature_flag", "all");
}
