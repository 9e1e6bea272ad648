import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { InstallationStatus, QueueStatus } from "../status/model";
import { type Difference, difference, flipped, paired } from "./difference";

type Queues = readonly QueueStatus[];

/** Names in one sentence; the rest is a number. */
const NAMED = 3;
const NO_LEADER = "no leader";
const ONLINE = "copies are online";

/**
 * Returns what differs in the queues. `known` are the last ones that a broker reported before, because a leader often
 * moves while none does.
 */
export function queueChanges(
  before: InstallationStatus,
  after: InstallationStatus,
  known: Queues | undefined,
): Difference[] {
  const answers = flipped(
    before.queues !== undefined,
    after.queues !== undefined,
    "queue",
    "the brokers report their queues again",
    "no broker reports its queues",
  );
  if (!known || !after.queues) return answers;
  return [
    ...answers,
    ...leaderChanges(known, after.queues),
    ...copyChanges(known, after.queues),
    ...paired(known, after.queues, ({ name }) => name, oneQueue),
    ...deadLetterChanges(known, after.queues),
  ];
}

function oneQueue(name: string, before?: QueueStatus, after?: QueueStatus): Difference[] {
  if (!before || !after)
    return [difference("queue", "neutral", `queue ${name} was ${after ? "created" : "deleted"}`)];
  if (name === DEAD_LETTERS) return []; // No worker consumes it.
  if (before.consumers === undefined || after.consumers === undefined) return [];
  return flipped(
    before.consumers > 0,
    after.consumers > 0,
    "queue",
    `queue ${name} has consumers`,
    `queue ${name} lost its last consumer`,
  );
}

function deadLetterChanges(before: Queues, after: Queues): Difference[] {
  const count = (queues: Queues) => {
    const queue = queues.find(({ name }) => name === DEAD_LETTERS);
    return queue ? queue.ready + queue.unacknowledged : 0;
  };
  const [from, to] = [count(before), count(after)];
  return from === to ? [] : [deadLetterChange(from, to)];
}

/** A change of the number of dead letters. */
export const deadLetterChange = (from: number, to: number): Difference => ({
  ...difference("dead letters", to > from ? "bad" : "neutral", `dead letters: ${from} → ${to}`),
  count: [from, to],
});

/** One line for all queues whose leader moved between the same two brokers. */
const leaderChanges = (before: Queues, after: Queues): Difference[] =>
  grouped(before, after, (former, { leader }) =>
    former.leader === leader ? undefined : `${former.leader || NO_LEADER} → ${leader || NO_LEADER}`,
  ).map(([move, names]) =>
    difference(
      "leader",
      move.endsWith(NO_LEADER) ? "bad" : "neutral",
      `${names.length === 1 ? "leader" : "leaders"} of ${listed(names)}: ${move}`,
    ),
  );

/** One line for all queues that lost or got back as many copies. */
const copyChanges = (before: Queues, after: Queues): Difference[] =>
  grouped(before, after, (former, { online, copies }) => {
    const complete = online >= copies;
    if (former.online >= former.copies === complete) return undefined;
    return `${complete ? "all" : `${online} of`} ${copies} ${ONLINE}`;
  }).map(([state, names]) =>
    difference("queue", state.startsWith("all") ? "good" : "bad", `${listed(names)}: ${state}`),
  );

/** Names of queues by the description of their change. */
function grouped(
  before: Queues,
  after: Queues,
  describe: (before: QueueStatus, after: QueueStatus) => string | undefined,
): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const queue of after) {
    const former = before.find(({ name }) => name === queue.name);
    const description = former && describe(former, queue);
    if (description !== undefined) groups.set(description, [...(groups.get(description) ?? []), queue.name]);
  }
  return [...groups];
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}
