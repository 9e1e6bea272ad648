import type { Command } from "commander";
import type { Cluster } from "../cluster/cluster";
import { findInstallation, type Installation } from "../cluster/installation";
import { colorsFor } from "../colors";
import { UserError } from "../errors";
import { readStatus } from "../status/read";
import { enableFeatureFlags, unfinished } from "../upgrade/finish";
import { formatCheck } from "../upgrade/format";
import { checkUpgrade } from "../upgrade/read";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION } from "./commonOptions";
import { checkYes, requireConsent } from "./consent";

interface CheckOptions extends TargetOptions {
  readonly json?: boolean;
}

interface FinishOptions extends CheckOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `ha-celery upgrade`. */
export function upgradeCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("upgrade")
    .description("check whether RabbitMQ, Kubernetes, or Celery can be upgraded, and finish an upgrade");
  const add = (name: string, description: string): Command =>
    access.addOptions(command.command(name).description(description));

  add("check", "list what stands in the way of the next version, each with its fix")
    .option(...JSON_OPTION)
    .action((options: CheckOptions) => check(options, access));
  add("finish", "enable RabbitMQ's stable feature flags once all brokers run the new version")
    .option("--yes", "consent to it; required without a terminal")
    .option("--dry-run", "show which feature flags would be enabled")
    .option(...JSON_OPTION)
    .action((options: FinishOptions) => finish(options, access));
}

async function check(options: CheckOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const result = await checkUpgrade(cluster, await findInstallation(cluster, options));
  console.log(options.json ? JSON.stringify(result) : formatCheck(result, colorsFor(process.stdout)));
  if (result.findings.some(({ blocks }) => blocks)) process.exitCode = 1;
}

async function finish(options: FinishOptions, access: ClusterAccess): Promise<void> {
  const { cluster, local } = await access.connect(options);
  checkYes(options, local);
  const installation = await findInstallation(cluster, options);
  const { namespace, name, brokers } = installation;
  const flags = await disabledFlags(cluster, installation);
  const reasons = unfinished(await checkUpgrade(cluster, installation));
  if (flags.length > 0 && reasons.length > 0)
    throw new UserError(
      `The upgrade of ${namespace}/${name} is not complete, and feature flags require all brokers: ${reasons.join("; ")}. Solve this first: npx ha-celery upgrade check`,
    );
  if (flags.length > 0 && !options.dryRun) {
    if (!local && !options.yes)
      await requireConsent(
        cluster.context,
        `Enabling the feature flags ${flags.join(", ")} of ${namespace}/${name} for good, after which no older version of RabbitMQ can run,`,
      );
    await enableFeatureFlags(brokers);
  }
  const left = options.dryRun ? flags : await disabledFlags(cluster, installation);
  const enabled = flags.filter((flag) => !left.includes(flag));
  if (options.json) console.log(JSON.stringify({ enabled, disabled: left }));
  else console.log(describe(enabled, left));
  if (left.length > 0 && !options.dryRun) process.exitCode = 1;
}

async function disabledFlags(cluster: Cluster, installation: Installation): Promise<readonly string[]> {
  const { disabledFeatureFlags, name, namespace } = await readStatus(cluster, installation);
  if (disabledFeatureFlags) return disabledFeatureFlags;
  throw new UserError(
    `No broker of ${namespace}/${name} reports its feature flags. See what is wrong: npx ha-celery status`,
  );
}

function describe(enabled: readonly string[], left: readonly string[]): string {
  if (enabled.length + left.length === 0) return "All stable feature flags are enabled.";
  return [
    ...(enabled.length > 0 ? [`enabled: ${enabled.join(", ")}`] : []),
    ...(left.length > 0 ? [`not enabled: ${left.join(", ")}`] : []),
  ].join("\n");
}
