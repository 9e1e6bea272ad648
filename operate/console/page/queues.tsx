import { useState } from "preact/hooks";
import { DEAD_LETTERS } from "../../../components/shared/celery/contract";
import { durationOf } from "../../cluster/deadLetters";
import type { InstallationStatus, QueueStatus, WorkloadStatus } from "../../status/model";
import { spanOf } from "../axis";
import { count, speed } from "../format";
import { arrivals, isCounted } from "../flows";
import { depths, rateOf, rates, type Sample, type Series } from "../history";
import type { Past } from "../past";
import type { Session } from "../routes";
import { Chart, Legend, type Line, Sparkline } from "./chart";
import { EMBEDDED } from "./embeddedData";
import { Crown, Growth, Rate, State } from "./parts";
import { QueuePurge } from "./queuePurge";
import { TableRegion } from "./tableRegion";
import { useTasks } from "./taskAnswers";

/** A filter helps only with a longer list. */
const FILTER_FROM = 8;

interface QueuesProps {
  readonly session: Session | undefined;
  readonly past: Past;
  readonly status: InstallationStatus;
  readonly now: number;
  /** Name of the queue in the address. */
  readonly chosen: string | undefined;
}

/** All queues with their last hour, and one of them in detail. */
export function Queues({ past, status, now, session, chosen }: QueuesProps) {
  const [filter, setFilter] = useState("");
  const queues = status.queues ?? past.queues ?? [];
  const known = status.queues !== undefined;
  const selected = queues.find(({ name }) => name === chosen) ?? deepest(queues);
  const listed = queues
    .filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
    .sort((one, other) => one.name.localeCompare(other.name));
  if (queues.length === 0)
    return (
      <section class="empty">
        <h2>{known ? "No queues yet" : "No broker reports its queues"}</h2>
        <p>
          {known
            ? "Workers declare their queues when they start."
            : "They appear as soon as a broker answers."}
        </p>
      </section>
    );
  return (
    <>
      {!known && <State tone="bad">No broker reports its queues. These are the last known ones.</State>}
      {selected && <Detail key={selected.name} queue={selected} {...{ past, status, now, session }} />}
      <section aria-labelledby="queues">
        <div class="title-row">
          <h2 id="queues">{queues.length === 1 ? "1 queue" : `${queues.length} queues`}</h2>
          {queues.length >= FILTER_FROM && (
            <input
              type="search"
              placeholder="Filter by name"
              aria-label="Filter queues by name"
              value={filter}
              onInput={({ currentTarget }) => setFilter(currentTarget.value)}
            />
          )}
        </div>
        <TableRegion of="queues">
          <table>
            <thead>
              <tr>
                <th scope="col">Queue</th>
                <th scope="col" class="number">
                  Waiting
                </th>
                <th scope="col" class="number">
                  Fetched
                </th>
                <th scope="col">Last hour</th>
                <th scope="col">Rate</th>
                <th scope="col" class="number">
                  Consumers
                </th>
                <th scope="col">Leader</th>
                <th scope="col">Copies online</th>
              </tr>
            </thead>
            <tbody>
              {listed.map((queue) => (
                <Row
                  key={queue.name}
                  queue={queue}
                  samples={past.samples}
                  now={now}
                  chosen={queue === selected}
                />
              ))}
            </tbody>
          </table>
          {listed.length === 0 && <p class="hint">No queue has “{filter}” in its name.</p>}
        </TableRegion>
      </section>
    </>
  );
}

const depthOf = ({ ready, unacknowledged }: QueueStatus): number => ready + unacknowledged;

const deepest = (queues: readonly QueueStatus[]): QueueStatus | undefined =>
  [...queues]
    .filter(({ name }) => name !== DEAD_LETTERS)
    .sort((one, other) => depthOf(other) - depthOf(one))[0];

interface RowProps {
  readonly queue: QueueStatus;
  readonly samples: readonly Sample[];
  readonly now: number;
  readonly chosen: boolean;
}

function Row({ queue, samples, now, chosen }: RowProps) {
  const { name, ready, unacknowledged, consumers, leader, online, copies } = queue;
  const series = depths(samples, name);
  const rate = rateOf(series);
  const unread = consumers === 0 && ready > 0 && name !== DEAD_LETTERS;
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <th scope="row">
        <a href={`#queues/${encodeURIComponent(name)}`} aria-current={chosen ? "true" : undefined}>
          {name}
        </a>
        {name === DEAD_LETTERS && ready > 0 && (
          <a class="below" href="#dead-letters">
            look into them
          </a>
        )}
      </th>
      <td class="number">{count(ready)}</td>
      <td class="number">{count(unacknowledged)}</td>
      <td>
        <Sparkline series={series} span={spanOf(samples[0]?.at, now)} />
      </td>
      <td>
        <Rate depth={depthOf(queue)} rate={rate} consumers={consumers} />
      </td>
      <td class="number">
        {unread ? <State tone="bad">0</State> : consumers === undefined ? "unknown" : count(consumers)}
      </td>
      <td>
        {leader ? (
          <span class="leads">
            <Crown /> {leader}
          </span>
        ) : (
          <State tone="bad">none</State>
        )}
      </td>
      <td>
        {online < copies ? (
          <State tone="warn">
            {online} of {copies}
          </State>
        ) : (
          `${online} of ${copies}`
        )}
      </td>
    </tr>
  );
}

/** Depth and rate of one queue over the last hour. */
function Detail({
  queue,
  past,
  status,
  now,
  session,
}: {
  queue: QueueStatus;
  past: Past;
  status: InstallationStatus;
  now: number;
  session: Session | undefined;
}) {
  const { name } = queue;
  const depth = depths(past.samples, name);
  const waiting: Series = past.samples.map(({ at, queues }) => ({ at, value: queues?.[name]?.[0] }));
  const lines: Line[] = [
    { label: "waiting and fetched", color: "fetched", series: depth },
    { label: "waiting", color: "depth", series: waiting, filled: true },
  ];
  const isKnown = isCounted(status.workloads, name);
  const { rates: done = [] } = useTasks({ queue: name }, now, isKnown).answer ?? {};
  const speeds: Line[] =
    isKnown && done.length > 1
      ? [
          { label: "in per second", color: "flow-rate", series: arrivals(done, depth) },
          {
            label: "out per second",
            color: "done",
            series: done.map((point) => ({ at: point.at, value: point.done })),
          },
        ]
      : [{ label: "change per second", color: "flow-rate", series: rates(depth) }];
  const span = spanOf(past.samples[0]?.at, now);
  const readers = status.workloads.filter(({ queues }) => queues.includes(name));
  const isRead = readers.length > 0;
  const oldest = name === DEAD_LETTERS ? status.deadLetters?.oldestSeconds : queue.oldestSeconds;
  return (
    <section class="detail" aria-labelledby="detail">
      <div class="title-row">
        <h2 id="detail">{name}</h2>
        <span class="hint">
          {oldest !== undefined && `the oldest for ${durationOf(oldest)}; `}
          {isRead ? `read by ${readers.map(describeReader).join(", ")}` : "no worker pool reads it"}
        </span>
      </div>
      {name === DEAD_LETTERS && <a href="#dead-letters">Look into the dead letters</a>}
      <Growth queue={queue} rate={rateOf(depth)} />
      {isRead && queue.ratesUnknown !== undefined && (
        <p class="hint">Rates in and out are unknown: {queue.ratesUnknown}</p>
      )}
      <Legend lines={lines} />
      <Chart title={`Tasks in ${name}`} lines={lines} span={span} />
      <Legend lines={speeds} />
      {speeds.length > 1 ? (
        <Chart title={`Tasks into and out of ${name} per second`} lines={speeds} span={span} format={speed} />
      ) : (
        <Chart
          title={`Change of ${name} per second`}
          lines={speeds}
          span={span}
          format={signedSpeed}
          signed
        />
      )}
      {name !== DEAD_LETTERS && !EMBEDDED && <QueuePurge queue={queue} {...{ isRead, status, session }} />}
    </section>
  );
}

const describeReader = ({ kind, name, ready, wanted }: WorkloadStatus): string =>
  `${kind} ${name}: ${wanted === 0 ? "scaled to 0" : `${ready} of ${wanted} ready`}`;

export const signedSpeed = (value: number): string =>
  value === 0 ? "0/s" : `${value > 0 ? "+" : "−"}${speed(value)}`;
