import type { Facts } from "../../../operate/recover/facts";

/** Names that the brokers of an installation have in their cluster. */
export const MEMBERS = [0, 1, 2].map((ordinal) => `rabbit@mq-${ordinal}.mq-nodes.shop.svc.cluster.local`);

/** Facts about queues whose copies are online on some of the brokers. */
export const queueFacts = (names: readonly string[], online: readonly string[] = MEMBERS): Facts["queues"] =>
  names.map((name) => ({ name, members: MEMBERS, online }));

/** Facts about a healthy installation with brokers on these nodes, and with these queues. */
export const healthyFacts = (nodes: readonly string[], queues: readonly string[]): Facts => ({
  name: "mq",
  namespace: "shop",
  replicas: 3,
  ending: false,
  brokers: MEMBERS.map((member, ordinal) => ({
    pod: `mq-${ordinal}`,
    member,
    podState: {
      kubernetesNode: nodes[ordinal] ?? "",
      ready: true,
      terminating: false,
      released: false,
      outdated: false,
      waitsEmpty: false,
      waitsForPeers: false,
      problem: "",
    },
    claim: { name: `data-mq-${ordinal}`, terminating: false, lost: false, boundTo: undefined },
  })),
  nodes: [],
  views: MEMBERS.map((of) => ({ of, members: MEMBERS, running: MEMBERS })),
  queues: queueFacts(queues),
  alarms: [],
  leftovers: [],
});
