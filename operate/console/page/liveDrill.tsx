import { useState } from "preact/hooks";
import { Phase } from "../../drill/plan";
import { shortNames } from "../../drill/shortNames";
import type { Snapshot } from "../../drill/view";
import { clock as duration } from "../../drill/view/lines";
import type { InstallationStatus } from "../../status/model";
import { messageOf } from "../../errors";
import type { Span } from "../axis";
import type { Change } from "../difference";
import type { RatePoint, RunningDrill } from "../drills";
import { count, counted } from "../format";
import type { Session } from "../routes";
import { Chart, Legend, type Line } from "./chart";
import { DrillEvents, eventTone, milliseconds, SecondsAxis } from "./drillEvents";
import { Crown, Icon, State, type Tone } from "./parts";
import { requestChange } from "./requests";

type Live = NonNullable<RunningDrill["snapshot"]>;

/** A new drill does not show a single point. */
const SHORTEST_MS = 60_000;
const PHASES = Object.values(Phase);

interface LiveDrillProps {
  readonly drill: RunningDrill;
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
}

/** A drill while it runs: phase, rates, queue, nodes and events. */
export function LiveDrill({ drill, status, session }: LiveDrillProps) {
  const { scene, run, snapshot, stopping } = drill;
  return (
    <>
      <section class="live-drill" aria-labelledby="live">
        <div class="title-row">
          <h2 id="live">
            {scene} <span class="hint">run {run}</span>
          </h2>
          <span class="live">
            <strong class="offset">{duration(snapshot?.elapsedSeconds ?? 0)}</strong>
            {session?.token !== undefined && <Stop session={session} stopping={stopping} />}
          </span>
        </div>
        <ol class="phases" aria-label="Phases">
          {PHASES.map((phase) => (
            <PhaseItem key={phase} phase={phase} current={snapshot?.phase} />
          ))}
        </ol>
        <p class="hidden" role="status">
          {stopping ? "stopping" : (snapshot?.phase ?? "starting")}
        </p>
      </section>
      {snapshot ? <LiveState {...{ drill, snapshot, status }} /> : <p class="hint">Taking the lease …</p>}
    </>
  );
}

function PhaseItem({ phase, current }: { phase: Phase; current: string | undefined }) {
  const at = PHASES.findIndex((each) => each === current);
  const state = phase === current ? "now" : PHASES.indexOf(phase) < at ? "done" : "to come";
  return (
    <li class={state.replace(" ", "-")} aria-current={state === "now" ? "step" : undefined}>
      {state === "done" && <Icon tone="good" />}
      {phase}
    </li>
  );
}

/** Stopping makes no change but undoing, so it needs no consent. */
function Stop({ session, stopping }: { session: Session; stopping: boolean }) {
  const [failure, setFailure] = useState<string>();
  const stop = () =>
    requestChange(session, "drills/stop", { consent: "" }).then(
      () => setFailure(undefined),
      (error: unknown) => setFailure(messageOf(error)),
    );
  return (
    <>
      <button type="button" class="danger" disabled={stopping} onClick={() => void stop()}>
        {stopping ? "Undoing …" : "Stop and undo"}
      </button>
      {failure !== undefined && <State tone="bad">{failure}</State>}
    </>
  );
}

function LiveState({
  drill: { points },
  snapshot,
  status,
}: Omit<LiveDrillProps, "session"> & { readonly snapshot: Live }) {
  const { events, confirmed, executed, at } = snapshot;
  const fault = events.find(({ text }) => text.startsWith("fault: "));
  const lines: Line[] = [
    { label: "published per second", color: "depth", series: seriesOf(points, 1), filled: true },
    { label: "executed per second", color: "worker-rate", series: seriesOf(points, 2) },
  ];
  const span: Span = {
    from: Math.min(points[0]?.[0] ?? Infinity, milliseconds(at) - SHORTEST_MS),
    to: milliseconds(at),
  };
  const marks = events
    .filter((event) => milliseconds(event.at) >= span.from)
    .map(({ at: time, text }): Change => ({
      at: milliseconds(time),
      about: "cluster",
      mood: MOODS[eventTone(text)] ?? "neutral",
      text,
    }));
  return (
    <>
      <section class="timeline" aria-labelledby="live-rates">
        <h2 id="live-rates">
          {count(confirmed)} confirmed, {count(executed)} executed
        </h2>
        <QueueLine queue={snapshot.queue} prepared={points.length > 0} />
        <Legend lines={lines} />
        <Chart title="Tasks per second" lines={lines} span={span} changes={marks} bare />
        <SecondsAxis span={span} zero={milliseconds(fault?.at ?? at)} now={fault === undefined} />
      </section>
      {snapshot.nodes.length > 0 && <LivePlaces snapshot={snapshot} status={status} />}
      <section aria-labelledby="live-events">
        <h2 id="live-events">Events, the newest first</h2>
        <DrillEvents events={events.toReversed()} zero={fault?.at} />
      </section>
    </>
  );
}

const MOODS: Readonly<Partial<Record<Tone, Change["mood"]>>> = { bad: "bad", good: "good" };

const seriesOf = (points: readonly RatePoint[], column: 1 | 2) =>
  points.map((point) => ({ at: point[0], value: point[column] }));

function QueueLine({ queue, prepared }: { queue: Snapshot["queue"]; prepared: boolean }) {
  if (!prepared) return <p class="hint">The load of the drill is being prepared.</p>;
  if (!queue) return <State tone="bad">No broker reports the queue of the drill</State>;
  const { ready, unacknowledged, consumers, membersOnline, members } = queue;
  return (
    <p class="queue-line">
      <span>
        {known(ready)} waiting + {known(unacknowledged)} fetched,{" "}
        {consumers === undefined ? "– consumers" : counted(consumers, "consumer")}
      </span>
      <State tone={membersOnline === members ? "good" : "warn"}>
        {membersOnline} of {members} copies online
      </State>
    </p>
  );
}

const known = (value: number | undefined): string => (value === undefined ? "–" : count(value));

/** Nodes with the brokers, and with the workers of the drill. */
function LivePlaces({
  snapshot: { nodes, brokers, workers },
  status,
}: {
  snapshot: Live;
  status: InstallationStatus;
}) {
  // Kubernetes takes most of a minute to notice a lost broker; the others notice it within seconds.
  const left = new Set(status.brokers.filter(({ member }) => !member).map(({ pod }) => pod));
  const name = shortNames(workers.map(({ pod }) => pod));
  return (
    <section aria-labelledby="live-nodes">
      <h2 id="live-nodes">Nodes</h2>
      <div class="places">
        {nodes.map((node) => {
          const isHere = ({ kubernetesNode }: { kubernetesNode: string }) => kubernetesNode === node.name;
          const state = !node.ready ? "not-ready" : node.schedulable ? "ready" : "cordoned";
          return (
            <article key={node.name} class={`place ${state}`} aria-label={node.name}>
              <header>
                <h3>{node.name}</h3>
                <State tone={node.ready ? (node.schedulable ? "good" : "warn") : "bad"}>
                  {node.ready ? (node.schedulable ? "Ready" : "Cordoned") : "Not ready"}
                </State>
              </header>
              {brokers.filter(isHere).map(({ pod, ready, leader }) => (
                <div key={pod} class={ready && !left.has(pod) ? "broker" : "broker bad"}>
                  <div class="broker-head">
                    <h4>{pod}</h4>
                    {ready && left.has(pod) ? (
                      <State tone="bad">Not in the cluster</State>
                    ) : (
                      <State tone={ready ? "good" : "bad"}>{ready ? "Ready" : "Not ready"}</State>
                    )}
                  </div>
                  {leader && (
                    <span class="leads">
                      <Crown /> leads the queue of the drill
                    </span>
                  )}
                </div>
              ))}
              <ul class="live-workers" aria-label="Workers of the drill">
                {workers.filter(isHere).map(({ pod, ready, perSecond }) => (
                  <li key={pod} class={ready ? "pod" : "pod lost"} title={pod}>
                    {name(pod)} {perSecond.toFixed(1)}/s{!ready && <span class="hidden"> not ready</span>}
                  </li>
                ))}
              </ul>
            </article>
          );
        })}
      </div>
    </section>
  );
}
