import assert from "node:assert/strict";
import { type Place, placesOf, shortName } from "../../../../operate/console/placement";
import { change, changed, changedBroker, HEALTHY, NODE_LOST, statusOf } from "../../../console/installations";

const summary = ({ node, state, brokers, pods }: Place) =>
  `${node} ${state}: ${[...brokers.map(({ pod }) => pod), ...pods.map(shortName)].join(" ")}`;

describe("the nodes of the console", () => {
  it("have brokers and the pods of workers", () => {
    assert.deepEqual(placesOf(statusOf(HEALTHY)).map(summary), [
      "pool-a-7f2k ready: mq-0 2xkqp 8jw2l k4zmt q2nvs",
      "pool-b-x9qd ready: mq-1 9vtrd c6hfx",
      "pool-c-m4hw ready: mq-2 h7wzl pn5gq",
    ]);
  });

  it("know the pool of a pod, also if its name begins with that of another pool", () => {
    const workloads = [
      ...HEALTHY.observed.workloads,
      { ...HEALTHY.observed.workloads[1], name: "mail-6d5f8c7b9" },
    ] as typeof HEALTHY.observed.workloads;
    const [place] = placesOf(statusOf(change(HEALTHY, { workloads })));
    assert.equal(place?.pods[0]?.workload?.name, "mail-6d5f8c7b9");
    assert.equal(place?.pods[1]?.workload?.name, "orders");
  });

  it("keep their pods while they are not ready", () => {
    const [, lost] = placesOf(statusOf(NODE_LOST));
    assert.equal(lost && summary(lost), "pool-b-x9qd not ready: mq-1 9vtrd c6hfx");
    assert.deepEqual(
      lost?.pods.map(({ ready }) => ready),
      [false, false],
    );
  });

  it("include one that no longer exists, and what is not scheduled", () => {
    const { observed } = HEALTHY;
    const places = placesOf(
      statusOf(
        change(HEALTHY, {
          nodes: observed.nodes.slice(1),
          brokers: changedBroker(HEALTHY, 2, { kubernetesNode: "" }),
          workloads: changed(observed.workloads, "mail", {
            unready: ["mail-6d5f8c7b9-9vtrd", "mail-6d5f8c7b9-zzzzz"],
          }),
        }),
      ),
    );
    assert.deepEqual(places.map(summary), [
      "pool-a-7f2k unknown: mq-0",
      "pool-b-x9qd ready: mq-1 9vtrd c6hfx",
      "pool-c-m4hw ready: h7wzl pn5gq",
      " unknown: mq-2 zzzzz",
    ]);
  });
});
