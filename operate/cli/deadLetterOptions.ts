import type { Command } from "commander";
import type { Selection } from "../deadLetters/selection";
import { UsageError } from "../errors";
import { durationOption } from "./durationOption";

/** Options that select dead letters. */
export interface SelectionOptions extends Omit<Selection, "id"> {
  readonly all?: boolean;
}

export function addSelectionOptions(command: Command): Command {
  return command
    .option("--task <name>", "only those of this task")
    .option("--queue <name>", "only those that came from this queue")
    .option("--reason <reason>", "only those that died for this reason, such as rejected or expired")
    .option("--older-than <duration>", "only those that died longer ago, such as 2h or 7d", durationOption)
    .option("--newer-than <duration>", "only those that died since, such as 15min", durationOption);
}

export const selectionOf = (
  { task, queue, reason, olderThan, newerThan }: SelectionOptions,
  id?: string,
): Selection => ({ id, task, queue, reason, olderThan, newerThan });

/** Refuses a command that changes dead letters and does not say which. */
export function checkSelection(action: string, options: SelectionOptions, id?: string): void {
  const selected = Object.values(selectionOf(options, id)).some((value) => value !== undefined);
  if (selected && options.all)
    throw new UsageError(`--all and a selection exclude each other. Omit one of them.`);
  if (!selected && !options.all)
    throw new UsageError(
      `Say which dead letters to ${action}: ${action === "replay" ? "an ID, " : ""}--task, --queue, --reason, --older-than, --newer-than, or --all.`,
    );
}
