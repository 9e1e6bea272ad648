import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("the program", () => {
  const resources: pulumi.runtime.MockResourceArgs[] = [];
  let outputs: typeof import("./index.js");

  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          resources.push(args);
          return { id: `${args.name}-id`, state: { ...args.inputs, result: "a password" } };
        },
        call: (args) => args.inputs,
      },
      "orders",
    );
    pulumi.runtime.setAllConfig({
      "orders:kubeContext": "test",
      "orders:rabbitmqImage": "rabbitmq",
      "orders:workerImage": "orders",
      "orders:app": "orders.tasks",
    });
    // The import runs the program, so the mocks must be set first.
    outputs = await import("./index.js");
    await pulumi.runtime.disconnect();
  });

  it("has a pool of workers for mail and one for reports", () => {
    const pools = resources.filter(({ type }) => type === "ha-celery:index:CeleryWorkers");
    assert.deepEqual(pools.map(({ name }) => name).sort(), ["orders-mail", "orders-reports"]);
  });

  it("has three broker nodes", () => {
    const set = resources.find(({ type }) => type === "kubernetes:apps/v1:StatefulSet");
    assert.equal(set?.inputs.spec.replicas, 3);
  });

  it("keeps the broker's URL secret", async () => {
    assert.ok(await pulumi.isSecret(outputs.amqpUrl));
    assert.match(await valueOf(outputs.amqpUrl), /^amqp:/);
  });
});
