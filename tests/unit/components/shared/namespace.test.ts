import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CeleryWorkers, HaCelery } from "../../../../components";
import { cluster, refusal } from "../engine";

describe("a namespace", () => {
  for (const namespace of ["", "My_Jobs", "a.b"])
    it(`is not ${JSON.stringify(namespace)}`, async () => {
      const problem = `is "${namespace}", which is not a valid namespace name. Use lowercase letters, digits and "-".`;
      const workers = { namespace, image: "i", app: "a", broker: { secretName: "mq", key: "k" } };
      assert.equal(
        await refusal(() => new CeleryWorkers("mail", workers, cluster())),
        `CeleryWorkers "mail": namespace ${problem}`,
      );
      const all = { rabbitmqImage: "mq", workerImage: "shop", app: "shop", existingNamespace: namespace };
      assert.equal(
        await refusal(() => new HaCelery("orders", all, cluster())),
        `HaCelery "orders": existingNamespace ${problem}`,
      );
    });

  it("that is an Output may be anything, because it is not known yet", async () => {
    const namespace = pulumi.output("My_Jobs");
    const workers = { namespace, image: "i", app: "a", broker: { secretName: "mq", key: "k" } };
    assert.equal(await refusal(() => new CeleryWorkers("mail", workers, cluster())), "");
  });
});
