import type { Command } from "commander";
import { withBroker } from "../amqp/access";
import { requireApplicationUser } from "../backup/access";
import { findInstallation } from "../cluster/installation";
import { UsageError, UserError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import { formatMoved, totalsOf } from "../migrate/format";
import { migrate } from "../migrate/migrate";
import type { Moved, Pair } from "../migrate/move";
import { openSource, readSource, SOURCE_VARIABLE, type SourceOptions } from "../migrate/source";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION, repeated } from "./commonOptions";
import { checkYes, requireConsent } from "./consent";
import { EXIT } from "./exitCodes";
import { numberOption } from "./numberOption";
import { progressOf } from "./progress";

interface MigrateOptions extends TargetOptions, SourceOptions {
  readonly queue?: readonly string[];
  readonly to?: string;
  readonly idle: number;
  readonly follow?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Adds `ha-celery migrate`. */
export function migrateCommand(program: Command, access: ClusterAccess): void {
  access
    .addOptions(
      program
        .command("migrate")
        .description(
          `move the tasks of another RabbitMQ to this installation while both are in use; ${SOURCE_VARIABLE} has its URL`,
        ),
    )
    .option("--queue <name>", "queue of the other RabbitMQ; can be repeated", repeated)
    .option("--to <name>", "queue of this installation, if it has another name")
    .option("--source-file <file>", `file with the URL, instead of ${SOURCE_VARIABLE}`)
    .option("--source-ca <file>", "CA certificates of the other RabbitMQ (default: those of this machine)")
    .option("--idle <seconds>", "end when no task has arrived for this time", numberOption({ min: 1 }), 10)
    .option("--follow", "go on until an interrupt (Ctrl-C)")
    .option("--yes", "consent to the migration; required without a terminal")
    .option(...JSON_OPTION)
    .action((options: MigrateOptions) => run(options, access));
}

async function run(options: MigrateOptions, access: ClusterAccess): Promise<void> {
  const pairs = pairsOf(options);
  const account = await readSource(options, process.env);
  const { cluster, local } = await access.connect(options);
  checkYes(options, local);
  const installation = await findInstallation(cluster, options);
  if (!local && !options.yes)
    await requireConsent(
      cluster.context,
      `A migration of queues ${pairs.map(({ from }) => from).join(", ")} from ${account.url.hostname} to ${installation.namespace}/${installation.name}`,
    );
  const signal = abortOnInterrupt("Waiting for the tasks under way");
  const source = await openSource(account);
  try {
    const queues = await withBroker(cluster, installation, requireApplicationUser(installation), (target) =>
      migrate(source, target, {
        pairs,
        signal,
        ...(!options.follow && { idleSeconds: options.idle }),
        report: progressOf("tasks moved"),
      }),
    );
    console.log(options.json ? JSON.stringify({ queues, ...totalsOf(queues) }) : formatMoved(queues));
    process.exitCode = exitCodeAfter(queues, { ...options, isInterrupted: signal.aborted });
  } finally {
    await source.close();
  }
}

/** A script may delete the other RabbitMQ after a 0. With `--follow`, an interrupt is the end, and the next run checks. */
export function exitCodeAfter(
  queues: readonly Moved[],
  { follow = false, isInterrupted }: Pick<MigrateOptions, "follow"> & { readonly isInterrupted: boolean },
): number {
  if (isInterrupted && !follow)
    throw new UserError("The migration was stopped. Run the same command again to continue.");
  const isDone = queues.every(
    ({ failed, remaining, consumers }) =>
      failed.length === 0 && (follow || (remaining === 0 && consumers === 0)),
  );
  return isDone ? EXIT.done : EXIT.failed;
}

function pairsOf({ queue = [], to }: MigrateOptions): Pair[] {
  if (queue.length === 0) throw new UsageError("Say which queues to move: --queue NAME, once for each.");
  if (to !== undefined && queue.length > 1)
    throw new UsageError(
      "--to is for one queue. Run the command once for each queue that gets another name.",
    );
  return queue.map((from) => ({ from, to: to ?? from }));
}
