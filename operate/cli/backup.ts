import type { Command } from "commander";
import { withSessions } from "../backup/access";
import { openBackup } from "../backup/file";
import { definitionCounts, formatBackup, formatRestored } from "../backup/format";
import { restore } from "../backup/restore";
import { takeBackup } from "../backup/take";
import { findInstallation } from "../cluster/installation";
import { UsageError, UserError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION, repeated } from "./commonOptions";
import { checkYes, requireConsent } from "./consent";
import { EXIT } from "./exitCodes";
import { progressOf } from "./progress";

interface BackupOptions extends TargetOptions {
  readonly queue?: readonly string[];
  readonly allQueues?: boolean;
  readonly json?: boolean;
}

interface RestoreOptions extends TargetOptions {
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Adds `ha-celery backup` and `ha-celery restore`. */
export function backupCommands(program: Command, access: ClusterAccess): void {
  access
    .addOptions(
      program
        .command("backup")
        .description(
          "write RabbitMQ's definitions, and the tasks of queues without consumers, to a file; they stay",
        ),
    )
    .argument("<file>", "file to write; it must not exist")
    .option(
      "--queue <name>",
      "also the tasks of this queue, and those that are delayed for it; can be repeated",
      repeated,
    )
    .option("--all-queues", "also the tasks of all queues, and the dead letters")
    .option(...JSON_OPTION)
    .action((file: string, options: BackupOptions) => write(file, options, access));

  access
    .addOptions(
      program
        .command("restore")
        .description(
          "create what is missing of a backup's definitions, and publish its tasks under their ids",
        ),
    )
    .argument("<file>", "file that backup wrote")
    .option(
      "--again",
      "publish the tasks of a backup once more that was restored completely; continues a restore that was not",
    )
    .option("--dry-run", "show what would be created and published")
    .option("--yes", "consent to the restore; required without a terminal")
    .option(...JSON_OPTION)
    .action((file: string, options: RestoreOptions) => read(file, options, access));
}

async function write(file: string, options: BackupOptions, access: ClusterAccess): Promise<void> {
  if (options.allQueues && options.queue)
    throw new UsageError("--all-queues and --queue exclude each other. Omit one of them.");
  const { cluster } = await access.connect(options);
  const installation = await findInstallation(cluster, options);
  const signal = abortOnInterrupt("Returning the tasks to their queues");
  const queues = options.allQueues ? "all" : (options.queue ?? []);
  const result = await withSessions(cluster, installation, (sessions) =>
    takeBackup(installation, sessions, { file, queues, signal }),
  );
  const { id, definitions, messages, arrived } = result;
  const { users, parameters } = definitions;
  console.log(
    options.json
      ? JSON.stringify({
          file,
          id,
          definitions: {
            ...definitionCounts(definitions),
            users: users.length,
            parametersLeftOut: parameters,
          },
          queues: result.queues,
          messages,
          arrived,
        })
      : formatBackup(file, result),
  );
}

async function read(file: string, options: RestoreOptions, access: ClusterAccess): Promise<void> {
  const { dryRun = false, again = false } = options;
  const backup = await openBackup(file);
  const { cluster, local } = await access.connect(options);
  checkYes(options, local);
  const installation = await findInstallation(cluster, options);
  if (!local && !options.yes && !dryRun)
    await requireConsent(
      cluster.context,
      `A restore of ${backup.messages} tasks, saved from ${backup.installation} at ${backup.takenAt}, in ${installation.namespace}/${installation.name}`,
    );
  const signal = abortOnInterrupt("Stopping after the current task");
  const report = progressOf("tasks handled");
  const result = await withSessions(cluster, installation, (sessions) =>
    restore(installation, sessions, backup, { dryRun, again, signal, report }),
  );
  const { missing, published, present, failed, complete } = result;
  const { users, different } = missing;
  console.log(
    options.json
      ? JSON.stringify({
          dryRun,
          created: definitionCounts(missing),
          missingUsers: users,
          different,
          published,
          present,
          failed,
          complete,
        })
      : formatRestored(result, dryRun),
  );
  if (signal.aborted) throw new UserError("The restore was stopped. Run the same command again to continue.");
  if (failed.length > 0) process.exitCode = EXIT.failed;
}
