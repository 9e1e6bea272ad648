import { useEffect } from "preact/hooks";
import type { InstallationStatus } from "../../status/model";
import { counted } from "../format";
import type { Past } from "../past";
import { addressOf, chosenInstallation, withChoice } from "./choice";
import { Chooser } from "./chooser";
import { type Connection, type Link, useConnection, useNow } from "./connection";
import { Drills } from "./drills";
import { EMBEDDED } from "./embeddedData";
import { Flow } from "./flow";
import { useViewFocus } from "./focus";
import { useHash } from "./hash";
import { ExportedLetters } from "./exportedLetters";
import { Letters } from "./letters";
import { installationOptions } from "./letterWords";
import { Logo, State, type Tone } from "./parts";
import { Places } from "./places";
import { Queues } from "./queues";
import { useSession } from "./requests";
import { Tasks } from "./tasks";
import { Timeline } from "./timeline";
import { ago, clock, dateAndTime, ZONE } from "./time";
import { Verdict } from "./verdict";

const VIEWS = [
  { id: "overview", title: "Overview" },
  { id: "queues", title: "Queues" },
  { id: "tasks", title: "Tasks" },
  { id: "dead-letters", title: "Dead letters" },
  { id: "changes", title: "Changes" },
  { id: "drills", title: "Drills" },
] as const;

/** Another view than the overview, which is also shown for what is no view. */
const isOther = (view: string): boolean => VIEWS.some(({ id }) => id === view && id !== "overview");

/** A status that is older is no longer live. */
const STALE_MS = 10_000;

export function App() {
  const connection = useConnection();
  const session = useSession();
  const { past, drill, drills, link, ahead } = connection;
  const [view = "overview", ...rest] = useHash();
  const chosen = rest[0] ? decodeURIComponent(rest[0]) : undefined;
  const now = past.last?.at ?? 0;
  const status = past.failing?.kind === "missing" ? undefined : past.last?.status;
  const old = past.failing !== undefined || link === "lost";
  const options = past.last && installationOptions(past.last.status);
  useTitle(past.last?.status, old);
  useAddress(past.last?.status);
  useViewFocus(view, chosen);
  return (
    <>
      <Header connection={connection} view={view} />
      <main tabIndex={-1} class={old ? "old" : undefined}>
        <Verdict past={past} link={link} ahead={ahead} short={isOther(view)} />
        {status && view === "queues" && <Queues {...{ past, status, now, session, chosen }} />}
        {status && view === "tasks" && <Tasks past={past} now={now} chosen={chosen} />}
        {status &&
          view === "dead-letters" &&
          (EMBEDDED ? (
            <ExportedLetters status={status} />
          ) : (
            <Letters {...{ status, now, session, chosen }} />
          ))}
        {status && view === "changes" && <Timeline past={past} now={now} />}
        {status && view === "drills" && (
          <Drills status={status} session={session} running={drill} ended={drills} chosen={chosen} />
        )}
        {status && !isOther(view) && <Overview past={past} status={status} now={now} />}
        {!past.last && !past.failing && link !== "lost" && <Loading />}
        {status && (
          // Screen readers say it when it changes. Without the texts, whose figures change with each status.
          <p class="hidden" role="status">
            {summaryOf(status)}
          </p>
        )}
      </main>
      <footer>
        <span>Times in {ZONE}</span>
        <span>
          {session?.token === undefined
            ? "Read-only: nothing on this page changes the installation"
            : "Changes are allowed, each with your consent"}
        </span>
        <span>
          The same as text: <code>{["npx ha-celery status --watch", options].filter(Boolean).join(" ")}</code>
        </span>
      </footer>
    </>
  );
}

function Overview({ past, status, now }: { past: Past; status: InstallationStatus; now: number }) {
  if (status.brokers.length === 0 && status.workloads.length === 0)
    return (
      <section class="empty">
        <h2>Nothing runs yet</h2>
        <p>
          {status.namespace}/{status.name} has no brokers and no workers: it was scaled to 0, or is being
          created. What starts appears here.
        </p>
      </section>
    );
  return (
    <>
      <Flow past={past} status={status} now={now} />
      <Places status={status} />
    </>
  );
}

const Loading = () => (
  <section class="loading" role="status">
    <p>Reading the installation …</p>
    <div class="places" aria-hidden="true">
      <div class="place skeleton" />
      <div class="place skeleton" />
      <div class="place skeleton" />
    </div>
  </section>
);

function Header({ connection, view }: { connection: Connection; view: string }) {
  const { past, link, ahead, setPaused } = connection;
  const status = past.last?.status;
  const shown = status ?? chosenInstallation();
  const counts: Readonly<Record<string, number | undefined>> = {
    queues: (status?.queues ?? past.queues)?.length,
    "dead-letters": status?.deadLetters?.messages,
    changes: past.changes.length,
  };
  const current = VIEWS.some(({ id }) => id === view) ? view : "overview";
  return (
    <header class="top">
      <a class="skip" href={`#${current}`} onClick={() => document.querySelector("main")?.focus()}>
        Skip to the content
      </a>
      <div class="who">
        <Logo />
        <h1>{shown ? `${shown.namespace}/${shown.name}` : "ha-celery console"}</h1>
        {shown && <span class="hint">context {shown.context}</span>}
        {link !== "exported" && <Chooser shown={shown} view={current} />}
      </div>
      <nav aria-label="Views">
        {VIEWS.map(({ id, title }) => (
          <a key={id} href={`#${id}`} aria-current={id === current ? "page" : undefined}>
            {title}
            {id === "drills" && connection.drill && <span class="badge running">running</span>}
            {counts[id] ? <span class="badge">{counts[id]}</span> : null}
          </a>
        ))}
      </nav>
      <div class="live">
        <Liveness link={link} at={past.last?.at} failing={past.failing !== undefined} ahead={ahead} />
        {link !== "exported" && (
          <>
            <button type="button" onClick={() => setPaused(link !== "paused")}>
              {link === "paused" ? "Resume" : "Pause"}
            </button>
            <a
              class="button"
              href={withChoice("export")}
              download
              title="What the page shows, and its history, as one HTML file"
            >
              Export
            </a>
          </>
        )}
      </div>
    </header>
  );
}

interface LivenessProps {
  readonly link: Link;
  /** Time of the last status. */
  readonly at: number | undefined;
  readonly failing: boolean;
  readonly ahead: number;
}

function Liveness({ link, at, failing, ahead }: LivenessProps) {
  const now = useNow(ahead);
  const [tone, text] = ((): [Tone, string] => {
    if (link === "exported") return ["quiet", `Exported on ${dateAndTime(now)}`];
    if (link === "lost") return ["bad", "Disconnected"];
    if (link === "paused") return ["quiet", `Paused${at === undefined ? "" : ` at ${clock(at)}`}`];
    if (failing) return ["warn", "No answer"];
    if (at === undefined) return ["quiet", "Reading"];
    return now - at > STALE_MS ? ["warn", `Waiting, last answer ${ago(at, now)}`] : ["good", "Live"];
  })();
  return <State tone={tone}>{text}</State>;
}

const summaryOf = ({ problems }: InstallationStatus): string =>
  problems.length === 0 ? "Healthy" : counted(problems.length, "problem");

/** The tab says whether something is wrong, because often another one is in front. */
function useTitle(status: InstallationStatus | undefined, old: boolean): void {
  useEffect(() => {
    if (!status) return;
    const { problems, namespace, name } = status;
    const state = old ? "?" : problems.length === 0 ? "✓" : `✕ ${summaryOf(status)}`;
    document.title = `${state} ${namespace}/${name}`;
  }, [status, old]);
}

/** The address names the installation, so that it shows the same one in another tab. */
function useAddress(status: InstallationStatus | undefined): void {
  const isKnown = status !== undefined;
  useEffect(() => {
    if (status && !EMBEDDED && !chosenInstallation())
      history.replaceState(null, "", addressOf(status, location.hash.slice(1)));
  }, [isKnown]);
}
