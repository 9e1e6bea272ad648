import type { Broker } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import type { Nodes, Power } from "../cluster/nodes";
import { UserError } from "../errors";
import { Agents } from "./agents/agent";
import { cleanUp } from "./cleanUp";
import { DrillContext } from "./context";
import { expectedPools, healthProblems } from "./health";
import { DrillLease } from "./lease";
import { DrillLoad } from "./load/drillLoad";
import { workerContainer } from "./load/objects";
import { type Pool, poolOf } from "./load/pool";
import { type DrillPlan, type DrillResult, type Observer, Phase } from "./plan";
import { DrillRun } from "./run";
import { chooseVictim } from "./victim";

/** Runs one drill, from the health check to the verdict. Leaves nothing behind, however it ends. */
export async function runDrill(
  cluster: Cluster,
  installation: Installation,
  plan: DrillPlan,
  observer: Observer,
  signal: AbortSignal,
  power?: Power,
): Promise<DrillResult> {
  const pool = poolOf(installation, plan);
  const lease = new DrillLease(cluster, installation.namespace, plan.run);
  await lease.take();
  try {
    observer.phase(Phase.Check);
    await checkHealthy(cluster, installation);
    const victim = await chooseVictim(installation.brokers, pool.queue, plan);
    const agents = createAgents(cluster, plan, pool);
    const load = createLoad(cluster, installation, plan, pool, victim);
    const nodes = withPower(agents, power);
    const { brokers } = installation;
    const context = new DrillContext({ cluster, brokers, nodes, load, victim, signal }, observer);
    try {
      return await runPhases(new DrillRun(context, installation, plan, agents), context, observer);
    } finally {
      observer.phase(Phase.Clean);
      await cleanUp(context, agents, plan);
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
  throw new UserError(
    `The installation is not healthy, so a drill could cost its quorum:\n${problems.map((each) => `  ${each}`).join("\n")}\n` +
      "Wait, or repair it first: npx ha-celery recover",
  );
}

function createAgents(cluster: Cluster, { run }: DrillPlan, { template }: Pool): Agents {
  const { image = "" } = workerContainer(template.spec ?? { containers: [] });
  return new Agents(cluster, run, image, template.spec?.imagePullSecrets);
}

const createLoad = (
  cluster: Cluster,
  { namespace, publisher }: Installation,
  { run, load, usePool }: DrillPlan,
  pool: Pool,
  victim: Broker,
): DrillLoad =>
  new DrillLoad(cluster, {
    run,
    namespace,
    template: pool.template,
    options: load,
    publisher,
    avoid: [victim.kubernetesNode],
    ...(usePool && { pool }),
  });

const withPower = (agents: Agents, power: Power | undefined): Nodes => ({
  shell: (node, script) => agents.shell(node, script),
  processes: (node, container) => agents.processes(node, container),
  inNetworkOf: (node, pid, script) => agents.inNetworkOf(node, pid, script),
  power,
});
