import type { InstallationStatus } from "../status/model";
import { differences } from "./changes";
import type { Change, Difference } from "./difference";
import { deadLetterChange } from "./queueChanges";
import { GAP_MS, HISTORY_MS, record, type Sample } from "./history";
import { type Begins, beginsAfter } from "./problemChanges";

/** One attempt to read the status, or what else becomes known. */
export type Observation =
  | { readonly at: number; readonly status: InstallationStatus }
  | { readonly at: number; readonly failure: Failure }
  /** Samples of the time before the first status, from elsewhere. */
  | { readonly at: number; readonly earlier: readonly Sample[] };

type Reading = Exclude<Observation, { readonly earlier: unknown }>;

/** Why the status could not be read. */
export interface Failure {
  /** "missing" if the cluster answers, but has no such installation. */
  readonly kind: "unreachable" | "missing";
  readonly message: string;
}

/** Everything that the console knows. The server and the page compute it from the same observations. */
export interface Past {
  /** The last status that was read, and when. */
  readonly last: { readonly at: number; readonly status: InstallationStatus } | undefined;
  /** The last queues that a broker reported. */
  readonly queues: InstallationStatus["queues"];
  /** Set while the status cannot be read. */
  readonly failing: (Failure & { readonly since: number }) | undefined;
  readonly samples: readonly Sample[];
  /** The oldest first. */
  readonly changes: readonly Change[];
  /** Since when there are the problems of the last status. */
  readonly begins: Begins;
}

export const NOTHING: Past = {
  last: undefined,
  queues: undefined,
  failing: undefined,
  samples: [],
  changes: [],
  begins: {},
};

/** So many changes are kept at most, so that a broken installation does not fill the memory. */
const MOST_CHANGES = 500;

/** Dead letters within this time are one change. */
const TOGETHER_MS = 300_000;

/** Returns what is known after one more observation. */
export function observe(past: Past, observation: Observation): Past {
  const { at } = observation;
  if ("earlier" in observation) {
    const first = past.samples[0]?.at ?? Infinity;
    return { ...past, samples: [...observation.earlier.filter((each) => each.at < first), ...past.samples] };
  }
  const recent = past.changes.filter((change) => change.at > at - HISTORY_MS);
  const changes = addedBy(past, observation)
    .reduce<readonly Change[]>((known, each) => add(known, { at, ...each }), recent)
    .slice(-MOST_CHANGES);
  if ("failure" in observation) {
    const since = past.failing?.since ?? at;
    return { ...past, changes, failing: { ...observation.failure, since } };
  }
  const { status } = observation;
  const before = past.last && at - past.last.at <= GAP_MS ? past.last.at : undefined;
  return {
    last: { at, status },
    queues: status.queues ?? past.queues,
    failing: undefined,
    samples: record(past.samples, at, status),
    changes,
    begins: beginsAfter(past.begins, status.problems, at, before),
  };
}

/** Adds a change. Dead letters that come one by one are one change, because the list would hold nothing else. */
function add(changes: readonly Change[], change: Change): readonly Change[] {
  const former = changes.findLast(({ about, at }) => about === change.about && at > change.at - TOGETHER_MS);
  if (!former?.count || !change.count) return [...changes, change];
  const [from, to] = [former.count[0], change.count[1]];
  const others = changes.filter((each) => each !== former);
  return from === to ? others : [...others, { ...deadLetterChange(from, to), at: change.at }];
}

function addedBy({ last, queues, failing }: Past, observation: Reading): readonly Difference[] {
  if ("failure" in observation) {
    if (failing || !last) return [];
    return [{ about: "cluster", mood: "bad", text: observation.failure.message }];
  }
  if (!last) return [];
  const back: Difference = { about: "cluster", mood: "good", text: "the status can be read again" };
  return [...(failing ? [back] : []), ...differences(last.status, observation.status, queues)];
}
