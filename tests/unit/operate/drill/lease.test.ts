import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { V1Lease } from "@kubernetes/client-node";
import { DrillLease } from "../../../../operate/drill/lease";
import { fakeCluster, notFound } from "../fakeCluster";

describe("the lease of a drill", () => {
  const lease = (renewTime: Date): V1Lease => ({
    metadata: { resourceVersion: "7" },
    spec: { holderIdentity: "ann@laptop/drain-1", renewTime: renewTime as never },
  });

  it("is refused while another drill holds it, and the error names the holder", async () => {
    const cluster = fakeCluster({ coordination: { readNamespacedLease: () => lease(new Date()) } });
    await assert.rejects(
      new DrillLease(cluster, "shop", "drain-2").take(),
      /Another drill runs in namespace shop: ann@laptop\/drain-1/,
    );
  });

  it("is taken over when it has expired, unless it has changed since it was read", async () => {
    let body: V1Lease | undefined;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: () => lease(new Date(Date.now() - 61_000)),
        replaceNamespacedLease: (request: { body: V1Lease }) => (body = request.body),
        deleteNamespacedLease: () => undefined,
      },
    });
    const mine = new DrillLease(cluster, "shop", "drain-2");
    await mine.take();
    assert.match(body?.spec?.holderIdentity ?? "", /\/drain-2$/);
    assert.equal(body?.metadata?.resourceVersion, "7");
    await mine.release();
  });

  it("is created if there is none", async () => {
    let created = 0;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: notFound,
        createNamespacedLease: () => created++,
        deleteNamespacedLease: notFound,
      },
    });
    const mine = new DrillLease(cluster, "shop", "drain-2");
    await mine.take();
    await mine.release();
    assert.equal(created, 1);
  });

  it("is deleted at the end, but not if another drill has taken it", async () => {
    let stored: V1Lease | undefined;
    let deleted = 0;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: () => stored ?? notFound(),
        createNamespacedLease: ({ body }: { body: V1Lease }) => (stored = body),
        deleteNamespacedLease: () => deleted++,
      },
    });
    const mine = new DrillLease(cluster, "shop", "drain-2");
    await mine.take();
    const own = stored;
    stored = lease(new Date());
    await mine.release();
    assert.equal(deleted, 0);
    stored = own;
    await mine.release();
    assert.equal(deleted, 1);
  });

  it("is lost, with the reason, when another drill holds it at the next renewal", async () => {
    let stored: V1Lease | undefined;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: () => stored ?? notFound(),
        createNamespacedLease: ({ body }: { body: V1Lease }) => (stored = body),
        replaceNamespacedLease: ({ body }: { body: V1Lease }) => (stored = body),
      },
    });
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const mine = new DrillLease(cluster, "shop", "drain-2");
      await mine.take();
      mock.timers.tick(15_000);
      await setImmediate();
      assert.equal(mine.lost.aborted, false);
      stored = lease(new Date());
      mock.timers.tick(15_000);
      await setImmediate();
      assert.match(String(mine.lost.reason), /lost its Lease ha-celery-drill in namespace shop/);
    } finally {
      mock.timers.reset();
    }
  });

  it("is not lost while the API server does not answer", async () => {
    let stored: V1Lease | undefined;
    let isAway = false;
    const answer = <Result>(result: Result): Result => {
      if (isAway) throw new Error("connection refused");
      return result;
    };
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: () => answer(stored ?? notFound()),
        createNamespacedLease: ({ body }: { body: V1Lease }) => (stored = body),
        replaceNamespacedLease: ({ body }: { body: V1Lease }) => (stored = answer(body)),
      },
    });
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const mine = new DrillLease(cluster, "shop", "drain-2");
      await mine.take();
      isAway = true;
      mock.timers.tick(300_000);
      await setImmediate();
      const before = stored;
      isAway = false;
      mock.timers.tick(15_000);
      await setImmediate();
      assert.equal(mine.lost.aborted, false);
      assert.notEqual(stored, before, "renewed when the API server answers again");
    } finally {
      mock.timers.reset();
    }
  });
});
