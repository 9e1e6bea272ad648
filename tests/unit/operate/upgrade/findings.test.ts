import assert from "node:assert/strict";
import type { V1Node, V1PodDisruptionBudget, V1StatefulSet } from "@kubernetes/client-node";
import type { WorkerVersions } from "../../../../operate/cluster/workerVersions";
import type { InstallationStatus } from "../../../../operate/status/model";
import { findingsOf } from "../../../../operate/upgrade/findings";
import type { UpgradeCheck, UpgradeFacts } from "../../../../operate/upgrade/model";
import { unfinished } from "../../../../operate/upgrade/finish";

const MIB = 1024 ** 2;

const STATUS: InstallationStatus = {
  context: "prod",
  namespace: "shop",
  name: "mq",
  problems: [],
  nodes: [],
  brokers: [0, 1, 2].map((ordinal) => ({
    pod: `mq-${ordinal}`,
    kubernetesNode: `node-${ordinal}`,
    ready: true,
    member: true,
    leads: 4,
    version: "4.3.6",
    disk: { bytes: 4_000 * MIB, limit: 400 * MIB },
  })),
  queues: [],
  delayed: 0,
  workloads: [],
  disabledFeatureFlags: [],
};

const rolledOut = { observedGeneration: 1, updatedReplicas: 3, readyReplicas: 3, replicas: 3 };
const set = (status: object): V1StatefulSet =>
  ({ metadata: { generation: 1 }, spec: { replicas: 3 }, status }) as unknown as V1StatefulSet;
const node = (name: string, kubeletVersion: string): V1Node =>
  ({ metadata: { name }, status: { nodeInfo: { kubeletVersion } } }) as unknown as V1Node;
const budget = (disruptionsAllowed: number, expectedPods = 3): V1PodDisruptionBudget => ({
  metadata: { name: "mq-budget" },
  status: { disruptionsAllowed, expectedPods, currentHealthy: 2, desiredHealthy: 2 },
});
const WORKERS: WorkerVersions = {
  pool: "mail",
  pod: "mail-0",
  python: "3.13.5",
  celery: "5.7.0",
  haCelery: "0.1.0",
};

const FACTS: UpgradeFacts = {
  status: STATUS,
  set: set(rolledOut),
  nodes: [node("node-0", "v1.34.2")],
  kubernetes: "v1.34.2",
  budgets: [budget(1)],
  deprecated: [],
  drained: [],
  workers: [WORKERS],
  beats: [{ ...WORKERS, pool: "beat" }],
  jobs: [],
  unknownPools: [],
  pulumi: [{ name: "@pulumi/kubernetes", version: "4.35.1", range: "^4.34.0" }],
};

const brokers = (change: (ordinal: number) => object) =>
  STATUS.brokers.map((broker, ordinal) => ({ ...broker, ...change(ordinal) }));

/** What is found, and the only finding: what it concerns, whether it blocks, and its text and cure. */
const TABLE: {
  found: string;
  facts: Partial<UpgradeFacts>;
  of: string;
  blocks: boolean;
  text: RegExp;
  cure: RegExp;
}[] = [
  {
    found: "a problem of the installation",
    facts: { status: { ...STATUS, problems: [{ text: "mq-2 has no pod", cure: "npx ha-celery recover" }] } },
    of: "any",
    blocks: true,
    text: /^mq-2 has no pod$/,
    cure: /^npx ha-celery recover$/,
  },
  {
    found: "a rollout that is not complete",
    facts: { set: set({ ...rolledOut, updatedReplicas: 1 }) },
    of: "any",
    blocks: true,
    text: /the brokers is not complete: 1 of 3 pods/,
    cure: /^kubectl --context prod -n shop rollout status statefulset mq$/,
  },
  {
    found: "a feature flag that is not enabled",
    facts: { status: { ...STATUS, disabledFeatureFlags: ["rabbitmq_4.3.0"] } },
    of: "rabbitmq",
    blocks: true,
    text: /may require: rabbitmq_4\.3\.0$/,
    cure: /^npx ha-celery upgrade finish --context prod --namespace shop --name mq$/,
  },
  {
    found: "a deprecated feature in use",
    facts: {
      deprecated: [{ name: "global_qos", phase: "permitted_by_default", page: "https://example.com/qos" }],
    },
    of: "rabbitmq",
    blocks: false,
    text: /^the deprecated feature global_qos is in use \(permitted by default\)$/,
    cure: /https:\/\/example\.com\/qos$/,
  },
  {
    found: "a deprecated feature that is only permitted by the configuration",
    facts: {
      deprecated: [{ name: "transient_nonexcl_queues", phase: "denied_by_default", page: "" }],
    },
    of: "rabbitmq",
    blocks: true,
    text: /transient_nonexcl_queues is in use \(denied by default\)$/,
    cure: /www\.rabbitmq\.com\/docs\/deprecated-features$/,
  },
  {
    found: "a drained broker",
    facts: { drained: ["mq-1"] },
    of: "any",
    blocks: true,
    text: /^mq-1 is in maintenance mode/,
    cure: /exec mq-1 -c rabbitmq -- rabbitmq-upgrade revive$/,
  },
  {
    found: "a broker that leads most queues",
    facts: { status: { ...STATUS, brokers: brokers((ordinal) => ({ leads: ordinal === 1 ? 10 : 1 })) } },
    of: "rabbitmq",
    blocks: false,
    text: /^mq-1 leads 10 of 12 queues/,
    cure: /rabbitmq-queues rebalance quorum$/,
  },
  {
    found: "little free disk",
    facts: {
      status: {
        ...STATUS,
        brokers: brokers((ordinal) =>
          ordinal === 2 ? { disk: { bytes: 700 * MIB, limit: 400 * MIB } } : {},
        ),
      },
    },
    of: "rabbitmq",
    blocks: true,
    text: /^mq-2 has 700 MiB of free disk, .* below 400$/,
    cure: /grow-storage/,
  },
  {
    found: "a node that the next control plane does not support",
    facts: { nodes: [node("old", "v1.31.9-gke.1"), node("new", "v1.34.2")] },
    of: "kubernetes",
    blocks: true,
    text: /version 1\.35 does not support these nodes: old \(v1\.31\.9-gke\.1\)$/,
    cure: /upgrade the nodes to v1\.34\.2 first/,
  },
  {
    found: "a node that is older than the control plane",
    facts: { nodes: [node("old", "v1.32.0")] },
    of: "kubernetes",
    blocks: false,
    text: /older than the control plane \(v1\.34\.2\): old \(v1\.32\.0\)$/,
    cure: /#nodes$/,
  },
  {
    found: "a budget that allows nothing",
    facts: { budgets: [budget(0)] },
    of: "kubernetes",
    blocks: true,
    text: /mq-budget allows no eviction \(2 of 3 pods are healthy, 2 must be\)/,
    cure: /describe poddisruptionbudget mq-budget$/,
  },
  {
    found: "a version of Celery that is not supported",
    facts: { workers: [{ ...WORKERS, celery: "5.8.0" }], beats: [] },
    of: "celery",
    blocks: true,
    text: /^mail runs Celery 5\.8\.0, but ha-celery supports 5\.5 to below 5\.8$/,
    cure: /#celery$/,
  },
  {
    found: "pools with two versions of Celery",
    facts: { workers: [WORKERS, { ...WORKERS, pool: "web", celery: "5.6.3" }] },
    of: "celery",
    blocks: true,
    text: /^several versions of Celery run: 5\.6\.3 \(web\) and 5\.7\.0 \(mail, beat\)$/,
    cure: /#celery$/,
  },
  {
    found: "a beat with another version of Celery than the pools",
    facts: { beats: [{ ...WORKERS, pool: "beat", celery: "5.6.3" }] },
    of: "celery",
    blocks: true,
    text: /^several versions of Celery run: 5\.6\.3 \(beat\) and 5\.7\.0 \(mail\)$/,
    cure: /#celery$/,
  },
  {
    found: "a running job with a version of Celery that is not supported",
    facts: { workers: [], beats: [], jobs: [{ ...WORKERS, pool: "import", celery: "5.4.0" }] },
    of: "celery",
    blocks: true,
    text: /^import runs Celery 5\.4\.0, but/,
    cure: /#celery$/,
  },
  {
    found: "pools with two versions of the Python package",
    facts: { workers: [WORKERS, { ...WORKERS, pool: "web", haCelery: "injected" }] },
    of: "celery",
    blocks: false,
    text: /^several versions of ha_celery run: 0\.1\.0 \(mail, beat\) and injected \(web\)$/,
    cure: /#celery$/,
  },
  {
    found: "a pool that does not answer",
    facts: { unknownPools: [{ pool: "mail", reason: "no pod is ready" }] },
    of: "celery",
    blocks: false,
    text: /version of Celery in mail is unknown: no pod is ready$/,
    cure: /run the check again/,
  },
  {
    found: "a package of Pulumi that is too old",
    facts: { pulumi: [{ name: "@pulumi/random", version: "4.20.3", range: "^4.21.0" }] },
    of: "pulumi",
    blocks: true,
    text: /^the program in this folder has @pulumi\/random 4\.20\.3 installed, but ha-celery supports \^4\.21\.0$/,
    cure: /^npm install '@pulumi\/random@\^4\.21\.0'/,
  },
];

describe("ha-celery upgrade check", () => {
  it("finds nothing in a healthy installation", () => {
    assert.deepEqual(findingsOf(FACTS), []);
  });

  for (const { found, facts, text, cure, ...expected } of TABLE)
    it(`finds ${found}`, () => {
      const [finding, second] = findingsOf({ ...FACTS, ...facts });
      assert.deepEqual([finding?.of, finding?.blocks], [expected.of, expected.blocks]);
      assert.match(finding?.text ?? "", text);
      assert.match(finding?.cure ?? "", cure);
      assert.equal(second, undefined);
    });

  it("lets dead letters and a budget without pods pass", () => {
    const deadLetters = { messages: 3 };
    const problems = [{ text: "3 dead letters", cure: "see why" }];
    const facts = { ...FACTS, status: { ...STATUS, deadLetters, problems }, budgets: [budget(0, 0)] };
    assert.deepEqual(findingsOf(facts), []);
  });

  it("begins with what stands in the way", () => {
    const facts = { ...FACTS, nodes: [node("old", "v1.32.0")], drained: ["mq-1"], budgets: [budget(0)] };
    assert.deepEqual(
      findingsOf(facts).map(({ blocks }) => blocks),
      [true, true, false],
    );
  });
});

describe("ha-celery upgrade finish", () => {
  const check = (facts: Partial<UpgradeFacts>): UpgradeCheck =>
    ({ findings: findingsOf({ ...FACTS, ...facts }) }) as unknown as UpgradeCheck;

  it("is refused before all brokers run the new version, not for what else stands in the way", () => {
    assert.equal(unfinished(check({ set: set({ ...rolledOut, updatedReplicas: 1 }) })).length, 1);
    const status = { ...STATUS, disabledFeatureFlags: ["rabbitmq_4.3.0"] };
    assert.deepEqual(unfinished(check({ status, budgets: [budget(0)] })), []);
  });
});
