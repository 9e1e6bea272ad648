import { nameOf } from "../../../operate/cluster/objects";
import { nodeOf } from "../../../operate/drill/scenes/shared/container";
import { isolateFromPeers } from "../../../operate/drill/scenes/shared/isolateBrokers";
import type { Drill, Scene } from "../../../operate/drill/scenes/scene";
import { REDIS } from "./manifests";

/** The same faults without what only RabbitMQ has: the name of its process, and connections in a management API. */
const INJECT: Readonly<Record<string, Scene["inject"]>> = {
  "broker-kill": killMaster,
  partition: (drill) => isolateFromPeers(drill, [drill.victim.pod]),
};

export const sceneOf = (scene: Scene): Scene => ({ ...scene, inject: INJECT[scene.name] ?? scene.inject });

async function killMaster(drill: Drill): Promise<void> {
  const { brokers, nodes, victim } = drill;
  const pod = (await brokers.pods()).find((each) => nameOf(each) === victim.pod);
  const container = pod?.status?.containerStatuses?.find(({ name }) => name === REDIS)?.containerID;
  if (!pod || !container) throw new Error(`the container ${REDIS} of ${victim.pod} is not running`);
  const processes = await nodes.processes(nodeOf(pod), container);
  await nodes.shell(nodeOf(pod), `kill -KILL ${processes.join(" ")}`);
  drill.event(`${victim.pod}: SIGKILL`);
}
