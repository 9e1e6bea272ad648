import type { V1Pod } from "@kubernetes/client-node";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { describeDeadLetters, readDeadLetters, takeDeadLetters } from "../cluster/deadLetters";
import type { Installation } from "../cluster/installation";
import type { Agents } from "./agents/agent";
import { describeWrongClock, findWrongClocks } from "./clocks";
import type { DrillContext } from "./context";
import { type ExpectedWorkers, expectedPools, healthProblems } from "./health";
import type { DrillPlan, DrillResult } from "./plan";
import type { Timeline } from "./verdict/events";
import { judge } from "./verdict/judge";
import { allSettled } from "../waiting";
import { leaderFor } from "./victim";
import { WorkerRestarts } from "./workerRestarts";

/** Age that the statistics of a queue can reach. */
const STATISTICS_SECONDS = 6;
const DRAIN_TIMEOUT_SECONDS = 90;
const LEADER_TIMEOUT_SECONDS = 60;
const BACKLOG_TIMEOUT_SECONDS = 180;

/** The phases of one drill, in the order of its methods. */
export class DrillRun {
  private readonly restarts: WorkerRestarts;
  private readonly reasons: string[] = [];
  private readonly times = { loadFrom: 0, faultAt: 0, undoneAt: 0, loadUntil: 0 };
  private recoveredAt: number | undefined;

  constructor(
    private readonly context: DrillContext,
    private readonly installation: Installation,
    private readonly plan: DrillPlan,
    private readonly agents: Pick<Agents, "open">,
  ) {
    this.restarts = new WorkerRestarts(context.cluster, context.load);
  }

  async prepare(): Promise<void> {
    const { brokers, load, signal } = this.context;
    if (load.options.kind !== "tasks") this.context.note("load", load.options.kind);
    const deadLetters = await readDeadLetters(brokers);
    if (deadLetters) this.context.note("before the drill", describeDeadLetters(deadLetters));
    // A cluster that forbids agents refuses them at once.
    const refused = new AbortController();
    const agents = this.openBrokerAgents().catch((error: unknown) => {
      refused.abort(error);
      throw error;
    });
    await allSettled(agents, load.prepare(AbortSignal.any([signal, refused.signal])));
  }

  /** Makes the victim the leader of the drill's queue, or another broker if the scene needs a follower. */
  async moveLeader(): Promise<void> {
    const { brokers, load, victim } = this.context;
    const leader = await leaderFor(brokers, victim, this.plan);
    if (!leader) return;
    await this.context.until(`${leader.pod} leads ${load.queue}`, LEADER_TIMEOUT_SECONDS, async () => {
      await brokers.makeLeader(load.queue, leader);
      return (await brokers.queue(load.queue)).leader === leader.node;
    });
  }

  async warmUp(): Promise<void> {
    const { context } = this;
    await context.load.start(context.signal);
    this.times.loadFrom = now();
    context.event("load begins");
    await Promise.all([context.wait(this.plan.warmSeconds), this.openAgents(), this.compareClocks()]);
    await this.buildUpBacklog();
    await this.restarts.recordBeforeFault();
  }

  async injectFault(): Promise<void> {
    const { context } = this;
    const { scene, holdSeconds } = this.plan;
    this.times.faultAt = now();
    context.event(`fault: ${scene.name}${scene.victim ? ` on ${context.victim.pod}` : ""}`);
    await scene.inject(context);
    const remaining = this.times.faultAt + holdSeconds - now();
    if (remaining > 0) await context.wait(remaining);
  }

  async undoFault(): Promise<void> {
    await this.context.undoAll();
    this.times.undoneAt = now();
  }

  /** Waits until the installation is healthy, then keeps the load running for a while. */
  async waitForRecovery(): Promise<void> {
    const { context } = this;
    const problems = await this.problemsAfterTimeout();
    if (problems.length === 0) {
      this.recoveredAt = now();
      context.event("recovered");
    } else {
      const timeout = this.plan.recoveryTimeoutSeconds;
      this.reasons.push(`not healthy ${timeout} s after the fault was undone: ${problems.join(", ")}`);
    }
    await context.wait(this.plan.coolSeconds);
  }

  async finish(): Promise<DrillResult> {
    const { context, plan } = this;
    const { load, signal } = context;
    this.times.loadUntil = now();
    await load.stop(signal);
    await load.drain(DRAIN_TIMEOUT_SECONDS, signal);
    const deadLettered = await this.takeDeadLetters();
    const extraReasons = [...this.reasons, ...((await plan.scene.check?.(context)) ?? [])];
    const events = await load.events();
    const timeline: Timeline = {
      ...this.times,
      wholeAt: this.recoveredAt,
      brokenWorkers: await this.restarts.brokenWorkers(),
      events: context.events,
    };
    const verdict = judge({
      scene: { name: plan.scene.name, limits: plan.limits },
      run: plan.run,
      events,
      timeline,
      slots: plan.load.workers * plan.load.concurrency,
      deadLettered,
      extraReasons,
      more: context.notes,
    });
    return { verdict, events, timeline };
  }

  /** Warns of clocks that make the figures wrong. */
  private async compareClocks(): Promise<void> {
    const { cluster, load } = this.context;
    const pods = await Promise.all(
      [load.workerSelector, load.publisherSelector].map((each) => cluster.pods(load.namespace, each)),
    );
    for (const clock of await findWrongClocks(cluster, pods.flat())) {
      this.context.event(describeWrongClock(clock));
      this.context.note(`clock of ${clock.kubernetesNode}, s ahead`, Math.round(clock.seconds));
    }
  }

  private async buildUpBacklog(): Promise<void> {
    const { load, signal } = this.context;
    const { backlog } = this.plan.scene;
    if (backlog === undefined || load.options.kind !== "tasks") return;
    await load.untilBacklog(backlog, BACKLOG_TIMEOUT_SECONDS, signal);
    this.context.event(`${backlog} tasks wait`);
  }

  private async openBrokerAgents(): Promise<void> {
    if (this.plan.scene.needsAgents) await this.agents.open(nodesOf(await this.context.brokers.pods()));
  }

  /** Starts the agents on the nodes of the load's pods. */
  private async openAgents(): Promise<void> {
    if (!this.plan.scene.needsAgents) return;
    const { cluster, load } = this.context;
    const pods = await Promise.all(
      [load.workerSelector, load.publisherSelector].map((each) => cluster.pods(load.namespace, each)),
    );
    await this.agents.open(nodesOf(pods.flat()));
  }

  /** Returns the problems that are left when the timeout expires. None if the installation became healthy before. */
  private async problemsAfterTimeout(): Promise<string[]> {
    const { cluster, brokers, signal } = this.context;
    const expected = this.expectedWorkers();
    let problems: string[] = [];
    const isHealthy = async (): Promise<boolean> => {
      problems = await healthProblems(cluster, brokers, expected);
      return problems.length === 0;
    };
    try {
      await this.context.until("the installation is healthy", this.plan.recoveryTimeoutSeconds, isHealthy);
      return [];
    } catch (error) {
      if (signal.aborted) throw error;
      return problems.length > 0 ? problems : ["its health could not be read"];
    }
  }

  private expectedWorkers(): ExpectedWorkers[] {
    const { namespace, workerSelector: selector } = this.context.load;
    const own = { namespace, selector, replicas: this.plan.load.workers };
    return [...expectedPools(this.installation), ...(this.plan.usePool ? [] : [own])];
  }

  /** Removes the drill's tasks from the dead-letter queue, and returns how many there were. */
  private async takeDeadLetters(): Promise<number> {
    const { brokers, load } = this.context;
    await this.context.wait(STATISTICS_SECONDS);
    const queue = await brokers.queue(DEAD_LETTERS).catch(() => undefined);
    // A leader that has not counted them yet may have some.
    return queue && queue.messages !== 0 ? takeDeadLetters(brokers, load.run) : 0;
  }
}

const nodesOf = (pods: readonly V1Pod[]): string[] =>
  pods.map(({ spec }) => spec?.nodeName ?? "").filter((node) => node !== "");

const now = (): number => Date.now() / 1000;
