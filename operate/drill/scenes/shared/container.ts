import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { BROKER_CONTAINER } from "../../../../components/rabbitMqCluster/names";
import type { Broker, Brokers } from "../../../cluster/brokers";
import { nameOf } from "../../../cluster/objects";

export const nodeOf = (pod: V1Pod): string => pod.spec?.nodeName ?? "";

/** Status of a broker pod's container. */
export const brokerContainer = (pod: V1Pod | undefined): V1ContainerStatus | undefined =>
  pod?.status?.containerStatuses?.find(({ name }) => name === BROKER_CONTAINER);

/** Returns the pod of a broker, and the id of its container. Fails if it is not running. */
export async function runningBroker(
  brokers: Brokers,
  { pod: name }: Broker,
): Promise<{ pod: V1Pod; container: string }> {
  const pod = (await brokers.pods()).find((each) => nameOf(each) === name);
  const container = brokerContainer(pod)?.containerID;
  if (!pod || !container) throw new Error(`the container ${BROKER_CONTAINER} of ${name} is not running`);
  return { pod, container };
}

/** Mount point of the volume with the messages in a broker's container. */
export function dataFolder(pod: V1Pod): string {
  const container = pod.spec?.containers.find(({ name }) => name === BROKER_CONTAINER);
  const mount = container?.volumeMounts?.find(({ name }) => name === "data");
  if (!mount) throw new Error(`pod ${nameOf(pod)} has no volume "data"`);
  return mount.mountPath;
}
