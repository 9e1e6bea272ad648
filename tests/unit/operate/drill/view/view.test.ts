import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { colorsFor } from "../../../../../operate/colors";
import { openView } from "../../../../../operate/drill/view";
import { draw } from "../../../../../operate/drill/view/draw";
import { LiveView } from "../../../../../operate/drill/view/liveView";
import { PlainView } from "../../../../../operate/drill/view/plainView";
import type { Snapshot } from "../../../../../operate/drill/view/snapshot";
import { sparkline } from "../../../../../operate/drill/view/sparkline";

const NODE = "ha-celery-local-node";
const WORKERS = "drill-drain-1123221530-workers-6fd5c7b9d";
const SNAPSHOT: Snapshot = {
  at: 1000,
  scene: "drain",
  run: "drain-1123221530",
  phase: "recovering",
  elapsedSeconds: 100,
  nodes: [
    { name: `${NODE}-1`, ready: true, schedulable: true },
    { name: `${NODE}-2`, ready: false, schedulable: false },
  ],
  brokers: [
    { pod: "celery-broker-0", kubernetesNode: `${NODE}-1`, ready: true, leader: true },
    { pod: "celery-broker-1", kubernetesNode: "", ready: false, leader: false },
  ],
  workers: [
    { pod: `${WORKERS}-abcde`, kubernetesNode: `${NODE}-1`, ready: true, perSecond: 13.25 },
    { pod: `${WORKERS}-fghij`, kubernetesNode: `${NODE}-1`, ready: false, perSecond: 0 },
  ],
  queue: { ready: 1234, unacknowledged: 6, consumers: 5, membersOnline: 2, members: 3 },
  publishedPerSecond: 40.21,
  executedPerSecond: 39,
  confirmed: 3210,
  executed: 3203,
  history: { publishedPerSecond: [0, 20, 40], executedPerSecond: [0, 0, 10] },
  events: [
    { at: 920, text: "load begins" },
    { at: 930, text: "fault: drain on celery-broker-1" },
  ],
};

const PLAIN = colorsFor({ isTTY: false }, {});

const drawn = (width: number, change: Partial<Snapshot> = {}) =>
  draw({ ...SNAPSHOT, ...change }, width, PLAIN).split("\n");

function collector(extra: object = {}) {
  const said: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      said.push(chunk.toString());
      done();
    },
  });
  return { said, stream: Object.assign(stream, extra) as unknown as NodeJS.WriteStream };
}

describe("the view of a drill", () => {
  for (const width of [80, 120])
    it(`fits into ${width} columns and shows everything`, () => {
      const lines = drawn(width);
      for (const line of lines) assert.ok(line.length <= width, `${line.length}: ${line}`);
      assert.match(lines[0] ?? "", /^drill drain {2}run drain-1123221530 +recovering {2}1:40$/);
      assert.equal(lines[0]?.length, width);
      const text = lines.join("\n");
      assert.match(text, /published +40\.2\/s +▅█ +3,210 confirmed/);
      assert.match(text, /executed +39\.0\/s +▃ +3,203 executed/);
      assert.match(text, /1,234 ready, 6 unacknowledged, 5 consumers, members 2\/3 online/);
      assert.match(text, /● \S*node-1 +● celery-broker-0 leader +● abcde +13\.3/);
      assert.match(text, /\n +○ fghij +0\.0/);
      assert.match(text, /○ \S*node-2 not ready cordoned\n/);
      assert.match(text, /\(on no node\) +○ celery-broker-1/);
      assert.match(text, / {2}0:20 {2}load begins\n +0:30 {2}fault: drain on celery-broker-1$/);
    });

  it("shows no counts that the leader of the queue has not reported", () => {
    const text = drawn(80, { queue: { membersOnline: 2, members: 3 } }).join("\n");
    assert.match(text, /- ready, - unacknowledged, - consumers, members 2\/3 online/);
  });

  it("says when no broker answers", () =>
    assert.ok(drawn(80, { queue: undefined }).includes("queue     no broker answers")));

  it("can be drawn before the first poll", () => {
    const nothing = { nodes: [], brokers: [], workers: [], queue: undefined, events: [] };
    const lines = drawn(80, { ...nothing, history: { publishedPerSecond: [], executedPerSecond: [] } });
    assert.ok(lines.every((line) => line.length <= 80));
  });

  it("shows the last six events", () => {
    const events = Array.from({ length: 9 }, (_, index) => ({ at: 920 + index, text: `event ${index}` }));
    const text = drawn(80, { events }).join("\n");
    assert.doesNotMatch(text, /event 2/);
    assert.match(text, /event 3\n.*\n.*\n.*\n.*\n.*event 8$/);
  });

  it("draws a rate as bars, and zero as a blank", () => {
    assert.equal(sparkline([9, 0, 1, 4, 8], 4, 8), " ▂▅█");
    assert.equal(sparkline([8], 3, 8), "█  ");
    assert.equal(sparkline([0, 0], 3, 0), "   ");
  });

  it("prints lines without a terminal: phases, events, and the state every 5 s", () => {
    const { said, stream } = collector();
    const view = openView(stream);
    assert.ok(view instanceof PlainView);
    view.update({
      ...SNAPSHOT,
      elapsedSeconds: 81,
      at: 981,
      phase: "load",
      events: SNAPSHOT.events.slice(0, 1),
    });
    view.update({ ...SNAPSHOT, elapsedSeconds: 83, at: 983, phase: "load" });
    view.update({ ...SNAPSHOT, elapsedSeconds: 86, at: 986 });
    view.end();
    const state =
      "40.2 published/s, 39.0 executed/s, 3210 confirmed, 3203 executed, 1234 in the queue, 1/2 brokers, 1/2 workers ready";
    assert.deepEqual(said, [
      "  1:21  load ...\n",
      "  0:20  load begins\n",
      `  1:21  load: ${state}\n`,
      "  0:30  fault: drain on celery-broker-1\n",
      "  1:26  recovering ...\n",
      `  1:26  recovering: ${state}\n`,
    ]);
  });

  it("repaints on a terminal and leaves the last state", () => {
    const { said, stream } = collector({ isTTY: true, columns: 100, rows: 50 });
    const view = openView(stream);
    assert.ok(view instanceof LiveView);
    view.update(SNAPSHOT);
    const first = said.length;
    view.update({ ...SNAPSHOT, phase: "counting" });
    view.end();
    assert.match(stripVTControlCharacters(said.slice(0, first).join("")), /recovering {2}1:40\n/);
    assert.match(stripVTControlCharacters(said.slice(first).join("")), /counting {2}1:40/);
  });
});
