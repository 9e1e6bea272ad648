import type { Broker } from "../../../cluster/brokers";
import { nameOf } from "../../../cluster/objects";
import { resumeProcesses, stopProcesses } from "../../agents/processes";
import type { Drill } from "../scene";
import { brokerContainer } from "./container";

/** Stops all processes of a broker with SIGSTOP, so that it neither answers nor closes connections. */
export async function freezeBroker(drill: Drill, broker: Broker): Promise<void> {
  const { brokers, nodes } = drill;
  const pod = (await brokers.pods()).find((each) => nameOf(each) === broker.pod);
  const container = brokerContainer(pod)?.containerID;
  if (!pod || !container) throw new Error(`the container rabbitmq of ${broker.pod} is not running`);
  drill.undo(`${broker.pod}: SIGCONT`, () => resumeProcesses(nodes, pod));
  await stopProcesses(nodes, pod, container);
  drill.event(`${broker.pod}: SIGSTOP`);
}
