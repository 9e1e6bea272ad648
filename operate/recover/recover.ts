import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { wait } from "../waiting";
import { execute } from "./execute";
import { type Facts } from "./facts";
import { observe } from "./observe";
import { Kind, plan, type Step } from "./plan";
import { stuck } from "./stuck";

export interface Options {
  /** A node that is not ready and was heard of last so long ago counts as silent. */
  readonly silentAfterSeconds: number;
  /** How long to wait until it is whole, once nothing is left to do. */
  readonly patienceSeconds: number;
  readonly signal: AbortSignal;
  /** Called with steps that were not planned before. Gives back those that may be done. */
  consent(steps: readonly Step[]): Promise<readonly Step[]>;
  /** Tells what is done and what is waited for. */
  report(text: string): void;
}

export interface Outcome {
  readonly whole: boolean;
  /** What was done, in order. */
  readonly done: readonly Step[];
  /** Steps that nobody consented to. */
  readonly refused: readonly Step[];
  /** What is not as it should be in the end. */
  readonly stuck: readonly string[];
  readonly seconds: number;
}

const POLL_SECONDS = 3;
/** What a step sets going takes a while: it is not done again before. */
const AGAIN_SECONDS = 30;
/** RabbitMQ adds copies to queues by itself, 10 s after a node came: growing them at once would get in its way. */
const GROW_AFTER_SECONDS = 45;

const key = ({ kind, target }: Step) => `${kind} ${target}`;

/** Observes, plans, does and observes again, until all is whole or nothing more can be done. */
export async function recover(cluster: Cluster, brokers: Brokers, options: Options): Promise<Outcome> {
  const begun = Date.now();
  const elapsed = (since: number) => (Date.now() - since) / 1000;
  const allowed = new Set<string>();
  const refused = new Map<string, Step>();
  const doneAt = new Map<string, number>();
  const seen = new Map<string, number>();
  const done: Step[] = [];
  let progress = Date.now();
  let told = "";

  for (;;) {
    const facts = await observe(cluster, brokers, options.silentAfterSeconds);
    const troubles = stuck(facts);
    const outcome = () => ({
      done,
      refused: [...refused.values()],
      stuck: troubles,
      seconds: elapsed(begun),
    });
    if (troubles.length === 0) return { whole: true, ...outcome() };
    tell(troubles);

    const steps = plan(facts).filter((step) => isDue(step));
    const fresh = steps.filter((step) => !allowed.has(key(step)) && !refused.has(key(step)));
    if (fresh.length > 0) {
      const yes = await options.consent(fresh);
      for (const step of fresh)
        if (yes.includes(step)) allowed.add(key(step));
        else refused.set(key(step), step);
    }
    for (const step of steps.filter((each) => allowed.has(key(each)))) {
      options.report(`${step.kind} ${step.target}`);
      // The next step may count on this one.
      if (!(await attempt(facts, step))) break;
      doneAt.set(key(step), Date.now());
      if (!done.some((each) => key(each) === key(step))) done.push(step);
      progress = Date.now();
    }
    // What was refused will not mend itself.
    if (refused.size > 0 && steps.every((step) => refused.has(key(step))))
      return { whole: false, ...outcome() };
    if (elapsed(progress) > options.patienceSeconds) return { whole: false, ...outcome() };
    await wait(POLL_SECONDS, options.signal);
  }

  function isDue(step: Step): boolean {
    const first = seen.get(key(step)) ?? Date.now();
    seen.set(key(step), first);
    if (step.kind === Kind.Grow && elapsed(first) < GROW_AFTER_SECONDS) return false;
    const last = doneAt.get(key(step));
    return last === undefined || elapsed(last) > AGAIN_SECONDS;
  }

  /** What fails is tried again: a broker may not answer yet, or Kubernetes has changed the object meanwhile. */
  async function attempt(facts: Facts, step: Step): Promise<boolean> {
    try {
      await execute(cluster, brokers, facts, step);
      return true;
    } catch (error) {
      options.report(`  failed, will try again: ${messageOf(error)}`);
      return false;
    }
  }

  function tell(troubles: readonly string[]): void {
    const text = troubles.join("\n");
    if (text !== told) for (const line of troubles) options.report(`  ${line}`);
    told = text;
  }
}

/** The API server's own sentence, where it is in there. */
function messageOf(error: unknown): string {
  const { body } = error as { body?: string };
  const said = /"message":"((?:[^"\\]|\\.)*)"/.exec(body ?? "")?.[1];
  return said ?? (error instanceof Error ? error.message : String(error));
}
