import { DEAD_LETTERS } from "../../../components/shared/celery/contract";
import { durationOf } from "../../cluster/deadLetters";
import type { InstallationStatus, QueueStatus, WorkloadStatus } from "../../status/model";
import { spanOf } from "../axis";
import { count, counted } from "../format";
import { depths, rateOf, type Sample } from "../history";
import type { Past } from "../past";
import { Sparkline } from "./chart";
import { Growth, Rate, State } from "./parts";

/** More would hide the nodes below them. */
const SHOWN = 8;
const RECENT_MS = 600_000;

/** The way of a task: publishers, queues, worker pools. */
export function Flow({ past, status, now }: { past: Past; status: InstallationStatus; now: number }) {
  const queues = (status.queues ?? past.queues ?? []).filter(({ name }) => name !== DEAD_LETTERS);
  const shown = mostImportant(queues);
  return (
    <section aria-labelledby="flow">
      <h2 id="flow">Tasks</h2>
      <div class="flow">
        <Publishers status={status} />
        <Arrow />
        <div class="flow-part">
          <h3>Queues</h3>
          {!status.queues && (
            <State tone="bad">No broker reports its queues{queues.length > 0 && "; last known:"}</State>
          )}
          {shown.map((queue) => (
            <QueueRow
              key={queue.name}
              queue={queue}
              samples={past.samples}
              now={now}
              known={status.queues !== undefined}
            />
          ))}
          {queues.length === 0 && status.queues && (
            <p class="hint">No queue yet. Workers declare them when they start.</p>
          )}
          {queues.length > shown.length && <a href="#queues">All {queues.length} queues</a>}
          <Aside status={status} />
        </div>
        <Arrow />
        <Pools workloads={status.workloads} />
      </div>
    </section>
  );
}

const Arrow = () => (
  <svg class="arrow" viewBox="0 0 24 24" aria-hidden="true">
    <path
      d="M3 12h17m-6-6 6 6-6 6"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);

/** The deepest, in the order of their names, so that rows do not change their places with each status. */
function mostImportant(queues: readonly QueueStatus[]): QueueStatus[] {
  const depth = ({ ready, unacknowledged }: QueueStatus) => ready + unacknowledged;
  return [...queues]
    .sort((one, other) => depth(other) - depth(one))
    .slice(0, SHOWN)
    .sort((one, other) => one.name.localeCompare(other.name));
}

function Publishers({ status: { brokers, workloads } }: { status: InstallationStatus }) {
  const alarms = brokers.flatMap(({ pod, alarms: each = [] }) =>
    each.map((alarm) => `${alarm} alarm on ${pod}`),
  );
  const known = brokers.some(({ alarms: each }) => each !== undefined);
  const serving = brokers.some(({ ready, member }) => ready && member);
  return (
    <div class="flow-part publishers">
      <h3>Publishers</h3>
      {alarms.length > 0 ? (
        <State tone="bad">Blocked: {alarms.join(", ")}</State>
      ) : serving ? (
        known ? (
          <State tone="good">Not blocked</State>
        ) : (
          <State tone="warn">No broker reports whether it blocks them</State>
        )
      ) : (
        <State tone="bad">No broker to publish to</State>
      )}
      {workloads
        .filter(({ kind }) => kind === "beat")
        .map((beat) => (
          <Workload key={beat.name} {...beat} />
        ))}
    </div>
  );
}

function QueueRow({
  queue,
  samples,
  now,
  known,
}: {
  queue: QueueStatus;
  samples: readonly Sample[];
  now: number;
  known: boolean;
}) {
  const { name, ready, unacknowledged, consumers } = queue;
  const series = depths(samples, name);
  const rate = rateOf(series);
  const depth = ready + unacknowledged;
  const first = samples[0]?.at;
  return (
    <div class={known ? "queue-row" : "queue-row old"}>
      <a class="name" href={`#queues/${encodeURIComponent(name)}`}>
        {name}
      </a>
      <span class="depth-now">
        <strong>{count(ready)}</strong> waiting <span class="hint">+ {count(unacknowledged)} fetched</span>
      </span>
      <Sparkline
        series={series}
        span={spanOf(first === undefined ? first : Math.max(first, now - RECENT_MS), now)}
      />
      <span class="rates">
        {consumers === 0 && ready > 0 && <State tone="bad">no consumer</State>}
        {known ? (
          <Rate depth={depth} rate={rate} consumers={consumers} />
        ) : (
          <span class="hint">rate unknown</span>
        )}
      </span>
      {known && <Growth queue={queue} rate={rate} />}
    </div>
  );
}

/** What is outside of the way: delayed tasks and dead letters. */
function Aside({ status: { delayed, deadLetters, queues } }: { status: InstallationStatus }) {
  if (!queues) return null;
  return (
    <div class="aside">
      <span>
        <strong>{count(delayed ?? 0)}</strong> delayed
      </span>
      {deadLetters ? (
        <State tone="warn">
          <a href="#dead-letters">{counted(deadLetters.messages, "dead letter")}</a>
          {deadLetters.oldestSeconds !== undefined &&
            `, the oldest for ${durationOf(deadLetters.oldestSeconds)}`}
        </State>
      ) : (
        <State tone="good">No dead letters</State>
      )}
    </div>
  );
}

function Pools({ workloads }: { workloads: readonly WorkloadStatus[] }) {
  const pools = workloads.filter(({ kind }) => kind !== "beat");
  return (
    <div class="flow-part">
      <h3>Worker pools</h3>
      {pools.map((pool) => (
        <Workload key={pool.name} {...pool} />
      ))}
      {pools.length === 0 && <p class="hint">No worker pool</p>}
    </div>
  );
}

function Workload({ kind, name, ready, wanted, queues, reasons }: WorkloadStatus) {
  const tone = wanted === 0 ? "quiet" : ready >= wanted ? "good" : ready > 0 ? "warn" : "bad";
  return (
    <div class="workload">
      <strong class="name">{name}</strong>
      <State tone={tone}>{wanted === 0 ? "scaled to 0" : `${ready} of ${wanted} ready`}</State>
      {queues.length > 0 ? (
        <span class="hint">reads {queues.join(", ")}</span>
      ) : (
        kind !== name && <span class="hint">{kind}</span>
      )}
      {ready < wanted &&
        reasons.map((reason) => (
          <span key={reason} class="reason">
            {reason}
          </span>
        ))}
    </div>
  );
}
