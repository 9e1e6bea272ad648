import type { Events, FinishedTask } from "./events";

/** Tasks counted by id. */
export interface TaskCount {
  readonly confirmed: number;
  readonly executed: number;
  readonly lostIds: readonly string[];
  readonly duplicatedIds: readonly string[];
}

export function countTasks({ confirmed, finished }: Events): TaskCount {
  const executions = new Map<string, Set<string>>();
  // A record that arrives twice counts as one execution.
  for (const each of finished) executionsOf(executions, each.id).add(`${each.worker} ${each.started}`);
  const ids = new Set(confirmed.map(({ id }) => id));
  return {
    confirmed: ids.size,
    executed: executions.size,
    lostIds: [...ids].filter((id) => !executions.has(id)).sort(),
    duplicatedIds: [...executions].flatMap(([id, { size }]) => (size > 1 ? [id] : [])).sort(),
  };
}

/** Returns when each task finished for the first time. */
export function firstFinishes(finished: readonly FinishedTask[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const each of finished) first.set(each.id, Math.min(each.finished, first.get(each.id) ?? Infinity));
  return first;
}

function executionsOf(all: Map<string, Set<string>>, id: string): Set<string> {
  const found = all.get(id) ?? new Set<string>();
  all.set(id, found);
  return found;
}
