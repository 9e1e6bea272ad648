import { mayConnect, type Pod } from "./evaluator";
import { named, type Network, type WorkloadPod } from "./pods";

/** Somebody who tries to connect. */
export interface Actor {
  title: string;
  pod: Pod;
}

/** A port that somebody tries. */
export interface Target {
  title: string;
  pod: WorkloadPod;
  port: number;
}

/** The label by which a broker knows its clients. */
export const CLIENT_LABEL = "ha-celery/broker";
/** First and last port of RabbitMQ's command line tools on a broker node. */
const TOOLS = [35672, 35682];
/** For pods that declare no port: whichever. */
const ANY_PORT = 8080;
const ELSEWHERE = ["kube-system", "keda", "monitoring", "elsewhere"];

/** The stack's own pods, then pods that somebody else runs. */
export function actorsOf({ pods, namespace }: Network): Actor[] {
  const broker = brokerOf(pods);
  const client = { [CLIENT_LABEL]: broker.name };
  const other = (title: string, where: string, labels = {}): Actor => ({
    title: `${title}, ${where === namespace ? "same namespace" : `namespace \`${where}\``}`,
    pod: { namespace: where, labels },
  });
  return [
    ...pods.map((pod) => ({ title: `\`${pod.name}\``, pod })),
    other("pod without labels", namespace),
    other("pod of another application", namespace, { app: "shop", "app.kubernetes.io/name": "shop" }),
    other("client of another broker", namespace, { [CLIENT_LABEL]: `another-${broker.name}` }),
    other("pod with the client label and no other", namespace, client),
    other("pod with the client label", "elsewhere", client),
    other("pod with all labels of a broker node", "elsewhere", broker.labels),
    ...ELSEWHERE.map((where) => other("pod without labels", where)),
  ];
}

/** Every declared port of every pod, and those of RabbitMQ that are not declared. */
export function targetsOf({ pods }: Network): Target[] {
  const broker = brokerOf(pods);
  return pods.flatMap((pod) => [
    ...pod.ports.map(({ name = "", containerPort }) => target(pod, name, containerPort)),
    ...(pod === broker ? TOOLS.map((port) => target(pod, "tools", port)) : []),
    ...(pod.ports.length === 0 ? [target(pod, "any", ANY_PORT)] : []),
  ]);
}

const target = (pod: WorkloadPod, name: string, port: number): Target => ({
  title: `\`${pod.name}\` ${name}${name === "any" ? " port" : ` ${port}`}`,
  pod,
  port,
});

/** The namespaces of the table with the labels that Kubernetes gives them. */
export function namespacesOf({ namespaces }: Network) {
  return { ...Object.fromEntries(ELSEWHERE.map((name) => [name, named(name)])), ...namespaces };
}

export function reaches(network: Network, { pod: from }: Actor, { pod: to, port }: Target): boolean {
  // Of most workloads there are several pods, and another one of its kind is meant.
  const sibling = { ...from };
  return mayConnect({ from: sibling, to, port }, network.policies, namespacesOf(network));
}

/** Who reaches which port, as a Markdown table: a row for each target, since there are fewer actors that differ. */
export function tableOf(network: Network): string {
  const targets = targetsOf(network);
  const rows = actorsOf(network).map((actor) => [
    actor.title,
    ...targets.map((each) => (reaches(network, actor, each) ? "yes" : "-")),
  ]);
  const titles = ["from, to", ...targets.map(({ title }) => title)];
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

export function brokerOf(pods: WorkloadPod[]): WorkloadPod {
  const [broker, ...more] = pods.filter(({ labels }) => labels["app.kubernetes.io/component"] === "broker");
  if (!broker || more.length > 0) throw new Error("There is not exactly one broker");
  return broker;
}
