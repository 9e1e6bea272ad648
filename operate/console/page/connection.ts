import { useEffect, useState } from "preact/hooks";
import type { EndedDrill, RunningDrill } from "../drills";
import { withChoice } from "./choice";
import { EMBEDDED } from "./embeddedData";
import { NOTHING, type Observation, observe, type Past } from "../past";

/** Connection to the command that serves the page. */
export type Link = "connecting" | "open" | "lost" | "paused" | "exported";

export interface Connection {
  readonly past: Past;
  /** The drill that the command runs. */
  readonly drill: RunningDrill | null;
  /** The drills that it has run, the newest first. */
  readonly drills: readonly EndedDrill[];
  readonly link: Link;
  /** Milliseconds that the server's clock is ahead of the page's. */
  readonly ahead: number;
  setPaused(paused: boolean): void;
}

const SECOND_MS = 1_000;

/** What an exported page shows, at the time of its export. */
const EXPORTED = EMBEDDED?.kind === "console" ? EMBEDDED : undefined;

/** Receives everything that the command knows, then each observation. */
export function useConnection(): Connection {
  const [past, setPast] = useState(EXPORTED?.past ?? NOTHING);
  const [drill, setDrill] = useState<RunningDrill | null>(null);
  const [drills, setDrills] = useState(EXPORTED?.drills ?? []);
  const [link, setLink] = useState<Link>(EXPORTED ? "exported" : "connecting");
  const [paused, setPaused] = useState(false);
  const [ahead, setAhead] = useState(0);

  useEffect(() => {
    if (EXPORTED) return;
    if (paused) {
      setLink("paused");
      return;
    }
    const source = new EventSource(withChoice("status"));
    source.addEventListener("open", () => setLink("open"));
    source.addEventListener("error", () => setLink("lost"));
    source.addEventListener("past", ({ data }: MessageEvent<string>) => setPast(JSON.parse(data) as Past));
    source.addEventListener("observation", ({ data }: MessageEvent<string>) => {
      const observation = JSON.parse(data) as Observation;
      setAhead(observation.at - Date.now());
      setPast((before) => observe(before, observation));
    });
    source.addEventListener("drill", ({ data }: MessageEvent<string>) =>
      setDrill(JSON.parse(data) as RunningDrill | null),
    );
    source.addEventListener("drills", ({ data }: MessageEvent<string>) =>
      setDrills(JSON.parse(data) as EndedDrill[]),
    );
    return () => source.close();
  }, [paused]);

  return { past, drill, drills, link, ahead, setPaused };
}

/** The server's time, each second. Only what shows it may use this, because the rest changes with each status. */
export function useNow(ahead: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (EXPORTED) return;
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return EXPORTED?.at ?? now + ahead;
}
