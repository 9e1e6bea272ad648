import { positionIn, type Span, spanOf } from "../axis";
import type { Change } from "../difference";
import { depths, rates } from "../history";
import type { Past } from "../past";
import { Chart, Legend, type Line } from "./chart";
import { Icon, type Tone } from "./parts";
import { signedSpeed } from "./queues";
import { clock } from "./time";
import { WithTimes } from "./when";

const TONES: Readonly<Record<Change["mood"], Tone>> = { bad: "bad", good: "good", neutral: "info" };

/** Causes above, effects below. */
const LANES: readonly Change["about"][] = [
  "cluster",
  "node",
  "broker",
  "leader",
  "queue",
  "worker pool",
  "beat",
  "ledger",
  "dead letters",
  "problem",
];

/** What changed in the last hour, on one time axis with the tasks. */
export function Timeline({ past, now }: { past: Past; now: number }) {
  const { changes, samples } = past;
  const span = spanOf(samples[0]?.at, now);
  const total = depths(samples);
  const depth: Line[] = [{ label: "tasks in all queues", color: "depth", series: total, filled: true }];
  const flow: Line[] = [{ label: "change per second", color: "flow-rate", series: rates(total) }];
  return (
    <>
      <section class="timeline" aria-labelledby="axis">
        <h2 id="axis">The last hour</h2>
        <div class="lanes">
          {LANES.filter((lane) => changes.some(({ about }) => about === lane)).map((lane) => (
            <Lane
              key={lane}
              name={lane}
              changes={changes.filter(({ about }) => about === lane)}
              span={span}
            />
          ))}
        </div>
        <Legend lines={depth} />
        <Chart title="Tasks in all queues" lines={depth} span={span} changes={changes} bare />
        <Legend lines={flow} />
        <Chart
          title="Change of all queues per second"
          lines={flow}
          span={span}
          changes={changes}
          format={signedSpeed}
          signed
        />
      </section>
      <section aria-labelledby="list">
        <h2 id="list">{changes.length === 0 ? "No changes" : "Changes, the newest first"}</h2>
        {changes.length === 0 && (
          <p class="hint">
            Nothing has changed{samples[0] && ` since ${clock(samples[0].at)}`}. Nodes, brokers, leaders,
            pools and problems are compared every few seconds while a tab is open.
          </p>
        )}
        <ol class="changes">
          {changes
            .map((change, index) => (
              <li key={`${change.at} ${index}`}>
                <time
                  class={changes[index + 1]?.at === change.at ? "again" : undefined}
                  dateTime={new Date(change.at).toISOString()}
                >
                  {clock(change.at)}
                </time>
                <Icon tone={TONES[change.mood]} />
                <span class="about">{change.about}</span>
                <span>
                  <WithTimes text={change.text} />
                </span>
              </li>
            ))
            .reverse()}
        </ol>
      </section>
    </>
  );
}

export function Lane({ name, changes, span }: { name: string; changes: readonly Change[]; span: Span }) {
  return (
    <div class="lane" role="img" aria-label={`${name}: ${changes.length} changes, listed below`}>
      <span class="lane-name">{name}</span>
      <span class="lane-track">
        {changes.map((change, index) => (
          <span
            key={index}
            class="lane-mark"
            style={{ left: `${positionIn(span, change.at) * 100}%` }}
            title={`${clock(change.at)} ${change.text}`}
          >
            <Icon tone={TONES[change.mood]} />
          </span>
        ))}
      </span>
    </div>
  );
}
