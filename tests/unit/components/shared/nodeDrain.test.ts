import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CeleryWorkers, GkeCluster, RabbitMqCluster } from "../../../../components";
import { deploy } from "../../program/stackRuns";
import { cluster, run } from "../engine";

/** Warnings that a program prints. */
async function warningsOf(program: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = pulumi.log;
  Object.assign(pulumi.log, { warn: async (message: string) => warnings.push(message) });
  await program().finally(() => Object.assign(pulumi.log, { warn }));
  return warnings;
}

const onGke = (): pulumi.ComponentResourceOptions => ({
  provider: new GkeCluster("infra", { project: "my-project", location: "us-east1", dnsEndpoint: true })
    .provider,
});
const pods = (
  opts: pulumi.ComponentResourceOptions,
  longestTaskSeconds: number,
  gracePeriodSeconds: number,
) => {
  const { connection: broker } = new RabbitMqCluster(
    "rabbit",
    { namespace: "a", image: "b", gracePeriodSeconds },
    opts,
  );
  const args = { namespace: "a", image: "b", app: "c", broker, queues: ["q"], longestTaskSeconds };
  // A parent has the provider, too.
  const parent = new pulumi.ComponentResource("test:index:Group", "group", {}, opts);
  new CeleryWorkers("video", args, { parent });
};

describe("Pods that may need longer than an upgrade of their node gives them", () => {
  it("are warned of", async () => {
    assert.deepEqual(await warningsOf(() => run(() => pods(onGke(), 3601, 7200))), [
      'RabbitMqCluster "rabbit": gracePeriodSeconds is 7200, but GKE gives pods 3600 s when it upgrades their node. A broker that takes longer is killed. Lower gracePeriodSeconds.',
      'CeleryWorkers "video": longestTaskSeconds is 3601, but GKE gives pods 3600 s when it upgrades their node. Tasks that take longer are killed and run again. Split them, make them resumable, or lower longestTaskSeconds.',
    ]);
  });

  it("are warned of in the preview of a stack", async () => {
    const workerPools = JSON.stringify([{ name: "default" }, { name: "video", longestTaskSeconds: 7200 }]);
    const [warning, ...more] = await warningsOf(() => deploy("prod", { workerPools }, true));
    assert.match(warning ?? "", /^CeleryWorkers "celery-video": longestTaskSeconds is 7200, but GKE gives/);
    assert.deepEqual(more, []);
  });

  it("are none with tasks and grace periods of an hour, and none on another cluster", async () => {
    assert.deepEqual(await warningsOf(() => run(() => pods(onGke(), 3600, 3600))), []);
    assert.deepEqual(await warningsOf(() => run(() => pods(cluster(), 7200, 7200))), []);
  });
});
