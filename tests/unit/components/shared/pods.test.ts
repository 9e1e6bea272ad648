import assert from "node:assert/strict";
import { CeleryWorkers, RabbitMqCluster } from "../../../../components";
import { cluster, run, the } from "../engine";

interface Workload {
  spec: {
    template: {
      spec: {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { matchLabelKeys?: string[] }[];
          };
        };
      };
    };
  };
}

describe("the spread required", () => {
  it("lets pods of two revisions of a Deployment share a node, or an update would have none; but no brokers", async () => {
    const { resources } = await run(() => {
      const opts = cluster();
      const broker = { secretName: "mq", key: "amqp-url" };
      new CeleryWorkers(
        "mail",
        { namespace: "jobs", image: "i", app: "mail", broker, spread: "required" },
        opts,
      );
      new RabbitMqCluster("mq", { namespace: "jobs", image: "i", spread: "required" }, opts);
    });
    const keys = (kind: string) => {
      const { affinity } = (the(resources, kind).inputs as unknown as Workload).spec.template.spec;
      const [term] = affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      return term?.matchLabelKeys;
    };
    assert.deepEqual(keys("Deployment"), ["pod-template-hash"]);
    assert.equal(keys("StatefulSet"), undefined);
  });
});
