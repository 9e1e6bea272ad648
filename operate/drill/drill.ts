import type { Broker } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import type { Machines, Nodes } from "../cluster/nodes";
import { RefusedError } from "../errors";
import { Agents } from "./agents/agent";
import { imageByDigest } from "./agents/agentPod";
import { cleanUp } from "./cleanUp";
import { DrillContext } from "./context";
import { DeadlinePower } from "./deadlinePower";
import { Guard } from "./guard/guard";
import { expectedPools, healthProblems } from "./health";
import { DrillLease } from "./lease";
import { undoLeftovers } from "./leftovers";
import { DrillLoad } from "./load/drillLoad";
import { type Pool, poolOf } from "./load/pool";
import { type DrillPlan, type DrillResult, type Observer, Phase } from "./plan";
import { DrillRun } from "./run";
import { chooseVictim } from "./victim";

/** Without the command, a fault lasts at most this much longer than planned. */
const DEADLINE_SECONDS = 60;

/** Runs one drill, from the health check to the verdict. Leaves nothing behind, however it ends. */
export async function runDrill(
  cluster: Cluster,
  installation: Installation,
  plan: DrillPlan,
  observer: Observer,
  interrupted: AbortSignal,
  machines: Machines = {},
): Promise<DrillResult> {
  const pool = poolOf(installation, plan);
  const lease = new DrillLease(cluster, installation.namespace, plan.run);
  const signal = AbortSignal.any([interrupted, lease.lost]);
  await lease.take();
  try {
    observer.phase(Phase.Check);
    const { brokers } = installation;
    await undoLeftovers(cluster, brokers, (text) => observer.event({ at: Date.now() / 1000, text }));
    await checkHealthy(cluster, installation);
    const victim = await chooseVictim(brokers, pool.queue, plan);
    const guard = createGuard(cluster, installation, plan, pool, victim, lease);
    const agents = await createAgents(cluster, installation, plan, guard);
    const load = createLoad(cluster, installation, plan, pool, victim, guard);
    const deadlineSeconds = plan.holdSeconds + DEADLINE_SECONDS;
    const nodes = withMachines(agents, machines, deadlineSeconds);
    const parts = {
      cluster,
      brokers,
      nodes,
      guard,
      holdSeconds: plan.holdSeconds,
      deadlineSeconds,
      load,
      victim,
      signal,
      random: plan.random,
      image: plan.image,
    };
    const context = new DrillContext(parts, observer);
    try {
      await guard.start(signal);
      await lease.setOwner(guard.owner);
      return await runPhases(new DrillRun(context, installation, plan, agents), context, observer);
    } catch (error) {
      lease.lost.throwIfAborted();
      throw error;
    } finally {
      observer.phase(Phase.Clean);
      await cleanUp(context, { agents, guard }, plan);
    }
  } finally {
    await lease.release();
  }
}

async function runPhases(run: DrillRun, context: DrillContext, observer: Observer): Promise<DrillResult> {
  observer.phase(Phase.Prepare);
  await run.prepare();
  observer.prepared(context);
  await run.moveLeader();
  observer.phase(Phase.Warm);
  await run.warmUp();
  observer.phase(Phase.Fault);
  await run.injectFault();
  observer.phase(Phase.Undo);
  await run.undoFault();
  observer.phase(Phase.Recover);
  await run.waitForRecovery();
  observer.phase(Phase.Finish);
  return run.finish();
}

async function checkHealthy(cluster: Cluster, installation: Installation): Promise<void> {
  const problems = await healthProblems(cluster, installation.brokers, expectedPools(installation));
  if (problems.length === 0) return;
  throw new RefusedError(
    `The installation is not healthy, so a drill could cost its quorum:\n${problems.map((each) => `  ${each}`).join("\n")}\n` +
      "Wait, or repair it first: npx ha-celery recover",
  );
}

const createGuard = (
  cluster: Cluster,
  { namespace }: Installation,
  { run }: DrillPlan,
  { template }: Pool,
  victim: Broker,
  { holder }: DrillLease,
): Guard => new Guard(cluster, { run, namespace, template, avoid: [victim.kubernetesNode], holder });

async function createAgents(
  cluster: Cluster,
  { namespace, brokers }: Installation,
  { run }: DrillPlan,
  guard: Guard,
): Promise<Agents> {
  const pods = await brokers.pods();
  const image = imageByDigest(pods);
  const imagePullSecrets = pods[0]?.spec?.imagePullSecrets;
  return new Agents(cluster, { run, namespace, image, imagePullSecrets }, guard);
}

const createLoad = (
  cluster: Cluster,
  { namespace, publisher }: Installation,
  { run, load, usePool }: DrillPlan,
  pool: Pool,
  victim: Broker,
  guard: Guard,
): DrillLoad =>
  new DrillLoad(cluster, {
    run,
    namespace,
    template: pool.template,
    options: load,
    publisher,
    guard,
    avoid: [victim.kubernetesNode],
    ...(usePool && { pool }),
  });

const withMachines = (agents: Agents, { power, controlPlane }: Machines, deadlineSeconds: number): Nodes => ({
  shell: (node, script) => agents.shell(node, script),
  processes: (node, container) => agents.processes(node, container),
  change: (pod, change) => agents.change(pod, change),
  revert: (pod, fault) => agents.revert(pod, fault),
  power: power && new DeadlinePower(power, deadlineSeconds),
  controlPlane,
});
