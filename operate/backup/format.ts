import { DELAYED_QUEUES } from "../../components/shared/celery/contract";
import type { Missing } from "./definitions";
import type { Restored } from "./restore";
import type { BackupResult } from "./take";

/** Failed tasks that are listed one by one. */
const LISTED = 20;

export function formatBackup(file: string, { definitions, queues, messages, arrived }: BackupResult): string {
  const { parameters } = definitions;
  const delayed = Object.entries(queues).filter(([name]) => name.startsWith(DELAYED_QUEUES));
  const rows = Object.entries(queues).filter(([name]) => !name.startsWith(DELAYED_QUEUES));
  if (delayed.length > 0) rows.push(["delayed", delayed.reduce((sum, [, count]) => sum + count, 0)]);
  return [
    `definitions: ${countsOf(definitions)}, ${definitions.users.length} users without their passwords`,
    ...(parameters.length > 0
      ? [`left out, because their values may have passwords: parameters ${parameters.join(", ")}`]
      : []),
    `tasks: ${messages}${rows.length > 0 ? ` (${rows.map(([name, count]) => `${name} ${count}`).join(", ")})` : ""}`,
    ...(arrived > 0
      ? [`${arrived} tasks were published meanwhile, and are not in the backup: a publisher is running`]
      : []),
    `written to ${file}`,
  ].join("\n");
}

export function formatRestored(
  { missing, published, present, failed, complete }: Restored,
  dryRun: boolean,
): string {
  const { users, different } = missing;
  return [
    `${dryRun ? "would create" : "created"} definitions: ${countsOf(missing)}`,
    ...different.map((name) => `stays, although the backup has it with other arguments: ${name}`),
    ...(users.length > 0
      ? [`missing users, because a backup has no passwords: ${users.join(", ")}. Create those that you need.`]
      : []),
    ...failedLines("not restored", failed),
    complete
      ? `This backup was restored before: its ${present} tasks are not published again. To publish them once more: --again`
      : `${dryRun ? "would publish" : "published"} ${published} tasks, ${present} were back before`,
  ].join("\n");
}

/** Names the first tasks that failed, and counts the others. */
export function failedLines(what: string, failed: Restored["failed"]): string[] {
  const listed = failed.slice(0, LISTED).map(({ key, why }) => `${what}: ${key}: ${why}`);
  const others = failed.length - listed.length;
  return others > 0 ? [...listed, `${what}: ${others} more; see --json`] : listed;
}

/** Numbers of objects by kind. */
export const definitionCounts = ({ exchanges, queues, bindings, policies }: Pick<Missing, Kind>) => ({
  exchanges: exchanges.length,
  queues: queues.length,
  bindings: bindings.length,
  policies: policies.length,
});

type Kind = "exchanges" | "queues" | "bindings" | "policies";

const countsOf = (definitions: Pick<Missing, Kind>): string =>
  Object.entries(definitionCounts(definitions))
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
