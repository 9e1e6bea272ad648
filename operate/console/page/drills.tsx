import { useState } from "preact/hooks";
import { headline } from "../../drill/report/figures";
import type { InstallationStatus } from "../../status/model";
import type { EndedDrill, RunningDrill, SceneOffer } from "../drills";
import type { Outcome as Changed, Session } from "../routes";
import { Consent } from "./consent";
import { DrillHistory } from "./drillHistory";
import { DrillReportView } from "./drillReport";
import { EMBEDDED } from "./embeddedData";
import { LiveDrill } from "./liveDrill";
import { Command, Icon, State } from "./parts";
import { requestChange, useAnswer } from "./requests";
import { dateAndTime } from "./time";

interface DrillsProps {
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
  readonly running: RunningDrill | null;
  readonly ended: readonly EndedDrill[];
  /** Run of the drill in the address. */
  readonly chosen: string | undefined;
}

/** Scenes to run, the drill that runs, and those that ran. */
export function Drills({ status, session, running, ended, chosen }: DrillsProps) {
  if (running && running.run === chosen) return <LiveDrill drill={running} {...{ status, session }} />;
  const found = ended.find(({ run }) => run === chosen);
  return (
    <>
      {running && <Running drill={running} />}
      {found ? <Ended drill={found} /> : <EndedList ended={ended} />}
      {!found && !EMBEDDED && (
        <>
          <DrillHistory count={ended.length} />
          <Scenes status={status} session={session} isBusy={running !== null} />
        </>
      )}
      {!found && EMBEDDED && ended.length === 0 && <p class="hint">The console had run no drill.</p>}
    </>
  );
}

const Running = ({ drill: { scene, run, snapshot } }: { drill: RunningDrill }) => (
  <div class="banner warn" role="status">
    <Icon tone="warn" />
    <div>
      <h2>{scene} is running</h2>
      <p>
        {snapshot?.phase ?? "starting"} · <a href={`#drills/${run}`}>Watch it</a>
      </p>
    </div>
  </div>
);

function Ended({ drill: { run, scene, outcome } }: { drill: EndedDrill }) {
  return (
    <>
      <p>
        <a href="#drills">← All drills</a>
      </p>
      {"report" in outcome ? (
        <DrillReportView report={outcome.report} />
      ) : (
        <div class="banner bad">
          <Icon tone="bad" />
          <div>
            <h2>{scene} ended without a verdict</h2>
            <p class="lines">{outcome.error}</p>
            <p>
              Run <code>{run}</code>
            </p>
          </div>
        </div>
      )}
    </>
  );
}

function EndedList({ ended }: { ended: readonly EndedDrill[] }) {
  if (ended.length === 0) return null;
  return (
    <section aria-labelledby="ended">
      <h2 id="ended">Drills of this console</h2>
      <ol class="changes of-drills">
        {ended.map(({ run, scene, at, outcome }) => {
          const passed = "report" in outcome && outcome.report.verdict.passed;
          return (
            <li key={run}>
              <time dateTime={new Date(at).toISOString()}>{dateAndTime(at)}</time>
              <Icon tone={passed ? "good" : "bad"} />
              <a href={`#drills/${run}`}>
                {"report" in outcome ? headline(outcome.report.verdict) : `${scene} ended without a verdict`}
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

interface ScenesProps {
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
  readonly isBusy: boolean;
}

function Scenes({ status, session, isBusy }: ScenesProps) {
  const { value: scenes, failure } = useAnswer<SceneOffer[]>("drills/scenes");
  const [filter, setFilter] = useState("");
  const [asked, setAsked] = useState<SceneOffer>();
  const { context, namespace, name } = status;
  const start = async (consent: string) => {
    const { run } = await requestChange<Changed & { run: string }>(session ?? {}, "drills/start", {
      scene: asked?.name,
      consent,
    });
    setAsked(undefined);
    location.hash = `drills/${run}`;
  };
  const words = filter.toLowerCase();
  const shown = scenes?.filter(({ name: scene, summary }) =>
    `${scene} ${summary}`.toLowerCase().includes(words),
  );
  return (
    <section aria-labelledby="scenes">
      <div class="title-row">
        <h2 id="scenes">{scenes ? `${scenes.length} scenes` : "Scenes"}</h2>
        <input
          type="search"
          placeholder="Filter, for example network"
          aria-label="Filter scenes"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </div>
      <p class="hint">
        A drill injects a fault under its own load, counts every task by its id, and undoes the fault, also if
        the console is stopped.
      </p>
      {!session?.token && (
        <p class="hint">
          To start one here, run the console with <code>--allow-changes</code>. Or copy its command.
        </p>
      )}
      {failure !== undefined && <State tone="bad">The scenes cannot be listed: {failure}</State>}
      {!scenes && failure === undefined && <p role="status">Reading the scenes …</p>}
      <ul class="scenes">
        {shown?.map((scene) => (
          <Scene
            key={scene.name}
            scene={scene}
            command={`npx ha-celery drill ${scene.name} --context ${context} --namespace ${namespace} --name ${name}`}
            start={session?.token === undefined ? undefined : () => setAsked(scene)}
            isBusy={isBusy}
          />
        ))}
      </ul>
      {shown?.length === 0 && <p class="hint">No scene mentions “{filter}”.</p>}
      {asked && (
        <Consent
          title={`Run ${asked.name} on ${namespace}/${name}?`}
          text={`The drill ${asked.summary}. Its outcome is recorded for the history.`}
          expected={context}
          meaning="the name of the context"
          action="Start the drill"
          confirm={start}
          close={() => setAsked(undefined)}
        />
      )}
    </section>
  );
}

interface SceneProps {
  readonly scene: SceneOffer;
  readonly command: string;
  /** Undefined if the console only reads. */
  readonly start: (() => void) | undefined;
  readonly isBusy: boolean;
}

const Scene = ({
  scene: { name, summary, holdSeconds, limits, refusal },
  command,
  start,
  isBusy,
}: SceneProps) => (
  <li class="scene">
    <div class="title-row">
      <h3>{name}</h3>
      {start && refusal === undefined && (
        <button type="button" disabled={isBusy} onClick={start} aria-label={`Start ${name}`}>
          Start …
        </button>
      )}
    </div>
    <p>{summary}</p>
    <p class="hint">
      {holdSeconds > 0 && `Undone after ${holdSeconds} s. `}Limits: no task lost
      {limits.map((limit) => `, ${limit.replace(/ \(--.*\)$/, "")}`)}.
    </p>
    {refusal !== undefined && (
      <p class="reason">
        <Icon tone="quiet" /> {refusal}
      </p>
    )}
    {!start && refusal === undefined && <Command text={command} />}
  </li>
);
