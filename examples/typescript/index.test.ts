import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

const seen: pulumi.runtime.MockResourceArgs[] = [];
let program: typeof import("./index");

const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));
const named = (type: string) => seen.filter((each) => each.type.endsWith(type)).map((each) => each.name);

before(async () => {
  pulumi.runtime.setAllConfig({
    "orders:kubeContext": "test",
    "orders:rabbitmqImage": "rabbitmq",
    "orders:workerImage": "orders",
    "orders:app": "orders.tasks",
  });
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        seen.push(args);
        return { id: `${args.name}-id`, state: { ...args.inputs, result: "password" } };
      },
      call: (args) => args.inputs,
    },
    "orders",
  );
  // After the mocks: an import runs the program.
  program = await import("./index");
  await pulumi.runtime.disconnect();
});

test("a pool of workers for mail and one for reports", () => {
  assert.deepEqual(named(":CeleryWorkers"), ["orders-mail", "orders-reports"]);
});

test("three broker nodes", () => {
  const [set] = seen.filter(({ type }) => type === "kubernetes:apps/v1:StatefulSet");
  assert.equal(set?.inputs.spec.replicas, 3);
});

test("the broker's URL is a secret", async () => {
  assert.ok(await pulumi.isSecret(program.amqpUrl));
  assert.match(await valueOf(program.amqpUrl), /^amqps?:/);
});
