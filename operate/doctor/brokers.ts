import type { V1Pod } from "@kubernetes/client-node";
import { BROKER_CONTAINER } from "../../components/rabbitMqCluster/names";
import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { isReady, nameOf } from "../cluster/objects";
import type { Bundle } from "./bundle";

/** RabbitMQ's command line tools take about a second of CPU, and wait for a node that does not answer. */
const COMMAND_SECONDS = 20;

/** What the management API reports, by file. */
const REPORTS: Readonly<Record<string, (vhost: string) => string>> = {
  overview: () => "/overview",
  nodes: () => "/nodes",
  queues: (vhost) => `/queues/${vhost}`,
  "feature-flags": () => "/feature-flags",
  "deprecated-features": () => "/deprecated-features",
  connections: () => "/connections",
};

/** Adds what the brokers report, and what RabbitMQ's own tools say in each of their pods. */
export async function addBrokers(cluster: Cluster, brokers: Brokers, bundle: Bundle): Promise<void> {
  const vhost = encodeURIComponent(brokers.vhost);
  const pods = await brokers.pods().catch((error: unknown) => bundle.miss("rabbitmq", error));
  const running = (pods ?? []).filter(isRunning);
  const run = (pod: V1Pod, ...command: string[]) =>
    cluster.exec(
      {
        namespace: brokers.namespace,
        pod: nameOf(pod),
        container: BROKER_CONTAINER,
        timeoutSeconds: COMMAND_SECONDS,
      },
      ...command,
    );
  await Promise.all([
    ...Object.entries(REPORTS).map(([file, path]) =>
      bundle.add(`rabbitmq/${file}.json`, () => brokers.management.get(path(vhost))),
    ),
    ...running.map((pod) =>
      bundle.add(`rabbitmq/status-${nameOf(pod)}.json`, async () =>
        jsonIn(await run(pod, "rabbitmq-diagnostics", "--quiet", "status", "--formatter=json")),
      ),
    ),
    bundle.add("rabbitmq/definitions.json", async () => {
      const pod = running.find(isReady) ?? running[0];
      if (!pod) throw new Error("no broker runs");
      return jsonIn(await run(pod, "rabbitmqctl", "--quiet", "export_definitions", "-"));
    }),
  ]);
}

const isRunning = ({ status }: V1Pod): boolean =>
  status?.containerStatuses?.some(({ name, state }) => name === BROKER_CONTAINER && state?.running) ?? false;

/** A warning may come before the object. */
const jsonIn = (output: string): unknown => JSON.parse(output.slice(output.search(/[{[]/)));
