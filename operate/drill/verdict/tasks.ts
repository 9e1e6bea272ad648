import type { Events, Finished } from "./events";

/** What became of the tasks, by id. */
export interface TaskCount {
  readonly confirmed: number;
  readonly executed: number;
  readonly lostIds: readonly string[];
  readonly duplicatedIds: readonly string[];
}

export function countTasks({ confirmed, finished }: Events): TaskCount {
  const executions = new Map<string, Set<string>>();
  // A record that arrived twice is one execution.
  for (const each of finished) setIn(executions, each.id).add(`${each.worker} ${each.started}`);
  const ids = new Set(confirmed.map(({ id }) => id));
  return {
    confirmed: ids.size,
    executed: executions.size,
    lostIds: [...ids].filter((id) => !executions.has(id)).sort(),
    duplicatedIds: [...executions].flatMap(([id, { size }]) => (size > 1 ? [id] : [])).sort(),
  };
}

/** When each task had finished for the first time. */
export function firstFinishes(finished: readonly Finished[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const each of finished) first.set(each.id, Math.min(each.finished, first.get(each.id) ?? Infinity));
  return first;
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const found = map.get(key) ?? new Set<string>();
  map.set(key, found);
  return found;
}
