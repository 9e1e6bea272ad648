import { nameOf } from "../../cluster/objects";
import { resumeProcesses, stopProcesses } from "../agents/processes";
import type { Scene } from "./scene";
import { noteClients } from "./shared/clients";
import { brokerContainer } from "./shared/container";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const freeze: Scene = {
  name: "freeze",
  summary:
    "stops all processes of the leader with SIGSTOP, so that it neither answers nor closes connections",
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
    const container = brokerContainer(pod)?.containerID;
    if (!pod || !container) throw new Error(`the container rabbitmq of ${victim.pod} is not running`);
    drill.undo(`${victim.pod}: SIGCONT`, () => resumeProcesses(nodes, pod));
    await stopProcesses(nodes, pod, container);
    drill.event(`${victim.pod}: SIGSTOP`);
  },
};
