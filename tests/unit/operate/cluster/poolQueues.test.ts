import assert from "node:assert/strict";
import { queuesOfPool } from "../../../../operate/cluster/poolQueues";

const queuesOf = (...command: string[]): string[] =>
  queuesOfPool({
    spec: {
      selector: {},
      template: {
        spec: {
          containers: [
            { name: "worker", command, env: [{ name: "HA_CELERY_QUEUES", value: "mail,reports" }] },
          ],
        },
      },
    },
  });

describe("the queues of a worker pool", () => {
  for (const words of [["--queues=reports"], ["--queues", "reports"], ["-Q", "reports"], ["-Qreports"]])
    it(`are those of its command: ${words.join(" ")}`, () =>
      assert.deepEqual(queuesOf("celery", "worker", ...words, "--concurrency=2"), ["reports"]));

  it("are all of the app if the command names none", () =>
    assert.deepEqual(queuesOf("celery", "worker"), ["mail", "reports"]));
});
