import { nameOf } from "../../cluster/cluster";
import { thaw } from "../agents/leftovers";
import type { Scene } from "./scene";
import { noteClients } from "./shared/clients";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const freeze: Scene = {
  name: "freeze",
  summary:
    "all processes of the leader are stopped with SIGSTOP, so that it answers nothing and closes nothing",
  holdSeconds: 60,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    const { brokers, nodes, victim } = drill;
    await noteClients(drill);
    const pod = (await brokers.pods()).find((each) => nameOf(each) === victim.pod);
    const container = pod?.status?.containerStatuses?.find(({ name }) => name === "rabbitmq")?.containerID;
    if (!pod || !container) throw new Error(`the container rabbitmq of ${victim.pod} does not run`);
    drill.undo(`${victim.pod}: SIGCONT`, () => thaw(nodes, pod));
    // A second time for what was born while the first signals were sent.
    for (let round = 0; round < 2; round++) {
      const processes = await nodes.processes(victim.kubernetesNode, container);
      await nodes.shell(victim.kubernetesNode, `kill -STOP ${processes.join(" ")} 2>/dev/null; true`);
    }
    drill.event(`${victim.pod}: SIGSTOP`);
  },
};
