import { useState } from "preact/hooks";
import { durationOf } from "../../cluster/deadLetters";
import type { PoolRow, TaskReport, TaskRow } from "../../tasks/model";
import { whyUnread } from "../../tasks/words";
import { spanOf } from "../axis";
import { count, speed } from "../format";
import type { Past } from "../past";
import { TASK_TIMES, type TasksAnswer } from "../tasks";
import { Chart, Legend, type Line } from "./chart";
import { Command, Meter, State } from "./parts";
import { useTasks } from "./taskAnswers";
import { TaskTable } from "./taskTable";

const TITLES: Readonly<Record<(typeof TASK_TIMES)[number], string>> = {
  300: "5 min",
  900: "15 min",
  3600: "1 h",
  0: "since workers started",
};

interface TasksProps {
  readonly past: Past;
  readonly now: number;
  /** Name of the task in the address. */
  readonly chosen: string | undefined;
}

/** Tasks by name, and the slots of the worker pools. */
export function Tasks({ past, now, chosen }: TasksProps) {
  const [seconds, setSeconds] = useState<number>(TASK_TIMES[0]);
  const { answer, failure } = useTasks({ seconds, task: chosen }, now);
  if (!answer)
    return failure === undefined ? (
      <p class="hint" role="status">
        Reading the metrics of the workers …
      </p>
    ) : (
      <State tone="bad">{failure}</State>
    );
  const { report, rates } = answer;
  const row = report.tasks.find(({ task }) => task === chosen);
  return (
    <>
      <Pools pools={report.pools} />
      {chosen !== undefined && <Detail name={chosen} row={row} rates={rates} past={past} now={now} />}
      <section aria-labelledby="tasks">
        <div class="title-row">
          <h2 id="tasks">Tasks by name</h2>
          <fieldset class="choice">
            <legend class="hidden">Time that is counted</legend>
            {TASK_TIMES.map((time) => (
              <label key={time}>
                <input
                  type="radio"
                  name="time"
                  checked={seconds === time}
                  onChange={() => setSeconds(time)}
                />
                {TITLES[time]}
              </label>
            ))}
          </fieldset>
        </div>
        {report.tasks.length === 0 ? (
          <NoTasks report={report} all={() => setSeconds(0)} />
        ) : (
          <TaskTable report={report} chosen={chosen} />
        )}
      </section>
      <Command
        text={`npx ha-celery tasks --watch --context ${report.context} --namespace ${report.namespace} --name ${report.name}`}
      />
    </>
  );
}

function Pools({ pools }: { pools: readonly PoolRow[] }) {
  return (
    <section aria-labelledby="pools">
      <h2 id="pools">Worker pools</h2>
      <div class="pool-cards">
        {pools.map((row) => {
          const { pool, queues, pods, read, busy, slots, prefetched } = row;
          return (
            <div key={pool} class="pool-card">
              <div class="title-row">
                <h3>{pool}</h3>
                <span class="hint">
                  {queues.length > 0 ? `reads ${queues.join(", ")}` : "reads no queue"}
                </span>
              </div>
              {read > 0 && (
                <>
                  <Meter
                    label="Busy slots"
                    share={busy / Math.max(1, slots)}
                    text={`${count(busy)} of ${count(slots)}`}
                    limit="of all slots"
                    calm
                  />
                  <span class="hint">{count(prefetched)} fetched tasks wait for a slot</span>
                </>
              )}
              {read === 0 && <State tone={pods === 0 ? "quiet" : "bad"}>{capitalized(whyUnread(row))}</State>}
              {read > 0 && read < pods && (
                <State tone="warn">
                  {read} of {pods} workers answer
                </State>
              )}
            </div>
          );
        })}
        {pools.length === 0 && <p class="hint">This installation has no worker pool.</p>}
      </div>
    </section>
  );
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function NoTasks({ report: { pools, seconds }, all }: { report: TaskReport; all: () => void }) {
  if (pools.every(({ read }) => read === 0))
    return (
      <section class="empty">
        <h3>No worker reports its tasks</h3>
        <p class="hint">
          Workers serve metrics on port 9808 by default; with inject, only if metrics.enabled is true. See
          docs/reference/metrics.md.
        </p>
      </section>
    );
  if (seconds === undefined)
    return (
      <section class="empty">
        <h3>No worker has received a task since it started</h3>
      </section>
    );
  return (
    <section class="empty">
      <h3>No task {seconds < 10 ? "yet" : `in ${durationOf(Math.round(seconds))}`}</h3>
      <p class="hint">Tasks are counted from the moment a tab is open.</p>
      <button type="button" onClick={all}>
        Show all since the workers started
      </button>
    </section>
  );
}

interface DetailProps {
  readonly name: string;
  /** Undefined if the task did not run in the chosen time. */
  readonly row: TaskRow | undefined;
  readonly rates: TasksAnswer["rates"];
  readonly past: Past;
  readonly now: number;
}

/** Rates of one task over the last hour, and its outcomes. */
function Detail({ name, row, rates = [], past, now }: DetailProps) {
  const lines: Line[] = [
    {
      label: "done per second",
      color: "depth",
      series: rates.map(({ at, done }) => ({ at, value: done })),
      filled: true,
    },
    {
      label: "failed or rejected per second",
      color: "failures",
      series: rates.map(({ at, failed }) => ({ at, value: failed })),
    },
  ];
  return (
    <section class="detail" aria-labelledby="detail">
      <div class="title-row">
        <h2 id="detail">{name}</h2>
        <a href="#tasks">Close</a>
      </div>
      <Legend lines={lines} />
      <Chart
        title={`Rates of ${name}`}
        lines={lines}
        span={spanOf(past.samples[0]?.at, now)}
        format={speed}
      />
      {row && (
        <dl class="facts">
          {(["received", "succeeded", "failed", "retried", "rejected", "returned", "discarded"] as const).map(
            (outcome) => (
              <div key={outcome}>
                <dt>{outcome}</dt>
                <dd>{count(row[outcome])}</dd>
              </div>
            ),
          )}
        </dl>
      )}
    </section>
  );
}
