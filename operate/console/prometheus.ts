import { rollups } from "d3-array";
import { DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { UsageError } from "../errors";
import type { InstallationStatus } from "../status/model";
import type { RatePoint } from "../tasks/report";
import { type Depth, HISTORY_MS, type Sample } from "./history";

/** Close enough that no chart shows a gap. */
const STEP_SECONDS = 20;
/** Four times the usual interval of scrapes. */
const RATE = "2m";
const TIMEOUT_MS = 10_000;

/** Outcomes by which a task leaves its queue, and whether it failed. */
const OUTCOMES: readonly (readonly [outcome: string, failed: boolean])[] = [
  ["succeeded", false],
  ["failed", true],
  ["retried", false],
  ["rejected", true],
  ["discarded", false],
];

/** What a Prometheus knows of the hour before the console has started. */
export interface Earlier {
  readonly samples: readonly Sample[];
  readonly rates: readonly TaskPoint[];
}

/** Rates of one task of one queue at a time. */
export interface TaskPoint extends RatePoint {
  readonly task: string;
  readonly queue: string;
}

export const NOTHING_EARLIER: Earlier = { samples: [], rates: [] };

/** Parses the address of a Prometheus. */
export function prometheusUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new UsageError(
    `--prometheus ${text} is not the address of a Prometheus. Use, for example, http://127.0.0.1:9090.`,
  );
}

/** Reads the depths of the queues and the rates of the tasks in the last hour, as the component Monitoring scrapes them. */
export async function readEarlier(
  prometheus: URL,
  { namespace, name, workloads }: Pick<InstallationStatus, "namespace" | "name" | "workloads">,
  now = Date.now(),
): Promise<Earlier> {
  const range = (query: string) => queryRange(prometheus, query, now);
  const brokers = `namespace="${namespace}",app_kubernetes_io_instance="${name}"`;
  const depth = (kind: string) =>
    range(
      `sum by (queue) (rabbitmq_detailed_queue_messages_${kind}{${brokers},queue!~"${DELAYED_QUEUES}.*"})`,
    );
  const pools = workloads.filter(({ kind }) => kind === "worker pool").map((pool) => pool.name);
  const workers = `namespace="${namespace}",app_kubernetes_io_instance=~"${pools.join("|")}"`;
  const rates = OUTCOMES.map(async ([outcome, failed]) => {
    const query = `sum by (task, queue) (rate(ha_celery_tasks_${outcome}_total{${workers}}[${RATE}]))`;
    return pointsOf(await range(query), failed);
  });
  const [ready, unacknowledged, ...points] = await Promise.all([depth("ready"), depth("unacked"), ...rates]);
  return { samples: samplesOf(ready, unacknowledged), rates: points.flat() };
}

/** A series, as Prometheus answers: seconds since 1970, and the value as text. */
interface SeriesOfApi {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [at: number, value: string])[];
}

interface AnswerOfApi {
  readonly error?: string;
  readonly data?: { readonly result: readonly SeriesOfApi[] };
}

async function queryRange(
  { href, username, password }: URL,
  query: string,
  now: number,
): Promise<readonly SeriesOfApi[]> {
  const url = new URL(`${href.replace(/\/?$/, "/")}api/v1/query_range`);
  // fetch refuses a password in the address.
  [url.username, url.password] = ["", ""];
  const user = [username, password].map(decodeURIComponent).join(":");
  url.search = String(
    new URLSearchParams({
      query,
      start: String((now - HISTORY_MS) / 1000),
      end: String(now / 1000),
      step: String(STEP_SECONDS),
    }),
  );
  const response = await fetch(url, {
    headers: username === "" ? {} : { Authorization: `Basic ${Buffer.from(user).toString("base64")}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => ({}))) as AnswerOfApi;
  if (!response.ok || !answer.data) throw new Error(answer.error ?? `status ${response.status}`);
  return answer.data.result;
}

/** Every queue that exists at a time has both. */
function samplesOf(ready: readonly SeriesOfApi[], unacknowledged: readonly SeriesOfApi[]): Sample[] {
  const at = new Map<number, Record<string, [number, number]>>();
  for (const [index, all] of [ready, unacknowledged].entries())
    for (const { metric, values } of all)
      for (const [seconds, value] of values) {
        const queues = at.get(seconds) ?? {};
        at.set(seconds, queues);
        (queues[metric.queue ?? ""] ??= [0, 0])[index] = Number(value);
      }
  return [...at]
    .sort(([one], [other]) => one - other)
    .map(([seconds, queues]) => ({ at: seconds * 1000, queues: queues as Readonly<Record<string, Depth>> }));
}

const pointsOf = (all: readonly SeriesOfApi[], isFailure: boolean): TaskPoint[] =>
  all.flatMap(({ metric: { task = "", queue = "" }, values }) =>
    values.map(([seconds, value]) => {
      const done = Number(value);
      return { at: seconds * 1000, task, queue, done, failed: isFailure ? done : 0 };
    }),
  );

/** The rates of one task or queue before a time. */
export const earlierRates = (
  { rates }: Earlier,
  of: "task" | "queue",
  name: string,
  before: number,
): RatePoint[] =>
  rollups(
    rates.filter((point) => point[of] === name && point.at < before),
    (points) => ({
      done: points.reduce((sum, { done }) => sum + done, 0),
      failed: points.reduce((sum, { failed }) => sum + failed, 0),
    }),
    ({ at }) => at,
  )
    .map(([at, sums]) => ({ at, ...sums }))
    .sort((one, other) => one.at - other.at);
