import assert from "node:assert/strict";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { stateDir } from "../../local/paths";
import { Cluster } from "../../operate/cluster/cluster";
import { findInstallation, type Installation } from "../../operate/cluster/installation";
import { Fault } from "../../operate/drill/guard/marks";
import { expectedPools, healthProblems } from "../../operate/drill/health";
import { findLeftovers } from "../../operate/drill/leftovers";
import { until } from "../../operate/waiting";
import { NAMESPACE, Running } from "./machine";

/** A scene, and the event at which its command is killed. */
export interface Kill {
  readonly scene: string;
  readonly at: RegExp;
  readonly options?: readonly string[];
}

/** One scene for each kind of fault. The suite runs the first two. */
export const KILLS: readonly Kill[] = [
  { scene: "disk-alarm", at: /alarm raised/ },
  { scene: "partition", at: /isolated from its peers/ },
  { scene: "memory-alarm", at: /alarm raised/ },
  { scene: "freeze", at: /: SIGSTOP/ },
  { scene: "dns-off", at: /no DNS/ },
  { scene: "slow-network", at: /ms delay/ },
  { scene: "slow-disk", at: /writes per second/ },
  { scene: "drain", at: / cordoned/ },
  { scene: "scale", at: / 0 workers/, options: ["--use-pool"] },
  { scene: "upgrade-image", at: /rolling update of \S+ begins/ },
  { scene: "node-off", at: / is off/ },
  { scene: "api-off", at: /API is away/ },
];

const HOLD_SECONDS = 10;
/** By then the fault must be undone. */
export const DEADLINE_SECONDS = HOLD_SECONDS + 60;
/** For pods to start and queues to catch up after the fault. */
const MARGIN_SECONDS = 90;
const POLL_MS = 3_000;
const UNKNOWN = "unknown, because the cluster does not answer";

/** What was seen after the command was killed. */
export interface Aftermath {
  /** Until nothing was left of the drill's faults. */
  readonly undoneSeconds: number;
  /** Until the installation was healthy. */
  readonly healthySeconds: number;
  /** Until nothing of the drill was left except its queue. */
  readonly goneSeconds: number;
  /** What was unhealthy at first, and the faults in place. */
  readonly problems: readonly string[];
}

/** Kills the command of a drill with SIGKILL during the fault, and waits until nothing is left of it. */
export async function killDrill(name: string, { scene, at, options = [] }: Kill): Promise<Aftermath> {
  const config = new KubeConfig();
  config.loadFromFile(join(stateDir(name), "kubeconfig"));
  const cluster = new Cluster(config);
  // Read before the fault, with the number of workers.
  const installation = await findInstallation(cluster, { namespace: NAMESPACE });
  // A drill refuses to begin while an earlier one's broker is still starting.
  await untilHealthy(cluster, installation);
  const target = [`--cluster=${name}`, `--namespace=${NAMESPACE}`];
  const timing = [`--hold=${HOLD_SECONDS}`, "--warm=3"];
  const running = new Running(["drill", scene, ...target, ...timing, ...options], "operate");
  await running.until(at);
  running.signal("SIGKILL");
  await running.ended;
  return aftermath(cluster, installation);
}

async function untilHealthy(cluster: Cluster, { brokers }: Installation): Promise<void> {
  const signal = AbortSignal.timeout(2 * MARGIN_SECONDS * 1000);
  await until("the installation is healthy", MARGIN_SECONDS, signal, async () => {
    return (await healthProblems(cluster, brokers, [])).length === 0;
  });
}

async function aftermath(cluster: Cluster, installation: Installation): Promise<Aftermath> {
  const killedAt = Date.now();
  const seconds = () => (Date.now() - killedAt) / 1000;
  let first: string[] | undefined;
  let [undone, healthy, gone]: (number | undefined)[] = [];
  while (undone === undefined || healthy === undefined || gone === undefined) {
    const { problems, left } = await look(cluster, installation);
    first ??= [...problems, ...left.filter(isFault)];
    if (healthy === undefined && problems.length === 0) healthy = seconds();
    if (undone === undefined && !left.some(isFault)) undone = seconds();
    if (gone === undefined && left.length === 0) gone = seconds();
    assert.ok(
      seconds() < DEADLINE_SECONDS + MARGIN_SECONDS,
      `${seconds()} s after the command was killed: ${[...problems, ...left].join(", ")}`,
    );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { undoneSeconds: undone, healthySeconds: healthy, goneSeconds: gone, problems: first ?? [] };
}

/** Whether it is a fault, not an object of the drill, whose name may be that of a fault. */
const isFault = (item: string): boolean =>
  item === UNKNOWN || [...Object.values(Fault), "alarm"].some((fault) => item.endsWith(`: ${fault}`));

async function look(
  cluster: Cluster,
  installation: Installation,
): Promise<{ problems: string[]; left: string[] }> {
  const { brokers } = installation;
  try {
    const problems = await healthProblems(cluster, brokers, expectedPools(installation));
    const leftovers = await findLeftovers(cluster, brokers);
    // The queue stays until the next drill.
    const left = leftovers.flatMap(({ items }) => items).filter((item) => !item.startsWith("queue "));
    return { problems, left };
  } catch (error) {
    return { problems: [String(error)], left: [UNKNOWN] };
  }
}
