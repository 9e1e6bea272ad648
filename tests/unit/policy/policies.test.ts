import assert from "node:assert/strict";
import { policies } from "../../../policy/policies";
import { runStack } from "../../../render/program";
import { type Overrides, stacks } from "../../../render/stackConfig";
import { EVERYTHING, exampleOf, passwordOf } from "../render/examples";
import { checkedOf, type Checked, violationsOf } from "./check";

const digest = "0123456789abcdef".repeat(4);
const madeUp = {
  autoname: (name: string) => `${name}-0000000`,
  password: passwordOf,
  imageRef: (_: string, imageName: string) => `${imageName.replace(/:[^:/]*$/, "")}@sha256:${digest}`,
};

async function resourcesOf(stack: string, more: Overrides = {}): Promise<Checked[]> {
  const { resources } = await runStack(stack, { overrides: { ...exampleOf(stack), ...more }, madeUp });
  return checkedOf(resources);
}

describe("the policies", () => {
  it("have names of their own, a description, and stop an update", () => {
    assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
    for (const { name, description, enforcementLevel } of policies) {
      assert.match(name, /^[a-z-]+$/);
      assert.match(description, /\.$/);
      assert.equal(enforcementLevel, "mandatory");
    }
  });

  for (const stack of stacks()) {
    it(`find nothing in stack ${stack}`, async () => {
      const resources = await resourcesOf(stack);
      assert.ok(resources.some(({ type }) => type.endsWith(":StatefulSet")));
      assert.deepEqual(await violationsOf(resources), []);
    });
  }

  it("find nothing in what the stacks leave switched off", async () => {
    assert.deepEqual(await violationsOf(await resourcesOf("local", EVERYTHING)), []);
  });
});

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- mutations of objects of every kind */
type Props = any;

describe("a policy speaks up when", () => {
  let resources: Checked[];
  before(async () => (resources = await resourcesOf("local")));

  /** What the policies say after a change of the objects of one kind whose name matches. */
  async function after(kind: string, name: RegExp, mutate: (props: Props) => void): Promise<string[]> {
    let mutated = 0;
    const changed = resources.map((each) => {
      if (!each.type.endsWith(`:${kind}`) || !name.test(each.name)) return each;
      mutated += 1;
      const props = structuredClone(each.props);
      mutate(props);
      return { ...each, props };
    });
    assert.ok(mutated > 0, `no ${kind} ${name}`);
    const violations = await violationsOf(changed);
    for (const { message } of violations) assert.match(message, /^[A-Z]\w+ \S+: .+\. Fix: .+\.$/);
    return violations.map(({ policy, message }) => `${policy}: ${message}`);
  }

  const cases: [string, string, RegExp, (props: Props) => void, RegExp][] = [
    [
      "two brokers may share a node",
      "StatefulSet",
      /broker/,
      ({ spec }) => {
        const { podAntiAffinity } = spec.template.spec.affinity;
        podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution =
          podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
        delete podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      },
      /^broker-nodes-apart: StatefulSet celery\/celery-broker: .*Kubernetes node.* Fix: .*spread/,
    ],
    [
      "brokers keep away from zones instead of nodes",
      "StatefulSet",
      /broker/,
      ({ spec }) => {
        const [term] =
          spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
        term.topologyKey = "topology.kubernetes.io/zone";
      },
      /^broker-nodes-apart/,
    ],
    [
      "brokers keep away from other pods than brokers",
      "StatefulSet",
      /broker/,
      ({ spec }) => {
        const [term] =
          spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
        term.labelSelector.matchLabels = { app: "other" };
      },
      /^broker-nodes-apart/,
    ],
    [
      "the broker's Service is a load balancer",
      "Service",
      /broker-client/,
      ({ spec }) => (spec.type = "LoadBalancer"),
      /^broker-not-public: Service celery\/\S+: .*LoadBalancer.* Fix: use type ClusterIP/,
    ],
    [
      "a Service of somebody else opens a port of the nodes to the brokers",
      "Service",
      /broker-client/,
      ({ metadata, spec }) => {
        metadata.labels = {};
        spec.type = "NodePort";
      },
      /^broker-not-public: .*NodePort/,
    ],
    [
      "the broker's Service has an address outside",
      "Service",
      /broker-client/,
      ({ spec }) => (spec.externalIPs = ["192.0.2.1"]),
      /^broker-not-public: .*external addresses/,
    ],
    [
      "the budget is another pod's",
      "PodDisruptionBudget",
      /broker/,
      ({ spec }) => (spec.selector.matchLabels = { app: "other" }),
      /^broker-disruption-budget: StatefulSet celery\/celery-broker: it has no PodDisruptionBudget.* Fix:/,
    ],
    [
      "the budget is another namespace's",
      "PodDisruptionBudget",
      /broker/,
      ({ metadata }) => (metadata.namespace = "other"),
      /^broker-disruption-budget: .*has no PodDisruptionBudget/,
    ],
    [
      "the budget lets a drain take two",
      "PodDisruptionBudget",
      /broker/,
      ({ spec }) => (spec.maxUnavailable = 2),
      /^broker-disruption-budget: .*maxUnavailable 2.* majority/,
    ],
    [
      "new queues are classic",
      "ConfigMap",
      /broker/,
      ({ data }) => {
        const [file = ""] = Object.keys(data).filter((key) => key.endsWith(".conf"));
        data[file] += "default_queue_type = classic\n";
      },
      /^quorum-queues-by-default: ConfigMap celery\/\S+: .*classic.* Fix: remove default_queue_type/,
    ],
    [
      "nobody says what new queues are",
      "ConfigMap",
      /broker/,
      ({ data }) => {
        for (const file of Object.keys(data)) data[file] = data[file].replace("default_queue_type", "#");
      },
      /^quorum-queues-by-default/,
    ],
    [
      "a pod runs an image by its tag",
      "Deployment",
      /workers/,
      ({ spec }) => (spec.template.spec.containers[0].image = "worker:latest"),
      /^images-by-digest: Deployment celery\/\S+: container worker runs worker:latest.* Fix: .*digest|ref/,
    ],
    [
      "an image runs first by its tag",
      "StatefulSet",
      /broker/,
      ({ spec }) => (spec.template.spec.initContainers[0].image = "busybox"),
      /^images-by-digest: .*container cookie runs busybox/,
    ],
  ];
  for (const [title, kind, name, mutate, message] of cases) {
    it(title, async () => {
      const said = await after(kind, name, mutate);
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0] ?? "", message);
    });
  }

  const rights: [string, (pod: Props) => void, RegExp][] = [
    ["uses the node's network", (pod) => (pod.hostNetwork = true), /hostNetwork/],
    ["sees the node's processes", (pod) => (pod.hostPID = true), /hostPID/],
    ["mounts a folder of the node", (pod) => pod.volumes.push({ name: "x", hostPath: {} }), /kind hostPath/],
    ["is privileged", (pod) => (pod.containers[0].securityContext.privileged = true), /privileged/],
    [
      "may gain rights",
      (pod) => delete pod.containers[0].securityContext.allowPrivilegeEscalation,
      /more rights/,
    ],
    [
      "keeps capabilities",
      (pod) => delete pod.containers[0].securityContext.capabilities,
      /keeps capabilities/,
    ],
    [
      "asks for capabilities",
      (pod) => (pod.containers[0].securityContext.capabilities.add = ["SYS_ADMIN"]),
      /asks for capabilities/,
    ],
    ["may be root", (pod) => delete pod.securityContext.runAsNonRoot, /as root/],
    ["is root", (pod) => (pod.securityContext.runAsUser = 0), /as root/],
    ["has no seccomp profile", (pod) => delete pod.securityContext.seccompProfile, /system call/],
    [
      "has no limit to system calls",
      (pod) => (pod.containers[0].securityContext.seccompProfile = { type: "Unconfined" }),
      /system call/,
    ],
  ];
  for (const [title, mutate, message] of rights) {
    it(`a pod ${title}`, async () => {
      const said = await after("Deployment", /default-workers/, ({ spec }) => mutate(spec.template.spec));
      assert.ok(said.length >= 1);
      for (const each of said) assert.match(each, /^restricted-pods: Deployment celery\/\S+: .* Fix: /);
      assert.match(said[0] ?? "", message);
    });
  }
});
