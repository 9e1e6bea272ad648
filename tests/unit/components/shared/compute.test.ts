import assert from "node:assert/strict";
import { CeleryBeat, HaCelery } from "../../../../components";
import { computeOf } from "../../../../components/shared/compute";
import { cluster, run } from "../engine";

interface Workload {
  spec: {
    template: {
      spec: { containers: [{ resources: Record<"requests" | "limits", { cpu: string }> }] };
    };
  };
}

const DEFAULTS = { cpu: "250m", memory: "512Mi" };

describe("CPU and memory", () => {
  it("have defaults, of which a lower limit lowers the request", () => {
    assert.deepEqual(computeOf(DEFAULTS, undefined), DEFAULTS);
    assert.deepEqual(computeOf(DEFAULTS, { cpu: undefined, memory: "1Gi" }), { cpu: "250m", memory: "1Gi" });
    assert.deepEqual(computeOf(DEFAULTS, { cpuLimit: "0.2" }), { ...DEFAULTS, cpu: "0.2", cpuLimit: "0.2" });
    assert.deepEqual(computeOf(DEFAULTS, { cpuLimit: "1" }), { ...DEFAULTS, cpuLimit: "1" });
    assert.deepEqual(computeOf(DEFAULTS, { cpu: "1", cpuLimit: "1" }), {
      ...DEFAULTS,
      cpu: "1",
      cpuLimit: "1",
    });
  });

  it("of every component are requests that Kubernetes accepts", async () => {
    const compute = { cpuLimit: "20m" };
    const { resources } = await run(() => {
      const args = { rabbitmqImage: "mq", workerImage: "shop", app: "shop" };
      const broker = { compute };
      new HaCelery(
        "orders",
        { ...args, broker, workers: [{ name: "a", compute }], job: { compute }, ledger: { compute } },
        cluster(),
      );
      const mq = { secretName: "mq", key: "amqp-url" };
      new CeleryBeat("clock", { namespace: "jobs", image: "i", app: "a", broker: mq, compute }, cluster());
    });
    const pods = resources.filter(({ type }) => /:(StatefulSet|Deployment|Job)$/.test(type));
    assert.equal(pods.length, 5);
    for (const { name, inputs } of pods) {
      const { spec } = (inputs as unknown as Workload).spec.template;
      const { requests, limits } = spec.containers[0].resources;
      assert.deepEqual([requests.cpu, limits.cpu], ["20m", "20m"], name);
    }
  });
});
