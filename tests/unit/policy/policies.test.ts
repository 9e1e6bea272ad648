import assert from "node:assert/strict";
import { policies } from "../../../policy/policies";
import { runStack } from "../../../render/program";
import { type Overrides, stacks } from "../../../render/stackConfig";
import { EVERYTHING, exampleOf, passwordOf } from "../render/examples";
import { checkedOf, type Checked, violationsOf } from "./check";

const digest = "0123456789abcdef".repeat(4);
const generated = {
  autoname: (name: string) => `${name}-0000000`,
  password: passwordOf,
  imageRef: (_: string, imageName: string) => `${imageName.replace(/:[^:/]*$/, "")}@sha256:${digest}`,
};

async function resourcesOf(stack: string, more: Overrides = {}): Promise<Checked[]> {
  const { resources } = await runStack(stack, { overrides: { ...exampleOf(stack), ...more }, generated });
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

/** Path of a field, in words separated by blanks, and its new value. `undefined` removes it, a function makes it of the old one. */
type Change = [path: string, value: unknown];

function change(props: Record<string, unknown>, [path, value]: Change): void {
  const keys = path.split(" ");
  const last = keys.pop() ?? "";
  const owner = keys.reduce((at, key) => at[key] as Record<string, unknown>, props);
  const next = typeof value === "function" ? (value as (old: unknown) => unknown)(owner[last]) : value;
  if (next === undefined) Reflect.deleteProperty(owner, last);
  else owner[last] = next;
}

describe("a policy speaks up when", () => {
  let resources: Checked[];
  before(async () => (resources = await resourcesOf("local")));

  /** What the policies say after changes of the objects of one kind whose name matches. */
  async function after(kind: string, name: RegExp, changes: Change[]): Promise<string[]> {
    let changed = 0;
    const stack = resources.map((each) => {
      if (!each.type.endsWith(`:${kind}`) || !name.test(each.name)) return each;
      changed += 1;
      const props = structuredClone(each.props);
      for (const one of changes) change(props, one);
      return { ...each, props };
    });
    assert.ok(changed > 0, `no ${kind} ${name}`);
    const violations = await violationsOf(stack);
    for (const { message } of violations) assert.match(message, /^[A-Z]\w+ \S+: .+\. Fix: .+\.$/);
    return violations.map(({ policy, message }) => `${policy}: ${message}`);
  }

  const APART = "spec template spec affinity podAntiAffinity requiredDuringSchedulingIgnoredDuringExecution";
  const CONF = "data 10-ha-celery.conf";

  const cases: [string, string, RegExp, Change[], RegExp][] = [
    [
      "two brokers may share a node",
      "StatefulSet",
      /broker/,
      [[APART, undefined]],
      /^broker-nodes-apart: StatefulSet celery\/celery-broker: .*Kubernetes node.* Fix: .*spread/,
    ],
    [
      "brokers keep away from zones instead of nodes",
      "StatefulSet",
      /broker/,
      [[`${APART} 0 topologyKey`, "topology.kubernetes.io/zone"]],
      /^broker-nodes-apart/,
    ],
    [
      "brokers keep away from other pods than brokers",
      "StatefulSet",
      /broker/,
      [[`${APART} 0 labelSelector matchLabels`, { app: "other" }]],
      /^broker-nodes-apart/,
    ],
    [
      "the broker's Service is a load balancer",
      "Service",
      /broker-client/,
      [["spec type", "LoadBalancer"]],
      /^broker-not-public: Service celery\/\S+: .*LoadBalancer.* Fix: use type ClusterIP/,
    ],
    [
      "a Service of somebody else opens a port of the nodes to the brokers",
      "Service",
      /broker-client/,
      [
        ["metadata labels", {}],
        ["spec type", "NodePort"],
      ],
      /^broker-not-public: .*NodePort/,
    ],
    [
      "the broker's Service has an address outside",
      "Service",
      /broker-client/,
      [["spec externalIPs", ["192.0.2.1"]]],
      /^broker-not-public: .*external addresses/,
    ],
    [
      "the budget is another pod's",
      "PodDisruptionBudget",
      /broker/,
      [["spec selector matchLabels", { app: "other" }]],
      /^broker-disruption-budget: StatefulSet celery\/celery-broker: it has no PodDisruptionBudget.* Fix:/,
    ],
    [
      "the budget is another namespace's",
      "PodDisruptionBudget",
      /broker/,
      [["metadata namespace", "other"]],
      /^broker-disruption-budget: .*has no PodDisruptionBudget/,
    ],
    [
      "the budget lets a drain take two",
      "PodDisruptionBudget",
      /broker/,
      [["spec maxUnavailable", 2]],
      /^broker-disruption-budget: .*maxUnavailable 2.* majority/,
    ],
    [
      "new queues are classic",
      "ConfigMap",
      /broker-config/,
      [[CONF, (conf: string) => `${conf}default_queue_type = classic\n`]],
      /^quorum-queues-by-default: ConfigMap celery\/\S+: .*classic.* Fix: remove default_queue_type/,
    ],
    [
      "nobody says what new queues are",
      "ConfigMap",
      /broker-config/,
      [[CONF, (conf: string) => conf.replace("default_queue_type", "#")]],
      /^quorum-queues-by-default: .*classic/,
    ],
    [
      "a pod runs an image by its tag",
      "Deployment",
      /workers/,
      [["spec template spec containers 0 image", "worker:latest"]],
      /^images-by-digest: Deployment celery\/\S+: container worker runs worker:latest.* Fix: .*ContainerImage/,
    ],
    [
      "an image runs first by its tag",
      "StatefulSet",
      /broker/,
      [["spec template spec initContainers 0 image", "busybox"]],
      /^images-by-digest: .*container prepare runs busybox/,
    ],
  ];
  for (const [title, kind, name, changes, message] of cases) {
    it(title, async () => {
      const said = await after(kind, name, changes);
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0] ?? "", message);
    });
  }

  const OWN = "containers 0 securityContext";
  const rights: [string, string, unknown, RegExp][] = [
    ["uses the node's network", "hostNetwork", true, /hostNetwork/],
    ["sees the node's processes", "hostPID", true, /hostPID/],
    ["mounts a folder of the node", "volumes", [{ name: "x", hostPath: { path: "/" } }], /type hostPath/],
    ["is privileged", `${OWN} privileged`, true, /privileged/],
    ["may gain rights", `${OWN} allowPrivilegeEscalation`, undefined, /escalate its privileges/],
    ["keeps capabilities", `${OWN} capabilities`, undefined, /keeps capabilities/],
    ["asks for capabilities", `${OWN} capabilities add`, ["SYS_ADMIN"], /adds capabilities/],
    ["may be root", "securityContext runAsNonRoot", undefined, /as root/],
    ["is root", "securityContext runAsUser", 0, /as root/],
    ["has no seccomp profile", "securityContext seccompProfile", undefined, /system call/],
    ["has no limit to system calls", `${OWN} seccompProfile`, { type: "Unconfined" }, /system call/],
  ];
  for (const [title, path, value, message] of rights) {
    it(`a pod ${title}`, async () => {
      const said = await after("Deployment", /default-workers/, [[`spec template spec ${path}`, value]]);
      assert.ok(said.length >= 1);
      for (const each of said) assert.match(each, /^restricted-pods: Deployment celery\/\S+: .* Fix: /);
      assert.match(said[0] ?? "", message);
    });
  }
});
