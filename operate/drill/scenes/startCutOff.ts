import { AMQP, AMQPS, PORTS } from "../../../components/rabbitMqCluster/names";
import { nameOf } from "../../cluster/objects";
import { addMachineFilter, type PacketRule, removePacketFilter } from "../agents/podNetwork";
import { type Drill, type Scene, Victim } from "./scene";
import { nodeOf } from "./shared/container";
import { DNS_QUERIES } from "./shared/dnsQueries";
import { emptyVolume } from "./shared/emptyVolume";
import { UNCONFIRMED } from "./shared/unconfirmed";

const PLACED_SECONDS = 60;
const GONE_SECONDS = 60;

export const startDnsOff: Scene = startScene(
  "start-dns-off",
  "force-deletes all brokers, node 0 with its volume, and drops all DNS queries on their machines",
  "no DNS",
  DNS_QUERIES,
);

export const startIsolated: Scene = startScene(
  "start-isolated",
  "force-deletes all brokers, node 0 with its volume, while no broker can be reached from another machine",
  "no connections to brokers",
  [PORTS.epmd, PORTS.distribution, AMQP.port, AMQPS.port].map((port) => ({
    match: `-p tcp --dport ${port}`,
    target: "DROP",
  })),
);

/** Brokers that start, one of them with an empty volume, while they cannot know of each other. */
function startScene(name: string, summary: string, effect: string, rules: readonly PacketRule[]): Scene {
  return {
    name,
    summary,
    victim: Victim.First,
    // At least 60 s after the last pod was deleted.
    holdSeconds: 80,
    // A second cluster would never become one with the others, so the installation would not reach full strength.
    limits: { duplicated: UNCONFIRMED, fullStrengthSeconds: 120 },
    destructive: true,
    needsAgents: true,
    async inject(drill) {
      await filterMachines(drill, rules);
      drill.event(`machines of the brokers: ${effect}`);
      await emptyVolume(drill);
      await untilPlaced(drill);
      await deleteOthers(drill);
    },
  };
}

/** Pods that start later have no filter of their own, so their machines have it. */
async function filterMachines(drill: Drill, rules: readonly PacketRule[]): Promise<void> {
  const { brokers, nodes } = drill;
  await Promise.all(
    (await brokers.pods()).map((pod) => {
      drill.undo(`${nodeOf(pod)}: packet filter removed`, () => removePacketFilter(nodes, pod));
      return addMachineFilter(nodes, pod, rules);
    }),
  );
}

/** With local disks, the new volume could otherwise take the machine of another broker, which then has no place. */
async function untilPlaced(drill: Drill): Promise<void> {
  await drill.until(`${drill.victim.pod} has a machine`, PLACED_SECONDS, async () =>
    (await drill.brokers.pods()).some((pod) => nameOf(pod) === drill.victim.pod && nodeOf(pod) !== ""),
  );
}

async function deleteOthers(drill: Drill): Promise<void> {
  const { brokers, cluster, victim } = drill;
  const { namespace } = brokers;
  const others = (await brokers.pods()).filter((pod) => nameOf(pod) !== victim.pod);
  await Promise.all(
    others.map((pod) =>
      cluster.core.deleteNamespacedPod({ namespace, name: nameOf(pod), gracePeriodSeconds: 0 }),
    ),
  );
  const deleted = new Set(others.map(({ metadata }) => metadata?.uid));
  await drill.until("the other pods are gone", GONE_SECONDS, async () =>
    (await brokers.pods()).every(({ metadata }) => !deleted.has(metadata?.uid)),
  );
  drill.event(`${others.map(nameOf).join(", ")} deleted`);
}
