import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import { once, patiently } from "../cluster/patience";
import { type Queues, readQueues } from "../queues/read";
import { type FlowReading, RateWindow } from "../tasks/rates";
import { wait } from "../waiting";
import type { InstallationStatus } from "./model";
import { type PageReader, readPages } from "./processes";
import { readWithMetrics, readWorkloads } from "./read";

/** Time over which a command that shows the state once measures rates. */
export const MEASURED_SECONDS = 2;
/** Workers that restart meanwhile would lose what they had counted, so they are read more than twice. */
const STEP_SECONDS = 10;

type Flowing = Pick<Installation, "namespace" | "name" | "brokers">;

/** Calls `read` at the beginning of this time, and then again and again. What fails is missing. */
export async function readDuring(seconds: number, read: () => Promise<unknown>): Promise<void> {
  for (let left = seconds; left > 0; left -= STEP_SECONDS)
    await Promise.all([read().catch(() => undefined), wait(Math.min(left, STEP_SECONDS))]);
}

/** Reads the queues of an installation with their rates, measured for this time. */
export async function measureQueues(
  cluster: Cluster,
  installation: Flowing,
  seconds = MEASURED_SECONDS,
): Promise<Queues> {
  const window = new RateWindow();
  await addDuring(seconds, window, cluster, installation);
  const reading = await readFlow(cluster, installation);
  window.add(reading);
  return { queues: window.addTo(reading.queues), delayed: reading.delayed };
}

/** Reads the state of an installation with the rates of its queues, measured for this time. */
export async function measureStatus(
  cluster: Cluster,
  installation: Installation,
  seconds = MEASURED_SECONDS,
): Promise<InstallationStatus> {
  const window = new RateWindow();
  await addDuring(seconds, window, cluster, installation);
  return readInto(window, cluster, installation);
}

/** Reads the state with the rates since the readings that the window has. */
export async function readInto(
  window: RateWindow,
  cluster: Cluster,
  installation: Installation,
  read?: PageReader,
): Promise<InstallationStatus> {
  const { status, ...metrics } = await readWithMetrics(cluster, installation, read);
  window.add({ ...status, ...metrics });
  return { ...status, queues: status.queues && window.addTo(status.queues) };
}

const addDuring = (seconds: number, window: RateWindow, cluster: Cluster, installation: Flowing) =>
  readDuring(seconds, async () => window.add(await readFlow(cluster, installation, once)));

async function readFlow(
  cluster: Cluster,
  installation: Flowing,
  patience = patiently,
): Promise<FlowReading & Queues> {
  const [queues, workloads] = await Promise.all([
    readQueues(installation.brokers, patience),
    readWorkloads(cluster, installation, (each, pods) => readPages(each, pods, patience)),
  ]);
  return { ...queues, ...workloads };
}
