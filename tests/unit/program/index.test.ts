import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { list, type Registered, run, the } from "../components/engine";

type Program = Record<"namespace" | "amqpUrl" | "workers" | "ledger", pulumi.Output<unknown>>;

/** The engine's mock knows our project as `project`. */
function configure(values: Record<string, unknown>): void {
  const project = parse(readFileSync("Pulumi.yaml", "utf8")) as {
    config: Record<string, { default: unknown }>;
  };
  const defaults = Object.entries(project.config).map(([key, field]) => [key, field.default]);
  const all = {
    ...Object.fromEntries(defaults),
    kubeContext: "here",
    imageRepository: "registry.example.com/team",
    ...values,
  };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [
        `project:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
}

/** index.ts is a program: loading it is running it. */
function load(): Program {
  const require = createRequire(__filename);
  const path = require.resolve("../../../index");
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the way to run a module again
  delete require.cache[path];
  return require(path) as Program;
}

async function deploy(
  values: Record<string, unknown> = {},
): Promise<{ result: Program; resources: Registered[] }> {
  configure(values);
  return run(load);
}

const local = () =>
  Object.fromEntries(
    Object.entries(
      (parse(readFileSync("Pulumi.local.yaml", "utf8")) as { config: Record<string, unknown> }).config,
    ).map(([key, value]) => [key.replace("ha-celery:", ""), value]),
  );

describe("index.ts", () => {
  it("deploys images, a broker, workers, a job and a ledger in the local stack", async () => {
    const { resources } = await deploy(local());
    const components = list(resources.filter(({ custom }) => !custom));
    assert.deepEqual(components, [
      "CeleryJob celery-scheduler",
      "CeleryWorkers celery-default",
      "ContainerImage rabbitmq",
      "ContainerImage worker",
      "HaCelery celery",
      "RabbitMqCluster celery-broker",
      "TaskLedger celery-ledger",
    ]);
  });

  it("deploys neither job nor ledger unless asked to", async () => {
    const { resources } = await deploy();
    assert.ok(!list(resources).some((each) => /^(CeleryJob|TaskLedger)/.test(each)));
  });

  it("gives every Kubernetes object the provider of the named context", async () => {
    const { resources } = await deploy(local());
    for (const each of resources) {
      const { type, name } = each;
      if (type.startsWith("kubernetes:")) assert.equal(each.provider, "cluster", `${type} ${name}`);
    }
  });

  it("hands base images on as build arguments and pulls by digest", async () => {
    const { resources } = await deploy({ rabbitmqBaseImage: "mine:1" });
    const image = the(resources, "Image", "rabbitmq-image").inputs as {
      build: { args: Record<string, string> };
    };
    assert.equal(image.build.args.BASE_IMAGE, "mine:1");
    const set = the(resources, "StatefulSet").inputs as {
      spec: { template: { spec: { containers: { image: string }[] } } };
    };
    assert.match(set.spec.template.spec.containers[0]?.image ?? "", /@sha256:/);
  });

  it("keeps the broker's address secret among its outputs", async () => {
    const { result } = await deploy(local());
    assert.equal(await pulumi.isSecret(result.amqpUrl), true);
  });

  it("protects the broker unless the stack says otherwise", async () => {
    assert.equal(the((await deploy()).resources, "StatefulSet").protect, true);
    assert.equal(the((await deploy(local())).resources, "StatefulSet").protect, false);
  });
});
