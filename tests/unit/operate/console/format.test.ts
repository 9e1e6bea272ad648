import assert from "node:assert/strict";
import { niceAbove, positionIn, spanOf, timeTicks } from "../../../../operate/console/axis";
import {
  byCure,
  bytes,
  counted,
  describeEnd,
  describeRate,
  parseCure,
  speed,
} from "../../../../operate/console/format";
import { BROKEN, NODE_LOST, statusOf } from "../../../console/installations";

describe("the words of the console", () => {
  it("are short for amounts, counts and rates", () => {
    assert.deepEqual([0, 1023, 1536, 614 * 1024 ** 2, 7.91 * 1024 ** 3].map(bytes), [
      "0 B",
      "1023 B",
      "1.5 KiB",
      "614 MiB",
      "7.9 GiB",
    ]);
    assert.deepEqual([counted(1, "node"), counted(4211, "task")], ["1 node", "4,211 tasks"]);
    assert.deepEqual([0.26, 9.94, -12.4].map(speed), ["0.3/s", "9.9/s", "12/s"]);
  });

  it("say how a queue develops", () => {
    assert.deepEqual([undefined, 0.01, 12, -2].map(describeRate), [
      "not known yet",
      "steady",
      "grows 12/s",
      "shrinks 2/s",
    ]);
    assert.equal(describeEnd(600, -2), "empty in 5 min");
    assert.deepEqual(
      [describeEnd(600, 2), describeEnd(600, -0.01), describeEnd(600, undefined)],
      [undefined, undefined, undefined],
    );
  });

  it("separate a command from what to do before it", () => {
    assert.deepEqual(parseCure("kubectl --context prod uncordon node-0"), {
      advice: "",
      command: "kubectl --context prod uncordon node-0",
    });
    assert.deepEqual(parseCure("push the image or correct its name, then: pulumi up"), {
      advice: "push the image or correct its name, then:",
      command: "pulumi up",
    });
    for (const cure of ["a generated one: pulumi up; your own: write it into its Secret", "run pulumi up"])
      assert.deepEqual(parseCure(cure), { advice: cure, command: undefined });
    assert.deepEqual(parseCure("see why: docs/how-to/troubleshooting.md"), {
      advice: "see why: docs/how-to/troubleshooting.md",
      command: undefined,
    });
  });

  it("find a command in the cure of every problem that names one", () => {
    for (const installation of [NODE_LOST, ...Object.values(BROKEN)])
      for (const { cure } of statusOf(installation).problems)
        assert.equal(
          parseCure(cure).command !== undefined,
          /(^|: )((kubectl|npx) [^;]+|pulumi up)$/.test(cure),
          cure,
        );
  });
});

describe("problems with the same cure", () => {
  it("stand together, the most urgent first", () => {
    const problems = [
      { text: "one", cure: "a" },
      { text: "two", cure: "b" },
      { text: "three", cure: "a" },
    ];
    assert.deepEqual(byCure(problems), [
      { cure: "a", texts: ["one", "three"] },
      { cure: "b", texts: ["two"] },
    ]);
  });
});

describe("the axes of the console", () => {
  const noon = Date.UTC(2026, 10, 29, 12);

  it("show five minutes at least", () => {
    assert.deepEqual(spanOf(undefined, noon), { from: noon - 300_000, to: noon });
    assert.deepEqual(spanOf(noon - 1_000, noon), { from: noon - 300_000, to: noon });
    assert.deepEqual(spanOf(noon - 3_600_000, noon), { from: noon - 3_600_000, to: noon });
  });

  it("have round times", () => {
    const span = { from: noon - 3_590_000, to: noon };
    assert.deepEqual(
      timeTicks(span, 6).map((at) => (at - noon) / 60_000),
      [-50, -40, -30, -20, -10, 0],
    );
    assert.equal(positionIn(span, noon), 1);
  });

  it("end at a round value", () => {
    assert.deepEqual([0, 1, 1.2, 4, 17, 50, 51, 4211].map(niceAbove), [1, 1, 2, 5, 20, 50, 100, 5000]);
  });
});
