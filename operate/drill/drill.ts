import { UserError } from "../errors";
import { Agents } from "./agents/agent";
import type { Broker, Brokers } from "../cluster/brokers";
import { type Cluster, isReady, nameOf } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import type { Nodes, Power } from "../cluster/nodes";
import { DrillLease } from "./lease";
import { OwnLoad } from "./load/ownLoad";
import { workerOf } from "./load/objects";
import { poolOf } from "./load/pool";
import { type DrillPlan, type DrillResult, type Observer, Phase } from "./plan";
import type { Drill } from "./scenes/scene";
import { missing, poolsOf, type WorkersWanted } from "./strength";
import { Undoing } from "./undoing";
import type { Timeline, TimelineEvent } from "./verdict/events";
import { judge } from "./verdict/judge";
import { chooseVictim, leaderFor } from "./victim";
import { until, wait } from "../waiting";

/** Statistics of a queue that just came are up to this old. */
const STATISTICS_SECONDS = 6;
const DRAIN_PATIENCE_SECONDS = 90;

/** Runs one drill from the steady state to the verdict, and leaves nothing behind, however it ends. */
export async function runDrill(
  cluster: Cluster,
  installation: Installation,
  plan: DrillPlan,
  observer: Observer,
  signal: AbortSignal,
  power?: Power,
): Promise<DrillResult> {
  const lease = new DrillLease(cluster, installation.namespace, plan.run);
  await lease.take();
  const run = new DrillRun(cluster, installation, plan, observer, signal, power);
  try {
    observer.phase(Phase.Check);
    await run.checkSteadyState();
    observer.phase(Phase.Prepare);
    await run.prepare();
    observer.phase(Phase.Warm);
    await run.warmUp();
    observer.phase(Phase.Fault);
    await run.fault();
    observer.phase(Phase.Undo);
    await run.undoFault();
    observer.phase(Phase.Recover);
    await run.becomeWhole();
    observer.phase(Phase.Finish);
    return await run.finish();
  } finally {
    observer.phase(Phase.Clean);
    await run.cleanUp();
    await lease.release();
  }
}

class DrillRun implements Drill {
  readonly brokers: Brokers;
  readonly nodes: Nodes;
  readonly load: OwnLoad;
  victim!: Broker;
  private readonly userQueue: string;
  private readonly agents: Agents;
  private readonly undoing = new Undoing((what) => this.event(what));
  private readonly notes: Record<string, string | number> = {};
  private readonly reasons: string[] = [];
  private readonly times = { loadFrom: 0, faultAt: 0, undoneAt: 0, loadUntil: 0 };
  private wholeAt: number | undefined;
  private readonly timeline: TimelineEvent[] = [];
  /** Worker pods before the fault, with the restarts of their container. */
  private workersBefore = new Map<string, number>();

  constructor(
    readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly plan: DrillPlan,
    private readonly observer: Observer,
    readonly signal: AbortSignal,
    power: Power | undefined,
  ) {
    this.brokers = installation.brokers;
    const pool = poolOf(installation, plan);
    this.userQueue = pool.queue;
    const image = workerOf(pool.template.spec ?? { containers: [] });
    this.agents = new Agents(cluster, plan.run, image.image ?? "", pool.template.spec?.imagePullSecrets);
    this.nodes = withPower(this.agents, power);
    this.load = new OwnLoad(cluster, {
      run: plan.run,
      namespace: installation.namespace,
      template: pool.template,
      options: plan.load,
      publisher: installation.publisher,
      avoid: () => [this.victim.kubernetesNode],
      ...(plan.usePool && { pool }),
    });
  }

  async checkSteadyState(): Promise<void> {
    const troubles = await missing(this.cluster, this.brokers, poolsOf(this.installation));
    if (troubles.length > 0)
      throw new UserError(
        `The installation is not at full strength, so a drill could cost its quorum:\n${troubles.map((each) => `  ${each}`).join("\n")}\n` +
          "Wait or mend it first: npx ha-celery recover",
      );
    this.victim = await chooseVictim(this.brokers, this.userQueue, this.plan);
  }

  async prepare(): Promise<void> {
    if (this.plan.scene.needsAgents) await this.openAgents();
    await this.load.prepare(this.signal);
    this.observer.begun({ load: this.load, victim: this.victim });
    await this.moveLeader();
  }

  async warmUp(): Promise<void> {
    await this.load.start(this.signal);
    this.times.loadFrom = now();
    this.event("load begins");
    await this.wait(this.plan.warmSeconds);
    for (const pod of await this.workerPods()) this.workersBefore.set(nameOf(pod), restartsOf(pod));
  }

  async fault(): Promise<void> {
    const { scene, holdSeconds } = this.plan;
    this.times.faultAt = now();
    this.event(`fault: ${scene.name}${scene.victim ? ` on ${this.victim.pod}` : ""}`);
    await scene.inject(this);
    const left = this.times.faultAt + holdSeconds - now();
    if (left > 0) await this.wait(left);
  }

  async undoFault(): Promise<void> {
    const failures = await this.undoing.all();
    if (failures.length > 0) throw new Error(`could not be undone: ${failures.join("; ")}`);
    this.times.undoneAt = now();
  }

  /** Waits for full strength, then lets the load go on for a while. */
  async becomeWhole(): Promise<void> {
    const wanted: WorkersWanted[] = [
      ...poolsOf(this.installation),
      ...(this.plan.usePool
        ? []
        : [
            {
              namespace: this.load.namespace,
              selector: this.load.workerSelector,
              replicas: this.plan.load.workers,
            },
          ]),
    ];
    let last: string[] = [];
    await until("full strength", this.plan.patienceSeconds, this.signal, async () => {
      last = await missing(this.cluster, this.brokers, wanted);
      return last.length === 0;
    }).then(
      () => (this.wholeAt = now()),
      (error: unknown) => {
        if (this.signal.aborted) throw error;
        this.reasons.push(
          `still missing ${this.plan.patienceSeconds} s after the fault was undone: ${last.join(", ")}`,
        );
      },
    );
    if (this.wholeAt) this.event("whole again");
    await this.wait(this.plan.coolSeconds);
  }

  async finish(): Promise<DrillResult> {
    this.times.loadUntil = now();
    await this.load.stop(this.signal);
    await this.load.drain(DRAIN_PATIENCE_SECONDS, this.signal);
    const deadLettered = await this.takeDeadLetters();
    this.reasons.push(...((await this.plan.scene.check?.(this)) ?? []));
    const events = await this.load.events();
    const timeline: Timeline = {
      ...this.times,
      wholeAt: this.wholeAt,
      brokenWorkers: await this.brokenWorkers(),
      events: this.timeline,
    };
    const verdict = judge({
      scene: { name: this.plan.scene.name, limits: this.plan.limits },
      run: this.plan.run,
      events,
      timeline,
      slots: this.plan.load.workers * this.plan.load.concurrency,
      deadLettered,
      extraReasons: this.reasons,
      more: this.notes,
    });
    return { verdict, events, timeline };
  }

  /** Takes everything back, whatever was reached. */
  async cleanUp(): Promise<void> {
    const failures = [
      ...(await this.undoing.all()),
      ...(await failureOf("remove the drill's pods", () => this.load.remove())),
      ...(await failureOf("delete the drill's queue", () => this.deleteQueue())),
      ...(await failureOf("remove the agents", () => this.agents.close())),
    ];
    if (failures.length > 0)
      throw new Error(
        `the drill could not take everything back:\n${failures.map((each) => `  ${each}`).join("\n")}`,
      );
  }

  event(text: string): void {
    const event = { at: now(), text };
    this.timeline.push(event);
    this.observer.event(event);
  }

  undo(what: string, action: () => Promise<void>): void {
    this.undoing.add(what, action);
  }

  wait(seconds: number): Promise<void> {
    return wait(seconds, this.signal);
  }

  until(what: string, seconds: number, done: () => Promise<boolean>): Promise<void> {
    return until(what, seconds, this.signal, done);
  }

  note(name: string, value: string | number): void {
    this.notes[name] = value;
  }

  /** The victim leads the queue of the drill, or surely does not. */
  private async moveLeader(): Promise<void> {
    const leader = await leaderFor(this.brokers, this.victim, this.plan);
    if (!leader) return;
    await this.until(`${leader.pod} leads ${this.load.queue}`, 60, async () => {
      await this.brokers.lead(this.load.queue, leader);
      return (await this.brokers.queue(this.load.queue)).leader === leader.node;
    });
  }

  private async openAgents(): Promise<void> {
    const { items } = await this.cluster.core.listNode();
    await this.agents.open(
      items.filter(({ spec }) => !spec?.taints?.some(({ effect }) => effect === "NoSchedule")).map(nameOf),
    );
  }

  private workerPods() {
    return this.cluster.pods(this.load.namespace, this.load.workerSelector);
  }

  /** Those whose pod, or its container, is another than before the fault. */
  private async brokenWorkers(): Promise<string[]> {
    const now = new Map((await this.workerPods()).map((pod) => [nameOf(pod), restartsOf(pod)]));
    return [...this.workersBefore]
      .filter(([pod, restarts]) => now.get(pod) !== restarts)
      .map(([pod]) => `celery@${pod}`);
  }

  private async deadLetters(): Promise<number> {
    return (await this.brokers.queue("dead-letters").catch(() => undefined))?.messages ?? 0;
  }

  /** Counts the drill's own, and takes them out. */
  private async takeDeadLetters(): Promise<number> {
    await this.wait(STATISTICS_SECONDS);
    return (await this.deadLetters()) > 0 ? this.load.takeDeadLetters() : 0;
  }

  private async deleteQueue(): Promise<void> {
    if (this.plan.usePool) return;
    const [pod] = (await this.brokers.pods()).filter(isReady);
    if (!pod) throw new Error("no broker is ready");
    const queue = [
      "rabbitmqctl",
      "--quiet",
      "delete_queue",
      `--vhost=${this.brokers.vhost}`,
      this.load.queue,
    ];
    await this.brokers.exec({ pod: nameOf(pod) }, ...queue).catch((error: Error) => {
      if (!/not.found|not_found|no such queue/i.test(error.message)) throw error;
    });
  }
}

const now = (): number => Date.now() / 1000;

const restartsOf = (pod: { status?: { containerStatuses?: { restartCount: number }[] } }): number =>
  pod.status?.containerStatuses?.[0]?.restartCount ?? 0;

function withPower(agents: Agents, power: Power | undefined): Nodes {
  return {
    shell: (node, script) => agents.shell(node, script),
    processes: (node, container) => agents.processes(node, container),
    inNetworkOf: (node, pid, script) => agents.inNetworkOf(node, pid, script),
    power,
  };
}

async function failureOf(what: string, action: () => Promise<void>): Promise<string[]> {
  try {
    await action();
    return [];
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
