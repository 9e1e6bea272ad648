import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type RabbitMqClusterArgs, RabbitMqCluster } from "../../../../components";
import {
  type ImmutableFields,
  rejectImmutableChanges,
  immutableFieldsOf,
  immutableFieldProblems,
} from "../../../../components/rabbitMqCluster/immutableFields";
import { cluster, known, list, run, the } from "../engine";

const ARGS: RabbitMqClusterArgs = { namespace: "jobs", image: "registry/rabbitmq@sha256:abc" };

/** The inputs of the StatefulSet. */
async function inputsOf(args: Partial<RabbitMqClusterArgs> = {}): Promise<Record<string, unknown>> {
  const { resources } = await run(() => new RabbitMqCluster("mq", { ...ARGS, ...args }, cluster()));
  return the(resources, "StatefulSet").inputs;
}

/** As a version without annotations made them. */
function withoutAnnotations(inputs: Record<string, unknown>): Record<string, unknown> {
  return { ...inputs, metadata: { ...(inputs.metadata as object), annotations: undefined } };
}

const PLAIN: ImmutableFields = { size: "20Gi", className: "", clusterDomain: "cluster.local" };
const GROW =
  "storage.size changed 20Gi -> 50Gi. Claim templates are immutable; replacing the StatefulSet would stop every broker. Grow the claims first: docs/how-to/grow-storage.md.";

const GENERATED = { ...PLAIN, interNodeTls: "generated" };
const OWN = { ...PLAIN, interNodeTls: "secret" };
const TOGETHER =
  "cannot connect to each other, so the first node that restarts would never join the others. Set it back, or restart all nodes together: docs/how-to/tls.md#turn-it-on-or-off-between-broker-nodes.";
const TURNED = (change: string) => `tls.interNode changed ${change}. Nodes with and without it ${TOGETHER}`;
const EXCHANGED = (what: string) =>
  `tls.secretName was ${what} while tls.interNode is on. Nodes that trust different authorities ${TOGETHER}`;

describe("what a broker keeps for life", () => {
  const CASES: [ImmutableFields, ImmutableFields, string[]][] = [
    [PLAIN, PLAIN, []],
    [PLAIN, { ...PLAIN, size: "20480Mi" }, []],
    [{}, PLAIN, []],
    [PLAIN, {}, []],
    [PLAIN, { ...PLAIN, size: "50Gi" }, [GROW]],
    [{ ...PLAIN, replicas: 1 }, { ...PLAIN, replicas: 3 }, []],
    [
      { ...PLAIN, replicas: 5 },
      { ...PLAIN, replicas: 3 },
      [
        "replicas changed 5 -> 3. Kubernetes would stop 3 brokers at the same moment, and RabbitMQ would go on counting the removed ones for its majority, so the cluster would stop. Set it back, or move to a new cluster: docs/how-to/grow-storage.md#shrink-or-change-the-storage-class.",
      ],
    ],
    [
      PLAIN,
      { ...PLAIN, size: "10Gi" },
      [
        "storage.size changed 20Gi -> 10Gi. Volumes cannot shrink. Set it back, or move to a new cluster: docs/how-to/grow-storage.md.",
      ],
    ],
    [
      PLAIN,
      { ...PLAIN, className: "ssd" },
      [
        "storage.className changed the default class -> ssd. Claim templates are immutable; replacing the StatefulSet would stop every broker. Set it back, or move to a new cluster: docs/how-to/grow-storage.md.",
      ],
    ],
    [
      { ...PLAIN, className: "ssd" },
      PLAIN,
      [
        "storage.className changed ssd -> the default class. Claim templates are immutable; replacing the StatefulSet would stop every broker. Set it back, or move to a new cluster: docs/how-to/grow-storage.md.",
      ],
    ],
    [
      PLAIN,
      { ...PLAIN, clusterDomain: "example" },
      [
        "clusterDomain changed cluster.local -> example. Node names contain it, so no node would find its data or its peers. Set it back.",
      ],
    ],
    [{}, GENERATED, [TURNED("false -> true")]],
    [PLAIN, OWN, [TURNED("false -> true")]],
    [OWN, PLAIN, [TURNED("true -> false")]],
    [GENERATED, GENERATED, []],
    [GENERATED, OWN, [EXCHANGED("added")]],
    [OWN, GENERATED, [EXCHANGED("removed")]],
  ];
  for (const [old, next, problems] of CASES) {
    it(`${JSON.stringify(old)} -> ${JSON.stringify(next)}`, () => {
      assert.deepEqual(immutableFieldProblems(old, next), problems);
    });
  }

  it("is read from the StatefulSet, also from one of a version without annotations", async () => {
    const custom = { storage: { size: "50Gi", className: "ssd" }, clusterDomain: "cluster.example" };
    for (const [inputs, fields] of [
      [await inputsOf(), { replicas: 3, size: "10Gi", className: "", clusterDomain: "cluster.local" }],
      [
        await inputsOf(custom),
        { replicas: 3, size: "50Gi", className: "ssd", clusterDomain: "cluster.example" },
      ],
    ] as const) {
      assert.deepEqual(immutableFieldsOf(inputs), fields);
      assert.deepEqual(immutableFieldsOf(withoutAnnotations(inputs)), fields);
    }
  });
});

describe("the hook before a broker's update", () => {
  type Inputs = Record<string, unknown>;
  type Hook = (old: Inputs, next: Inputs) => Promise<void>;

  /** The hook that the StatefulSet has. */
  async function hook(): Promise<Hook> {
    const { result } = await run(() => rejectImmutableChanges("mq"));
    const [first] = result?.beforeUpdate ?? [];
    assert.ok(pulumi.ResourceHook.isInstance(first));
    assert.equal(first.opts?.onDryRun, true, "a preview fails, too");
    const { callback } = first;
    const where = { urn: "urn", id: "jobs/mq", name: "mq-set", type: "kubernetes:apps/v1:StatefulSet" };
    return async (oldInputs, newInputs) => callback({ ...where, oldInputs, newInputs });
  }

  it("is there, and claims are not looked at", async () => {
    const { resources } = await run(() => new RabbitMqCluster("mq", ARGS, cluster()));
    const { beforeUpdate, ignoreChanges } = the(resources, "StatefulSet");
    assert.deepEqual(beforeUpdate, ["mq-volumes"]);
    assert.deepEqual(ignoreChanges, ["spec.volumeClaimTemplates"]);
  });

  it("has a name of its own for each cluster", async () => {
    const { resources } = await run(() => {
      const { provider } = cluster();
      for (const namespace of ["one", "two"]) {
        const parent = new pulumi.ComponentResource("test:index:Parent", namespace, {}, { provider });
        new RabbitMqCluster("mq", { ...ARGS, namespace }, { parent, provider });
      }
    });
    const hooks = resources.flatMap(({ beforeUpdate }) => beforeUpdate);
    assert.deepEqual(hooks.sort(), ["mq-volumes", "mq-volumes-2"]);
  });

  it("lets a change of configuration pass, from an older version, too", async () => {
    const update = await hook();
    const [old, next] = [await inputsOf(), await inputsOf({ config: { heartbeat: "10" } })];
    await update(old, next);
    await update(withoutAnnotations(old), next);
  });

  it("refuses a change of TLS between nodes, and lets other changes of it pass", async () => {
    const update = await hook();
    const own = { secretName: "broker-tls", serverName: "broker.example.com" };
    const [plain, clients] = [await inputsOf(), await inputsOf({ tls: {} })];
    const generated = await inputsOf({ tls: { interNode: true } });
    const secret = await inputsOf({ tls: { ...own, interNode: true } });
    await update(plain, clients);
    await update(generated, await inputsOf({ tls: { interNode: true }, replicas: 5 }));
    await update(secret, await inputsOf({ tls: { ...own, secretName: "other", interNode: true } }));
    for (const [old, next, text] of [
      [plain, generated, /tls\.interNode changed false -> true/],
      [withoutAnnotations(plain), generated, /tls\.interNode changed false -> true/],
      [secret, clients, /tls\.interNode changed true -> false/],
      [generated, secret, /tls\.secretName was added/],
    ] as const)
      await assert.rejects(update(old, next), text);
  });

  it("names every problem", async () => {
    const update = await hook();
    const old = await inputsOf({ storage: { size: "20Gi" } });
    await assert.rejects(update(old, await inputsOf({ storage: { size: "50Gi" } })), {
      message: `RabbitMqCluster "mq": ${GROW}`,
    });
    const next = await inputsOf({ storage: { size: "50Gi", className: "ssd" } });
    await assert.rejects(update(withoutAnnotations(old), next), /"mq" has 2 problems:\n {2}- storage\.size/);
  });

  it("looks into secrets, and does not wait for what only the update will know", async () => {
    const update = await hook();
    const old = await inputsOf({ storage: { size: "20Gi" } });
    const next = await inputsOf({ storage: { size: "50Gi" } });
    const secret = ({ metadata, ...rest }: Inputs) => ({
      ...rest,
      metadata: pulumi.secret(metadata),
    });
    await assert.rejects(update(secret(old), secret(next)), { message: `RabbitMqCluster "mq": ${GROW}` });
  });
});

describe("a program under Pulumi's own mocks, which have no hooks", () => {
  it("can use the broker", async () => {
    const made: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        made.push(`${type.replace(/^.*:/, "")} ${name}`);
        return { id: `${name}-id`, state: { result: "generated", ...(inputs as object) } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    });
    const broker = new RabbitMqCluster("mq", ARGS, cluster());
    assert.equal((await known({ name: broker.statefulSetName })).name, "mq");
    await pulumi.runtime.disconnect();
    const { resources } = await run(() => new RabbitMqCluster("mq", ARGS, cluster()));
    assert.deepEqual(made.filter((each) => !each.startsWith("kubernetes ")).sort(), list(resources));
  });
});
