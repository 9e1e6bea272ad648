import assert from "node:assert/strict";
import { configLines } from "../../../components/rabbitMqCluster/configLines";
import { policies } from "../../../policy/policies";
import { stacks } from "../../../render/stackConfig";
import { EVERYTHING } from "../render/examples";
import { violationsOf } from "./check";
import { after, assertSaid, besides, type Change, resourcesOf, theObject } from "./stack";

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

describe("a policy speaks up when", () => {
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
      "the nodes' port is a port of the broker",
      "StatefulSet",
      /broker/,
      [["spec template spec containers 0 ports 0 hostPort", 5672]],
      /^restricted-pods: StatefulSet celery\/celery-broker: container rabbitmq opens port 5672 of the Kubernetes node.* Fix: remove hostPort/,
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
      assertSaid(said, message);
    });
  }

  const weakened: [key: string, value: string, message: RegExp][] = [
    ["quorum_queue.initial_cluster_size", "1", /does not have a copy on every node/],
    ["quorum_queue.continuous_membership_reconciliation.target_group_size", "2", /copy on every node/],
    ["quorum_queue.continuous_membership_reconciliation.enabled", "false", /never gets its copies back/],
    ["cluster_formation.peer_discovery_backend", "dns", /founds a second cluster/],
    ["anonymous_login_user", "guest", /without a password/],
    ["auth_mechanisms.3", "ANONYMOUS", /without a password/],
    ["ssl_options.versions.1", "tlsv1.1", /version of TLS that is broken/],
    ["management.ssl.versions.1", "tlsv1", /version of TLS that is broken/],
    ["prometheus.ssl.versions.1", "tlsv1", /version of TLS that is broken/],
  ];
  for (const [key, value, message] of weakened) {
    it(`rabbitmq.conf has ${key} = ${value}, which the component refuses, too`, async () => {
      const line = `${key} = ${value} # for now\n`;
      const said = await after("ConfigMap", /broker-config/, [[CONF, (conf: string) => conf + line]]);
      assertSaid(
        said,
        /^broker-config-safe: ConfigMap celery\/\S+: with .* Fix: remove .* from the broker's config/,
      );
      assert.match(said[0] ?? "", message);
      assert.equal(configLines("config", { [key]: value }).length, 1);
    });
  }

  it("a patch changes an object of the broker", async () => {
    const patches = [
      "apps/v1:StatefulSetPatch",
      "policy/v1:PodDisruptionBudgetPatch",
      "core/v1:ServicePatch",
    ];
    for (const type of patches) {
      const { namespace, name } = await theObject(type.replace(/^.*:|Patch$/g, ""), /broker/);
      const said = await besides(type, { metadata: { namespace, name }, spec: {} });
      assertSaid(
        said,
        /^broker-not-patched: \w+Patch celery\/celery-broker\S*: it changes an object of the broker.* Fix:/,
      );
      assert.deepEqual(await besides(type, { metadata: { namespace, name: "other" }, spec: {} }), []);
    }
  });
});
