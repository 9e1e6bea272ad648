import type { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { checkProtection } from "../cluster/protection";
import { withDeadLetters } from "../deadLetters/access";
import { exportLetters, importLetters } from "../deadLetters/files";
import {
  describeLetter,
  formatGroups,
  formatLetters,
  formatReplayed,
  groupLetters,
  toJson,
} from "../deadLetters/format";
import { findLetter, readLetters } from "../deadLetters/list";
import { purge } from "../deadLetters/purge";
import { replay } from "../deadLetters/replay";
import { describeSelection } from "../deadLetters/selection";
import { UserError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import type { AmqpSession } from "../amqp/connection";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION } from "./commonOptions";
import { checkYes, requireConsent } from "./consent";
import { addSelectionOptions, checkSelection, type SelectionOptions, selectionOf } from "./deadLetterOptions";
import { EXIT } from "./exitCodes";
import { numberOption } from "./numberOption";
import { progressOf } from "./progress";

interface Json {
  readonly json?: boolean;
}

interface ListOptions extends TargetOptions, SelectionOptions, Json {
  readonly limit: number;
  readonly summary?: boolean;
}

interface ReplayOptions extends TargetOptions, SelectionOptions, Json {
  readonly to?: string;
  readonly ignoreExpires?: boolean;
  readonly dryRun?: boolean;
}

interface PurgeOptions extends TargetOptions, SelectionOptions, Json {
  readonly yes?: boolean;
  readonly allowProtected?: boolean;
}

/** Adds `ha-celery dead-letters`. */
export function deadLettersCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("dead-letters")
    .description("list, replay, export, and purge the tasks that no worker could finish");
  const add = (name: string, description: string): Command =>
    access.addOptions(command.command(name).description(description));

  addSelectionOptions(add("list", "list dead letters, the oldest first"))
    .option("--limit <count>", "number of dead letters to print", numberOption({ integer: true, min: 1 }), 50)
    .option("--summary", "count them by task, reason, and queue instead")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => list(options, access));

  add("show", "print one dead letter with its headers and its body as JSON")
    .argument("<id>", "id of the task")
    .action((id: string, options: TargetOptions) => show(id, options, access));

  addSelectionOptions(add("replay", "publish dead letters to their own queues again, under their ids"))
    .argument("[id]", "id of the task")
    .option("--all", "all dead letters")
    .option("--to <queue>", "publish to this queue instead")
    .option("--ignore-expires", "also run tasks that have expired")
    .option("--dry-run", "show what would be replayed")
    .option(...JSON_OPTION)
    .action((id: string | undefined, options: ReplayOptions) => replayAll(id, options, access));

  addSelectionOptions(add("export", "write dead letters to a file, one JSON object on each line; they stay"))
    .argument("<file>", "file to write; it must not exist")
    .action((file: string, options: TargetOptions & SelectionOptions) => write(file, options, access));

  add("import", "add the dead letters of an exported file to the queue")
    .argument("<file>", "file that export wrote")
    .action((file: string, options: TargetOptions) => read(file, options, access));

  addSelectionOptions(add("purge", "delete dead letters for good"))
    .option("--all", "all dead letters")
    .option("--yes", "consent to the deletion; required without a terminal")
    .option("--allow-protected", "also in an installation with deletionProtection")
    .option(...JSON_OPTION)
    .action((options: PurgeOptions) => remove(options, access));
}

/** Runs a command with a connection to the brokers. */
async function connected<T>(
  options: TargetOptions,
  access: ClusterAccess,
  use: (session: AmqpSession) => Promise<T>,
): Promise<T> {
  const { cluster } = await access.connect(options);
  return withDeadLetters(cluster, await findInstallation(cluster, options), use);
}

async function list(options: ListOptions, access: ClusterAccess): Promise<void> {
  const { letters, total } = await connected(options, access, (session) =>
    readLetters(session, selectionOf(options)),
  );
  if (options.summary) {
    const groups = groupLetters(letters);
    console.log(options.json ? JSON.stringify({ total, groups }) : formatGroups(groups));
    return;
  }
  const shown = letters.slice(0, options.limit);
  if (options.json) {
    console.log(JSON.stringify({ total, selected: letters.length, letters: shown.map(toJson) }));
    return;
  }
  if (shown.length > 0) console.log(formatLetters(shown));
  const hidden = letters.length - shown.length;
  console.log(
    `${letters.length} of ${total} dead letters${hidden > 0 ? `, ${hidden} not shown: --limit, --summary` : ""}`,
  );
}

async function show(id: string, options: TargetOptions, access: ClusterAccess): Promise<void> {
  const message = await connected(options, access, (session) => findLetter(session, id));
  if (!message) throw missing(id);
  console.log(JSON.stringify(describeLetter(message), undefined, 2));
}

async function replayAll(
  id: string | undefined,
  options: ReplayOptions,
  access: ClusterAccess,
): Promise<void> {
  checkSelection("replay", options, id);
  const signal = abortOnInterrupt("Stopping after the current task");
  const { to, ignoreExpires, dryRun = false } = options;
  const result = await connected(options, access, (session) =>
    replay(session, {
      selection: selectionOf(options, id),
      controls: { to: "--to", ignoreExpires: "--ignore-expires" },
      to,
      ignoreExpires,
      dryRun,
      signal,
      report: progressOf("dead letters visited"),
    }),
  );
  const { replayed, kept, others } = result;
  if (options.json)
    console.log(
      JSON.stringify({
        dryRun,
        replayed: replayed.map(toJson),
        kept: kept.map(({ letter, why }) => ({ ...toJson(letter), why })),
        others,
      }),
    );
  else console.log(formatReplayed(result, dryRun));
  if (signal.aborted) throw new UserError("The replay was stopped. Run the command again to continue.");
  if (id !== undefined && replayed.length + kept.length === 0) throw missing(id);
  if (kept.length > 0) process.exitCode = EXIT.failed;
}

async function write(
  file: string,
  options: TargetOptions & SelectionOptions,
  access: ClusterAccess,
): Promise<void> {
  const count = await connected(options, access, (session) =>
    exportLetters(session, file, selectionOf(options)),
  );
  console.log(`${count} dead letters written to ${file}`);
}

async function read(file: string, options: TargetOptions, access: ClusterAccess): Promise<void> {
  const count = await connected(options, access, (session) => importLetters(session, file));
  console.log(`${count} dead letters added from ${file}`);
}

async function remove(options: PurgeOptions, access: ClusterAccess): Promise<void> {
  checkSelection("purge", options);
  const { cluster, local } = await access.connect(options);
  checkYes(options, local);
  const installation = await findInstallation(cluster, options);
  checkProtection(installation, options, "a purge deletes tasks for good");
  const selection = selectionOf(options);
  if (!local && !options.yes)
    await requireConsent(
      cluster.context,
      `A purge of dead letters (${describeSelection(selection)}) of ${installation.namespace}/${installation.name}`,
    );
  const removed = await withDeadLetters(cluster, installation, (session) => purge(session, selection));
  console.log(
    options.json ? JSON.stringify({ purged: removed }) : `${removed} dead letters deleted for good`,
  );
}

const missing = (id: string): UserError =>
  new UserError(`No dead letter has the id ${id}. List them: npx ha-celery dead-letters list`);
