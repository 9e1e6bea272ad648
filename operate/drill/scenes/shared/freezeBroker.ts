import type { Broker } from "../../../cluster/brokers";
import { resumeProcesses, stallProcesses, stopProcesses } from "../../agents/processes";
import type { Drill } from "../scene";
import { runningBroker } from "./container";

/** Stops all processes of a broker with SIGSTOP, so that it neither answers nor closes connections. */
export async function freezeBroker(drill: Drill, broker: Broker): Promise<void> {
  const { brokers, nodes } = drill;
  const { pod, container } = await runningBroker(brokers, broker);
  drill.undo(`${broker.pod}: SIGCONT`, () => resumeProcesses(nodes, pod));
  await stopProcesses(nodes, pod, container);
  drill.event(`${broker.pod}: SIGSTOP`);
}

/** Stops all processes of a broker for some seconds, and returns when they have continued. */
export async function stallBroker(drill: Drill, broker: Broker, seconds: number): Promise<void> {
  const { brokers, nodes } = drill;
  const { pod, container } = await runningBroker(brokers, broker);
  await drill.temporarily(0, async () => {
    drill.undo(`${broker.pod}: SIGCONT`, () => resumeProcesses(nodes, pod));
    drill.event(`${broker.pod}: SIGSTOP for ${seconds} s`);
    await stallProcesses(nodes, pod, container, seconds);
  });
}
