import { failedLines } from "../backup/format";
import { newTable } from "../table";
import type { Moved } from "./move";

/** Sums of all queues. `lost` is counted from both ends: delivered there, minus confirmed here, minus returned there. */
export const totalsOf = (queues: readonly Moved[]) => {
  const sum = (value: (queue: Moved) => number) => queues.reduce((total, queue) => total + value(queue), 0);
  return {
    taken: sum(({ taken }) => taken),
    moved: sum(({ moved }) => moved),
    returned: sum(({ returned }) => returned),
    remaining: sum(({ remaining }) => remaining),
  };
};

export function formatMoved(queues: readonly Moved[]): string {
  const table = newTable({
    head: ["from", "to", "taken", "moved", "returned", "left there", "other consumers"],
  });
  for (const { from, to, taken, moved, returned, remaining, consumers } of queues)
    table.push([from, to, taken, moved, returned, remaining, consumers]);
  const { moved, remaining } = totalsOf(queues);
  return [
    table.toString(),
    `${moved} tasks moved, each confirmed before it was removed`,
    ...queues.flatMap(({ from, failed }) => failedLines(`not moved from ${from}`, failed)),
    ...(remaining > 0 ? [`${remaining} tasks wait there: run the command again`] : []),
    ...queues
      .filter(({ consumers }) => consumers > 0)
      .map(
        ({ from, consumers }) =>
          `queue ${from} has ${consumers} consumers there, which hold tasks that this command cannot see: stop these workers, and run the command again`,
      ),
  ].join("\n");
}
