import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { changesOf } from "../../../../../operate/drill/scenes/apiOff";

const AWAY = { from: 1_000, to: 1_300 };

interface Changes {
  readonly uid?: string;
  readonly restarts?: number;
  readonly startedAt?: number;
  readonly deleted?: boolean;
}

const pod = (
  name: string,
  { uid = name, restarts = 0, startedAt = 500, deleted = false }: Changes = {},
): V1Pod => ({
  metadata: { name, uid, ...(deleted && { deletionTimestamp: new Date() }) },
  status: {
    containerStatuses: [
      {
        name: "rabbitmq",
        image: "",
        imageID: "",
        ready: true,
        restartCount: restarts,
        state: { running: { startedAt: new Date(startedAt * 1_000) } },
        lastState: { terminated: { exitCode: 137, finishedAt: new Date((startedAt - 2) * 1_000) } },
      },
    ],
  },
});

const before = [pod("mq-0"), pod("mq-1"), pod("worker")];
const restarted = pod("mq-0", { restarts: 1, startedAt: 1_152 });
const changes = (...after: V1Pod[]) => changesOf({ pods: before, ...AWAY }, after, "mq-0");

describe("while the Kubernetes API is away", () => {
  it("the killed broker starts again, and no other pod does", () => {
    assert.deepEqual(changes(restarted, pod("mq-1"), pod("worker")), { reasons: [], restartSeconds: 2 });
  });

  it("another pod's restart, eviction, or replacement fails the drill", () => {
    assert.deepEqual(changes(restarted, pod("mq-1", { restarts: 2 }), pod("worker")).reasons, [
      "pod mq-1 restarted 2 times",
    ]);
    assert.deepEqual(changes(restarted, pod("mq-1", { deleted: true }), pod("other")).reasons, [
      "pod mq-1 was replaced",
      "pod worker was replaced",
    ]);
    assert.deepEqual(changes(restarted, pod("mq-1", { uid: "new" }), pod("worker")).reasons, [
      "pod mq-1 was replaced",
    ]);
  });

  it("a killed broker that waits for the API fails the drill", () => {
    const late = pod("mq-0", { restarts: 1, startedAt: 1_301 });
    assert.deepEqual(changes(late, pod("mq-1"), pod("worker")).reasons, [
      "the killed broker mq-0 did not start again while the Kubernetes API was away",
    ]);
    assert.deepEqual(changes(pod("mq-0"), pod("mq-1"), pod("worker")).reasons, [
      "the killed broker mq-0 restarted 0 times",
      "the killed broker mq-0 did not start again while the Kubernetes API was away",
    ]);
  });
});
