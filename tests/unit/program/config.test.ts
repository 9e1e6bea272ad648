import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseSettings } from "../../../config";

interface Key {
  type: string;
  description: string;
  default: unknown;
}
const keys = (parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, Key> }).config;

/** What the engine hands to the program: the project's defaults and `values` on top, as text. */
function settingsFor(values: Record<string, string> = {}, stack = "dev") {
  const defaults = Object.entries(keys).map(
    ([key, { default: value }]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const all: Record<string, string> = {
    ...Object.fromEntries(defaults),
    kubeContext: "here",
    imageRepository: "registry.example.com/team",
    ...values,
  };
  return parseSettings(
    Object.fromEntries(Object.entries(all).map(([key, value]) => [`ha-celery:${key}`, value])),
    "ha-celery",
    stack,
  );
}

const problem = (values: Record<string, string>): string => {
  try {
    settingsFor(values);
  } catch (error) {
    return (error as Error).message;
  }
  return "no problem";
};

describe("configuration", () => {
  it("accepts the defaults of Pulumi.yaml once the cluster and the registry are named", () => {
    const settings = settingsFor();
    assert.equal(settings.brokerReplicas, 3);
    assert.equal(settings.deletionProtection, true);
    assert.deepEqual(settings.workerPools[0]?.queues, ["tasks"]);
  });

  it("describes and types every key", () => {
    for (const [key, { type, description, default: value }] of Object.entries(keys)) {
      assert.ok(description.length > 20, key);
      assert.ok(["string", "integer", "boolean", "array", "object"].includes(type), key);
      assert.notEqual(value, undefined, `${key} would be required without a default`);
    }
  });

  it("accepts every committed stack file", () => {
    const local = parse(readFileSync("Pulumi.local.yaml", "utf8")) as { config: Record<string, unknown> };
    const values = Object.entries(local.config).map(([key, value]) => [
      key.replace("ha-celery:", ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    assert.equal(
      settingsFor(Object.fromEntries(values) as Record<string, string>, "local").scheduleTasks,
      10_000,
    );
  });

  it("reports all problems at once", () => {
    assert.equal(
      problem({
        brokerReplicas: "2",
        kubeContext: "",
        deletionProtection: "perhaps",
        brokerStorage: "20 GB",
      }),
      [
        'Stack "dev" has 4 configuration problems:',
        '  - ha-celery:brokerReplicas is "2": quorum queues need an odd number: 3 survives the loss of one Kubernetes node, 5 of two. Fix: pulumi config set brokerReplicas 3',
        '  - ha-celery:brokerStorage is "20 GB": not a Kubernetes quantity such as 500m, 2 or 20Gi. Fix: pulumi config set brokerStorage 20Gi',
        '  - ha-celery:deletionProtection is "perhaps": not true or false. Fix: pulumi config set deletionProtection true',
        "  - ha-celery:kubeContext is not set: it is never taken from the current context. Fix: pulumi config set kubeContext CONTEXT",
      ].join("\n"),
    );
  });

  const table: [string, Record<string, string>, RegExp][] = [
    [
      "a target that does not exist",
      { target: "moon" },
      /target is "moon": allowed are local, existing\. Fix: pulumi config set target existing/,
    ],
    ["no registry", { imageRepository: "" }, /imageRepository is not set: the nodes must be able to pull/],
    [
      "a local stack without make up",
      { target: "local", kubeContext: "" },
      /kubeContext is not set: .* Fix: run `make up`/,
    ],
    [
      "text for a number",
      { brokerReplicas: "many" },
      /brokerReplicas is "many": .* Fix: pulumi config set brokerReplicas 3/,
    ],
    ["broken JSON", { workerPools: "[{" }, /workerPools is "\[\{": not valid JSON/],
    ["no pool", { workerPools: "[]" }, /there must be at least one pool/],
    ["two pools of one name", { workerPools: '[{"name":"a"},{"name":"a"}]' }, /two pools have the same name/],
    [
      "a misspelt field of a pool",
      { workerPools: '[{"name":"a","queue":["x"]}]' },
      /workerPools\.0 .*"queue"/,
    ],
    [
      "a number as environment",
      { workerPools: '[{"name":"a","env":{"X":1}}]' },
      /workerPools\.0\.env\.X .*must be text/,
    ],
    [
      "an unknown key",
      { brokerReplica: "3" },
      /brokerReplica is not a key of this program\. Fix: pulumi config rm brokerReplica/,
    ],
    [
      "a namespace that Kubernetes refuses",
      { namespace: "My_Space" },
      /namespace is "My_Space": not a Kubernetes namespace name/,
    ],
    ["a negative number of tasks", { scheduleTasks: "-1" }, /scheduleTasks is "-1": it is negative/],
  ];
  for (const [what, values, text] of table) it(`refuses ${what}`, () => assert.match(problem(values), text));
});
