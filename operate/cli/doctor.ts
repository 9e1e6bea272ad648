import { resolve } from "node:path";
import type { Command } from "commander";
import type { Cluster } from "../cluster/cluster";
import { findStatefulSet } from "../cluster/installation";
import { type BundleSummary, type Patient, writeBundle } from "../doctor/doctor";
import { ownPackage } from "../ownPackage";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { numberOption } from "./numberOption";

interface DoctorCommandOptions extends TargetOptions {
  readonly output?: string;
  readonly logLines: number;
  readonly json?: boolean;
}

/** Adds `ha-celery doctor`. */
export function doctorCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("doctor")
    .description(
      "write a folder for a bug report: status, versions, objects, events, logs, and what the brokers report; without secrets",
    );
  access
    .addOptions(command)
    .option("--output <folder>", "folder to create (default: ha-celery-doctor-NAMESPACE-TIME)")
    .option(
      "--log-lines <count>",
      "lines of each container's log, from its end",
      numberOption({ integer: true, min: 1 }),
      5_000,
    )
    .option("--json", "print one JSON object instead of text")
    .action((options: DoctorCommandOptions) => run(options, access));
}

async function run(options: DoctorCommandOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const patient = await findPatient(cluster, options);
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const summary = await writeBundle(cluster, patient, {
    output: resolve(options.output ?? `ha-celery-doctor-${patient.namespace}-${time}`),
    lines: options.logLines,
    version: ownPackage()?.version ?? "unknown",
  });
  console.log(options.json ? JSON.stringify(summary) : describe(summary));
}

/** A namespace without brokers is a patient, too, if the user names it. */
async function findPatient(cluster: Cluster, options: TargetOptions): Promise<Patient> {
  const { namespace, name } = options;
  if (namespace !== undefined && name === undefined) {
    const { items } = await cluster.apps.listNamespacedStatefulSet({ namespace });
    if (items.length === 0) return { namespace };
  }
  const set = await findStatefulSet(cluster, options);
  return { namespace: set.metadata?.namespace ?? "", set };
}

function describe({ folder, files, unread, secretsKnown }: BundleSummary): string {
  return [
    `${files.length} files in ${folder}`,
    ...unread.map(({ file, reason }) => `missing: ${file}: ${reason}`),
    ...(secretsKnown
      ? []
      : ["The Secrets could not be read, so their values were not searched for in the files."]),
    "Read the files before you send them: logs contain what your tasks write. Then:",
    `  tar -czf ${folder}.tar.gz -C ${folder} .`,
  ].join("\n");
}
