import { useState } from "preact/hooks";
import { durationOf } from "../../cluster/deadLetters";
import type { TaskReport, TaskRow } from "../../tasks/model";
import { count, speed } from "../format";
import { Percentiles } from "./durations";
import { State } from "./parts";
import { TableRegion } from "./tableRegion";

/** A filter helps only with a longer list. */
const FILTER_FROM = 8;

/** Tasks by name, which are filtered. */
export function TaskTable({
  report: { tasks, seconds },
  chosen,
}: {
  report: TaskReport;
  chosen: string | undefined;
}) {
  const [filter, setFilter] = useState("");
  const listed = tasks.filter(({ task }) => task.toLowerCase().includes(filter.toLowerCase()));
  // One scale for all rows, so that lengths compare.
  const longest = (of: "runtime" | "wait") => Math.max(0, ...tasks.map((task) => task[of]?.p99 ?? 0));
  const [runtime, wait] = [longest("runtime"), longest("wait")];
  return (
    <>
      <div class="title-row">
        <span class="hint">
          {seconds === undefined
            ? "Each worker counts from its own start, so there are no rates."
            : `Counted over ${durationOf(Math.round(seconds))}.`}{" "}
          Percentiles are interpolated, as by Prometheus.
        </span>
        {tasks.length >= FILTER_FROM && (
          <input
            type="search"
            placeholder="Filter by name"
            aria-label="Filter tasks by name"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        )}
      </div>
      <TableRegion of="tasks">
        <table class="tasks">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" class="number">
                Ended
              </th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                Retried
              </th>
              <th scope="col">
                Run time <span class="thin">p50 · p95 · p99</span>
              </th>
              <th scope="col">
                Queue wait <span class="thin">p50 · p95 · p99</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {listed.map((row) => (
              <Row key={row.task} row={row} chosen={row.task === chosen} runtime={runtime} wait={wait} />
            ))}
          </tbody>
        </table>
        {listed.length === 0 && <p class="hint">No task has “{filter}” in its name.</p>}
      </TableRegion>
    </>
  );
}

interface RowProps {
  readonly row: TaskRow;
  readonly chosen: boolean;
  /** The longest of all rows. */
  readonly runtime: number;
  readonly wait: number;
}

function Row({ row, chosen, runtime, wait }: RowProps) {
  const { task, queues, ended, perSecond, failed, rejected, retried } = row;
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <th scope="row">
        <a href={`#tasks/${encodeURIComponent(task)}`} aria-current={chosen ? "true" : undefined}>
          {task}
        </a>
        <span class="hint below">{queues.join(", ")}</span>
      </th>
      <td class="number">{count(ended)}</td>
      <td class="number">{perSecond === undefined ? "–" : speed(perSecond)}</td>
      <td class="number">
        {failed > 0 ? <State tone="bad">{count(failed)}</State> : "0"}
        {rejected > 0 && <span class="hint below">{count(rejected)} dead letters</span>}
      </td>
      <td class="number">{count(retried)}</td>
      <td>
        <Percentiles of={row.runtime} longest={runtime} color="depth" />
      </td>
      <td>
        <Percentiles of={row.wait} longest={wait} color="fetched" />
      </td>
    </tr>
  );
}
